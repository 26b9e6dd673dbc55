/** The TaskManagers of an elastic cluster: when they are asked for, given back, told ended, and taken over. */
import test from 'ava';
import { saveDriverState } from '../../../src/flink/driver/saved-state.ts';
import { type DriverAnswer, type DriverInput, noDriver } from '../../../src/flink/driver/sessions.ts';
import type { ObservedJob } from '../../../src/flink/plan/observation.ts';
import { Problem } from '../../../src/lib/problem.ts';
import { aCluster, clusterName, kindsOf, observed, renderer, World } from '../cluster-fixture.ts';
import { aWorker } from '../driver/fixture.ts';

const session = (digit: string) => digit.repeat(32);
const idOf = (number: number) => `words-a1-taskmanager-11111111-${number}`;
const jar = { digest: 'd', fileName: 'flink-mesos-driver.jar', bytes: 1 };

function elastic(): World {
  const driver = { secretDigest: '00', jar, state: saveDriverState(noDriver) };
  const world = new World(aCluster({ driver }, { taskManagers: { mode: 'elastic', min: 0, max: 4, spare: 0 } }));
  world.plan();
  world.runAll();
  world.plan();
  world.pass(20_000);
  world.see();
  world.plan();
  return world;
}

function say(world: World, call: DriverInput): DriverAnswer {
  const { answer } = world.take({ kind: 'driver', cluster: clusterName, call });
  if (answer === undefined) throw new Error('no answer');
  return answer;
}

function attach(world: World, digit = '1'): DriverAnswer {
  return say(world, { kind: 'attach', session: session(digit), version: '2.3.0', rpc: 'agent1', web: null });
}

function want(world: World, revision: number, numbers: readonly number[]): void {
  const workers = numbers.map((number) => ({
    id: idOf(number),
    cpus: 0.5,
    memoryBytes: 1024 * 1024 * 1024 + 1,
    slots: 1,
    external: {},
    blockedNodes: [],
    jvm: ['-Xmx100m'],
    dynamic: ["a.b=it's $HOME"],
    config: { 'jobmanager.rpc.address': 'elsewhere', 'x.y': 'z' },
  }));
  say(world, { kind: 'want', session: session('1'), revision, workers });
}

function poll(world: World, after: number, digit = '1'): DriverAnswer {
  return say(world, { kind: 'poll', session: session(digit), after });
}

/** Two TaskManagers that run and are registered. */
function withTwo(): World {
  const world = elastic();
  attach(world);
  want(world, 1, [1, 2]);
  poll(world, 2);
  world.plan();
  world.runAll();
  world.see();
  world.plan();
  return world;
}

test('no TaskManager before Flink asks; none is launched before Flink has acknowledged', (t) => {
  const world = elastic();
  t.is(world.alive('taskmanager').length, 0);
  attach(world);
  want(world, 1, [1, 2]);
  t.deepEqual(world.plan(), []);
  t.like(poll(world, 0), {
    events: [
      { type: 'placed', id: idOf(1) },
      { type: 'placed', id: idOf(2) },
    ],
  });
  t.deepEqual(world.plan(), []);
  poll(world, 2);
  t.deepEqual(kindsOf(world.plan()), ['launch', 'launch']);
  t.deepEqual(world.plan(), []);
});

test('RM-8, RL-3: a task is as large as Flink asked for, and no word of Flink meets the shell', (t) => {
  const { resources, process } = withTwo().task('taskmanager').spec;
  t.like(resources, { cpus: 0.5, memMiB: 1025 });
  t.true(process.command.includes(`-D 'a.b=it'\\''s $HOME'`));
  t.true(process.command.includes("'-Xmx100m'"));
  t.true(process.command.includes("-D 'x.y=z'"));
  t.false(process.command.includes('elsewhere'));
});

test('a TaskManager keeps away from nodes that Flink has blocked', (t) => {
  const world = elastic();
  const jobManager = world.task('jobmanager').life;
  const { placement } = renderer.worker(
    world.record,
    { ...aWorker('w'), blockedNodes: ['slow'] },
    {
      hostname: jobManager.phase === 'launched' ? jobManager.placement.hostname : '',
      rpcPort: 1,
    },
  );
  t.deepEqual(placement?.constraints, [{ field: 'hostname', operator: 'IS_NOT', value: 'slow' }]);
});

test('RM-9, RL-9: what Flink gives back is killed, and Flink hears nothing more of it', (t) => {
  const world = withTwo();
  want(world, 2, [1]);
  t.like(world.plan(), [{ kind: 'kill', taskId: idOf(2) }]);
  world.endKilled();
  world.plan();
  t.deepEqual(
    world.record.driver?.state.workers.map(([id]) => id),
    [idOf(1)],
  );
  t.like(poll(world, 2), { events: [] });
});

