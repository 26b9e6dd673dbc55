/** How frameworks end: a cut stream and its failover_timeout, TEARDOWN by the scheduler and by operators. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRecordDecoder } from '../../../src/mesos-api-client/protocol/recordio.ts';
import { type Framework, schedulerPath, subscribeCall } from '../framework.ts';
import { ask, json, open } from '../http.ts';
import { type Bench, type Scenario, scenario } from '../scenario.ts';
import { runUntilRunning } from '../tasks.ts';

/** The first event that a subscription with the framework's id gets; the subscription is not kept. */
async function firstEvent(bench: Bench, framework: Framework): Promise<string> {
  const response = await open(bench.master, { path: schedulerPath, body: subscribeCall(framework.info) });
  const decoder = createRecordDecoder();
  for await (const chunk of response) {
    const [first] = decoder.push(chunk as Buffer).records;
    if (first !== undefined) return JSON.parse(first).type;
  }
  return 'nothing';
}

async function callsRefused(framework: Framework, bench: Bench): Promise<void> {
  const until = Date.now() + bench.patienceMs;
  // The master learns of the broken connection by itself.
  while ((await framework.call('REVIVE')).status === 202 && Date.now() < until) await sleep(20);
}

async function idRefused(bench: Bench, framework: Framework): Promise<void> {
  assert.equal(await firstEvent(bench, framework), 'ERROR');
}

async function taskStates(bench: Bench, id: string): Promise<string[]> {
  const answer = await ask(bench.master, { path: '/api/v1', headers: json, body: { type: 'GET_TASKS' } });
  assert.equal(answer.status, 200, answer.text);
  const { tasks = [], completed_tasks = [] } = JSON.parse(answer.text).get_tasks;
  return [...tasks, ...completed_tasks]
    .filter((each: { task_id: { value: string } }) => each.task_id.value === id)
    .map((each: { state: string }) => each.state);
}

export const endings: readonly Scenario[] = [
  scenario(
    'LM-13 LM-58',
    'a cut stream: calls are 403, tasks run on, and a subscription in time keeps them; after failover_timeout all ends',
    async (bench) => {
      const first = await bench.framework({ info: { failover_timeout: 3 } });
      const { id, info, offer } = await runUntilRunning(first, 'survivor');
      first.cut();
      await callsRefused(first, bench);
      assert.equal((await first.call('REVIVE')).status, 403);
      const again = await bench.framework({ info: { id: first.info.id, failover_timeout: 3 } as object });
      await again.call('RECONCILE', { reconcile: { tasks: [{ task_id: info.task_id, agent_id: offer.agent_id }] } });
      assert.equal((await again.update(id, 'TASK_RUNNING')).reason, 'REASON_RECONCILIATION');
      // Longer than the timeout of the first stream, which no longer counts.
      await again.none('ERROR', undefined, 3_500);
      again.cut();
      await callsRefused(again, bench);
      await sleep(4_000);
      await idRefused(bench, again);
      assert.deepEqual(await taskStates(bench, id), ['TASK_KILLED']);
    },
  ),
  scenario('LM-59', 'failover_timeout 0: a cut stream ends the framework and its tasks at once', async (bench) => {
    const framework = await bench.framework({ info: { failover_timeout: 0 } });
    const { id } = await runUntilRunning(framework, 'short');
    framework.cut();
    await callsRefused(framework, bench);
    await idRefused(bench, framework);
    assert.deepEqual(await taskStates(bench, id), ['TASK_KILLED']);
  }),
  scenario('LM-61', 'TEARDOWN by the scheduler ends stream and tasks, and the id is refused', async (bench) => {
    const framework = await bench.framework();
    const { id } = await runUntilRunning(framework, 'torn');
    assert.equal((await framework.call('TEARDOWN')).status, 202);
    await framework.ended;
    assert.deepEqual(await taskStates(bench, id), ['TASK_KILLED']);
    await idRefused(bench, framework);
  }),
  scenario('LM-61', "operators' TEARDOWN and POST /teardown do the same; an unknown id is 400", async (bench) => {
    const one = await bench.framework();
    const teardown = (value: string) =>
      ask(bench.master, {
        path: '/api/v1',
        headers: json,
        body: { type: 'TEARDOWN', teardown: { framework_id: { value } } },
      });
    assert.equal((await teardown('no-such-framework')).status, 400);
    assert.equal((await teardown(one.id)).status, 200);
    await one.ended;
    await idRefused(bench, one);
    const other = await bench.framework();
    const post = (body: string) =>
      ask(bench.master, { path: '/teardown', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body });
    assert.equal((await post('frameworkId=no-such-framework')).status, 400);
    assert.equal((await post('')).status, 400);
    assert.equal((await post(`frameworkId=${other.id}`)).status, 200);
    await other.ended;
    await idRefused(bench, other);
  }),
];
