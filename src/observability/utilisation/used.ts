/**
 * What TaskManagers use of what they hold, by Flink's own metrics: one question to each JobManager, summed there over its
 * TaskManagers. Cpus are the time that their JVMs took, divided by the time between two looks; memory is what of heap,
 * metaspace, direct and managed memory is in use.
 */
import type { EpochMs } from '../../lib/brand.ts';

export interface UsedByCluster {
  readonly at: EpochMs;
  readonly taskManagers: number;
  readonly cpuTimeNs: number;
  readonly memBytes: number;
}

const memory = [
  'Status.JVM.Memory.Heap.Used',
  'Status.JVM.Memory.NonHeap.Used',
  'Status.JVM.Memory.Direct.MemoryUsed',
  'Status.JVM.Memory.Mapped.MemoryUsed',
  'Status.Flink.Memory.Managed.Used',
];
const cpuTime = 'Status.JVM.CPU.Time';

/** Of Flink's REST (/taskmanagers/metrics, aggregated). */
export const usedPath = `/taskmanagers/metrics?agg=sum&get=${[cpuTime, ...memory].join(',')}`;

/** Undefined until Flink has metrics of its TaskManagers: for some seconds after they registered. */
export function readUsed(answer: unknown, taskManagers: number, at: EpochMs): UsedByCluster | undefined {
  if (!Array.isArray(answer)) return undefined;
  const sums = new Map(
    (answer as { readonly id?: unknown; readonly sum?: unknown }[]).map(({ id, sum }) => [id, Number(sum)]),
  );
  const cpuTimeNs = sums.get(cpuTime);
  const memBytes = memory.reduce((total, name) => total + (sums.get(name) ?? 0), 0);
  if (cpuTimeNs === undefined || !Number.isFinite(cpuTimeNs) || !Number.isFinite(memBytes)) return undefined;
  return { at, taskManagers, cpuTimeNs, memBytes };
}

/** Undefined where the two looks are not of the same TaskManagers, as far as can be told. */
export function cpusBetween(before: UsedByCluster | undefined, now: UsedByCluster): number | undefined {
  if (before === undefined || before.taskManagers !== now.taskManagers) return undefined;
  const tookMs = now.at - before.at;
  const took = now.cpuTimeNs - before.cpuTimeNs;
  return tookMs <= 0 || took < 0 ? undefined : took / 1_000_000 / tookMs;
}
