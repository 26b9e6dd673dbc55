/** Another specification of a cluster that runs: who is replaced, in which order, what becomes of the jobs, and the way back. */
import test from 'ava';
import type { ClusterUpdate } from '../../../src/flink/plan/clusters.ts';
import type { CarryOver } from '../../../src/flink/plan/records.ts';
import { EARLIER_REVISIONS_KEPT } from '../../../src/flink/plan/revisions.ts';
import { whyUpdateStopped } from '../../../src/flink/plan/roll-out.ts';
import { completeSpec } from '../../../src/flink/render/complete-spec.ts';
import type { ClusterSpec } from '../../../src/flink/spec.ts';
import { Problem } from '../../../src/lib/problem.ts';
import { aCluster, aJob, attempt, clusterName, job, kindsOf, observed, taskId, World } from '../cluster-fixture.ts';

const zooKeeper = { mode: 'zookeeper', quorum: 'zk:2181', path: '/flink', standbys: 0 } as const;
const two = { taskManagers: { mode: 'fixed', count: 2 } } as const;

function complete(spec: Partial<ClusterSpec>) {
  return completeSpec({ name: clusterName, ...two, ...spec }, { version: '2.3.0', source: { version: '2.3.0' } });
}

function update(world: World, spec: Partial<ClusterSpec>, more: Partial<ClusterUpdate> = {}): void {
  const made = {
    spec: complete(spec),
    distribution: world.record.distribution,
    configuration: world.record.configuration,
  };
  world.take({ kind: 'command', command: { kind: 'update', cluster: clusterName, ...made, ...more } });
}

function up(spec: Partial<ClusterSpec> = {}): World {
  return new World(aCluster({}, { ...two, ...spec })).up();
}

const killed = (world: World) =>
  world
    .plan()
    .flatMap((action) => (action.kind === 'kill' ? [action.taskId] : []))
    .map((id) => id.replace(/^words-a1-/, ''));

/** What is to end does, what waits runs, and Flink is looked at. */
function settle(world: World, jobs: Parameters<World['see']>[0] = []): void {
  world.endKilled();
  world.plan();
  world.runAll();
  world.plan();
  world.runAll();
  world.see(jobs);
}

const larger = { taskManager: { memoryMiB: 4096 } };

test('what concerns TaskManagers alone replaces them one after the other, each when the one before is registered', (t) => {
  const world = up();
  const [first, second] = world.alive('taskmanager').map(({ spec }) => spec.taskId);
  const jobManager = world.task('jobmanager').spec.taskId;
  update(world, larger);
  t.like(world.record.revision, { number: 2, since: { jobmanager: 1, taskmanager: 2 } });
  t.deepEqual(killed(world), [String(first).replace('words-a1-', '')]);
  t.deepEqual(killed(world), []);
  world.endKilled();
  world.plan();
  t.deepEqual(killed(world), [], 'its successor waits for an offer');
  world.runAll();
  t.deepEqual(killed(world), [], 'it runs, and is not registered');
  world.see();
  t.deepEqual(killed(world), [String(second).replace('words-a1-', '')]);
  settle(world);
  t.deepEqual(killed(world), []);
  t.is(world.task('jobmanager').spec.taskId, jobManager);
  t.deepEqual(
    world.alive('taskmanager').map(({ spec }) => spec.resources.memMiB),
    [4096, 4096],
  );
  t.truthy(world.record.revision?.followedAt);
  t.is(world.kinds().filter((kind) => kind === 'cluster.followed').length, 1);
});

test('a successor that does not come up stops it; the way back leaves those alone that are as they were', (t) => {
  const world = up();
  update(world, larger);
  world.plan();
  world.endKilled();
  world.plan();
  const waiting = world.tasks.find(({ life }) => life.phase === 'waiting')?.spec.taskId;
  world.pass(600_000);
  world.see();
  t.deepEqual(killed(world), []);
  update(world, {});
  t.like(world.record.revision, { number: 3, since: { jobmanager: 1, taskmanager: 1 } });
  t.deepEqual(killed(world), [String(waiting).replace('words-a1-', '')]);
  settle(world);
  t.deepEqual(killed(world), []);
  t.truthy(world.record.revision?.followedAt);
});

