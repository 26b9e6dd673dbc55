/**
 * Several embedded masters on a real ZooKeeper: the znodes are those of Mesos, the standby redirects, and when the leader
 * is killed the next one leads, agents come back to it and a framework finds its task running.
 */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { connectZooKeeper } from '../../src/zookeeper/connect.ts';
import type { Framework } from '../conformance/framework.ts';
import { subscribe } from '../conformance/framework.ts';
import { type Answer, ask, json, type Target } from '../conformance/http.ts';
import { runUntilRunning } from '../conformance/tasks.ts';
import { type Ends, flinkMesos, patienceMs, type Running } from './support/process.ts';
import { endAll, startAgents } from './support/stack.ts';
import { startZooKeeper, type ZooKeeperServer } from './support/zookeeper.ts';

interface Master {
  readonly process: Running;
  readonly target: Target;
}

const waits = { patienceMs, quietMs: 1_000 };
const processes: Ends[] = [];
let directory: string;
let zooKeeper: ZooKeeperServer;
let leader: Master;
let standby: Master;

test.before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flink-mesos-masters-'));
  zooKeeper = await startZooKeeper(directory);
  processes.push(zooKeeper);
  leader = await startMaster();
  await leader.process.said(/this master leads/);
  standby = await startMaster();
  const agents = startAgents(directory, `zk://${zooKeeper.address}/mesos`, 1);
  processes.push(agents);
  await agents.said(/agents ready/);
});

test.after.always(async () => {
  await endAll(processes, directory);
});

async function startMaster(): Promise<Master> {
  const process = flinkMesos([
    ...['local-mesos', '--only', 'master', '--listen', '127.0.0.1:0', '--zk', `zk://${zooKeeper.address}/mesos`],
    ...['--work-dir', join(directory, 'masters')],
  ]);
  processes.push(process);
  const port = Number((await process.said(/master at http:\/\/127\.0\.0\.1:(\d+)/))[1]);
  return { process, target: { host: '127.0.0.1', port } };
}

async function nodes(): Promise<Record<string, unknown>> {
  const session = await connectZooKeeper({ hosts: [zooKeeper.address], sessionTimeoutMs: 5_000 });
  try {
    const names = (await session.getChildren('/mesos')).sort();
    const infos = await Promise.all(names.map((name) => session.getData(`/mesos/${name}`)));
    return Object.fromEntries(names.map((name, index) => [name, JSON.parse(String(infos[index]?.data))]));
  } finally {
    await session.close();
  }
}

const get = (path: string): Promise<Answer> => ask(standby.target, { method: 'GET', path, headers: {} });
const location = (answer: Answer) => [answer.status, answer.headers.location];

test.serial('LM-73: each master has a znode as those of Mesos, the lowest leads', async (t) => {
  const { port } = leader.target;
  const found = await nodes();
  t.deepEqual(Object.keys(found), ['json.info_0000000000', 'json.info_0000000001']);
  t.like(found['json.info_0000000000'], {
    address: { hostname: '127.0.0.1', ip: '127.0.0.1', port },
    hostname: '127.0.0.1',
    ip: 16777343,
    pid: `master@127.0.0.1:${port}`,
    port,
    version: '1.12.0',
  });
});

test.serial('LM-18: a standby redirects whatever only a leader can answer', async (t) => {
  const there = `//127.0.0.1:${leader.target.port}`;
  t.deepEqual(location(await get('/redirect')), [307, there]);
  t.deepEqual(location(await get('/state')), [307, `${there}/master/state`]);
  t.deepEqual(location(await get('/slaves?a=b')), [307, `${there}/master/slaves?a=b`]);
  for (const [path, headers] of [
    ['/api/v1/scheduler', json],
    ['/master/api/v1/scheduler', json],
    ['/api/v1/scheduler', { 'Content-Type': 'text/plain' }],
  ] as const) {
    const answer = await ask(standby.target, { path, headers, body: { type: 'SUBSCRIBE' } });
    t.deepEqual(location(answer), [307, `${there}/master/api/v1/scheduler`]);
  }
  for (const path of ['/health', '/version', '/flags', '/metrics/snapshot']) t.is((await get(path)).status, 200, path);
  t.is((await get('/nothing')).status, 404);
});

test.serial('LM-73, LM-53: the leader is killed; the next one leads, agents and framework come back', async (t) => {
  const before: Framework = await subscribe(leader.target, waits);
  const { id } = await runUntilRunning(before, 'survivor');
  await leader.process.kill('SIGKILL');
  await before.ended;
  await standby.process.said(/this master leads/);
  const after = await subscribe(standby.target, waits, { info: { id: { value: before.id as never } } });
  await after.offer();
  await after.call('RECONCILE', { reconcile: {} });
  await after.update(id, 'TASK_RUNNING');
  t.deepEqual(Object.keys(await nodes()), ['json.info_0000000001']);
  await after.call('KILL', { kill: { task_id: { value: id } } });
  await after.update(id, 'TASK_KILLED');
  await after.call('TEARDOWN');
  await after.ended;
});

test.serial(
  'LM-73: a master that comes back stands by; one that was stopped past its session ends itself',
  async (t) => {
    const third = await startMaster();
    t.deepEqual(Object.keys(await nodes()), ['json.info_0000000001', 'json.info_0000000002']);
    process.kill(standby.process.pid, 'SIGSTOP');
    await third.process.said(/this master leads/);
    process.kill(standby.process.pid, 'SIGCONT');
    t.not(await standby.process.exited(), 0);
    t.regex(standby.process.output(), /leads no more/);
  },
);
