/** What is held and used, over time: what a sample counts, how long it is kept, and what is not known. */
import test from 'ava';
import type { ClusterName } from '../../src/flink/plan/records.ts';
import { heldNow } from '../../src/observability/utilisation/held.ts';
import {
  createUtilisationSeries,
  type UtilisationSample,
  utilisationFields,
} from '../../src/observability/utilisation/series.ts';
import { cpusBetween, readUsed } from '../../src/observability/utilisation/used.ts';
import { startUtilisation } from '../../src/observability/utilisation/utilisation.ts';
import type { TaskRecord } from '../../src/scheduler/model/task.ts';

const resources = { cpus: 1.5, memMiB: 1000, diskMiB: 10 };
const task = (part: string, life: object) => ({ spec: { group: 'a', part, resources }, life }) as unknown as TaskRecord;
const running = { phase: 'launched', state: 'TASK_RUNNING' };
const tasks = [
  task('jobmanager', running),
  task('taskmanager', running),
  task('taskmanager', { phase: 'launched', state: 'TASK_STAGING' }),
  task('taskmanager', { phase: 'waiting' }),
  task('taskmanager', { phase: 'ended' }),
];
const status = {
  phase: 'running',
  reachable: true,
  jobManagerUrl: 'http://jm',
  taskManagers: 1,
  slots: 2,
  freeSlots: 1,
};
const source = {
  tasks: () => tasks,
  tasksOf: () => tasks,
  clusters: () => [{ name: 'a' as ClusterName, spec: { taskManager: { slots: 2 } } }] as never,
  clusterStatus: () => status as never,
};
const sample = Object.fromEntries(utilisationFields.map((field) => [field, 1])) as UtilisationSample;

test('a sample counts what is held, and slots by how near they are to being used', (t) => {
  t.deepEqual(heldNow(source), {
    cpus: 4.5,
    memMiB: 3000,
    diskMiB: 30,
    tasksWaiting: 1,
    tasksStarting: 1,
    tasksRunning: 2,
    slotsAsked: 2,
    slotsStarting: 2,
    slotsUsed: 1,
    slotsFree: 1,
  });
});

test('the last hour is kept finely, the last day coarsely, and no more', (t) => {
  const series = createUtilisationSeries();
  for (let at = 0; at <= 30 * 3_600_000; at += 10_000) series.add(at, { ...sample, cpus: at });
  const hour = series.columns('hour');
  t.deepEqual([hour.at.length, hour.everyMs, (hour.at.at(-1) ?? 0) - (hour.at[0] ?? 0)], [361, 10_000, 3_600_000]);
  t.deepEqual(hour.values.cpus, hour.at);
  const day = series.columns('day');
  t.deepEqual([day.at.length, (day.at.at(-1) ?? 0) - (day.at[0] ?? 0)], [361, 24 * 3_600_000]);
  t.is(series.last()?.cpus, 30 * 3_600_000);
});

test('used cpus are the time taken between two looks at the same TaskManagers', (t) => {
  const answer = (cpuSeconds: number) => [
    { id: 'Status.JVM.CPU.Time', sum: cpuSeconds * 1e9 },
    { id: 'Status.JVM.Memory.Heap.Used', sum: 3 * 1024 * 1024 },
    { id: 'Status.Flink.Memory.Managed.Used', sum: 1024 * 1024 },
  ];
  const first = readUsed(answer(10), 2, 0);
  const second = readUsed(answer(25), 2, 30_000);
  t.is(second?.memBytes, 4 * 1024 * 1024);
  t.is(second && cpusBetween(first, second), 0.5);
  const another = readUsed(answer(1), 3, 60_000);
  t.is(another && cpusBetween(second, another), undefined, 'another number of TaskManagers');
  t.is(first && cpusBetween(second, first), undefined, 'time ran backwards');
  for (const nothing of [[], {}, undefined, [{ id: 'Status.JVM.CPU.Time', sum: 'x' }]])
    t.is(readUsed(nothing, 1, 0), undefined);
});

test('what Flink says is asked aside; a JobManager that does not answer is soon not known', async (t) => {
  const timers = new Map<number, () => void>();
  let now = 0;
  let answers: (() => unknown) | undefined = () => [
    { id: 'Status.JVM.CPU.Time', sum: now * 1e6 },
    { id: 'Status.JVM.Memory.Heap.Used', sum: 1024 * 1024 },
  ];
  const asked: string[] = [];
  const utilisation = startUtilisation({
    source,
    readFlink: async (url) => {
      asked.push(url);
      if (answers === undefined) throw new Error('silent');
      return answers();
    },
    now: () => now,
    every: (ms, run) => {
      timers.set(ms, run);
      return () => timers.delete(ms);
    },
  });
  const pass = async (ms: number) => {
    for (const end = now + ms; now < end; ) {
      now += 10_000;
      if (now % 30_000 === 0) timers.get(30_000)?.();
      await new Promise(setImmediate);
      timers.get(10_000)?.();
    }
  };
  t.like(utilisation.last(), { cpus: 4.5, cpusUsed: null, memUsedMiB: null });
  await pass(60_000);
  t.deepEqual(asked, ['http://jm', 'http://jm']);
  t.like(utilisation.last(), { cpusUsed: 1, memUsedMiB: 1 });
  answers = undefined;
  await pass(60_000);
  t.like(utilisation.last(), { cpusUsed: 1 });
  await pass(60_000);
  t.like(utilisation.last(), { cpusUsed: null, memUsedMiB: null });
  utilisation.stop();
  t.is(timers.size, 0);
});
