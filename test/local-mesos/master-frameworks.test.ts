import test from 'ava';
import type { FrameworkId } from '../../src/mesos-api-client/protocol/ids.ts';
import {
  accept,
  createWorld,
  lastOffer,
  launch,
  launchOn,
  multiRole,
  offersOf,
  report,
  statusesOf,
  task,
  typesOf,
} from './support/master-world.ts';

test('LM-6 a subscription starts with SUBSCRIBED and a HEARTBEAT, then a HEARTBEAT every 15 s', (t) => {
  const world = createWorld();
  const framework = world.subscribe();
  t.deepEqual(typesOf(framework), ['SUBSCRIBED', 'HEARTBEAT']);
  t.is(String(framework.id), 'm0-0000');
  world.advance(14_999);
  t.deepEqual(typesOf(framework), ['SUBSCRIBED', 'HEARTBEAT']);
  world.advance(1);
  world.advance(15_000);
  t.deepEqual(typesOf(framework), ['SUBSCRIBED', 'HEARTBEAT', 'HEARTBEAT', 'HEARTBEAT']);
});

test('LM-9 an id that the master does not know is accepted, and kept', (t) => {
  const world = createWorld();
  const id = 'earlier-0007' as FrameworkId;
  t.is(world.subscribe({ id }).id, id);
});

test('LM-10 LM-61 a removed framework: tasks are shut down, the stream ends, the id is refused, no UPDATE is sent', (t) => {
  const world = createWorld();
  const agent = world.addAgent();
  const framework = world.subscribe();
  launchOn(world, framework, ['a']);
  report(world, framework, agent, 'a', 'TASK_RUNNING');
  const before = statusesOf(framework).length;
  t.is(world.call(framework, { type: 'TEARDOWN' })?.status, 202);
  t.true(framework.closed);
  t.is(statusesOf(framework).length, before);
  t.deepEqual(agent.received.at(-1), { type: 'SHUTDOWN_FRAMEWORK', frameworkId: framework.id });
  const again = world.subscribe({ id: framework.id });
  t.deepEqual(again.events, [{ type: 'ERROR', error: { message: 'Framework has been removed' } }]);
  t.true(again.closed);
  t.is(world.call(framework, { type: 'REVIVE' })?.text, 'Framework cannot be found');
});

test('LM-61 an operator tears a framework down; of an unknown one he is told so', (t) => {
  const world = createWorld();
  const framework = world.subscribe();
  t.is(world.operate({ type: 'TEARDOWN', teardown: { framework_id: { value: framework.id } } })?.status, 200);
  t.true(framework.closed);
  t.deepEqual(world.operate({ type: 'TEARDOWN', teardown: { framework_id: { value: framework.id } } }), {
    kind: 'reply',
    status: 400,
    text: 'No framework found with specified ID',
  } as never);
});

test('LM-11 a second subscriber takes over: the first gets ERROR and the end, offers are void without RESCIND', (t) => {
  const world = createWorld();
  const agent = world.addAgent();
  const first = world.subscribe();
  const offered = lastOffer(first);
  world.advance(300);
  const second = world.subscribe({ id: first.id, user: 'other', checkpoint: false, name: 'renamed' });
  t.deepEqual(first.events.at(-1), { type: 'ERROR', error: { message: 'Framework failed over' } });
  t.true(first.closed);
  t.false(typesOf(first).includes('RESCIND'));
  t.deepEqual(typesOf(second), ['SUBSCRIBED', 'HEARTBEAT'], 'fresh offers wait for the next batch');
  world.advance(1000);
  t.is(offersOf(second).length, 1);
  t.not(lastOffer(second).id.value, offered.id.value);
  const { info } = world.master.state.frameworks.get(first.id) ?? t.fail();
  t.like(info, { user: 'root', checkpoint: true, name: 'renamed' });
  world.call(second, accept([offered.id.value], [launch(task('a', agent.id))]));
  t.is(statusesOf(second).at(-1)?.reason, 'REASON_INVALID_OFFERS');
});

test('LM-12 LM-13 calls are judged by framework, subscription and stream id, in that order', (t) => {
  const world = createWorld();
  const framework = world.subscribe();
  const revive = { type: 'REVIVE' } as const;
  const stranger = { ...framework, id: 'nobody' as FrameworkId };
  t.like(world.call(stranger, revive), { status: 400, text: 'Framework cannot be found' });
  t.like(world.call(framework, revive, 'wrong'), { status: 400 });
  t.like(world.submit({ kind: 'call', call: { framework_id: { value: framework.id }, type: 'REVIVE' } }), {
    status: 400,
    text: "All non-subscribe calls should include the 'Mesos-Stream-Id' header",
  });
  t.like(world.call(framework, revive), { status: 202, text: '' });
  world.submit({ kind: 'stream-closed', stream: framework.stream });
  t.like(world.call(framework, revive), { status: 403, text: 'Framework is not subscribed' });
});

