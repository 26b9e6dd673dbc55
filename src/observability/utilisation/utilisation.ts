/**
 * How what we hold is used, over time: a sample every ten seconds of what the scheduler knows, and every thirty of what
 * Flink says that its TaskManagers use. Looking costs nobody a turn: it reads, and asks Flink aside.
 */
import type { ClusterName } from '../../flink/plan/records.ts';
import type { EpochMs } from '../../lib/brand.ts';
import { heldNow, type UtilisationSource } from './held.ts';
import {
  createUtilisationSeries,
  sampleEveryMs,
  type UtilisationColumns,
  type UtilisationSample,
  type UtilisationWindow,
} from './series.ts';
import { cpusBetween, readUsed, type UsedByCluster, usedPath } from './used.ts';

export interface Utilisation {
  columns(window: UtilisationWindow): UtilisationColumns;
  last(): UtilisationSample | undefined;
  stop(): void;
}

export interface UtilisationParts {
  readonly source: UtilisationSource;
  /** An answer of Flink's REST as it is. */
  readonly readFlink: (url: string, path: string) => Promise<unknown>;
  readonly now: () => EpochMs;
  /** Calls again and again; returns the way to stop. */
  readonly every: (ms: number, run: () => void) => () => void;
}

const lookEveryMs = 30_000;
/** What a cluster said counts for so long, if it says nothing newer. */
const believedMs = 100_000;
/** More clusters than these are sampled in turns. */
const mostAsked = 50;

interface Usage {
  readonly look: UsedByCluster;
  readonly cpus?: number;
}

export function startUtilisation({ source, readFlink, now, every }: UtilisationParts): Utilisation {
  const series = createUtilisationSeries();
  const usage = new Map<ClusterName, Usage>();
  let looking = false;
  let turn = 0;

  const sample = () => series.add(now(), { ...heldNow(source), ...usedNow(usage, now()) });

  const lookAt = async (name: ClusterName): Promise<void> => {
    const { jobManagerUrl, reachable, taskManagers } = source.clusterStatus(name);
    if (jobManagerUrl === undefined || !reachable || taskManagers === 0) return;
    const look = readUsed(await readFlink(jobManagerUrl, usedPath), taskManagers, now());
    if (look === undefined) return;
    const cpus = cpusBetween(usage.get(name)?.look, look);
    usage.set(name, { look, ...(cpus !== undefined && { cpus }) });
  };
  const look = async (): Promise<void> => {
    const names = source.clusters().map(({ name }) => name);
    for (const name of usage.keys()) if (!names.includes(name)) usage.delete(name);
    const from = names.length <= mostAsked ? 0 : (turn++ * mostAsked) % names.length;
    // A JobManager that does not answer has told nothing: its last word counts for a while, then it is not known.
    await Promise.allSettled(names.slice(from, from + mostAsked).map(lookAt));
  };

  const stops = [
    every(sampleEveryMs, sample),
    every(lookEveryMs, () => {
      if (looking) return;
      looking = true;
      void look().finally(() => {
        looking = false;
      });
    }),
  ];
  sample();
  return {
    columns: series.columns,
    last: series.last,
    stop: () => {
      for (const stop of stops) stop();
    },
  };
}

function usedNow(usage: ReadonlyMap<ClusterName, Usage>, at: EpochMs) {
  const known = [...usage.values()].filter(({ look }) => at - look.at < believedMs);
  const cpus = known.flatMap((each) => each.cpus ?? []);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    cpusUsed: cpus.length === 0 ? null : Math.round(sum(cpus) * 1000) / 1000,
    memUsedMiB: known.length === 0 ? null : Math.round(sum(known.map(({ look }) => look.memBytes)) / 1024 / 1024),
  };
}

export function systemEvery(ms: number, run: () => void): () => void {
  const timer = setInterval(run, ms);
  timer.unref();
  return () => clearInterval(timer);
}
