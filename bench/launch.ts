/**
 * How fast is one scheduler on one core, with each of its stores? Launches: a cluster is asked for, and the model agents
 * count the tasks that reach them; each was durable before it was sent. Updates: they are held back until all tasks
 * are launched, then come all at once; each is acknowledged after its effect is durable. The scheduler is pinned to a core
 * of its own, master, agents and ZooKeeper have the others. Where other work takes a part of that core, what counts is how many
 * there are for each second that the scheduler had it.
 *
 *   npm run bench:launch [-- --tasks 5000 --json]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parseCount } from '../src/main/settings.ts';
import { startZooKeeper, type ZooKeeperServer } from '../test/end-to-end/support/zookeeper.ts';
import { table } from './lib/figures.ts';
import { cpuSeconds, requestTasks, residentMiB, startBenchScheduler } from './survival/bench-scheduler.ts';
import { startModelMesos } from './survival/model-mesos.ts';
import type { Count } from './survival/model-mesos-process.ts';

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, tasks: { type: 'string', default: '5000' } },
});
const tasks = parseCount(values.tasks, '--tasks', 2, 20_000);
const AGENTS = 100;
const WARM = 200;

interface Result {
  readonly store: 'embedded' | 'zookeeper';
  readonly tasks: number;
  readonly launchesPerSecond: number;
  readonly updatesPerSecond: number;
  readonly launchesPerCpuSecond: number;
  readonly updatesPerCpuSecond: number;
  readonly rssMiB: number;
}

const runs: Result[] = [];
for (const store of ['embedded', 'zookeeper'] as const) runs.push(await measure(store));
console.log(
  table([
    ['store', 'tasks', 'launches/s', '/s of cpu', 'acknowledged updates/s', '/s of cpu', 'MiB'],
    ...runs.map((run) =>
      [
        ...[run.store, run.tasks, run.launchesPerSecond, run.launchesPerCpuSecond],
        ...[run.updatesPerSecond, run.updatesPerCpuSecond, run.rssMiB],
      ].map(String),
    ),
  ]),
);
if (values.json) console.log(JSON.stringify({ runs }));

async function measure(store: Result['store']): Promise<Result> {
  const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-bench-'));
  const zooKeeper = store === 'zookeeper' ? await startZooKeeper(directory, ['-Xmx512m']) : undefined;
  const mesos = await startModelMesos(join(directory, 'mesos'), AGENTS);
  const scheduler = startBenchScheduler(
    ['--mesos-master', mesos.address, '--listen', '127.0.0.1:0', ...storeOptions(directory, zooKeeper)],
    join(directory, 'scheduler.log'),
    cpus().length - 1,
  );
  try {
    const url = await scheduler.url();
    // So that what is loaded and compiled at first use is not measured.
    await requestTasks(url, WARM, 'warm');
    await mesos.until('warm', ({ acknowledged }) => acknowledged.count >= 2 * WARM);
    mesos.tell('hold');
    mesos.tell('reset');
    const launches = await rates(tasks, scheduler.pid, async () => {
      await requestTasks(url, tasks, 'many');
      return (await mesos.until('launched', ({ launched }) => launched.count >= tasks)).launched;
    });
    const updates = await rates(2 * tasks, scheduler.pid, async () => {
      mesos.tell('release');
      return (await mesos.until('acknowledged', ({ acknowledged }) => acknowledged.count >= 2 * tasks)).acknowledged;
    });
    return {
      store,
      tasks,
      launchesPerSecond: launches.perSecond,
      updatesPerSecond: updates.perSecond,
      launchesPerCpuSecond: launches.perCpuSecond,
      updatesPerCpuSecond: updates.perCpuSecond,
      rssMiB: await residentMiB(scheduler.pid),
    };
  } finally {
    await scheduler.kill('SIGKILL');
    await mesos.close();
    await zooKeeper?.kill();
    await rm(directory, { recursive: true, force: true });
  }
}

function storeOptions(directory: string, zooKeeper: ZooKeeperServer | undefined): string[] {
  if (zooKeeper === undefined) return ['--data-dir', join(directory, 'data')];
  return ['--zk', `zk://${zooKeeper.address}/flink-mesos`, '--storage', `file://${join(directory, 'shared')}`];
}

/** From the wish to the last of what it led to; the parent hears of that a moment later, when little is left to do. */
async function rates(count: number, pid: number, act: () => Promise<Count>) {
  const [startedAt, cpuBefore] = [Date.now(), await cpuSeconds(pid)];
  const { lastAt } = await act();
  const cpu = (await cpuSeconds(pid)) - cpuBefore;
  return { perSecond: Math.round((count / (lastAt - startedAt)) * 1000), perCpuSecond: Math.round(count / cpu) };
}
