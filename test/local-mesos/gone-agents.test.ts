/** MARK_AGENT_GONE in the corners that the recording does not reach; the rest is played by replay/. */
import test from 'ava';
import type { AgentId } from '../../src/mesos-api-client/protocol/ids.ts';
import {
  createWorld,
  launchOn,
  multiRole,
  partitionAware,
  report,
  statusesOf,
  typesOf,
} from './support/master-world.ts';

const mark = (agentId: AgentId) =>
  ({ type: 'MARK_AGENT_GONE', mark_agent_gone: { agent_id: { value: agentId } } }) as const;

for (const [capabilities, state] of [
  [partitionAware, 'TASK_GONE_BY_OPERATOR'],
  [multiRole, 'TASK_LOST'],
] as const) {
  test(`LM-64 an agent is sent away, its tasks are ${state}, and all stays so over a restart of the master`, (t) => {
    const world = createWorld();
    const agent = world.addAgent();
    const framework = world.subscribe({ capabilities: [...capabilities], failover_timeout: 1000 });
    launchOn(world, framework, ['a']);
    report(world, framework, agent, 'a', 'TASK_RUNNING');
    t.like(world.operate(mark(agent.id)), { status: 200 });
    t.like(statusesOf(framework).at(-1), { state, source: 'SOURCE_MASTER', message: 'Agent has been marked gone' });
    t.is(typesOf(framework).at(-1), 'FAILURE');
    t.true(agent.received.some(({ type }) => type === 'SHUTDOWN'));
    t.false(agent.linkOpen);
    t.is(world.master.state.agents.size, 0);
    t.is(world.master.state.frameworks.get(framework.id)?.tasks.size, 0);

    world.restartMaster();
    t.like(world.operate(mark(agent.id)), { status: 200 });
    const again = world.subscribe({ id: framework.id, capabilities: [...capabilities] });
    const question = { task_id: { value: 'a' }, agent_id: { value: agent.id } };
    world.call(again, { type: 'RECONCILE', reconcile: { tasks: [question] } } as never);
    t.like(statusesOf(again).at(-1), { state, message: 'Reconciliation: Task is gone' });
  });
}

test('LM-64 an agent that was marked gone and comes back is sent away again', (t) => {
  const world = createWorld();
  const gone = world.addAgent();
  world.operate(mark(gone.id));
  const other = world.addAgent();
  other.received.length = 0;
  const agent = { hostname: 'localhost', port: 5051, resources: [], attributes: [] };
  world.send(other, { type: 'REGISTER', agent, again: { agentId: gone.id, frameworks: [], tasks: [] } });
  t.deepEqual(
    other.received.map(({ type }) => type),
    ['SHUTDOWN'],
  );
  t.false(world.master.state.agents.has(gone.id));
});

test('LM-64 an unreachable agent: its tasks become GONE_BY_OPERATOR; an agent that nobody knows is 404', (t) => {
  const world = createWorld();
  const agent = world.addAgent();
  const framework = world.subscribe({ capabilities: [...partitionAware] });
  launchOn(world, framework, ['a']);
  report(world, framework, agent, 'a', 'TASK_RUNNING');
  agent.answersPings = false;
  world.advance(100_000);
  t.is(statusesOf(framework).at(-1)?.state, 'TASK_UNREACHABLE');
  t.like(world.operate(mark(agent.id)), { status: 200 });
  t.is(statusesOf(framework).at(-1)?.state, 'TASK_GONE_BY_OPERATOR');
  t.deepEqual(world.registry.unreachable, []);
  t.deepEqual(
    world.registry.gone?.map(({ id }) => id),
    [agent.id],
  );
  t.like(world.operate(mark('nobody' as AgentId)), { status: 404, text: "Agent 'nobody' not found" });
});