test('it goes on after a restart of ours, and from what is known then nobody is ended too early', (t) => {
  const world = up();
  update(world, larger);
  world.restart();
  t.deepEqual(killed(world), [], 'Flink has not been looked at');
  world.see();
  world.plan();
  t.is(world.tasks.filter(({ goal }) => goal.kind === 'end').length, 1);
});

test('where it may run, how many there are and who is served first: nobody is replaced for it, but who waits is asked for anew', (t) => {
  const world = up();
  update(world, {
    taskManagers: { mode: 'fixed', count: 3 },
    taskManager: { constraints: [['rack', 'IS', 'a']] },
    placement: { priority: 5 },
  });
  t.deepEqual(kindsOf(world.plan()), ['launch']);
  const waiting = world.tasks.find(({ life }) => life.phase === 'waiting')?.spec.taskId;
  update(world, { taskManagers: { mode: 'fixed', count: 3 } });
  t.deepEqual(killed(world), [String(waiting).replace('words-a1-', '')]);
  settle(world);
  t.deepEqual(killed(world), []);
  t.is(world.alive('taskmanager').length, 3);
});

test('what concerns the JobManager replaces all that it concerns at once, and jobs go on from their last checkpoint', (t) => {
  const world = up();
  world.runJob('1');
  update(world, { configuration: { 'restart-strategy.type': 'fixed-delay' } });
  t.is(killed(world).length, 3);
  settle(world);
  t.like(world.jobRecord('1'), { state: 'SUBMITTING', lastCheckpoint: `file:/c/${job('1')}/chk-3` });
  t.like(
    world.plan().find(({ kind }) => kind === 'submit-job'),
    { resume: true, flinkJobId: attempt('1', 1) },
  );
});

test('a larger JobManager alone: TaskManagers stay, and find it where it comes back', (t) => {
  const world = up();
  update(world, { jobManager: { memoryMiB: 2048 } });
  t.deepEqual(killed(world), ['jobmanager-1']);
});

test('by savepoint: jobs stop with one first, are given to nobody meanwhile, and go on from it', (t) => {
  const world = up();
  world.runJob('1');
  world.submit('2');
  update(world, { configuration: { a: 'b' } }, { jobs: 'savepoint' });
  const actions = world.plan();
  t.deepEqual(kindsOf(actions), ['operate-job']);
  t.like(actions[0], { flinkJobId: job('1'), operation: { wish: { kind: 'update' } } });
  t.deepEqual(world.plan(), []);
  operated(world, { kind: 'operated', path: 'file:/s/savepoint-1' });
  t.is(killed(world).length, 3);
  settle(world);
  t.like(
    world.plan().find(({ kind }) => kind === 'submit-job'),
    { resume: true, flinkJobId: attempt('1', 1), job: { lastCheckpoint: 'file:/s/savepoint-1' } },
  );
});

test('a job that cannot stop holds everything up, until somebody hastens it, goes back, or asks again', (t) => {
  const world = up();
  world.runJob('1');
  const change = { configuration: { a: 'b' } };
  update(world, change, { jobs: 'savepoint' });
  world.plan();
  operated(world, { kind: 'operation-refused', why: 'no such directory' });
  t.deepEqual(world.plan(), []);
  world.restart();
  world.see([observed('1')]);
  t.deepEqual(world.plan(), []);
  update(world, change, { jobs: 'savepoint' });
  t.is(world.record.revision?.number, 2, 'the same again is nothing');
  steer(world, 'hasten');
  t.is(killed(world).length, 3);
});

test('who asks for checkpoints after all is not kept waiting, and a job that Flink stops meanwhile is not over', (t) => {
  const world = up();
  world.runJob('1');
  update(world, { configuration: { a: 'b' } }, { jobs: 'savepoint' });
  world.plan();
  update(world, { configuration: { a: 'b' } }, { jobs: 'checkpoint' });
  t.is(killed(world).length, 3);
  world.see([observed('1', { state: 'FINISHED' })]);
  t.is(world.jobRecord('1').state, 'RUNNING');
  settle(world);
  t.like(
    world.plan().find(({ kind }) => kind === 'submit-job'),
    { resume: true, flinkJobId: attempt('1', 1) },
  );
  t.like(world.jobRecord('1').operation, { state: 'failed', failure: 'its JobManager went before it had stopped' });
});

