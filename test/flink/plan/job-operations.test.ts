/** Savepoints, stops and changes of parallelism: asked for once, under one id, and brought to an end whatever happens. */
import test from 'ava';
import type { OperationResult } from '../../../src/flink/plan/observation.ts';
import type { OperationWish } from '../../../src/flink/plan/records.ts';
import { Problem } from '../../../src/lib/problem.ts';
import { aCluster, attempt, clusterName, job, kindsOf, observed, taskId, World } from '../cluster-fixture.ts';

const id = 'f'.repeat(32);

function withJob(configuration: Readonly<Record<string, string>> = {}): World {
  const world = new World(aCluster({}, { taskManagers: { mode: 'fixed', count: 2 }, configuration })).up();
  world.runJob('1');
  return world;
}

function wish(world: World, wished: OperationWish, operation = id): void {
  const startedAt = world.now;
  world.take({
    kind: 'command',
    command: {
      kind: 'operate',
      cluster: clusterName,
      job: job('1'),
      operation: { id: operation, wish: wished, startedAt, state: 'running' },
    },
  });
}

function result(world: World, what: OperationResult, jobManager = world.record.jobManager?.taskId): void {
  const outcome = { cluster: clusterName, job: job('1'), jobManager: jobManager ?? taskId('none'), at: world.now };
  world.take({ kind: 'outcome', outcome: { ...outcome, ...what } });
}

test('a savepoint is asked for once, and is remembered where it is', (t) => {
  const world = withJob();
  wish(world, { kind: 'savepoint' });
  t.like(world.plan()[0], { kind: 'operate-job', flinkJobId: job('1'), operation: { id } });
  t.deepEqual(world.plan(), []);
  result(world, { kind: 'operated', operation: id, path: 'file:/s/savepoint-1' });
  t.like(world.jobRecord('1'), { state: 'RUNNING', operation: { state: 'completed', path: 'file:/s/savepoint-1' } });
  t.like(world.jobRecord('1').savepoints, [{ path: 'file:/s/savepoint-1', kind: 'savepoint' }]);
  t.deepEqual(world.plan(), []);
  t.deepEqual(world.kinds(), ['job.operated']);
  world.take({
    kind: 'command',
    command: { kind: 'forget-savepoint', cluster: clusterName, job: job('1'), path: 'file:/s/savepoint-1' },
  });
  t.deepEqual(world.jobRecord('1').savepoints, []);
});

test('after a restart of ours the same operation is asked for, and a lost answer is asked for again', (t) => {
  const world = withJob();
  wish(world, { kind: 'savepoint' });
  world.plan();
  world.restart();
  world.see([observed('1')]);
  t.like(world.plan()[0], { kind: 'operate-job', operation: { id } });
  result(world, { kind: 'operation-unanswered', operation: id, why: 'no answer' });
  t.deepEqual(world.plan(), []);
  world.pass(3000);
  t.like(world.plan()[0], { kind: 'operate-job', operation: { id } });
});

test('a refusal fails the operation, and the job with it does not', (t) => {
  const world = withJob();
  wish(world, { kind: 'stop', drain: false });
  world.plan();
  result(world, { kind: 'operation-refused', operation: id, why: 'no such directory' });
  t.like(world.jobRecord('1'), { state: 'RUNNING', operation: { state: 'failed', failure: 'no such directory' } });
  t.deepEqual(world.plan(), []);
  wish(world, { kind: 'savepoint' }, 'e'.repeat(32));
  t.deepEqual(kindsOf(world.plan()), ['operate-job']);
});

test('a JobManager that is lost meanwhile: the next one is asked, once it runs the job', (t) => {
  const world = withJob();
  const before = world.record.jobManager?.taskId;
  wish(world, { kind: 'savepoint' });
  world.plan();
  world.end(world.task('jobmanager').spec.taskId);
  world.plan();
  world.runAll();
  result(world, { kind: 'operation-unanswered', operation: id, why: 'gone' }, before);
  world.see();
  t.true(kindsOf(world.plan()).includes('submit-job'));
  world.outcome('1', { kind: 'submitted' });
  t.deepEqual(
    world.plan().filter(({ kind }) => kind === 'operate-job'),
    [],
  );
  world.see([observed('1', { id: attempt('1', 1) })]);
  const again = world.plan().find(({ kind }) => kind === 'operate-job');
  t.like(again, { flinkJobId: attempt('1', 1), operation: { id } });
});

test('a job that was stopped is not run again, although its JobManager is lost before it is seen to have finished', (t) => {
  const world = withJob();
  wish(world, { kind: 'stop', drain: false });
  world.plan();
  result(world, { kind: 'operated', operation: id, path: 'file:/s/savepoint-1' });
  t.is(world.jobRecord('1').state, 'FINISHED');
  world.end(world.task('jobmanager').spec.taskId);
  world.plan();
  world.runAll();
  world.see();
  t.false(kindsOf(world.plan()).includes('submit-job'));
});

test('a JobManager that is lost after the stop, before it was asked: nobody waits for its word', (t) => {
  const world = withJob();
  wish(world, { kind: 'stop', drain: false });
  world.plan();
  world.see([observed('1', { state: 'FINISHED' })]);
  world.end(world.task('jobmanager').spec.taskId);
  world.plan();
  world.runAll();
  world.see();
  world.plan();
  t.like(world.jobRecord('1'), { state: 'FINISHED', operation: { state: 'failed' } });
});

