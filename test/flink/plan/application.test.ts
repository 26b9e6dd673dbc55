/** Clusters that run one program: attempts at its job, its end, and what is left of the cluster then. */
import test from 'ava';
import { saveDriverState } from '../../../src/flink/driver/saved-state.ts';
import { noDriver } from '../../../src/flink/driver/sessions.ts';
import type { FinishedBody } from '../../../src/flink/driver/wire.ts';
import { createClusters, ENDED_APPLICATIONS_KEPT } from '../../../src/flink/plan/planner.ts';
import type { ClusterName, ClusterRecord, JobOperation, JobRecord, JobState } from '../../../src/flink/plan/records.ts';
import type { ClusterSpec } from '../../../src/flink/spec.ts';
import { Problem } from '../../../src/lib/problem.ts';
import { aCluster, aJob, attempt, clusterName, job, kindsOf, observed, renderer, World } from '../cluster-fixture.ts';

const jar = { digest: 'd', fileName: 'flink-mesos-driver.jar', bytes: 1 };
const session = '1'.repeat(32);

function application(spec: Partial<ClusterSpec> = {}, change: Partial<ClusterRecord> = {}): ClusterRecord {
  const driver = { secretDigest: '00', jar, state: saveDriverState(noDriver) };
  return aCluster(
    { driver, jobs: [aJob('7', { spec: { jar: 'words.jar', entryClass: 'a.B', parallelism: 2 } })], ...change },
    { application: { jar: { id: 'words.jar' }, entryClass: 'a.B', parallelism: 2 }, ...spec },
  );
}

const zooKeeper = { highAvailability: { mode: 'zookeeper', quorum: 'zk1:2181' } } as const;

/** Its JobManager is up, and lists the job. */
function running(spec: Partial<ClusterSpec> = {}): World {
  const world = new World(application(spec));
  world.plan();
  world.runAll();
  world.pass(20_000);
  world.see([observed('7', { lastCheckpoint: `file:/c/${job('7')}/chk-3` })], []);
  world.plan();
  world.facts.length = 0;
  return world;
}

function say(world: World, status: FinishedBody['status'], diagnostics: string | null = null): void {
  const attach = { kind: 'attach', session, version: '2.3.0', rpc: 'agent1', web: null } as const;
  world.take({ kind: 'driver', cluster: clusterName, call: attach });
  world.take({ kind: 'driver', cluster: clusterName, call: { kind: 'finish', session, status, diagnostics } });
}

const jobOf = (world: World): JobRecord => world.jobRecord('7');
const environmentOf = (world: World) => world.task('jobmanager').spec.process.environment;
const phaseOf = (world: World) => world.clusters.status(clusterName, world.tasks).phase;
const stop: JobOperation = {
  id: 'a'.repeat(32),
  wish: { kind: 'stop', drain: false },
  startedAt: 0,
  state: 'running',
};

test('its JobManager is told which job to run; nothing is submitted to it', (t) => {
  const world = new World(application());
  world.plan();
  const { process } = world.task('jobmanager').spec;
  t.is(process.environment.FLINK_MESOS_JOB_ID, job('7'));
  t.is(process.environment.FLINK_MESOS_EARLIER_JOBS, undefined);
  t.regex(process.command, /flinkmesos\.driver\.ApplicationEntryPoint/);
  t.regex(process.command, /-D "\\\$internal\.pipeline\.job-id=\$FLINK_MESOS_JOB_ID"/);
  t.regex(process.command, /-D "parallelism\.default=2"/);
  t.true(process.uris.some(({ output_file }) => output_file === 'application.jar'));
  world.runAll();
  world.see([], []);
  t.deepEqual(world.plan(), []);
  t.is(jobOf(world).state, 'SUBMITTING');
});

for (const state of ['FINISHED', 'FAILED', 'CANCELED'] as const) {
  test(`RM-4, RM-5, RM-6: a job that is ${state} ends its cluster, whose record stays`, (t) => {
    const world = running();
    world.see([observed('7', { state, ...(state === 'FAILED' && { failure: 'boom' }) })], []);
    t.deepEqual(kindsOf(world.plan()), ['kill']);
    t.is(phaseOf(world), 'ended');
    t.is(world.clusters.status(clusterName, world.tasks).waitingFor, 'the end of 1 task');
    world.endKilled();
    t.deepEqual(world.plan(), []);
    world.restart();
    world.tasks = [];
    t.deepEqual(world.plan(), [], 'nothing is launched again');
    t.is(phaseOf(world), 'ended');
    t.like(jobOf(world), { state, ...(state === 'FAILED' && { failure: 'boom' }) });
    world.take({ kind: 'command', command: { kind: 'delete', cluster: clusterName } });
    t.deepEqual(kindsOf(world.plan()), ['forget']);
    t.is(world.stored, undefined);
  });
}

