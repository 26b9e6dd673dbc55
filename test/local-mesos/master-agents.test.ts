import test from 'ava';
import {
  acknowledge,
  brought,
  createWorld,
  launchOn,
  multiRole,
  offersOf,
  partitionAware,
  report,
  scalar,
  statusesOf,
  statusUpdate,
  typesOf,
} from './support/master-world.ts';

test('an agent gets its id once; the same registration again gets the same id', (t) => {
  const world = createWorld();
  const one = world.addAgent();
  const two = world.addAgent();
  t.deepEqual([one.id, two.id].map(String), ['m0-S0', 'm0-S1']);
  const agent = { hostname: 'localhost', port: 5051, resources: [scalar('cpus', 4)], attributes: [] };
  world.send(one, { type: 'REGISTER', agent });
  t.deepEqual(
    one.received.findLast(({ type }) => type === 'REGISTERED'),
    { type: 'REGISTERED', agentId: one.id },
  );
  t.is(world.master.state.agents.size, 2);
});

for (const [capabilities, state] of [
  [partitionAware, 'TASK_UNREACHABLE'],
  [multiRole, 'TASK_LOST'],
] as const) {
  test(`LM-28 LM-54 five missed pings: ${state}, RESCIND, FAILURE; the link is closed`, (t) => {
    const world = createWorld();
    const agent = world.addAgent();
    const framework = world.subscribe({ capabilities: [...capabilities] });
    launchOn(world, framework, ['a']);
    report(world, framework, agent, 'a', 'TASK_RUNNING');
    world.call(framework, { type: 'REVIVE' });
    world.advance(20_000);
    agent.answersPings = false;
    const before = framework.events.length;
    world.advance(60_000);
    t.deepEqual(
      typesOf(framework)
        .slice(before)
        .filter((type) => type !== 'HEARTBEAT'),
      [],
    );
    world.advance(30_000);
    const news = framework.events.slice(before).filter(({ type }) => type !== 'HEARTBEAT');
    t.deepEqual(
      news.map(({ type }) => type),
      ['UPDATE', 'RESCIND', 'FAILURE'],
    );
    const status = statusesOf(framework).at(-1);
    t.like(status, { state, reason: 'REASON_AGENT_REMOVED', source: 'SOURCE_MASTER', agent_id: { value: agent.id } });
    t.true(status !== undefined && 'unreachable_time' in status && !('uuid' in status));
    t.false(agent.linkOpen);
    t.is(world.master.state.agents.size, 0);
  });

  test(`LM-55 back again: the current state (${state} before), no uuid; its tasks count again, its id was never free`, (t) => {
    const world = createWorld();
    const agent = world.addAgent();
    const framework = world.subscribe({ capabilities: [...capabilities] });
    launchOn(world, framework, ['a'], 3);
    report(world, framework, agent, 'a', 'TASK_RUNNING');
    agent.answersPings = false;
    world.advance(100_000);
    world.addAgent();
    world.call(framework, { type: 'REVIVE' });
    launchOn(world, framework, ['a']);
    t.is(statusesOf(framework).at(-1)?.message, 'Task reuses the ID of an unreachable task: a');
    const task = brought(world, framework, agent.id, 'a', 'TASK_RUNNING');
    const back = world.addAgent(undefined, { id: agent.id, tasks: [task] });
    const status = statusesOf(framework).at(-1);
    t.like(status, { state: 'TASK_RUNNING', reason: 'REASON_AGENT_REREGISTERED', source: 'SOURCE_MASTER' });
    t.false('uuid' in (status ?? {}));
    t.false(back.received.some(({ type }) => type === 'KILL_TASK' || type === 'SHUTDOWN_FRAMEWORK'));
    const offer = offersOf(framework).findLast(({ agent_id }) => agent_id.value === agent.id);
    t.is(offer?.resources?.find(({ name }) => name === 'cpus')?.scalar?.value, 1);
  });
}

test('LM-56 a task that ended meanwhile: its terminal state first without, then with uuid', (t) => {
  const world = createWorld();
  const agent = world.addAgent();
  const framework = world.subscribe();
  launchOn(world, framework, ['a']);
  agent.answersPings = false;
  world.advance(100_000);
  const task = brought(world, framework, agent.id, 'a', 'TASK_FINISHED');
  const back = world.addAgent(undefined, { id: agent.id, tasks: [task] });
  t.like(statusesOf(framework).at(-1), { state: 'TASK_FINISHED', reason: 'REASON_AGENT_REREGISTERED' });
  t.false('uuid' in (statusesOf(framework).at(-1) ?? {}));
  world.send(back, statusUpdate(framework, agent.id, 'a', 'TASK_FINISHED'));
  t.true('uuid' in (statusesOf(framework).at(-1) ?? {}));
  world.call(framework, acknowledge(agent.id, 'a', 'TASK_FINISHED'));
  t.is(world.master.state.frameworks.get(framework.id)?.tasks.size, 0);
});

test('an unreachable task that its agent does not bring back is over, and its id is free', (t) => {
  const world = createWorld();
  const agent = world.addAgent();
  const framework = world.subscribe();
  launchOn(world, framework, ['a']);
  agent.answersPings = false;
  world.advance(100_000);
  const back = world.addAgent(undefined, { id: agent.id });
  launchOn(world, framework, ['a']);
  t.is(back.received.at(-1)?.type, 'RUN_TASK');
});

