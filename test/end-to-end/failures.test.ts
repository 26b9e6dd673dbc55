/**
 * What goes wrong in production, with real processes: a Mesos master, agents and a scheduler of their own, real Flink,
 * and kill -9. One stack serves the whole file, step after step, as a cluster lives through its failures.
 */

import test from 'ava';
import { exampleClasses } from '../../examples/build.ts';
import type { JobView } from '../../src/dispatcher/dispatcher.ts';
import { provenJobManager } from './support/api.ts';
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
  const jar = await orders().upload((await exampleJar()).jar);
  job = await stack.api.send<JobView>('POST', '/v1/clusters/orders/jobs', {
    jar,
    entryClass: exampleClasses.stateWitness,
    parallelism: 2,
    configuration: { 'execution.checkpointing.interval': '1 s' },
  });
  await orders().running(job.id);
  await orders().checkpointed(job.id);
  born = (await testimony('orders', job.id, 1)).born;
  t.is((await stack.api.tasks('orders')).filter((task) => task.phase === 'launched').length, 3);
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
    t.like(await testimony('orders', job.id, 2), { born, violations: 0 });
  },
);

test.serial('a second cluster beside the first disturbs nothing', async (t) => {
  const before = await taskIds('orders');
  await stack.api.send('POST', '/v1/clusters', { name: 'clicks', taskManagers: { mode: 'fixed', count: 1 } });
  await stack.api.clusterRunning('clicks', 1);
  t.deepEqual(await taskIds('orders'), before);
  await stack.api.send('DELETE', '/v1/clusters/clicks');
  await eventually(
    'the second cluster gone',
    async () => (await stack.api.get<unknown[]>('/v1/clusters')).length === 1,
  );
  t.deepEqual(await taskIds('orders'), before);
  await orders().running(job.id);
});

test.serial(
  'I7: the scheduler killed with -9 comes back as the same framework, its tasks and job untouched',
  async (t) => {
    const { frameworkId } = await stack.api.info();
    const before = await taskIds('orders');
    const restores = await orders().restores(job.id);
    await stack.scheduler.kill('SIGKILL');
    await stack.startScheduler();
    await eventually('reconciled', async () => (await stack.api.info()).reconciled);
    t.is((await stack.api.info()).frameworkId, frameworkId);
    await stack.api.clusterRunning('orders', 2);
    t.deepEqual(await taskIds('orders'), before);
    await orders().running(job.id);
    t.is(await orders().restores(job.id), restores);
  },
);

test.serial('MA-15: a master that restarts is subscribed to again, and nothing is launched anew', async (t) => {
  const before = await taskIds('orders');
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
  t.deepEqual(await taskIds('orders'), before);
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
    const taskManagers = (await stack.api.running('orders', 'taskmanager')).map((task) => task.id).sort();
    const pid = await pidOfTask(victim.id);
    process.kill(pid, 'SIGKILL');
    const successor = await eventually('another JobManager', async () =>
      (await stack.api.running('orders', 'jobmanager')).find((task) => task.id !== victim.id),
    );
    t.deepEqual(successor.ports, victim.ports);
    await stack.api.clusterRunning('orders', 2);
    const resumed = await stack.api.jobInState('orders', job.id, 'RUNNING');
    t.is(resumed.resumed, 1);
    t.not(resumed.flinkJobId, job.flinkJobId);
    await orders().running(job.id);
    // Found at its old place, by the same TaskManagers, whose slots the tasks of the lost attempt have left.
    t.deepEqual((await stack.api.running('orders', 'taskmanager')).map((task) => task.id).sort(), taskManagers);
    t.true((await orders().restores(job.id)) >= 1);
    t.like(await testimony('orders', job.id, 3), { born, violations: 0 });
    t.false(alive(pid));
  },
);

test.serial('I2: deleting a cluster leaves no process', async (t) => {
  const pids = await Promise.all((await stack.api.running('orders')).map((task) => pidOfTask(task.id)));
  t.is(pids.length, 3);
  await stack.api.send('DELETE', '/v1/clusters/orders');
  await eventually('the cluster gone', async () => (await stack.api.get<unknown[]>('/v1/clusters')).length === 0);
  await eventually('its processes gone', async () => pids.every((pid) => !alive(pid)));
  t.pass();
});

/** Of the scheduler of now: one that is started again has another address. */
function orders() {
  return jobsOf(stack.api, 'orders');
}

interface Testimony {
  readonly born: number;
  readonly starts: number;
  readonly violations: number;
}

/** What the job says of its own state, once it has been started so many times (examples/README.md). */
async function testimony(cluster: string, id: string, starts: number): Promise<Testimony> {
  return eventually(`the testimony of start ${starts}`, async () => {
    const answer = await jobsOf(stack.api, cluster).flink<{
      'user-task-accumulators': { name: string; value: string }[];
    }>(id, '/accumulators');
    const said = Object.fromEntries(answer['user-task-accumulators'].map(({ name, value }) => [name, Number(value)]));
    return (said.starts ?? 0) >= starts && (said as unknown as Testimony);
  });
}

async function taskIds(cluster: string): Promise<string[]> {
  return (await stack.api.tasks(cluster))
    .filter((task) => task.phase === 'launched')
    .map((task) => task.id)
    .sort();
}