test('an update that is called off while Flink stops a job: it runs again from the savepoint, on the JobManager that stays', (t) => {
  const world = up();
  world.runJob('1');
  update(world, { configuration: { a: 'b' } }, { jobs: 'savepoint' });
  world.plan();
  update(world, {});
  world.see([observed('1', { state: 'FINISHED' })]);
  t.deepEqual(killed(world), []);
  operated(world, { kind: 'operated', path: 'file:/s/savepoint-1' });
  t.like(
    world.plan().find(({ kind }) => kind === 'submit-job'),
    { flinkJobId: attempt('1', 1), job: { lastCheckpoint: 'file:/s/savepoint-1' } },
  );
});

test('a job that waits for a JobManager has nothing to stop, and the update does not wait for it', (t) => {
  const world = up();
  world.runJob('1');
  update(world, { configuration: { a: 'b' } });
  killed(world);
  settle(world);
  update(world, { configuration: { a: 'c' } }, { jobs: 'savepoint' });
  t.is(world.jobRecord('1').state, 'SUBMITTING');
  t.is(killed(world).length, 3);
});

test('a job that does not run cannot be stopped with a savepoint: the cluster says so, and somebody decides', (t) => {
  const world = up();
  world.runJob('1');
  update(world, { configuration: { a: 'b' } }, { jobs: 'savepoint' });
  world.see([observed('1', { state: 'RESTARTING' })]);
  t.deepEqual(world.plan(), []);
  t.regex(
    whyUpdateStopped(world.record) ?? '',
    /is to stop with a savepoint, and it cannot before it runs: it is RESTARTING/,
  );
  steer(world, 'hasten');
  t.is(killed(world).length, 3);
});

test('held up, nobody more is replaced, but what is missing is launched; then it goes on', (t) => {
  const world = up();
  update(world, larger);
  world.plan();
  steer(world, 'hold');
  settle(world);
  t.is(world.alive('taskmanager').length, 2);
  t.deepEqual(killed(world), []);
  steer(world, 'go-on');
  t.is(killed(world).length, 1);
  settle(world);
  world.plan();
  t.is(t.throws(() => steer(world, 'hold'), { instanceOf: Problem })?.code, 'CONFLICT');
});

test('hastened, what is left goes at once', (t) => {
  const world = up({ taskManagers: { mode: 'fixed', count: 4 } });
  update(world, { ...larger, taskManagers: { mode: 'fixed', count: 4 } });
  t.is(killed(world).length, 1);
  steer(world, 'hasten');
  t.is(killed(world).length, 3);
});

test('TaskManagers that do no work go before their turn', (t) => {
  const world = up();
  const [first] = world.alive('taskmanager').map(({ spec }) => spec.taskId);
  world.end(first ?? taskId(''));
  world.plan();
  world.runAll();
  update(world, larger);
  t.is(killed(world).length, 1);
  t.is(world.alive('taskmanager').filter(({ goal }) => goal.kind === 'run').length, 2);
});

const refusals: readonly (readonly [Partial<ClusterSpec>, Partial<ClusterSpec>, CarryOver | undefined, RegExp])[] = [
  [{}, { name: 'other' }, undefined, /^name cannot change/],
  [{}, { taskManagers: { mode: 'elastic', min: 0, max: 2, spare: 0 } }, undefined, /^taskManagers.mode cannot change/],
  [{}, { highAvailability: zooKeeper }, undefined, /^highAvailability cannot change/],
  [{}, { placement: { role: 'other' } }, undefined, /^placement.role cannot change/],
  [{}, { taskManager: { kept: {} } }, undefined, /^taskManager.kept cannot change/],
  [
    { taskManager: { kept: {} } },
    { taskManager: { kept: {}, cpus: 2 } },
    undefined,
    /^taskManager cannot change: its places/,
  ],
  [{}, { application: { jar: { path: '/a.jar' } } }, undefined, /^application cannot change/],
  [
    { highAvailability: zooKeeper },
    { highAvailability: zooKeeper, flink: { version: '2.2.1' } },
    'checkpoint',
    /does not read what ZooKeeper holds of the jobs: update it with jobs=savepoint/,
  ],
  [{}, { configuration: { 'execution.checkpointing.dir': 's3://b' } }, 'checkpoint', /elsewhere then/],
];