test('I9: a JobManager that is lost is the end of an attempt, and the next one goes on from its checkpoints', (t) => {
  const world = running();
  world.end(world.task('jobmanager').spec.taskId);
  t.deepEqual(kindsOf(world.plan()), ['launch']);
  t.like(jobOf(world), { state: 'SUBMITTING', resumed: 1 });
  t.like(environmentOf(world), {
    FLINK_MESOS_JOB_ID: attempt('7', 1),
    FLINK_MESOS_EARLIER_JOBS: job('7'),
    FLINK_MESOS_LAST_CHECKPOINT: `file:/c/${job('7')}/chk-3`,
  });
  // What was never launched has tried nothing.
  world.end(world.task('jobmanager').spec.taskId, { state: 'TASK_ERROR' });
  world.pass(120_000);
  world.plan();
  t.is(environmentOf(world).FLINK_MESOS_JOB_ID, attempt('7', 1));
  world.runAll();
  world.see([observed('7', { id: attempt('7', 1) })], []);
  world.plan();
  t.like(jobOf(world), { state: 'RUNNING', resumed: 1 });
  world.end(world.task('jobmanager').spec.taskId);
  world.pass(120_000);
  world.plan();
  t.is(environmentOf(world).FLINK_MESOS_EARLIER_JOBS, `${attempt('7', 1)},${job('7')}`);
});

test('with ZooKeeper the attempt outlives its JobManager', (t) => {
  const world = running(zooKeeper);
  world.end(world.task('jobmanager').spec.taskId);
  t.deepEqual(kindsOf(world.plan()), ['launch']);
  t.like(jobOf(world), { state: 'RUNNING', resumed: 0 });
  t.is(environmentOf(world).FLINK_MESOS_JOB_ID, job('7'));
});

test('with ZooKeeper a cluster whose job has ended is asked to leave nothing there', (t) => {
  const world = running(zooKeeper);
  world.see([observed('7', { state: 'FINISHED' })], []);
  t.deepEqual(kindsOf(world.ask().actions), ['shut-down']);
  world.end(world.task('jobmanager').spec.taskId, { state: 'TASK_FINISHED' });
  t.deepEqual(world.plan(), []);
  t.is(phaseOf(world), 'ended');
});

const told: readonly (readonly [FinishedBody['status'], string | null, JobState, RegExp | undefined])[] = [
  [
    'FAILED',
    'x.FlinkException: Could not load.\n\tat a.B\nCaused by: x.y.ProgramInvocationException: no a.B',
    'FAILED',
    /no a\.B/,
  ],
  ['FAILED', null, 'FAILED', /did not say why/],
  ['CANCELED', null, 'CANCELED', /shut down/],
  ['SUCCEEDED', null, 'CANCELED', /shut down/],
  ['UNKNOWN', null, 'RUNNING', undefined],
];
for (const [status, diagnostics, state, failure] of told) {
  test(`RM-7: a JobManager that says ${status} (${diagnostics === null ? 'no more' : 'why'}) leaves the job ${state}`, (t) => {
    const world = running();
    say(world, status, diagnostics);
    t.is(jobOf(world).state, state);
    if (failure !== undefined) t.regex(jobOf(world).failure ?? '', failure);
    t.deepEqual(kindsOf(world.plan()), state === 'RUNNING' ? [] : ['kill']);
  });
}

test('what Flink was seen to say of the job counts more than the word of a JobManager that leaves', (t) => {
  const world = running();
  world.see([observed('7', { state: 'FINISHED' })], []);
  say(world, 'CANCELED');
  t.is(jobOf(world).state, 'FINISHED');
});

test('a program that ends its process with 0 is finished; with anything else it is tried again', (t) => {
  const finished = running();
  finished.end(finished.task('jobmanager').spec.taskId, { state: 'TASK_FINISHED' });
  t.deepEqual(finished.plan(), []);
  t.is(jobOf(finished).state, 'FINISHED');
  t.is(phaseOf(finished), 'ended');
  const failed = running();
  failed.end(failed.task('jobmanager').spec.taskId, { state: 'TASK_FAILED' });
  t.deepEqual(kindsOf(failed.plan()), ['launch']);
});

test('of a fixed size: a JobManager whose jar lacks the program is the end of it, and any other failure is not', (t) => {
  const alone = () => {
    const jobs = [aJob('7', { spec: { jar: 'words.jar', entryClass: 'a.B' } })];
    const spec = { application: { jar: { id: 'words.jar' }, entryClass: 'a.B' } };
    const world = new World(aCluster({ jobs }, { ...spec, taskManagers: { mode: 'fixed', count: 2 } }));
    world.plan();
    world.runAll();
    return world;
  };
  const lacking = { message: 'Command exited with status 65' };
  const world = alone();
  world.plan();
  t.is(world.alive('taskmanager').length, 2, 'as many as were said, without being asked for');
  world.end(world.task('jobmanager').spec.taskId, lacking);
  world.plan();
  t.is(jobOf(world).state, 'FAILED');
  t.regex(jobOf(world).failure ?? '', /no class a\.B with a main method .*words-a1-jobmanager-1/);
  world.endKilled();
  t.is(phaseOf(world), 'ended');

  const another = alone();
  another.end(another.task('jobmanager').spec.taskId, { message: 'Command exited with status 1' });
  t.deepEqual(kindsOf(another.plan()), ['launch']);

  // Its program may end a JobManager that has answered with any status.
  const answered = alone();
  answered.see([], []);
  answered.plan();
  answered.end(answered.task('jobmanager').spec.taskId, lacking);
  answered.plan();
  t.is(jobOf(answered).state, 'SUBMITTING');
});

