/**
 * JobManagers that ZooKeeper keeps: one that is killed comes back on other ports, or a standby takes over, and no
 * TaskManager is started for it; and the driver finds the scheduler that leads. Real Flink, ZooKeeper, and kill -9.
 */
import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { exampleClasses } from '../../examples/build.ts';
import type { JobView, TaskView } from '../../src/dispatcher/dispatcher.ts';
import { connectZooKeeper } from '../../src/zookeeper/connect.ts';
import { type Api, apiOf, idsOf, provenJobManager } from './support/api.ts';
import { type FlinkJobs, jobsOf } from './support/flink-jobs.ts';
import { type Ends, eventually, flinkMesos, type Running } from './support/process.ts';
import { endAll, exampleJar, pidOfTask, startMesos } from './support/stack.ts';
import { startZooKeeper, type ZooKeeperServer } from './support/zookeeper.ts';

const processes: Ends[] = [];
let directory: string;
let zooKeeper: ZooKeeperServer;
let mesosMaster: string;
let scheduler: Running;
let api: Api;
let job: JobView;

test.before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flink-mesos-jobmanager-ha-'));
  zooKeeper = await startZooKeeper(directory);
  processes.push(zooKeeper);
  ({ mesosMaster } = await startMesos(directory, processes));
  scheduler = await startScheduler();
});

test.after.always(async () => {
  await endAll(processes, directory);
});

/** On another port each time. */
async function startScheduler(): Promise<Running> {
  const { version } = await exampleJar();
  const started = flinkMesos([
    ...['scheduler', '--zk', `zk://${zooKeeper.address}/flink-mesos`, '--mesos-master', mesosMaster],
    ...['--listen', '127.0.0.1:0', '--flink-version', version, '--storage', `file://${join(directory, 'shared')}`],
    ...['--data-dir', join(directory, 'data')],
  ]);
  processes.push(started);
  api = await apiOf(started);
  return started;
}

test.serial('a scheduler with ZooKeeper makes its clusters highly available; a job runs', async (t) => {
  const cluster = await api.send<{ spec: { highAvailability?: object } }>('POST', '/v1/clusters', {
    name: 'tides',
    taskManagers: { mode: 'elastic', min: 0, max: 3, spare: 0 },
    configuration: { 'resourcemanager.taskmanager-timeout': '5 s' },
  });
  const own = { mode: 'zookeeper', quorum: zooKeeper.address, path: '/flink-mesos-flink', standbys: 0 };
  t.deepEqual(cluster.spec.highAvailability, own);
  await api.clusterRunning('tides', 0);
  job = await jobsOf(api, 'tides').witness((await exampleJar()).jar);
  await jobs().running(job.id);
  t.is((await api.launched('tides', 'taskmanager')).length, 2);
});

test.serial(
  'I9: a JobManager killed with -9 comes back on other ports, takes its TaskManagers over, and the job goes on',
  async (t) => {
    const before = idsOf(await api.launched('tides', 'taskmanager'));
    await jobs().checkpointed(job.id);
    const victim = await provenJobManager(api, 'tides');
    process.kill(await pidOfTask(victim.id), 'SIGKILL');
    const successor = await eventually('another JobManager', () => other(victim));
    await eventually('it leads and has restored the job', async () => (await jobs().restores(job.id)) > 0);
    await jobs().running(job.id);
    t.notDeepEqual(successor.ports, victim.ports);
    t.deepEqual(idsOf(await api.launched('tides', 'taskmanager')), before, 'no TaskManager was started');
    const [resumed] = await api.jobs('tides');
    t.like(resumed, { id: job.id, flinkJobId: job.flinkJobId, resumed: 0, state: 'RUNNING' });
    t.is((await api.jobs('tides')).length, 1);
  },
);

test.serial(
  'a driver finds the scheduler that leads now, at another address, and gives back what is idle',
  async (t) => {
    await scheduler.kill('SIGKILL');
    const before = api.url;
    scheduler = await startScheduler();
    t.not(api.url, before);
    await api.reconciled();
    await api.clusterRunning('tides', 2);
    await api.send('DELETE', `/v1/clusters/tides/jobs/${job.id}`);
    await api.jobInState('tides', job.id, 'CANCELED');
    await eventually('no TaskManager', async () => (await api.present('tides', 'taskmanager')).length === 0);
  },
);

test.serial('a cluster that is deleted leaves nothing in ZooKeeper', async (t) => {
  const session = await connectZooKeeper({ hosts: [zooKeeper.address], sessionTimeoutMs: 10_000 });
  t.is((await session.getChildren('/flink-mesos-flink')).length, 1);
  await api.send('DELETE', '/v1/clusters/tides');
  await api.clusterGone('tides');
  t.is(await session.exists('/flink-mesos-flink'), undefined);
  await session.close();
});

