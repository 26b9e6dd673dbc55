/**
 * When the next turn may begin. After a pause: with the next round of I/O, so that what arrived together is taken together.
 * Right after another turn: some milliseconds later. What a turn costs whatever it brings (a commit that reaches the disk,
 * the plans of clusters with thousands of tasks) is then shared by all that arrived meanwhile.
 */
import { setImmediate as nextRound, setTimeout as sleep } from 'node:timers/promises';

export interface TurnPace {
  /** Resolves when the next turn may begin; asked when there is something to take. */
  ready(): Promise<void>;
  /** A turn has ended. */
  turned(): void;
}

/** A commit of SQLite takes about one; a burst of thousands of updates, one after the other, took as many commits. */
const BETWEEN_TURNS_MS = 5;

export function systemPace(
  now: () => number = () => performance.now(),
  pause: (ms: number) => Promise<unknown> = sleep,
): TurnPace {
  let endedAt = Number.NEGATIVE_INFINITY;
  return {
    ready: async () => {
      await nextRound();
      const waitMs = endedAt + BETWEEN_TURNS_MS - now();
      if (waitMs >= 1) await pause(waitMs);
    },
    turned: () => {
      endedAt = now();
    },
  };
}