for (const [before, after, jobs, words] of refusals) {
  test(`refused, and nothing changes: ${JSON.stringify(after)} after ${JSON.stringify(before)}`, (t) => {
    const world = up(before);
    const { record } = world;
    const problem = t.throws(() => update(world, after, { ...(jobs && { jobs }) }), { instanceOf: Problem });
    t.is(problem?.code, 'CONFLICT');
    t.regex(problem?.message ?? '', words);
    t.is(world.record, record);
  });
}

test('a job that was sent to Flink itself is not lost for it: the update is refused, unless ZooKeeper brings it back', (t) => {
  const change = { configuration: { a: 'b' } };
  const world = up();
  world.see([observed('9')]);
  t.regex(
    t.throws(() => update(world, change))?.message ?? '',
    /was not submitted through flink-mesos and would be lost/,
  );
  t.notThrows(() => update(world, larger));
  const available = up({ highAvailability: zooKeeper });
  available.see([observed('9')]);
  t.notThrows(() => update(available, { ...change, highAvailability: zooKeeper }));
});

test('another version of Flink under ZooKeeper goes by savepoints without being told; standbys go with their leader', (t) => {
  const standbys = { highAvailability: { ...zooKeeper, standbys: 1 } };
  const world = up(standbys);
  world.runAll();
  world.runJob('1');
  update(world, { ...standbys, flink: { version: '2.2.1' } });
  t.is(world.record.revision?.jobs, 'savepoint');
  t.deepEqual(kindsOf(world.plan()), ['operate-job']);
  operated(world, { kind: 'operated', path: 'file:/s/1' });
  const ended = killed(world);
  t.is(ended.filter((id) => id.startsWith('jobmanager')).length, 2);
  t.is(ended.filter((id) => id.startsWith('taskmanager')).length, 2);
});

test('the program of an application cluster: its job is another attempt, and runs the new one', (t) => {
  const spec = (className: string) => ({
    application: { jar: { path: '/jobs/a.jar' }, entryClass: className },
    taskManagers: { mode: 'fixed', count: 1 } as const,
  });
  const program = (entryClass: string) => ({ jar: '/jobs/a.jar', entryClass });
  const world = new World(aCluster({ jobs: [aJob('1', { spec: program('A') })] }, spec('A'))).up();
  world.see([observed('1')]);
  world.plan();
  update(world, spec('B'), { program: { spec: program('B') } });
  t.is(world.jobRecord('1').spec?.entryClass, 'B');
  t.is(killed(world).length, 2);
  world.endKilled();
  world.plan();
  t.is(world.jobRecord('1').resumed, 1);
});

test('the same specification is no update, and earlier ones are kept, but not for ever', (t) => {
  const world = up();
  update(world, {});
  t.is(world.record.revision, undefined);
  for (let memoryMiB = 2000; memoryMiB < 2020; memoryMiB++) update(world, { taskManager: { memoryMiB } });
  t.is(world.record.revision?.number, 21);
  t.deepEqual(
    world.record.earlier?.map(({ number }) => number),
    Array.from({ length: EARLIER_REVISIONS_KEPT }, (_, at) => 21 - EARLIER_REVISIONS_KEPT + at),
  );
});

function steer(world: World, act: 'hold' | 'go-on' | 'hasten'): void {
  world.take({ kind: 'command', command: { kind: 'steer-update', cluster: clusterName, act } });
}

type Result =
  | { readonly kind: 'operated'; readonly path: string }
  | { readonly kind: 'operation-refused'; readonly why: string };

function operated(world: World, result: Result): void {
  const operation = world.jobRecord('1').operation?.id ?? '';
  const jobManager = world.record.jobManager?.taskId ?? taskId('none');
  const about = { cluster: clusterName, job: job('1'), jobManager, at: world.now, operation };
  world.take({ kind: 'outcome', outcome: { ...about, ...result } });
}

test('what is the same already changes nothing; while it is being followed the jobs may be carried over in another way', (t) => {
  const world = up();
  update(world, {}, { jobs: 'savepoint' });
  t.is(world.record.revision, undefined, 'there was no update whose jobs it could concern');
  update(world, { environment: { A: '1' } });
  t.like(world.record.revision, { number: 2, jobs: 'checkpoint' });
  update(world, { environment: { A: '1' } }, { jobs: 'savepoint' });
  t.like(world.record.revision, { number: 3, jobs: 'savepoint' });
  update(world, { environment: { A: '1' } }, { jobs: 'savepoint' });
  t.is(world.record.revision?.number, 3);
});
