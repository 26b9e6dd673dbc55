/** What operators see: both forms of the state agree with each other, and every agent's resources add up. */
import assert from 'node:assert/strict';
import type { Resource } from '../../../src/mesos-api-client/protocol/mesos.ts';
import { ask, json } from '../http.ts';
import { type Bench, type Scenario, scenario } from '../scenario.ts';
import { runUntilRunning } from '../tasks.ts';

interface AgentView {
  readonly agent_info: { readonly id: { readonly value: string } };
  readonly total_resources: readonly Resource[];
  readonly allocated_resources: readonly Resource[];
  readonly offered_resources: readonly Resource[];
}

async function operator(bench: Bench, type: string) {
  const answer = await ask(bench.master, { path: '/api/v1', headers: json, body: { type } });
  assert.equal(answer.status, 200, `${type}: ${answer.text}`);
  return JSON.parse(answer.text)[type.toLowerCase()];
}

/** Empty lists are left out on the wire. */
const thousandths = (resources: readonly Resource[] = [], name: string) =>
  resources
    .filter((each) => each.name === name)
    .reduce((sum, each) => sum + Math.round((each.scalar?.value ?? 0) * 1000), 0);

export const views: readonly Scenario[] = [
  scenario(
    'LM-72',
    '/state and GET_TASKS agree with the scheduler; used, offered and free add up to the total of every agent',
    async (bench) => {
      const framework = await bench.framework();
      const { id, offer } = await runUntilRunning(framework, 'viewed');
      const { tasks } = (await operator(bench, 'GET_TASKS')) as {
        tasks: { task_id: { value: string }; state: string }[];
      };
      const mine = tasks.filter(({ task_id }) => task_id.value === id);
      assert.deepEqual(
        mine.map(({ state }) => state),
        ['TASK_RUNNING'],
      );
      const state = JSON.parse((await ask(bench.master, { method: 'GET', path: '/state', headers: {} })).text);
      const seen = state.frameworks.find((each: { id: string }) => each.id === framework.id);
      assert.deepEqual(
        seen.tasks.map((each: { id: string; state: string; slave_id: string }) => [each.id, each.state, each.slave_id]),
        [[id, 'TASK_RUNNING', offer.agent_id.value]],
      );
      const { agents } = (await operator(bench, 'GET_AGENTS')) as { agents: AgentView[] };
      const { frameworks } = await operator(bench, 'GET_FRAMEWORKS');
      for (const agent of agents) {
        const of = (list: { agent_id: { value: string }; resources: Resource[] }[]) =>
          list
            .filter(({ agent_id }) => agent_id.value === agent.agent_info.id.value)
            .flatMap(({ resources }) => resources);
        const used = of((await operator(bench, 'GET_TASKS')).tasks);
        const offered = of(frameworks.flatMap(({ offers = [] }: { offers?: [] }) => offers));
        for (const name of ['cpus', 'mem', 'disk']) {
          assert.equal(thousandths(agent.allocated_resources, name), thousandths(used, name), `${name} used`);
          assert.equal(thousandths(agent.offered_resources, name), thousandths(offered, name), `${name} offered`);
          const taken = thousandths(used, name) + thousandths(offered, name);
          assert.ok(taken <= thousandths(agent.total_resources, name), `${name} of ${agent.agent_info.id.value}`);
        }
      }
    },
    'other frameworks may be at work between two questions',
  ),
];
