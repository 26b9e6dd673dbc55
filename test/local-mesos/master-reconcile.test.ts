import test from 'ava';
import type { AgentId } from '../../src/mesos-api-client/protocol/ids.ts';
import {
  brought,
  createWorld,
  type FakeAgent,
  launchOn,
  multiRole,
  partitionAware,
  report,
  type Subscriber,
  statusesOf,
  statusUpdate,
  type World,
} from './support/master-world.ts';

function ask(world: World, subscriber: Subscriber, ...tasks: [task: string, agent?: string][]) {
  const before = statusesOf(subscriber).length;
  const questions = tasks.map(([id, agent]) => ({
    task_id: { value: id },
    ...(agent === undefined ? {} : { agent_id: { value: agent } }),
  }));
  world.call(subscriber, { type: 'RECONCILE', reconcile: { tasks: questions } });
  const answers = statusesOf(subscriber).slice(before);
  for (const answer of answers) {
    if (answer.uuid !== undefined || answer.reason !== 'REASON_RECONCILIATION' || answer.source !== 'SOURCE_MASTER') {
      throw new Error(`no answer of a reconciliation: ${JSON.stringify(answer)}`);
    }
  }
  return answers;
}

function statesOf(answers: readonly { task_id: { value: string }; state: string }[]): Record<string, string> {
  return Object.fromEntries(answers.map(({ task_id, state }) => [task_id.value, state]));
}

/** Agent 1 runs `running` and ended `ended`; agent 2, with `away` on it, is unreachable. */
function sixCases(capabilities: { type: string }[]): {
  world: World;
  framework: Subscriber;
  one: FakeAgent;
  two: FakeAgent;
} {
  const world = createWorld();
  const one = world.addAgent();
  const framework = world.subscribe({ capabilities });
  launchOn(world, framework, ['running', 'ended', 'done']);
  report(world, framework, one, 'running', 'TASK_RUNNING');
  report(world, framework, one, 'done', 'TASK_FINISHED');
  world.send(one, statusUpdate(framework, one.id, 'ended', 'TASK_FAILED'));
  const two = world.addAgent();
  launchOn(world, framework, ['away']);
  report(world, framework, two, 'away', 'TASK_RUNNING');
  two.answersPings = false;
  world.advance(100_000);
  return { world, framework, one, two };
}

test('LM-50 implicit: every staging, running or unacknowledged task, none that is completed or unreachable', (t) => {
  const { world, framework, one } = sixCases(partitionAware);
  t.deepEqual(statesOf(ask(world, framework)), { running: 'TASK_RUNNING', ended: 'TASK_FAILED' });
  world.call(framework, { type: 'REVIVE' });
  launchOn(world, framework, ['staging']);
  const answers = ask(world, framework);
  t.is(statesOf(answers).staging, 'TASK_STAGING');
  const running = answers.find(({ task_id }) => String(task_id.value) === 'running');
  t.like(running, { agent_id: { value: one.id }, container_status: { executor_pid: 7 } });
  t.false('executor_id' in (running ?? {}));
});

for (const [name, capabilities, expected] of [
  ['PARTITION_AWARE', partitionAware, ['TASK_GONE', 'TASK_UNREACHABLE', 'TASK_UNKNOWN']],
  ['older', multiRole, ['TASK_LOST', 'TASK_LOST', 'TASK_LOST']],
] as const) {
  test(`LM-51 explicit, ${name} frameworks: known, gone, unreachable, unknown`, (t) => {
    const { world, framework, one, two } = sixCases([...capabilities]);
    const [gone, unreachable, unknown] = expected;
    const answers = ask(world, framework, ['running', one.id], ['done', one.id], ['away', two.id], ['never', 'S9']);
    t.deepEqual(statesOf(answers), { running: 'TASK_RUNNING', done: gone, away: unreachable, never: unknown });
    t.true('unreachable_time' in (answers[2] ?? {}));
    t.deepEqual(statesOf(ask(world, framework, ['running', two.id])), { running: 'TASK_RUNNING' }, 'a wrong agent');
    t.deepEqual(statesOf(ask(world, framework, ['away'])), { away: unknown }, 'unreachable, but no agent named');
    t.deepEqual(statesOf(ask(world, framework, ['never', two.id])), { never: unreachable }, 'any id on that agent');
  });
}

