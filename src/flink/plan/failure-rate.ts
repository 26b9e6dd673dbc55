/**
 * The brake of Flink's own resource manager, for clusters whose TaskManagers it does not ask for itself: once more of them
 * failed within a minute than `resourcemanager.start-worker.max-failure-rate` allows, the next ones wait for
 * `resourcemanager.start-worker.retry-interval` after each. Where a cluster does not name a rate the back-off alone counts.
 */
import type { CompleteClusterSpec } from '../spec.ts';

export interface Brake {
  /** Within a minute. */
  readonly mostFailures: number;
  readonly retryMs: number;
}

/** Flink's default. */
const RETRY_MS = 3_000;
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, sec: 1_000, min: 60_000, m: 60_000, h: 3_600_000 };

export function brakeOf({ configuration }: Pick<CompleteClusterSpec, 'configuration'>): Brake | undefined {
  const rate = Number(configuration['resourcemanager.start-worker.max-failure-rate'] ?? Number.NaN);
  if (!(rate >= 0)) return undefined;
  return { mostFailures: rate, retryMs: intervalMs(configuration['resourcemanager.start-worker.retry-interval']) };
}

/** A number alone counts milliseconds, as in Flink. What is not read is the default. */
function intervalMs(text: string | undefined): number {
  const [, amount, unit = 'ms'] = /^\s*(\d{1,12})\s*([a-z]*)/i.exec(text ?? '') ?? [];
  const factor = unitMs[unit.toLowerCase() === '' ? 'ms' : unit.toLowerCase()];
  return amount === undefined || factor === undefined ? RETRY_MS : Number(amount) * factor;
}