test.serial('a standby on another agent takes over from a JobManager that is killed', async (t) => {
  await api.send('POST', '/v1/clusters', {
    name: 'waves',
    taskManagers: { mode: 'elastic', min: 0, max: 3, spare: 0 },
    highAvailability: { mode: 'zookeeper', standbys: 1 },
  });
  const pair = await eventually('two JobManagers', async () => {
    const found = await api.running('waves', 'jobmanager');
    return found.length === 2 && found;
  });
  t.is(new Set(pair.map(({ agentId }) => agentId)).size, 2);
  await api.clusterRunning('waves', 0);
  job = await jobsOf(api, 'waves').witness((await exampleJar()).jar);
  await jobs().running(job.id);
  await jobs().checkpointed(job.id);
  const before = idsOf(await api.launched('waves', 'taskmanager'));
  const victim = (await api.cluster('waves')).jobManager?.taskId ?? '';
  process.kill(await pidOfTask(victim), 'SIGKILL');
  await eventually('it leads and has restored the job', async () => (await jobs().restores(job.id)) > 0);
  await jobs().running(job.id);
  t.deepEqual(idsOf(await api.launched('waves', 'taskmanager')), before, 'no TaskManager was started');
  t.like((await api.jobs('waves'))[0], { resumed: 0, state: 'RUNNING' });
  // On a slow machine the replacement may be elected before the standby that waited.
  t.not((await api.cluster('waves')).jobManager?.taskId, victim);
  await eventually('another standby', async () => (await api.running('waves', 'jobmanager')).length === 2);
  await api.send('DELETE', '/v1/clusters/waves');
});

const sizes = [
  { name: 'swell', mode: 'elastic', taskManagers: { mode: 'elastic', min: 0, max: 4, spare: 0 } },
  { name: 'lagoon', mode: 'of a fixed size', taskManagers: { mode: 'fixed', count: 2 } },
] as const;

for (const { name, mode, taskManagers } of sizes) {
  test.serial(
    `an application (${mode}) outlives its JobManager as the same job, and leaves nothing in ZooKeeper`,
    async (t) => {
      const { jar } = await exampleJar();
      const application = { jar: { path: jar }, entryClass: exampleClasses.stateWitness, parallelism: 2 };
      const configuration = { 'execution.checkpointing.interval': '1 s' };
      await api.send('POST', '/v1/clusters', { name, application, configuration, taskManagers });
      job = (await api.jobs(name))[0] as JobView;
      await jobs().running(job.id);
      await jobs().checkpointed(job.id);
      const before = idsOf(await api.launched(name, 'taskmanager'));
      const victim = await provenJobManager(api, name);
      process.kill(await pidOfTask(victim.id), 'SIGKILL');
      await eventually('another JobManager', () => other(victim));
      await eventually('it leads and has restored the job', async () => (await jobs().restores(job.id)) > 0);
      await jobs().running(job.id);
      t.deepEqual(idsOf(await api.launched(name, 'taskmanager')), before, 'no TaskManager was started');
      t.like((await api.jobs(name))[0], { id: job.id, flinkJobId: job.flinkJobId, resumed: 0, state: 'RUNNING' });
      await api.send('DELETE', `/v1/clusters/${name}/jobs/${job.id}`);
      const ended = await api.clusterEnded(name);
      t.like(ended.application, { job: job.id, state: 'CANCELED' });
      await api.clusterGone('waves');
      const session = await connectZooKeeper({ hosts: [zooKeeper.address], sessionTimeoutMs: 10_000 });
      t.is(await session.exists('/flink-mesos-flink'), undefined);
      await session.close();
    },
  );
}

test.serial(
  'an application that ended while nobody looked is known to have finished, and is not run again',
  async (t) => {
    const { jar } = await exampleJar();
    const application = { jar: { path: jar }, entryClass: exampleClasses.sumOnce, args: ['--count', '2000'] };
    await api.send('POST', '/v1/clusters', { name: 'ripple', application });
    job = (await api.jobs('ripple'))[0] as JobView;
    const victim = await provenJobManager(api, 'ripple');
    const pid = await pidOfTask(victim.id);
    // It has fetched by now what it needs of the scheduler, and starts.
    await eventually('its TaskManager', async () => (await api.running('ripple', 'taskmanager')).length === 1);
    await scheduler.kill('SIGKILL');
    const results = join(directory, 'shared', 'ripple', 'ha', 'job-result-store');
    await eventually('Flink keeps how it ended', async () =>
      (await readdir(results, { recursive: true })).some((name) => name.endsWith(`${job.id}.json`)),
    );
    process.kill(pid, 'SIGKILL');
    scheduler = await startScheduler();
    const ended = await api.clusterEnded('ripple');
    t.like(ended.application, { job: job.id, state: 'FINISHED' });
    t.is((await api.launched('ripple', 'taskmanager')).length, 1, 'nobody was started to run it again');
  },
);

async function other(victim: TaskView): Promise<TaskView | undefined> {
  return (await api.running(victim.cluster, 'jobmanager')).find(({ id }) => id !== victim.id);
}

/** Of the scheduler that leads now. */
function jobs(): FlinkJobs {
  return jobsOf(api, job.cluster);
}
