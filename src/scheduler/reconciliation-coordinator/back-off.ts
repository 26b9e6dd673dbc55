/** Delays of repeated questions and the size of one question. */
import type { Random } from '../../lib/random.ts';

const firstDelayMs = 5_000;
const longestDelayMs = 60_000;
/** Flink's own module spread them by as much, so that many schedulers do not ask in step. */
const spread = 0.2;

/** After the first question 5 s, then doubling to a minute (MA-39), each up to a fifth longer. */
export function repeatDelayMs(attempt: number, random: Random): number {
  const delay = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(attempt - 1, 10));
  return Math.round(delay * (1 + spread * random.next()));
}

/** Keeps one call well under what a master reads at once. */
export const tasksPerCall = 1_000;

/**
 * After a subscription the master is asked soon again what else it knows, and then in intervals that double until the
 * period is reached: an agent that comes back to a new master brings tasks along that were given up long ago.
 */
export const firstImplicitMs = 60_000;

/** Between passes over everything while nothing is wrong (MA-43). */
export const periodMs = 15 * 60_000;