test('RM-11, AR-5: an end that nobody asked for is told once, and nothing is launched by ourselves', (t) => {
  const world = withTwo();
  const { taskId } = world.task('taskmanager').spec;
  world.end(taskId);
  t.deepEqual(world.plan(), []);
  t.like(poll(world, 2), { events: [{ seq: 3, type: 'ended', id: taskId }] });
  t.deepEqual(world.plan(), []);
  want(world, 2, [2, 3]);
  poll(world, 4);
  t.like(world.plan(), [{ kind: 'launch', task: { taskId: idOf(3) } }]);
});

test('one that comes back after Flink was told of its end is ended, kept by Mesos’ side or not: Flink would turn it away', (t) => {
  const world = withTwo();
  const { taskId } = world.task('taskmanager').spec;
  world.end(taskId, { state: 'TASK_UNREACHABLE' });
  world.plan();
  poll(world, 3);
  // As `--returning keep` has it in the core.
  world.run(taskId);
  t.like(world.plan(), [{ kind: 'kill', taskId, reason: 'Flink gave it back' }]);
});

test('after a restart of the scheduler nothing is launched or killed, and what was not acknowledged is told again', (t) => {
  const world = withTwo();
  want(world, 2, [1, 2, 3]);
  world.restart();
  t.deepEqual(world.plan(), []);
  t.like(poll(world, 2), { events: [{ type: 'placed', id: idOf(3) }] });
  poll(world, 3);
  t.deepEqual(kindsOf(world.plan()), ['launch']);
});

test('AR-9: a JobManager at the same place takes over what runs; elsewhere it is replaced', (t) => {
  for (const same of [true, false]) {
    const world = withTwo();
    const old = world.task('jobmanager');
    const ports = old.life.phase === 'launched' ? old.life.placement.ports : {};
    world.end(old.spec.taskId);
    world.plan();
    world.run(world.task('jobmanager').spec.taskId, same ? { ports } : { hostname: 'agent2' });
    const actions = world.plan();
    t.deepEqual(kindsOf(actions), same ? [] : ['kill', 'kill']);
    t.like(attach(world, '2'), { attached: { workers: [{ id: idOf(1) }, { id: idOf(2) }] } });
    world.endKilled();
    world.plan();
    const { events } = poll(world, 2, '2') as DriverAnswer & { kind: 'events' };
    t.deepEqual(
      events.map(({ type }) => type),
      same ? [] : ['ended', 'ended'],
    );
  }
});

test('the end of its JobManager is not the end of a session cluster', (t) => {
  const world = withTwo();
  say(world, { kind: 'finish', session: session('1'), status: 'SUCCEEDED', diagnostics: null });
  t.deepEqual(kindsOf(world.plan()), ['kill', 'kill']);
  t.is(attach(world, '2').kind, 'attached');
});

test('a cluster names its own workers alone, and one of a fixed size has none', (t) => {
  const world = elastic();
  attach(world);
  const workers = [{ id: 'other-b2-taskmanager-1' }];
  t.throws(() => say(world, { kind: 'want', session: session('1'), revision: 1, workers }), { instanceOf: Problem });
  t.throws(() => attach(new World(aCluster())), { instanceOf: Problem });
});

test('a job for which the cluster may have no more TaskManagers waits with that reason, also while it restarts for it', (t) => {
  const world = elastic();
  attach(world);
  want(world, 1, [1, 2, 3, 4]);
  poll(world, 4);
  world.plan();
  world.runAll();
  const status = (job: Partial<ObservedJob>, freeSlots = 0) => {
    const taskManagers = [1, 2, 3, 4].map((number) => ({ id: idOf(number), slots: 1, freeSlots }));
    world.see([observed('1', { name: 'words', tasks: { total: 4, running: 0 }, ...job })], taskManagers);
    return world.clusters.status(clusterName, world.tasks).waitingFor;
  };
  const words = 'slots for "words": the cluster has the 4 TaskManagers that it may have at most';
  t.is(status({ state: 'RUNNING' }), words);
  t.is(status({ state: 'RESTARTING', lacksSlots: true }), words);
  t.is(status({ state: 'RESTARTING', lacksSlots: false }), undefined);
  t.is(status({ state: 'RUNNING', tasks: { total: 4, running: 4 } }), undefined);
  t.is(status({ state: 'RESTARTING', lacksSlots: true }, 1), undefined);
});
