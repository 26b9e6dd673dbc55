/** The jobs of a cluster: submitted, followed, cancelled, and brought back after their JobManager's end. */
import test from 'ava';
import { FAILURES_COUNT_MS } from '../../../src/flink/plan/back-off.ts';
import { ENDED_JOBS_KEPT } from '../../../src/flink/plan/note-look.ts';
import { Problem } from '../../../src/lib/problem.ts';
import { aCluster, attempt, clusterName, job, kindsOf, observed, World } from '../cluster-fixture.ts';

const cluster = () => aCluster({}, { taskManagers: { mode: 'fixed', count: 1 } });

const cancel = (world: World, end: string) =>
  world.take({ kind: 'command', command: { kind: 'cancel', cluster: clusterName, job: job(end) } });

/** The JobManager dies; its successor is launched and answers, without any jobs. */
function replaceJobManager(world: World): void {
  world.pass(20_000);
  world.end(world.task('jobmanager').spec.taskId, { state: 'TASK_KILLED' });
  world.plan();
  world.runAll();
  world.plan();
  world.endKilled();
  world.runAll();
  world.pass(3000);
  world.see();
}

test('a job waits for a JobManager that answers, and its attempt is recorded before it is made', (t) => {
  const world = new World(cluster());
  world.submit('1');
  world.plan();
  world.runAll();
  t.deepEqual(kindsOf(world.plan()), ['launch']);
  world.see();
  const frame = world.ask();
  const submit = frame.actions.find(({ kind }) => kind === 'submit-job');
  t.like(submit, { resume: false, flinkJobId: job('1'), checkpoints: [] });
  t.like(frame.persist[0]?.kind === 'put' ? frame.persist[0].value : undefined, {
    jobs: [{ state: 'SUBMITTING', jobManager: world.record.jobManager?.taskId }],
  });
  t.deepEqual(
    world.ask().actions.filter(({ kind }) => kind === 'submit-job'),
    [],
  );
});

test('submitted, running, finished: each is stated once', (t) => {
  const world = new World(cluster()).up();
  world.submit('1');
  t.deepEqual(kindsOf(world.plan()), ['submit-job']);
  world.outcome('1', { kind: 'submitted', from: 'file:/s/1' });
  t.is(world.jobRecord('1').state, 'INITIALIZING');
  for (const state of ['RUNNING', 'RUNNING', 'FINISHED', 'FINISHED'] as const) {
    world.pass(1000);
    world.see([observed('1', { state })]);
    t.deepEqual(world.plan(), []);
  }
  t.deepEqual(world.facts, [
    { kind: 'job.submitted', cluster: clusterName, job: job('1'), from: 'file:/s/1' },
    { kind: 'job.changed', cluster: clusterName, job: job('1'), name: 'Words', from: 'INITIALIZING', to: 'RUNNING' },
    { kind: 'job.running', cluster: clusterName, job: job('1'), name: 'Words', tasks: 2, sinceSubmitMs: 1_021_000 },
    { kind: 'job.changed', cluster: clusterName, job: job('1'), name: 'Words', from: 'RUNNING', to: 'FINISHED' },
  ]);
  t.like(world.jobRecord('1'), { state: 'FINISHED', stateSince: world.now - 1000, name: 'Words' });
});

const some = { tasks: { total: 2, running: 1 } };

test('that all subtasks run is stated once, and again after each restart', (t) => {
  const world = new World(cluster()).up();
  world.submit('1', { submittedAt: world.now });
  world.plan();
  world.outcome('1', { kind: 'submitted' });
  world.facts.length = 0;
  const facts = () => world.facts.filter(({ kind }) => kind === 'job.running');
  for (const tasks of [{ total: 0, running: 0 }, some.tasks, { total: 2, running: 2 }, { total: 2, running: 2 }]) {
    world.pass(1000);
    world.see([observed('1', { tasks })]);
  }
  const fact = { kind: 'job.running' as const, cluster: clusterName, job: job('1'), name: 'Words', tasks: 2 };
  t.deepEqual(facts(), [{ ...fact, sinceSubmitMs: 3000 }]);
  t.is(world.facts.at(-1)?.kind, 'job.running');
  world.seeNothing();
  world.see([observed('1')]);
  t.is(facts().length, 1);
  world.see([observed('1', { state: 'RESTARTING', tasks: { total: 2, running: 0 } })]);
  world.see([observed('1', some)]);
  t.is(facts().length, 1);
  world.see([observed('1')]);
  t.is(facts().length, 2);
});

