/** Two schedulers as one service on a real ZooKeeper, with an embedded Mesos and a real Flink: one leads, the other takes over. */
import { mkdtemp, readdir, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import test from 'ava';
import { exampleClasses } from '../../examples/build.ts';
import type { JobView } from '../../src/dispatcher/dispatcher.ts';
import { type Api, apiAt, idsOf } from './support/api.ts';
import { jobsOf } from './support/flink-jobs.ts';
import { alive, type Ends, eventually, flinkMesos, type Running } from './support/process.ts';
import { endAll, exampleJar, pidOfTask, startMesos } from './support/stack.ts';
import { startZooKeeper, type ZooKeeperServer } from './support/zookeeper.ts';

interface Member {
  readonly process: Running;
  readonly url: string;
  readonly api: Api;
}

const processes: Ends[] = [];
let directory: string;
let zooKeeper: ZooKeeperServer;
let mesosMaster: string;
let version: string;
let first: Member;
let second: Member;
let frameworkId: string | undefined;
let tasks: string[];
let pids: number[];

test.before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flink-mesos-ha-'));
  zooKeeper = await startZooKeeper(directory);
  processes.push(zooKeeper);
  ({ version } = await exampleJar());
  ({ mesosMaster } = await startMesos(directory, processes, 1));
});

test.after.always(async () => {
  await endAll(processes, directory);
});

/** Up as a standby: what it becomes is seen later. */
async function startMember(): Promise<Member> {
  const process = flinkMesos([
    ...['scheduler', '--zk', `zk://${zooKeeper.address}/flink-mesos`, '--mesos-master', mesosMaster],
    ...['--listen', '127.0.0.1:0', '--flink-version', version, '--storage', `file://${join(directory, 'shared')}`],
  ]);
  processes.push(process);
  const url = (await process.said(/standby at (http:\/\/\S+)/))[1] ?? '';
  await process.said(/waiting for its turn/);
  return { process, url, api: apiAt(url) };
}

async function leads({ process }: Member): Promise<void> {
  await process.said(/API at http/);
}

async function tasksOfOrders(api: Api): Promise<string[]> {
  return idsOf(await api.present('orders'));
}

test.serial('the first leads, the second stands by: it is healthy, and sends requests on to the leader', async (t) => {
  first = await startMember();
  await leads(first);
  second = await startMember();
  const health = await fetch(`${second.url}/v1/health`);
  t.is(health.status, 200);
  t.like(await health.json(), { healthy: true, role: 'standby' });
  const sentTo = await eventually('it knows who leads', async () => {
    const answer = await fetch(`${second.url}//v1/clusters?a=b`, { redirect: 'manual' });
    return answer.status === 307 && answer.headers.get('location');
  });
  t.is(sentTo, `${first.url}//v1/clusters?a=b`);
  await first.api.reconciled();
  await eventually('it passes on what the leader says', async () => {
    const asked = await fetch(`${second.url}/v1/info`, { redirect: 'manual' });
    return asked.status === 200 && isDeepStrictEqual(await asked.json(), await first.api.info());
  });
  const foreign = await fetch(`${second.url}/v1/info`, { headers: { origin: 'http://elsewhere.example' } });
  t.is(foreign.status, 403);
  const created = await fetch(`${second.url}/v1/clusters`, { method: 'POST', redirect: 'manual' });
  t.is(created.status, 307);
  const list = flinkMesos(['clusters', 'list', '--url', second.url]);
  t.is(await list.exited(), 0, list.output());
  await second.api.send('POST', '/v1/clusters', { name: 'orders', taskManagers: { mode: 'fixed', count: 1 } });
  await second.api.clusterRunning('orders', 1);
  ({ frameworkId } = await first.api.info());
  tasks = await tasksOfOrders(first.api);
  t.is(tasks.length, 2);
  pids = await Promise.all(tasks.map(pidOfTask));
});

