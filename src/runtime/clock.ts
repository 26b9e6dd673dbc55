/** Where the shell gets the time from. One seam, so that tests turn the hands themselves. */
import type { EpochMs } from '../lib/brand.ts';

export interface Clock {
  now(): EpochMs;
  /** Runs once after the delay; returns the way to call it off. */
  after(delayMs: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, run) => {
    const handle = setTimeout(run, delayMs);
    return () => clearTimeout(handle);
  },
};

/**
 * The same clock, never running backwards: when the machine's time is set back, ours runs on from where it was, at the
 * same pace, so that records stay in order and no timer waits for the lost time again.
 */
export function monotone(clock: Clock): Clock {
  let latest = Number.NEGATIVE_INFINITY;
  let aheadMs = 0;
  return {
    now: () => {
      const told = clock.now();
      if (told + aheadMs < latest) aheadMs = latest - told;
      latest = told + aheadMs;
      return latest;
    },
    after: (delayMs, run) => clock.after(delayMs, run),
  };
}