test('after a resumption the time counts from the attempt that runs', (t) => {
  const world = new World(cluster()).up();
  world.runJob('1');
  replaceJobManager(world);
  world.plan();
  world.outcome('1', { kind: 'submitted' });
  world.facts.length = 0;
  world.see([observed('1', { id: attempt('1', 1), startedAt: world.now - 700 })]);
  t.like(world.facts.at(-1), { kind: 'job.running', job: job('1'), sinceSubmitMs: 700 });
});

test('after our own restart the first look that shows it states it', (t) => {
  const world = new World(cluster()).up();
  world.runJob('1');
  world.restart();
  world.see([observed('1', some)]);
  world.see([observed('1')]);
  t.deepEqual(world.kinds(), ['job.running']);
  world.restart();
  world.see([observed('1')]);
  t.deepEqual(world.kinds(), ['job.running', 'job.running']);
});

test('a job that ended, or whose answer is awaited, does not run', (t) => {
  const world = new World(cluster()).up();
  world.submit('1');
  world.plan();
  world.see([observed('1')]);
  world.see([observed('1', { state: 'CANCELLING' })]);
  t.false(world.kinds().includes('job.running'));
});

test('one operation at a time', (t) => {
  const world = new World(cluster()).up();
  world.submit('1');
  world.submit('2');
  t.is(world.plan().length, 1);
  t.deepEqual(world.plan(), []);
  world.outcome('1', { kind: 'submitted' });
  const [next] = world.plan();
  t.like(next, { kind: 'submit-job', job: { id: job('2') } });
});

test('a look that began before the answer changes nothing', (t) => {
  const world = new World(cluster()).up();
  world.submit('1');
  world.plan();
  world.see([observed('1', { state: 'CREATED' })]);
  t.is(world.jobRecord('1').state, 'SUBMITTING');
  world.outcome('1', { kind: 'submitted' });
  world.see([]);
  world.plan();
  t.is(world.jobRecord('1').state, 'INITIALIZING');
  t.deepEqual(world.kinds(), ['job.submitted']);
});

test("refused: the job has failed, in Flink's words, and is not tried again", (t) => {
  const world = new World(cluster()).up();
  world.submit('1');
  world.plan();
  world.outcome('1', { kind: 'refused', why: 'ClassNotFoundException: no.Such' });
  world.pass(1000);
  world.see([]);
  t.deepEqual(world.plan(), []);
  t.like(world.jobRecord('1'), { state: 'FAILED', failure: 'ClassNotFoundException: no.Such' });
  t.deepEqual(world.kinds(), ['job.refused', 'job.changed']);
  t.deepEqual(world.plan(), []);
});

test('refused, yet listed as running: an earlier attempt went through', (t) => {
  const world = new World(cluster()).up();
  world.submit('1');
  world.plan();
  world.outcome('1', { kind: 'refused', why: 'Job has already been submitted.' });
  world.see([observed('1')]);
  world.plan();
  t.is(world.jobRecord('1').state, 'RUNNING');
  t.deepEqual(world.kinds(), ['job.submitted', 'job.changed', 'job.running']);
});

test('refused and listed as failed: it is told as a refusal', (t) => {
  const world = new World(cluster()).up();
  world.submit('1');
  world.plan();
  world.outcome('1', { kind: 'refused', why: 'no such savepoint' });
  world.see([observed('1', { state: 'FAILED', failure: 'no such savepoint' })]);
  world.plan();
  t.deepEqual(world.kinds(), ['job.refused', 'job.changed']);
  t.is(world.jobRecord('1').failure, 'no such savepoint');
});

