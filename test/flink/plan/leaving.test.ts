/** Processes whose agent is announced to be taken away: others first, then they go. */
import test from 'ava';
import { saveDriverState } from '../../../src/flink/driver/saved-state.ts';
import { type DriverInput, noDriver, step } from '../../../src/flink/driver/sessions.ts';
import { MOVE_BEFORE_MS } from '../../../src/flink/plan/leaving.ts';
import type { AgentId } from '../../../src/mesos-api-client/protocol/ids.ts';
import { aCluster, clusterName, kindsOf, onAgent, spreadOut, World } from '../cluster-fixture.ts';
import { aWorker } from '../driver/fixture.ts';

const away = (id: string) => ({ field: '@agent', operator: 'IS_NOT', value: id });

/** Announced for the tasks of an agent, in so long. */
function announce(world: World, agentId: string, inMs: number): void {
  world.tasks = world.tasks.map((task) =>
    task.life.phase === 'launched' && task.life.placement.agentId === agentId
      ? { ...task, leaveBy: world.now + inMs }
      : task,
  );
}

function callOff(world: World): void {
  world.tasks = world.tasks.map(({ leaveBy: _, ...task }) => task);
}

test('a TaskManager is replaced first, away from the agent, and goes when its successor is registered', (t) => {
  const world = spreadOut();
  announce(world, 'agent-1', 60_000);
  t.deepEqual(kindsOf(world.plan()), ['launch']);
  const [heir] = world.waiting('taskmanager');
  t.deepEqual(heir?.spec.placement?.constraints, [away('agent-1')]);
  world.runAll(onAgent('agent-3'));
  t.deepEqual(world.plan(), [], 'it is not registered yet');
  world.see();
  t.deepEqual(kindsOf(world.plan()), ['kill']);
  world.endKilled();
  t.deepEqual(world.plan(), []);
  t.deepEqual(
    world.alive('taskmanager').map(({ life }) => life.phase === 'launched' && life.placement.agentId),
    ['agent-2', 'agent-3'] as AgentId[],
  );
});

test('what is announced days ahead is done some minutes before', (t) => {
  const world = spreadOut();
  announce(world, 'agent-1', 48 * 3_600_000);
  const { actions, wakeAt } = world.ask();
  t.deepEqual(actions, []);
  t.is(wakeAt, world.now + 48 * 3_600_000 - MOVE_BEFORE_MS);
  world.pass(48 * 3_600_000 - MOVE_BEFORE_MS);
  t.deepEqual(kindsOf(world.plan()), ['launch']);
});

test('called off before the others are there, nobody moves', (t) => {
  const world = spreadOut();
  announce(world, 'agent-1', 60_000);
  t.deepEqual(kindsOf(world.plan()), ['launch']);
  callOff(world);
  t.deepEqual(kindsOf(world.plan()), ['kill']);
  t.deepEqual(world.waiting('taskmanager'), []);
  t.is(world.alive('taskmanager').length, 2);
  const standby = spreadOut({ highAvailability: { mode: 'zookeeper', quorum: 'zk1:2181' } });
  announce(standby, 'agent-0', 120_000);
  t.deepEqual(kindsOf(standby.plan()), ['launch']);
  callOff(standby);
  t.deepEqual(kindsOf(standby.plan()), ['kill']);
  t.is(standby.alive('jobmanager').length, 1);
});

test('without room elsewhere everything stays', (t) => {
  const world = spreadOut();
  announce(world, 'agent-1', 60_000);
  world.plan();
  world.pass(30_000);
  t.deepEqual(world.plan(), []);
  t.is(world.alive('taskmanager').length, 3);
});

test('a JobManager is moved at once where there can be no other, and does not ask for its place', (t) => {
  const world = spreadOut();
  announce(world, 'agent-0', 60_000);
  t.deepEqual(kindsOf(world.plan()), ['kill']);
  world.endKilled();
  t.true(kindsOf(world.plan()).includes('launch'));
  const [successor] = world.waiting('jobmanager');
  t.is(successor?.spec.prefer, undefined);
});

test('with ZooKeeper another JobManager joins the election first', (t) => {
  const world = spreadOut({ highAvailability: { mode: 'zookeeper', quorum: 'zk1:2181' } });
  announce(world, 'agent-0', 120_000);
  t.deepEqual(kindsOf(world.plan()), ['launch']);
  t.deepEqual(world.waiting('jobmanager')[0]?.spec.placement?.constraints.slice(-1), [away('agent-0')]);
  world.runAll(onAgent('agent-3'));
  t.deepEqual(world.plan(), []);
  world.pass(30_000);
  t.deepEqual(kindsOf(world.plan()), ['kill']);
  world.endKilled();
  t.deepEqual(kindsOf(world.plan()), []);
  t.is(world.alive('jobmanager').length, 1);
});

test('an elastic cluster tells Flink once for each session, and Flink decides when they go', (t) => {
  const worker = { ...aWorker('w'), id: 'words-a1-taskmanager-11111111-1' };
  const session = '1'.repeat(32);
  const jar = { digest: 'd', fileName: 'flink-mesos-driver.jar', bytes: 1 };
  const driver = { secretDigest: '00', jar, state: saveDriverState(noDriver) };
  const world = new World(aCluster({ driver }, { taskManagers: { mode: 'elastic', min: 0, max: 4, spare: 0 } }));
  const say = (call: DriverInput) => world.take({ kind: 'driver', cluster: clusterName, call }).answer;
  const poll = (after: number, id = session) => say({ kind: 'poll', session: id, after });
  world.plan();
  world.runAll(onAgent('agent-0'));
  say({ kind: 'attach', session, version: '2.3.0', rpc: 'a', web: null });
  say({ kind: 'want', session, revision: 1, workers: [worker] });
  poll(1);
  world.plan();
  world.runAll(onAgent('agent-1'));
  world.plan();
  announce(world, 'agent-1', 60_000);
  t.deepEqual(world.plan(), [], 'nothing is ended by us');
  t.deepEqual(poll(1), { kind: 'events', events: [{ seq: 2, type: 'leaving', id: worker.id }] });
  world.plan();
  t.deepEqual(poll(2), { kind: 'events', events: [] });
  // Another JobManager has not heard of it.
  const next = '2'.repeat(32);
  say({ kind: 'attach', session: next, version: '2.3.0', rpc: 'a', web: null });
  world.plan();
  t.deepEqual(poll(2, next), { kind: 'events', events: [{ seq: 3, type: 'leaving', id: worker.id }] });
  // Called off.
  callOff(world);
  t.deepEqual(world.plan(), []);
  t.deepEqual(poll(3, next), { kind: 'events', events: [{ seq: 4, type: 'staying', id: worker.id }] });
  t.deepEqual(world.plan(), []);
  t.deepEqual(poll(4, next), { kind: 'events', events: [] });
});

test('who is not launched cannot leave', (t) => {
  t.deepEqual(step(noDriver, { kind: 'leaving', id: 'nobody' }).state, noDriver);
  t.deepEqual(step(noDriver, { kind: 'staying', id: 'nobody' }).state, noDriver);
});
