/**
 * What goes wrong in production, with real processes: a Mesos master, agents and a scheduler of their own, real Flink,
 * and kill -9. One stack serves the whole file, step after step, as a cluster lives through its failures.
 */

import test from 'ava';
import type { JobView } from '../../src/dispatcher/dispatcher.ts';
import { idsOf, provenJobManager } from './support/api.ts';
import { jobsOf } from './support/flink-jobs.ts';
import { alive, eventually } from './support/process.ts';
import { exampleJar, pidOfTask, processesOf, type Stack, startMaster, startStack } from './support/stack.ts';

let stack: Stack;
let job: JobView;
/** When the job's state began: it stays the same for as long as no state is lost. */
let born: number;

test.before(async () => {
  const { version } = await exampleJar();
  stack = await startStack({ scheduler: ['--flink-version', version] });
});

test.after.always(async () => {
  await stack?.close();
});

test.serial('a session cluster comes up and a job with checkpoints runs', async (t) => {
  await stack.api.send('POST', '/v1/clusters', { name: 'orders', taskManagers: { mode: 'fixed', count: 2 } });
  await stack.api.clusterRunning('orders', 2);
  job = await orders().witness((await exampleJar()).jar);
  await orders().running(job.id);
  await orders().checkpointed(job.id);
  born = (await orders().testimony(1)).born;
  t.is((await stack.api.present('orders')).length, 3);
});

test.serial(
  'I1: a TaskManager killed with -9 is replaced on fresh ports and the job runs again from its checkpoint',
  async (t) => {
    const [victim] = await stack.api.running('orders', 'taskmanager');
    const before = await orders().restores(job.id);
    process.kill(await pidOfTask(victim?.id ?? ''), 'SIGKILL');
    const successor = await eventually('a successor', async () =>
      (await stack.api.running('orders', 'taskmanager')).find(
        (task) =>
          task.launchedAt !== undefined && task.launchedAt > (victim?.launchedAt ?? '') && task.id !== victim?.id,
      ),
    );
    t.notDeepEqual(successor.ports, victim?.ports);
    await stack.api.clusterRunning('orders', 2);
    await orders().running(job.id);
    await eventually('a restore', async () => (await orders().restores(job.id)) > before);
    t.like(await orders().testimony(2), { born, violations: 0 });
  },
);

test.serial('a second cluster beside the first disturbs nothing', async (t) => {
  const before = idsOf(await stack.api.present('orders'));
  await stack.api.send('POST', '/v1/clusters', { name: 'clicks', taskManagers: { mode: 'fixed', count: 1 } });
  await stack.api.clusterRunning('clicks', 1);
  t.deepEqual(idsOf(await stack.api.present('orders')), before);
  await stack.api.send('DELETE', '/v1/clusters/clicks');
  await stack.api.clusterGone('clicks');
  t.deepEqual(idsOf(await stack.api.present('orders')), before);
  await orders().running(job.id);
});

test.serial(
  'I7: the scheduler killed with -9 comes back as the same framework, its tasks and job untouched',
  async (t) => {
    const { frameworkId } = await stack.api.info();
    const before = idsOf(await stack.api.present('orders'));
    const restores = await orders().restores(job.id);
    await stack.scheduler.kill('SIGKILL');
    await stack.startScheduler();
    await stack.api.reconciled();
    t.is((await stack.api.info()).frameworkId, frameworkId);
    await stack.api.clusterRunning('orders', 2);
    t.deepEqual(idsOf(await stack.api.present('orders')), before);
    await orders().running(job.id);
    t.is(await orders().restores(job.id), restores);
  },
);

test.serial('MA-15: a master that restarts is subscribed to again, and nothing is launched anew', async (t) => {
  const before = idsOf(await stack.api.present('orders'));
  const pids = await processesOf(stack.directory);
  const killed = stack.master.pid;
  await stack.master.kill('SIGKILL');
  await eventually('the stream lost', async () => (await stack.api.info()).mesos.state !== 'subscribed');
  stack.master = stack.ends(startMaster(stack.directory, stack.mesosMaster));
  await stack.master.said(/master at/);
  await eventually('subscribed and reconciled', async () => {
    const info = await stack.api.info();
    return info.mesos.state === 'subscribed' && info.reconciled;
  });
  t.deepEqual(idsOf(await stack.api.present('orders')), before);
  const survivors = new Set(await processesOf(stack.directory));
  t.deepEqual(
    pids.filter((pid) => pid !== killed && !survivors.has(pid)),
    [],
  );
  await orders().running(job.id);
});

test.serial(
  'I9: a JobManager killed with -9 is replaced and the job resumes from its last retained checkpoint',
  async (t) => {
    await orders().checkpointed(job.id);
    const victim = await provenJobManager(stack.api, 'orders');
    const taskManagers = idsOf(await stack.api.running('orders', 'taskmanager'));
    const pid = await pidOfTask(victim.id);
    process.kill(pid, 'SIGKILL');
    const successor = await eventually('another JobManager', async () =>
      (await stack.api.running('orders', 'jobmanager')).find((task) => task.id !== victim.id),
    );
    t.deepEqual(successor.ports, victim.ports);
    await stack.api.clusterRunning('orders', 2);
    const resumed = await eventually('the job resumed', async () =>
      (await stack.api.jobs('orders')).find((one) => one.resumed === 1),
    );
    t.not(resumed.flinkJobId, job.flinkJobId);
    await orders().running(job.id);
    // Found at its old place, by the same TaskManagers, whose slots the tasks of the lost attempt have left.
    t.deepEqual(idsOf(await stack.api.running('orders', 'taskmanager')), taskManagers);
    t.true((await orders().restores(job.id)) >= 1);
    t.like(await orders().testimony(3), { born, violations: 0 });
    t.false(alive(pid));
  },
);

test.serial('I2: deleting a cluster leaves no process', async (t) => {
  const pids = await Promise.all((await stack.api.running('orders')).map((task) => pidOfTask(task.id)));
  t.is(pids.length, 3);
  await stack.api.send('DELETE', '/v1/clusters/orders');
  await stack.api.clusterGone('orders');
  await eventually('its processes gone', async () => pids.every((pid) => !alive(pid)));
  t.pass();
});

/** Of the scheduler of now: one that is started again has another address. */
function orders() {
  return jobsOf(stack.api, 'orders');
}