test.serial('the secret is not in ZooKeeper, and only its owner reads it', async (t) => {
  const secret = join(directory, 'shared', '.flink-mesos', 'artifacts.secret');
  t.is((await stat(secret)).mode & 0o777, 0o600);
  const text = (await readFile(secret, 'utf8')).trim();
  const data = join(directory, `zookeeper-${zooKeeper.address.split(':')[1]}`, 'version-2');
  const logs = await Promise.all((await readdir(data)).map((name) => readFile(join(data, name), 'latin1')));
  t.true(logs.some((log) => log.includes('orders')));
  t.false(logs.some((log) => log.includes(text)));
});

test.serial(
  'I6, I7, MA-66: kill -9 of the leader: the standby takes over as the same framework, with the same tasks',
  async (t) => {
    await first.process.kill('SIGKILL');
    await leads(second);
    t.is((await second.api.reconciled()).frameworkId, frameworkId);
    await second.api.clusterRunning('orders', 1);
    t.deepEqual(await tasksOfOrders(second.api), tasks);
    t.true(pids.every(alive));
  },
);

test.serial(
  'RM-12, RL-14, I6, MA-62, MA-66: a leader that is asked to end hands over at once; one that was paused and that ZooKeeper forgot ends with DEPOSED',
  async (t) => {
    first = await startMember();
    await second.process.kill('SIGTERM');
    await leads(first);
    t.is((await first.api.reconciled()).frameworkId, frameworkId);
    t.deepEqual(await tasksOfOrders(first.api), tasks);
    second = await startMember();
    process.kill(first.process.pid, 'SIGSTOP');
    await leads(second);
    process.kill(first.process.pid, 'SIGCONT');
    t.is(await first.process.exited(), 16);
    t.is((await second.api.reconciled()).frameworkId, frameworkId);
    t.deepEqual(await tasksOfOrders(second.api), tasks);
    t.true(pids.every(alive));
  },
);

test.serial(
  'ZooKeeper away for longer than a session: no leader, tasks run on; when it is back the standby leads',
  async (t) => {
    first = await startMember();
    await zooKeeper.kill();
    t.is(await second.process.exited(), 16);
    t.is((await fetch(`${first.url}/v1/health`)).status, 200);
    t.is((await fetch(`${first.url}/v1/info`, { redirect: 'manual' })).status, 503);
    t.true(pids.every(alive));
    await zooKeeper.restart();
    await leads(first);
    second = first;
    t.is((await second.api.reconciled()).frameworkId, frameworkId);
    t.deepEqual(await tasksOfOrders(second.api), tasks);
  },
);

test.serial(
  'what a former leader took in is served by the next: a TaskManager is replaced, the cluster deleted',
  async (t) => {
    const [victim] = await second.api.running('orders', 'taskmanager');
    process.kill(await pidOfTask(victim?.id ?? ''), 'SIGKILL');
    await eventually('a successor that runs', async () =>
      (await second.api.running('orders', 'taskmanager')).some(({ id }) => id !== victim?.id),
    );
    await eventually('registered', async () => {
      const { taskManagers } = await second.api.cluster('orders');
      return taskManagers.registered === 1 && (await second.api.running('orders')).length === 2;
    });
    await second.api.send('DELETE', '/v1/clusters/orders');
    await second.api.clusterGone('orders');
    t.pass();
  },
);

test.serial(
  'the driver of an elastic cluster finds the next leader through its node in ZooKeeper, and is given TaskManagers',
  async (t) => {
    await second.api.send('POST', '/v1/clusters', {
      name: 'tides',
      taskManagers: { mode: 'elastic', min: 0, max: 2, spare: 0 },
    });
    await second.api.clusterRunning('tides', 0);
    const [jobManager] = await second.api.running('tides', 'jobmanager');
    first = await startMember();
    await second.process.kill('SIGKILL');
    await leads(first);
    // What needs a TaskManager is asked of a scheduler that the JobManager was never told of.
    t.not(first.url, second.url);
    const jar = await jobsOf(first.api, 'tides').upload((await exampleJar()).jar);
    const wish = { jar, entryClass: exampleClasses.clickCounter, parallelism: 1 };
    const { id } = await first.api.send<JobView>('POST', '/v1/clusters/tides/jobs', wish);
    await first.api.clusterRunning('tides', 1);
    await first.api.jobInState('tides', id, 'RUNNING');
    t.deepEqual(await first.api.running('tides', 'jobmanager').then(([task]) => task?.id), jobManager?.id);
  },
);
