/**
 * How long is nobody in charge? Two schedulers on a real ZooKeeper and the embedded master with model agents: from
 * `kill -9` of the leader until the other one has reconciled every task, beside the session time-out of ZooKeeper, which
 * has to pass before a leader that is silent counts as dead. Then what the new leader takes of memory, and the records
 * of ZooKeeper.
 *
 *   npm run bench:failover [-- --tasks 1000,10000 --json]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseCount } from '../src/main/settings.ts';
import { connectZooKeeper } from '../src/zookeeper/connect.ts';
import type { ZooKeeperSession } from '../src/zookeeper/session.ts';
import { startZooKeeper } from '../test/end-to-end/support/zookeeper.ts';
import { table } from './lib/figures.ts';
import { type BenchScheduler, requestTasks, residentMiB, startBenchScheduler } from './survival/bench-scheduler.ts';
import { startModelMesos } from './survival/model-mesos.ts';

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, tasks: { type: 'string', default: '1000,10000' } },
});
const sizes = values.tasks.split(',').map((text) => parseCount(text, '--tasks', 2, 20_000));
const SESSION_TIMEOUT_S = 10;
const AGENTS = 100;

interface Result {
  readonly tasks: number;
  readonly secondsOverSessionTimeout: number;
  readonly reconcileSeconds: number;
  readonly rssMiB: number;
  readonly zooKeeperBytes: number;
}

const runs: Result[] = [];
for (const tasks of sizes) {
  const result = await measure(tasks);
  runs.push(result);
  console.log(JSON.stringify(result));
}
console.log(
  table([
    ['tasks', 's over the session time-out', 's from SUBSCRIBED to reconciled', 'MiB', 'bytes in ZooKeeper'],
    ...runs.map((one) =>
      [one.tasks, one.secondsOverSessionTimeout, one.reconcileSeconds, one.rssMiB, one.zooKeeperBytes].map(String),
    ),
  ]),
);
if (values.json) {
  const told = runs.map(({ reconcileSeconds: _left, ...run }) => run);
  console.log(JSON.stringify({ runs: told }));
}

async function measure(tasks: number): Promise<Result> {
  const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-bench-'));
  const schedulers: BenchScheduler[] = [];
  const zooKeeper = await startZooKeeper(directory, ['-Xmx512m']);
  const mesos = await startModelMesos(join(directory, 'mesos'), AGENTS);
  const start = (): BenchScheduler => {
    const options = [
      ...['--zk', `zk://${zooKeeper.address}/flink-mesos`, '--zk-session-timeout', `${SESSION_TIMEOUT_S}s`],
      ...[
        '--mesos-master',
        mesos.address,
        '--listen',
        '127.0.0.1:0',
        '--storage',
        `file://${join(directory, 'shared')}`,
      ],
    ];
    const scheduler = startBenchScheduler(options, join(directory, `scheduler-${schedulers.length}.log`));
    schedulers.push(scheduler);
    return scheduler;
  };
  try {
    const first = start();
    const url = await first.url();
    const second = start();
    await second.standsBy();
    await requestTasks(url, tasks, 'many');
    // Two updates each: STARTING and RUNNING.
    await mesos.until('all run', ({ acknowledged }) => acknowledged.count >= 2 * tasks, 300_000);
    const killedAt = Date.now();
    await first.kill('SIGKILL');
    const reconciledAt = await second.logged('reconciliation.finished');
    const subscribedAt = await second.logged('master.subscribed');
    return {
      tasks,
      secondsOverSessionTimeout: round((reconciledAt - killedAt) / 1000 - SESSION_TIMEOUT_S),
      reconcileSeconds: round((reconciledAt - subscribedAt) / 1000),
      rssMiB: await residentMiB(second.pid),
      zooKeeperBytes: await bytesBelow(zooKeeper.address, '/flink-mesos'),
    };
  } finally {
    for (const scheduler of schedulers) await scheduler.kill('SIGKILL');
    await mesos.close();
    await zooKeeper.kill();
    await rm(directory, { recursive: true, force: true });
  }
}

async function bytesBelow(address: string, root: string): Promise<number> {
  const session = await connectZooKeeper({ hosts: [address], sessionTimeoutMs: 10_000 });
  const sum = await bytesOf(session, root);
  await session.close();
  return sum;
}

async function bytesOf(session: ZooKeeperSession, path: string): Promise<number> {
  const stat = await session.exists(path);
  if (stat === undefined) return 0;
  const names = stat.children === 0 ? [] : await session.getChildren(path);
  let sum = stat.bytes;
  for (const name of names) sum += await bytesOf(session, `${path}/${name}`);
  return sum;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