test('what a JobManager of before says of the end of an attempt does not end the one after it', (t) => {
  const world = withJob();
  const before = world.record.jobManager?.taskId;
  wish(world, { kind: 'rescale', parallelism: 4 });
  world.plan();
  world.end(world.task('jobmanager').spec.taskId);
  world.plan();
  world.runAll();
  world.see();
  world.plan();
  world.outcome('1', { kind: 'submitted' });
  world.see([observed('1', { id: attempt('1', 1) })]);
  result(world, { kind: 'operated', operation: id, path: 'file:/s/savepoint-1' }, before);
  t.like(world.jobRecord('1'), { state: 'RUNNING', resumed: 1, operation: { state: 'running' } });
});

test('a job that has finished before it was seen to run was stopped by nobody', (t) => {
  const world = withJob();
  world.see([observed('1', { state: 'RESTARTING' })]);
  wish(world, { kind: 'rescale', parallelism: 4 });
  t.deepEqual(world.plan(), []);
  world.see([observed('1', { state: 'FINISHED' })]);
  t.is(world.jobRecord('1').state, 'FINISHED');
  t.deepEqual(kindsOf(world.plan()), ['operate-job']);
  result(world, { kind: 'operation-refused', operation: id, why: 'there is no such job' });
  t.like(world.jobRecord('1'), { state: 'FINISHED', operation: { state: 'failed' } });
});

test('after a savepoint only what the attempts since have retained is looked for', (t) => {
  const world = withJob();
  wish(world, { kind: 'rescale', parallelism: 4 });
  world.plan();
  result(world, { kind: 'operated', operation: id, path: 'file:/s/savepoint-1' });
  const submitted = () => world.plan().find(({ kind }) => kind === 'submit-job');
  t.like(submitted(), { checkpoints: [] });
  world.outcome('1', { kind: 'submitted', from: 'file:/s/savepoint-1' });
  world.see([observed('1', { id: attempt('1', 1) })]);
  world.end(world.task('jobmanager').spec.taskId);
  world.plan();
  world.runAll();
  world.see();
  const again = submitted();
  t.is(again?.kind === 'submit-job' ? again.checkpoints.length : undefined, 1);
});

test('another parallelism: the job stops with a savepoint, which is no end, and runs again from it', (t) => {
  const world = withJob();
  wish(world, { kind: 'rescale', parallelism: 4 });
  t.like(world.plan()[0], { kind: 'operate-job', inPlace: false });
  world.see([observed('1', { state: 'FINISHED' })]);
  t.is(world.jobRecord('1').state, 'RUNNING');
  result(world, { kind: 'operated', operation: id, path: 'file:/s/savepoint-1' });
  t.like(world.jobRecord('1'), { state: 'SUBMITTING', resumed: 1, lastCheckpoint: 'file:/s/savepoint-1' });
  const [again] = world.plan();
  t.like(again, { kind: 'submit-job', resume: true, flinkJobId: attempt('1', 1) });
  t.is(again?.kind === 'submit-job' ? again.job.spec?.parallelism : undefined, 4);
  world.outcome('1', { kind: 'submitted', from: 'file:/s/savepoint-1' });
  world.see([observed('1', { state: 'FINISHED' }), observed('1', { id: attempt('1', 1) })]);
  t.deepEqual(world.plan(), []);
  t.like(world.jobRecord('1'), { state: 'RUNNING', resumed: 1 });
});

test('an adaptive scheduler changes it in place, and a resumption keeps it', (t) => {
  const world = withJob({ 'jobmanager.scheduler': 'adaptive' });
  wish(world, { kind: 'rescale', parallelism: 4 });
  t.like(world.plan()[0], { kind: 'operate-job', inPlace: true });
  result(world, { kind: 'operated', operation: id });
  t.like(world.jobRecord('1'), { state: 'RUNNING', resumed: 0 });
  t.is(world.jobRecord('1').spec?.parallelism, 4);
  t.deepEqual(world.jobRecord('1').savepoints, []);
});

test('in reactive mode the parallelism follows the TaskManagers', (t) => {
  const world = withJob({ 'scheduler-mode': 'reactive' });
  const error = t.throws(() => wish(world, { kind: 'rescale', parallelism: 4 }), { instanceOf: Problem });
  t.regex(error.message, /as many subtasks as there are slots: scale cluster words instead/);
});

test('one at a time, and none for a job that ends', (t) => {
  const world = withJob();
  wish(world, { kind: 'savepoint' });
  const refused = () => wish(world, { kind: 'savepoint' }, 'e'.repeat(32));
  t.is(t.throws(refused, { instanceOf: Problem })?.code, 'CONFLICT');
  world.take({ kind: 'command', command: { kind: 'cancel', cluster: clusterName, job: job('1') } });
  t.deepEqual(kindsOf(world.plan()), ['cancel-job']);
  t.like(world.jobRecord('1').operation, { state: 'failed', failure: 'the job was cancelled' });
  t.is(t.throws(refused, { instanceOf: Problem })?.code, 'CONFLICT');
  world.see([observed('1', { state: 'CANCELED' })]);
  t.is(t.throws(refused, { instanceOf: Problem })?.code, 'CONFLICT');
});