test('unanswered, and Flink has the job: it was taken', (t) => {
  const world = new World(cluster()).up();
  world.submit('1');
  world.plan();
  world.outcome('1', { kind: 'unanswered', why: 'reset' });
  world.see([observed('1')]);
  t.deepEqual(world.plan(), []);
  t.is(world.jobRecord('1').state, 'RUNNING');
});

test('unanswered, and Flink has it not for a while: again, with the same id and no state', (t) => {
  const world = new World(cluster()).up();
  world.submit('1');
  world.plan();
  world.outcome('1', { kind: 'unanswered', why: 'reset' });
  world.pass(1000);
  world.see([]);
  t.deepEqual(world.plan(), []);
  world.pass(2000);
  world.see([]);
  t.like(world.plan()[0], { kind: 'submit-job', job: { id: job('1'), resumed: 0 }, resume: false });
});

test('a crash between the record and the attempt: looked first, then tried again', (t) => {
  const world = new World(cluster()).up();
  world.submit('1');
  world.plan();
  world.restart();
  world.pass(500);
  world.see([]);
  t.deepEqual(world.plan(), []);
  world.pass(3000);
  world.see([]);
  t.deepEqual(kindsOf(world.plan()), ['submit-job']);
});

test('a crash after the attempt went through: it is not made twice', (t) => {
  const world = new World(cluster()).up();
  world.submit('1');
  world.plan();
  world.restart();
  world.see([observed('1')]);
  world.pass(10_000);
  world.see([observed('1')]);
  t.deepEqual(world.plan(), []);
  t.is(world.jobRecord('1').state, 'RUNNING');
});

test('the JobManager is replaced: the job is given to its successor, to go on from its last checkpoint', (t) => {
  const world = new World(cluster()).up();
  world.runJob('1');
  world.end(world.task('jobmanager').spec.taskId);
  world.plan();
  t.is(world.jobRecord('1').state, 'SUBMITTING');
  t.deepEqual(world.plan(), []);
  world.runAll();
  world.pass(2000);
  world.plan();
  t.is(world.jobRecord('1').resumed, 0);
  world.endKilled();
  world.runAll();
  world.see();
  const submit = world.plan().find(({ kind }) => kind === 'submit-job');
  t.like(submit, { resume: true, job: { id: job('1'), resumed: 1, lastCheckpoint: `file:/c/${job('1')}/chk-3` } });
  world.outcome('1', { kind: 'submitted', from: 'file:/c/chk-4' });
  world.see([observed('1', { id: attempt('1', 1) })]);
  t.like(world.jobRecord('1'), { state: 'RUNNING', resumed: 1, lastCheckpoint: 'file:/c/chk-4' });
  t.deepEqual(
    world.kinds().filter((kind) => kind.startsWith('job.')),
    ['job.changed', 'job.submitted', 'job.changed', 'job.running'],
  );
});

test('each resumption is another job for Flink, and goes on from what the attempts before it left', (t) => {
  const world = new World(cluster()).up();
  world.runJob('1');
  const submitted = () => {
    replaceJobManager(world);
    return world.plan().find(({ kind }) => kind === 'submit-job');
  };
  const directory = (resumed: number) => `file:///srv/flink/words/checkpoints/${attempt('1', resumed)}`;
  t.like(submitted(), { flinkJobId: attempt('1', 1), checkpoints: [directory(0)] });
  world.outcome('1', { kind: 'submitted' });
  world.see([observed('1', { id: attempt('1', 1) })]);
  world.pass(FAILURES_COUNT_MS);
  t.like(submitted(), { flinkJobId: attempt('1', 2), checkpoints: [directory(1), directory(0)] });
  world.outcome('1', { kind: 'submitted' });
  world.see([observed('1', { id: attempt('1', 2) })]);
  cancel(world, '1');
  t.like(world.plan()[0], { kind: 'cancel-job', job: job('1'), flinkJobId: attempt('1', 2) });
});

