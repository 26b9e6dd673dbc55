/**
 * Samples over time, in two grains: the last hour finely, the last day coarsely. Bounded; a coarse sample is the fine
 * one of its moment, so both tell of the same things. Kept in memory: after a restart the series begins anew.
 */
import type { EpochMs } from '../../lib/brand.ts';

export const utilisationFields = [
  'cpus',
  'memMiB',
  'diskMiB',
  'cpusUsed',
  'memUsedMiB',
  'tasksWaiting',
  'tasksStarting',
  'tasksRunning',
  'slotsAsked',
  'slotsStarting',
  'slotsUsed',
  'slotsFree',
] as const;

export type UtilisationField = (typeof utilisationFields)[number];

/** null: not known. */
export type UtilisationSample = Readonly<Record<UtilisationField, number | null>>;

export type UtilisationWindow = 'hour' | 'day';

/** In columns: the n-th entry of each belongs to the n-th moment. */
export interface UtilisationColumns {
  readonly window: UtilisationWindow;
  readonly everyMs: number;
  /** Milliseconds since 1970. */
  readonly at: readonly EpochMs[];
  readonly values: Readonly<Record<UtilisationField, readonly (number | null)[]>>;
}

export const sampleEveryMs = 10_000;
const grains = { hour: sampleEveryMs, day: 240_000 } as const;
const kept = 361;

export interface UtilisationSeries {
  add(at: EpochMs, sample: UtilisationSample): void;
  columns(window: UtilisationWindow): UtilisationColumns;
  last(): UtilisationSample | undefined;
}

interface Stamped {
  readonly at: EpochMs;
  readonly sample: UtilisationSample;
}

export function createUtilisationSeries(): UtilisationSeries {
  const samples: Record<UtilisationWindow, Stamped[]> = { hour: [], day: [] };
  const keep = (window: UtilisationWindow, stamped: Stamped) => {
    const list = samples[window];
    const before = list.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
    // Timers are a little early or late; a sample nearly due is taken for the one that is.
    if (stamped.at - before < grains[window] - sampleEveryMs / 2) return;
    list.push(stamped);
    if (list.length > kept) list.shift();
  };
  return {
    add(at, sample) {
      keep('hour', { at, sample });
      keep('day', { at, sample });
    },
    columns(window) {
      const list = samples[window];
      const column = (field: UtilisationField) => list.map(({ sample }) => sample[field]);
      const columns = Object.fromEntries(utilisationFields.map((field) => [field, column(field)]));
      return {
        window,
        everyMs: grains[window],
        at: list.map(({ at }) => at),
        values: columns as Record<UtilisationField, (number | null)[]>,
      };
    },
    last: () => samples.hour.at(-1)?.sample,
  };
}