test('LM-58 a closed stream withdraws offers and keeps tasks; a resubscription within failover_timeout keeps all', (t) => {
  const world = createWorld();
  const agent = world.addAgent();
  const first = world.subscribe({ failover_timeout: 60 });
  launchOn(world, first, ['a']);
  report(world, first, agent, 'a', 'TASK_RUNNING');
  world.submit({ kind: 'stream-closed', stream: first.stream });
  t.is(world.master.state.offers.size, 0);
  world.advance(59_000);
  const second = world.subscribe({ id: first.id, failover_timeout: 60 });
  t.is(offersOf(second).length, 1, 'offered at once, because no stream was open');
  t.deepEqual(agent.received.at(-1)?.type, 'UPDATE_FRAMEWORK');
  world.advance(120_000);
  t.false(second.closed);
  world.call(second, { type: 'RECONCILE', reconcile: { tasks: [] } });
  t.is(statusesOf(second).at(-1)?.state, 'TASK_RUNNING');
});

test('LM-58 after failover_timeout the tasks are shut down and the id is refused', (t) => {
  const world = createWorld();
  const agent = world.addAgent();
  const first = world.subscribe({ failover_timeout: 60 });
  launchOn(world, first, ['a']);
  world.submit({ kind: 'stream-closed', stream: first.stream });
  world.advance(60_000);
  t.deepEqual(
    agent.received.filter(({ type }) => type === 'SHUTDOWN_FRAMEWORK'),
    [{ type: 'SHUTDOWN_FRAMEWORK', frameworkId: first.id }],
  );
  t.is(world.subscribe({ id: first.id }).events[0]?.type, 'ERROR');
});

test('LM-59 failover_timeout 0, absent or negative: the tasks end with the stream', (t) => {
  for (const failoverTimeout of [0, undefined, -1]) {
    const world = createWorld();
    const agent = world.addAgent();
    const framework = world.subscribe({ failover_timeout: failoverTimeout as number });
    launchOn(world, framework, ['a']);
    world.submit({ kind: 'stream-closed', stream: framework.stream });
    t.is(agent.received.at(-1)?.type, 'SHUTDOWN_FRAMEWORK');
  }
});

test('LM-26 UPDATE_FRAMEWORK: removed roles lose their offers, tasks stay; forbidden changes change nothing', (t) => {
  const world = createWorld();
  world.addAgent();
  const framework = world.subscribe({ roles: ['web', 'batch'] });
  const role = lastOffer(framework).allocation_info?.role ?? '';
  const info = { ...(world.master.state.frameworks.get(framework.id)?.info ?? t.fail()) };
  const update = (changes: object) =>
    world.call(framework, { type: 'UPDATE_FRAMEWORK', update_framework: { framework_info: { ...info, ...changes } } });
  t.is(update({ user: 'nobody' })?.status, 400);
  t.is(update({ checkpoint: false })?.status, 400);
  t.is(update({ principal: 'p' })?.status, 400);
  t.is(update({ roles: ['/bad'] })?.status, 400);
  t.deepEqual(world.master.state.frameworks.get(framework.id)?.info, info);
  t.false(typesOf(framework).includes('RESCIND'));
  t.is(update({ roles: ['web', 'batch'].filter((each) => each !== role) })?.status, 200);
  const rescind = framework.events.findIndex(({ type }) => type === 'RESCIND');
  t.true(rescind > 0);
  t.not(lastOffer(framework).allocation_info?.role, role);
});

test('the completed tasks and frameworks that a master remembers are bounded', (t) => {
  const world = createWorld({ maxCompletedFrameworks: 2, maxCompletedTasksPerFramework: 2 });
  const agent = world.addAgent();
  const framework = world.subscribe();
  for (const id of ['a', 'b', 'c']) {
    launchOn(world, framework, [id]);
    report(world, framework, agent, id, 'TASK_FINISHED');
    world.call(framework, { type: 'REVIVE' });
  }
  const completed = world.master.state.frameworks.get(framework.id)?.completedTasks ?? [];
  t.deepEqual(
    completed.map(({ id }) => String(id)),
    ['b', 'c'],
  );
  const removed = ['x', 'y', 'z'].map((name) => world.subscribe({ name, capabilities: multiRole }));
  for (const each of removed) {
    world.call(each, { type: 'TEARDOWN' });
  }
  t.deepEqual(
    [...world.master.state.completedFrameworks.keys()],
    removed.slice(1).map(({ id }) => id),
  );
});
