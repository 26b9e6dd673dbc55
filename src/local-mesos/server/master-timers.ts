/** The timers that the model asks for, by its own names. */
import type { TimerId } from '../model/master-io.ts';

export interface MasterTimers {
  set(timer: TimerId, at: number): void;
  clear(timer: TimerId): void;
  clearAll(): void;
}

/** setTimeout counts in 31 bits; a longer wait (failover_timeout of months) is made in steps. */
const longestWaitMs = 2 ** 31 - 1;

export function createMasterTimers(now: () => number, fired: (timer: TimerId) => void): MasterTimers {
  const running = new Map<TimerId, NodeJS.Timeout>();

  function set(timer: TimerId, at: number): void {
    clear(timer);
    const waitMs = Math.max(0, at - now());
    const wake = () => (waitMs > longestWaitMs ? set(timer, at) : fire(timer));
    running.set(timer, setTimeout(wake, Math.min(waitMs, longestWaitMs)));
  }

  function fire(timer: TimerId): void {
    running.delete(timer);
    fired(timer);
  }

  function clear(timer: TimerId): void {
    clearTimeout(running.get(timer));
    running.delete(timer);
  }

  return {
    set,
    clear,
    clearAll: () => {
      for (const timer of [...running.keys()]) {
        clear(timer);
      }
    },
  };
}