test('LM-45 KILL of an unknown task is answered as a RECONCILE of it', (t) => {
  const { world, framework, one, two } = sixCases(partitionAware);
  const kill = (task: string, agent?: string) => {
    const agentId = agent === undefined ? {} : { agent_id: { value: agent } };
    world.call(framework, { type: 'KILL', kill: { task_id: { value: task }, ...agentId } });
    return statusesOf(framework).at(-1);
  };
  t.like(kill('x', one.id), { state: 'TASK_GONE', message: 'Reconciliation: Task is unknown to the agent' });
  t.like(kill('x', two.id), { state: 'TASK_UNREACHABLE', message: 'Reconciliation: Task is unreachable' });
  t.like(kill('x'), { state: 'TASK_UNKNOWN', message: 'Reconciliation: Task is unknown' });
});

test('LM-52 the state of the update on its way is answered, not the newest', (t) => {
  const world = createWorld();
  const agent = world.addAgent();
  const framework = world.subscribe();
  launchOn(world, framework, ['a']);
  world.send(agent, statusUpdate(framework, agent.id, 'a', 'TASK_STARTING', 'TASK_RUNNING'));
  t.deepEqual(statesOf(ask(world, framework)), { a: 'TASK_STARTING' });
});

test('LM-53 after a restart of the master: silence about recovering agents, then their tasks without any UPDATE', (t) => {
  const world = createWorld();
  const agent = world.addAgent();
  const first = world.subscribe();
  launchOn(world, first, ['a']);
  report(world, first, agent, 'a', 'TASK_RUNNING');
  const task = brought(world, first, agent.id, 'a', 'TASK_RUNNING');
  const info = world.master.state.frameworks.get(first.id)?.info ?? t.fail();

  world.restartMaster();
  const second = world.subscribe({ id: first.id });
  t.is(second.id, first.id);
  t.deepEqual(ask(world, second, ['a', agent.id], ['a'], ['never']), []);
  t.deepEqual(statesOf(ask(world, second, ['a', 'other'])), { a: 'TASK_UNKNOWN' }, 'an agent that nobody knows');
  world.call(second, { type: 'KILL', kill: { task_id: { value: 'a' } } });
  t.is(statusesOf(second).length, 1);

  const back = world.addAgent(undefined, { id: agent.id, tasks: [task], frameworks: [info] });
  t.is(back.id, agent.id);
  t.is(statusesOf(second).length, 1, 'no UPDATE by itself');
  t.false(
    back.received.some(({ type }) => type === 'KILL_TASK'),
    'the KILL is forgotten',
  );
  t.like(ask(world, second)[0], { state: 'TASK_RUNNING', agent_id: { value: agent.id } });
  const cpus = world.master.state.agents.get(agent.id)?.free.find(({ name }) => name === 'cpus');
  t.is(cpus, undefined, 'one cpu is used, three are offered');
});

test('LM-53 an agent that does not come back in time is unreachable, and so it stays over another restart', (t) => {
  const world = createWorld();
  const agent = world.addAgent();
  world.restartMaster();
  const framework = world.subscribe();
  world.advance(599_000);
  t.deepEqual(ask(world, framework, ['a', agent.id]), []);
  world.advance(1000);
  const failures = framework.events.filter(({ type }) => type === 'FAILURE');
  t.deepEqual(failures, [{ type: 'FAILURE', failure: { agent_id: { value: agent.id } } }]);
  t.deepEqual(statesOf(ask(world, framework, ['a', agent.id])), { a: 'TASK_UNREACHABLE' });
  world.restartMaster();
  const later = world.subscribe();
  t.deepEqual(statesOf(ask(world, later, ['a', agent.id])), { a: 'TASK_UNREACHABLE' });
});

test('a framework that only agents know of is recovered: connected when it subscribes under its id', (t) => {
  const world = createWorld();
  const agent = world.addAgent();
  const first = world.subscribe();
  launchOn(world, first, ['a']);
  const task = brought(world, first, agent.id, 'a', 'TASK_RUNNING');
  const info = world.master.state.frameworks.get(first.id)?.info ?? t.fail();
  world.restartMaster();
  world.addAgent(undefined, { id: agent.id as AgentId, tasks: [task], frameworks: [info] });
  t.like(world.master.state.frameworks.get(first.id), { recovered: true, stream: undefined });
  const second = world.subscribe({ id: first.id });
  t.false(world.master.state.frameworks.get(first.id)?.recovered);
  t.deepEqual(statesOf(ask(world, second)), { a: 'TASK_RUNNING' });
});
