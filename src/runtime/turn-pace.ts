/**
 * When the next turn may begin. After a pause: with the next round of I/O, so that what arrived together is taken together.
 * Right after another turn: after as long as that one took, within limits. What a turn costs whatever it brings (a commit that
 * reaches the disk, the plans of clusters with thousands of tasks) is then shared by all that arrived meanwhile, and half of
 * the time is left to hear of it.
 */
import { setImmediate as nextRound, setTimeout as sleep } from 'node:timers/promises';

export interface TurnPace {
  /** Resolves when the next turn may begin; asked when there is something to take. */
  ready(): Promise<void>;
  /** A turn has ended. */
  turned(): void;
}

/** A commit of SQLite takes about one; a burst of thousands of updates, one after the other, took as many commits. */
const LEAST_MS = 5;
/** An acknowledgement that is late by more would hold up the next update of its task for all to see. */
const MOST_MS = 30;

export function systemPace(
  now: () => number = () => performance.now(),
  pause: (ms: number) => Promise<unknown> = sleep,
): TurnPace {
  let beganAt = Number.NEGATIVE_INFINITY;
  let nextAt = Number.NEGATIVE_INFINITY;
  return {
    ready: async () => {
      await nextRound();
      const waitMs = nextAt - now();
      if (waitMs >= 1) await pause(waitMs);
      beganAt = now();
    },
    turned: () => {
      const endedAt = now();
      nextAt = endedAt + Math.min(MOST_MS, Math.max(LEAST_MS, endedAt - beganAt));
    },
  };
}