test('LM-57 a launch that never reached its agent is named to it when it registers again', (t) => {
  const world = createWorld();
  const agent = world.addAgent();
  const framework = world.subscribe();
  launchOn(world, framework, ['a']);
  world.closeLink(agent);
  const back = world.addAgent(undefined, { id: agent.id });
  t.like(back.received[0], {
    type: 'REGISTERED',
    missing: [{ taskId: 'a', framework: { id: { value: framework.id } } }],
  });
  world.send(back, statusUpdate(framework, agent.id, 'a', 'TASK_DROPPED'));
  world.call(framework, acknowledge(agent.id, 'a', 'TASK_DROPPED'));
  t.is(world.master.state.frameworks.get(framework.id)?.tasks.size, 0);
});

test('LM-60 checkpoint=false: TASK_LOST at once when the link breaks, PARTITION_AWARE or not', (t) => {
  const world = createWorld();
  const agent = world.addAgent();
  const framework = world.subscribe({ checkpoint: false });
  launchOn(world, framework, ['a']);
  report(world, framework, agent, 'a', 'TASK_RUNNING');
  world.closeLink(agent);
  t.like(statusesOf(framework).at(-1), {
    state: 'TASK_LOST',
    reason: 'REASON_AGENT_DISCONNECTED',
    message: 'Agent localhost disconnected',
  });
  t.is(world.master.state.frameworks.get(framework.id)?.tasks.size, 0);
});

test('LM-62 a broken link alone changes nothing for tasks; a KILL sent meanwhile is carried out', (t) => {
  const world = createWorld();
  const agent = world.addAgent();
  const framework = world.subscribe();
  launchOn(world, framework, ['a']);
  report(world, framework, agent, 'a', 'TASK_RUNNING');
  const before = statusesOf(framework).length;
  world.closeLink(agent);
  world.call(framework, { type: 'KILL', kill: { task_id: { value: 'a' } } });
  const task = brought(world, framework, agent.id, 'a', 'TASK_RUNNING');
  const back = world.addAgent(undefined, { id: agent.id, tasks: [task] });
  t.is(statusesOf(framework).length, before, 'no UPDATE for an agent that was never given up');
  t.deepEqual(
    back.received.filter(({ type }) => type === 'KILL_TASK'),
    [{ type: 'KILL_TASK', frameworkId: framework.id, taskId: 'a' }] as never,
  );
});

test('a disconnected agent that stays away is unreachable in the end', (t) => {
  const world = createWorld();
  const agent = world.addAgent();
  const framework = world.subscribe();
  launchOn(world, framework, ['a']);
  world.closeLink(agent);
  world.advance(100_000);
  t.is(statusesOf(framework).at(-1)?.state, 'TASK_UNREACHABLE');
});

test('tasks of a framework that was removed meanwhile are shut down when their agent returns', (t) => {
  const world = createWorld();
  const agent = world.addAgent();
  const framework = world.subscribe();
  launchOn(world, framework, ['a']);
  const task = brought(world, framework, agent.id, 'a', 'TASK_RUNNING');
  const info = world.master.state.frameworks.get(framework.id)?.info ?? t.fail();
  world.closeLink(agent);
  world.call(framework, { type: 'TEARDOWN' });
  const back = world.addAgent(undefined, { id: agent.id, tasks: [task], frameworks: [info] });
  t.true(back.received.some(({ type }) => type === 'SHUTDOWN_FRAMEWORK'));
  t.is(world.master.state.frameworks.size, 0);
  t.is(world.master.state.agents.get(agent.id)?.tasks.size, 0);
});

test('an agent that says goodbye takes its tasks with it: LOST, and nothing more is expected of it', (t) => {
  const world = createWorld();
  const agent = world.addAgent();
  const framework = world.subscribe();
  launchOn(world, framework, ['a']);
  world.send(agent, { type: 'UNREGISTER' });
  t.like(statusesOf(framework).at(-1), { state: 'TASK_LOST', reason: 'REASON_AGENT_REMOVED' });
  t.is(framework.events.at(-1)?.type, 'FAILURE');
  t.deepEqual(world.registry, { admitted: [], unreachable: [] });
});

test('LM-32 agents hear of every subscription, so that they repeat what is not acknowledged', (t) => {
  const world = createWorld();
  const agent = world.addAgent();
  const framework = world.subscribe();
  world.submit({ kind: 'stream-closed', stream: framework.stream });
  agent.received.length = 0;
  const again = world.subscribe({ id: framework.id, name: 'renamed' });
  t.like(agent.received[0], { type: 'UPDATE_FRAMEWORK', framework: { name: 'renamed', id: { value: again.id } } });
});

test('updates that come while the framework is away are dropped, but their end of the task counts', (t) => {
  const world = createWorld();
  const agent = world.addAgent();
  const framework = world.subscribe();
  launchOn(world, framework, ['a'], 4);
  world.submit({ kind: 'stream-closed', stream: framework.stream });
  world.send(agent, statusUpdate(framework, agent.id, 'a', 'TASK_FINISHED'));
  t.deepEqual(statusesOf(framework), []);
  t.is(world.master.state.agents.get(agent.id)?.free.find(({ name }) => name === 'cpus')?.scalar?.value, 4);
});

test('the unreachable agents that a master remembers are bounded', (t) => {
  const world = createWorld({ maxUnreachableAgents: 2 });
  const agents = Array.from({ length: 3 }, () => world.addAgent());
  for (const agent of agents) {
    agent.answersPings = false;
    world.advance(100_000);
  }
  t.deepEqual(
    world.registry.unreachable.map(({ id }) => id),
    agents.slice(1).map(({ id }) => id),
  );
});

test('what comes on a link that is no agent’s is answered by closing it', (t) => {
  const world = createWorld();
  const agent = world.addAgent();
  agent.answersPings = false;
  world.advance(100_000);
  agent.linkOpen = true;
  world.send(agent, { type: 'PONG' });
  t.false(agent.linkOpen);
});