test('an earlier attempt that is still listed is neither the job nor a job of somebody else', (t) => {
  const world = new World(cluster()).up();
  world.runJob('1');
  replaceJobManager(world);
  world.plan();
  world.outcome('1', { kind: 'submitted' });
  world.see([observed('1', { state: 'FAILED' }), observed('1', { id: attempt('1', 1) })]);
  t.is(world.record.jobs.length, 1);
  t.like(world.jobRecord('1'), { state: 'RUNNING', resumed: 1 });
});

test('a successor that has the job already (it found it by itself) is not given it again', (t) => {
  const world = new World(cluster()).up();
  world.runJob('1');
  world.end(world.task('jobmanager').spec.taskId);
  world.plan();
  world.runAll();
  world.see([observed('1')]);
  t.false(kindsOf(world.plan()).includes('submit-job'));
  t.like(world.jobRecord('1'), { state: 'RUNNING', resumed: 0, jobManager: world.record.jobManager?.taskId });
});

test('the successor dies while it is given the job: the next one is, and the late answer does not count', (t) => {
  const world = new World(cluster()).up();
  world.runJob('1');
  replaceJobManager(world);
  t.deepEqual(kindsOf(world.plan()), ['submit-job']);
  const second = world.record.jobManager?.taskId;
  replaceJobManager(world);
  world.pass(60_000);
  world.plan();
  world.runAll();
  world.plan();
  world.runAll();
  world.see();
  const again = world.plan().find(({ kind }) => kind === 'submit-job');
  t.like(again ?? {}, { resume: true, job: { resumed: 2 } });
  world.outcome('1', { kind: 'submitted' }, second);
  t.is(world.jobRecord('1').state, 'SUBMITTING');
  world.outcome('1', { kind: 'submitted' });
  t.is(world.jobRecord('1').state, 'INITIALIZING');
});

test('jobs that have ended stay as they are when their JobManager goes', (t) => {
  const world = new World(cluster()).up();
  world.runJob('1');
  world.see([observed('1', { state: 'FAILED', failure: 'boom' })]);
  replaceJobManager(world);
  t.deepEqual(kindsOf(world.plan()), []);
  t.like(world.jobRecord('1'), { state: 'FAILED', failure: 'boom' });
});

test('a job that was not submitted through us is listed, and lost with its JobManager', (t) => {
  const world = new World(cluster()).up();
  world.see([observed('9', { name: 'Theirs', startedAt: 5 })]);
  world.plan();
  t.like(world.jobRecord('9'), { name: 'Theirs', state: 'RUNNING', submittedAt: 5 });
  t.is(world.jobRecord('9').spec, undefined);
  t.deepEqual(world.kinds(), ['job.submitted', 'job.changed', 'job.running']);
  replaceJobManager(world);
  world.plan();
  t.is(world.jobRecord('9').state, 'FAILED');
  t.regex(world.jobRecord('9').failure ?? '', /its JobManager ended/);
  t.is(world.kinds().filter((kind) => kind === 'job.lost').length, 1);
});

test('cancel: asked once, repeated only when the job goes on', (t) => {
  const world = new World(cluster()).up();
  world.runJob('1');
  cancel(world, '1');
  t.like(world.plan()[0], { kind: 'cancel-job', job: job('1') });
  t.deepEqual(world.plan(), []);
  world.outcome('1', { kind: 'cancelled' });
  world.see([observed('1')]);
  t.deepEqual(world.plan(), []);
  world.pass(10_000);
  world.see([observed('1')]);
  t.deepEqual(kindsOf(world.plan()), ['cancel-job']);
  world.outcome('1', { kind: 'unanswered', why: 'reset' });
  world.see([observed('1', { state: 'CANCELLING' })]);
  world.pass(10_000);
  t.deepEqual(world.plan(), []);
  world.see([observed('1', { state: 'CANCELED' })]);
  t.deepEqual(world.plan(), []);
  t.is(world.jobRecord('1').state, 'CANCELED');
});

