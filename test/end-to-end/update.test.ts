/**
 * Another specification of clusters that run real Flink: TaskManagers one after the other under a job that goes on, the JobManager
 * with its jobs by checkpoint and by savepoint, a specification that cannot be and the way back, and all of it over a restart of
 * the scheduler. What the operators' plan says meanwhile is seen on the way.
 */
import test from 'ava';
import type { JobView, RevisionView } from '../../src/api/views.ts';
import { jobsOf, witnessOptions } from './support/flink-jobs.ts';
import { answerOf, eventually } from './support/process.ts';
import { exampleJar, type Stack, startStack } from './support/stack.ts';

let stack: Stack;
let jar: string;

test.before(async () => {
  const example = await exampleJar(process.env.FLINK_MESOS_TEST_FLINK);
  jar = example.jar;
  stack = await startStack({ scheduler: ['--flink-version', example.version] });
});

test.after.always(async () => {
  await stack?.close();
});

test.serial('TaskManagers alone: one after the other, and the scheduler is restarted meanwhile', async (t) => {
  await cli('clusters', 'create', 'orders', '--task-managers', '2', '--wait');
  const { id } = await cli<JobView>('run', '--wait', '--cluster', 'orders', ...witnessOptions, '-p', '2', jar);
  const before = await stack.api.running('orders', 'taskmanager');
  const [jobManager] = await stack.api.running('orders', 'jobmanager');
  await cli('clusters', 'update', 'orders', '--memory', '1800');
  t.is(await statusOf('/v1/plans/update'), 202);
  await stack.scheduler.kill('SIGKILL');
  await stack.startScheduler();
  await stack.api.clusterFollowed('orders', 2);
  t.is(await statusOf('/v1/plans/update'), 200);
  const after = await stack.api.running('orders', 'taskmanager');
  t.deepEqual(after.map(({ resources }) => resources.memMiB).sort(), [1800, 1800]);
  t.false(after.some((task) => before.some((old) => old.id === task.id)));
  t.is((await stack.api.running('orders', 'jobmanager'))[0]?.id, jobManager?.id);
  // One that was launched while no scheduler served its files has ended, too.
  const ended = (await stack.api.tasks('orders')).filter((task) => before.some(({ id: old }) => old === task.id));
  const [first, second] = ended.map(({ endedAt = '' }) => endedAt).sort();
  const successor = after.map(({ runningAt = '' }) => runningAt).sort()[0] ?? '';
  t.true((first ?? '') < successor && successor < (second ?? ''), 'the second ended after the first successor ran');
  await jobsOf(stack.api, 'orders').running(id);
  t.is((await stack.api.jobs('orders'))[0]?.resumed, 0, 'Flink itself brought it back');
});

test.serial('what concerns the JobManager: the job goes on from a savepoint, or from a checkpoint', async (t) => {
  const [{ id } = { id: '' }] = await stack.api.jobs('orders');
  const jobs = jobsOf(stack.api, 'orders');
  await cli('clusters', 'update', 'orders', '-D', 'web.refresh-interval=4000', '--jobs', 'savepoint', '--wait');
  await jobs.running(id);
  const [bySavepoint] = await stack.api.jobs('orders');
  t.like(bySavepoint, { resumed: 1, operation: { kind: 'update', state: 'completed' } });
  t.is(await jobs.restores(id), 1);
  await jobs.checkpointed(id);
  await cli('clusters', 'update', 'orders', '-e', 'COLOUR=blue', '--wait');
  await jobs.running(id);
  t.like((await stack.api.jobs('orders'))[0], { resumed: 2, state: 'RUNNING' });
  t.is(await jobs.restores(id), 1);
  t.is((await stack.api.cluster('orders')).revision, 4);
});

test.serial('one that no agent has room for stops where it begins; the way back replaces no other', async (t) => {
  const before = (await stack.api.running('orders')).map(({ id }) => id);
  await cli('clusters', 'update', 'orders', '--cpus', '1000');
  await eventually('the first successor waits', async () =>
    (await stack.api.tasks('orders')).some(({ phase, whyWaiting }) => phase === 'waiting' && whyWaiting !== undefined),
  );
  t.is((await stack.api.cluster('orders')).update?.outdated, 1);
  await cli('clusters', 'rollback', 'orders', '--wait');
  const after = (await stack.api.running('orders')).map(({ id }) => id);
  t.is(after.filter((id) => before.includes(id)).length, 2, 'the JobManager and one TaskManager');
  const revisions = await cli<RevisionView[]>('clusters', 'revisions', 'orders');
  t.deepEqual(
    revisions.map(({ revision }) => revision),
    [1, 2, 3, 4, 5, 6],
  );
  const [{ id } = { id: '' }] = await stack.api.jobs('orders');
  await jobsOf(stack.api, 'orders').running(id);
  await stack.api.send('DELETE', '/v1/clusters/orders');
});

test.serial('an elastic cluster is replaced as a whole, and its job goes on', async (t) => {
  await cli('clusters', 'create', 'tides', '--elastic', '0:3', '--internal-tls', '--wait');
  const { id } = await cli<JobView>('run', '--wait', '--cluster', 'tides', ...witnessOptions, '-p', '2', jar);
  const jobs = jobsOf(stack.api, 'tides');
  await jobs.running(id);
  await jobs.checkpointed(id);
  await cli('clusters', 'update', 'tides', '--slots', '2', '--wait');
  await jobs.running(id);
  t.is(await jobs.restores(id), 1);
  await eventually('one TaskManager of two slots', async () => {
    const { slots, taskManagers } = await stack.api.cluster('tides');
    return taskManagers.registered === 1 && slots.total === 2;
  });
  t.like((await stack.api.jobs('tides'))[0], { resumed: 1, state: 'RUNNING' });
});

test.serial('a cluster that the options name follows them, and what it cannot follow is refused', async (t) => {
  const options = (...more: string[]) => ['--clusters', 'steady', '--taskmanagers', '1', ...more];
  await stack.scheduler.kill('SIGTERM');
  await stack.startScheduler(options('--taskmanager-memory', '1728'));
  await stack.api.clusterRunning('steady', 1);
  await stack.scheduler.kill('SIGTERM');
  await stack.startScheduler(options('--taskmanager-memory', '1800'));
  const { spec } = await stack.api.clusterFollowed('steady', 2);
  t.is(spec.taskManager.memoryMiB, 1800);
  t.deepEqual(
    (await stack.api.running('steady', 'taskmanager')).map(({ resources }) => resources.memMiB),
    [1800],
  );
  await stack.scheduler.kill('SIGTERM');
  await stack.startScheduler(['--clusters', 'steady', '--taskmanagers', '0:2']);
  t.is(await statusOf('/v1/plans/update'), 417);
  const { update } = await stack.api.get<{ update: { errors: string[] } }>('/v1/debug/plans');
  t.regex(update.errors.join(), /cluster steady: taskManagers.mode cannot change/);
  t.is((await stack.api.cluster('steady')).revision, 2);
});

async function statusOf(path: string): Promise<number> {
  const answer = await fetch(`${stack.api.url}${path}`);
  await answer.text();
  return answer.status;
}

function cli<Answer>(...args: readonly string[]): Promise<Answer> {
  return answerOf(stack.api.url, args);
}