test('an application is cancelled: at Flink where it runs, at once where it does not', (t) => {
  const world = running();
  world.take({ kind: 'command', command: { kind: 'cancel', cluster: clusterName, job: job('7') } });
  t.deepEqual(kindsOf(world.ask().actions), ['cancel-job']);
  // The JobManager dies before it has done so: nobody runs the job again.
  world.end(world.task('jobmanager').spec.taskId);
  t.deepEqual(world.plan(), []);
  t.is(jobOf(world).state, 'CANCELED');

  const waiting = new World(application());
  waiting.plan();
  waiting.take({ kind: 'command', command: { kind: 'cancel', cluster: clusterName, job: job('7') } });
  t.is(jobOf(waiting).state, 'CANCELED');
  t.deepEqual(kindsOf(waiting.plan()), ['kill']);
});

test('a stop with a savepoint keeps the JobManager until it has said where the savepoint is', (t) => {
  const world = running();
  world.take({ kind: 'command', command: { kind: 'operate', cluster: clusterName, job: job('7'), operation: stop } });
  t.deepEqual(kindsOf(world.ask().actions), ['operate-job']);
  world.see([observed('7', { state: 'FINISHED' })], []);
  t.deepEqual(kindsOf(world.plan()), []);
  t.not(phaseOf(world), 'ended');
  const jobManager = world.task('jobmanager').spec.taskId;
  const outcome = { cluster: clusterName, job: job('7'), jobManager, at: world.now, operation: stop.id };
  world.take({ kind: 'outcome', outcome: { ...outcome, kind: 'operated', path: 'file:/s/1' } });
  t.deepEqual(kindsOf(world.plan()), ['kill']);
  t.like(jobOf(world), { state: 'FINISHED', savepoints: [{ path: 'file:/s/1' }] });
});

test('a JobManager that is lost after the stop takes the word of its savepoint along, and nobody runs the job again', (t) => {
  const world = running();
  world.take({ kind: 'command', command: { kind: 'operate', cluster: clusterName, job: job('7'), operation: stop } });
  world.plan();
  world.see([observed('7', { state: 'FINISHED' })], []);
  world.end(world.task('jobmanager').spec.taskId);
  t.deepEqual(world.plan(), []);
  t.is(phaseOf(world), 'ended');
  t.like(jobOf(world), { state: 'FINISHED', operation: { state: 'failed' } });
});

test('another parallelism is another attempt, with a JobManager of its own that starts from the savepoint', (t) => {
  const world = running();
  const rescale: JobOperation = { ...stop, wish: { kind: 'rescale', parallelism: 5 } };
  world.take({
    kind: 'command',
    command: { kind: 'operate', cluster: clusterName, job: job('7'), operation: rescale },
  });
  world.plan();
  world.see([observed('7', { state: 'FINISHED' })], []);
  const jobManager = world.task('jobmanager').spec.taskId;
  const outcome = { cluster: clusterName, job: job('7'), jobManager, at: world.now, operation: stop.id };
  world.take({ kind: 'outcome', outcome: { ...outcome, kind: 'operated', path: 'file:/s/1' } });
  t.deepEqual(kindsOf(world.plan()), ['kill']);
  world.endKilled();
  t.deepEqual(kindsOf(world.plan()), ['launch']);
  t.like(jobOf(world), { resumed: 1, spec: { parallelism: 5 } });
  t.like(environmentOf(world), {
    FLINK_MESOS_JOB_ID: attempt('7', 1),
    FLINK_MESOS_LAST_CHECKPOINT: 'file:/s/1',
  });
  t.regex(world.task('jobmanager').spec.process.command, /parallelism\.default=5/);
});

test('an application cluster takes no other job', (t) => {
  const world = running();
  const error = t.throws(() => world.submit('8'), { instanceOf: Problem, message: /runs its application alone/ });
  t.is(error.code, 'CONFLICT');
});

test('results are kept, and the oldest make room for new clusters', (t) => {
  const clusters = createClusters([], renderer);
  const create = (index: number) => {
    const name = `c${index}` as ClusterName;
    const ended = aJob(String(index), { state: 'FINISHED', stateSince: index });
    const cluster = application({}, { jobs: [ended] });
    const record = { ...cluster, name, spec: { ...cluster.spec, name } };
    const frame = clusters.accept({ kind: 'command', command: { kind: 'create', cluster: record }, at: index });
    clusters.plan(name, [], index);
    return frame;
  };
  for (let index = 1; index <= ENDED_APPLICATIONS_KEPT; index++) t.is(create(index).persist.length, 1);
  const frame = create(ENDED_APPLICATIONS_KEPT + 1);
  t.deepEqual(frame.persist[0], { kind: 'delete', collection: 'clusters', key: 'c1' });
  t.deepEqual(kindsOf(frame.actions), ['forget']);
  t.is(clusters.records().length, ENDED_APPLICATIONS_KEPT);
});