test('a cancellation survives a crash', (t) => {
  const world = new World(cluster()).up();
  world.runJob('1');
  cancel(world, '1');
  world.restart();
  world.see([observed('1')]);
  t.deepEqual(kindsOf(world.plan()), ['cancel-job']);
});

test('a job that nobody was given yet is cancelled at once', (t) => {
  const world = new World(cluster());
  world.submit('1');
  cancel(world, '1');
  t.is(world.jobRecord('1').state, 'CANCELED');
  world.up();
  t.deepEqual(world.plan(), []);
});

test('a job that is to be cancelled is not given to the next JobManager', (t) => {
  const world = new World(cluster()).up();
  world.runJob('1');
  cancel(world, '1');
  world.plan();
  replaceJobManager(world);
  t.false(kindsOf(world.plan()).includes('submit-job'));
  t.is(world.jobRecord('1').state, 'CANCELED');
});

test('cancelled while nobody knows whether it was taken', (t) => {
  const world = new World(cluster()).up();
  world.submit('1');
  world.plan();
  cancel(world, '1');
  world.outcome('1', { kind: 'unanswered', why: 'reset' });
  world.see([]);
  t.deepEqual(world.plan(), []);
  t.is(world.jobRecord('1').state, 'SUBMITTING');
  world.pass(3000);
  world.see([]);
  t.deepEqual(world.plan(), []);
  t.is(world.jobRecord('1').state, 'CANCELED');
});

test('what contradicts the records is refused', (t) => {
  const world = new World(cluster()).up();
  const code = (act: () => void) => t.throws(act, { instanceOf: Problem })?.code;
  t.is(
    code(() => cancel(world, '1')),
    'NOT_FOUND',
  );
  world.runJob('1');
  t.is(
    code(() => world.submit('1')),
    'EXISTS',
  );
  world.see([observed('1', { state: 'FINISHED' })]);
  t.is(
    code(() => cancel(world, '1')),
    'CONFLICT',
  );
});

test('a checkpoint that was seen is kept although the next look shows none', (t) => {
  const world = new World(cluster()).up();
  world.runJob('1');
  world.see([observed('1', { state: 'RESTARTING' })]);
  t.like(world.jobRecord('1'), { state: 'RESTARTING', lastCheckpoint: `file:/c/${job('1')}/chk-3` });
});

test('a job that Flink no longer lists is given up after a minute', (t) => {
  const world = new World(cluster()).up();
  world.runJob('1');
  world.see([]);
  world.pass(59_000);
  world.see([]);
  t.is(world.jobRecord('1').state, 'RUNNING');
  world.pass(1000);
  world.see([]);
  t.is(world.jobRecord('1').state, 'FAILED');
  t.deepEqual(world.kinds(), ['job.lost', 'job.changed']);
});

test('of the jobs that have ended the last hundred are kept, and none comes back', (t) => {
  const world = new World(cluster()).up();
  const ended = Array.from({ length: ENDED_JOBS_KEPT + 20 }, (_, index) =>
    observed(`${index + 1000}`, { state: 'FINISHED', startedAt: index + 1 }),
  );
  world.see(ended);
  t.is(world.record.jobs.length, ENDED_JOBS_KEPT);
  t.is(world.record.jobs[0]?.id, job('1020'));
  const before = world.record;
  world.see(ended);
  t.is(world.record, before);
  t.is(world.kinds().filter((kind) => kind === 'job.submitted').length, ENDED_JOBS_KEPT + 20);
});

test('nothing new is seen: nothing is written', (t) => {
  const world = new World(cluster()).up();
  world.runJob('1');
  const look = [observed('1', { lastCheckpoint: `file:/c/${job('1')}/chk-3` })];
  world.see(look);
  const { persist } = world.take({
    kind: 'observation',
    observation: {
      cluster: clusterName,
      jobManager: world.task('jobmanager').spec.taskId,
      at: world.now,
      kind: 'seen',
      jobs: look,
      taskManagers: [],
    },
  });
  t.deepEqual(persist, []);
});
