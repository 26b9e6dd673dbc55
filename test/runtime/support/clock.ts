/** A clock whose hands the test turns. */
import type { Clock } from '../../../src/runtime/clock.ts';

export interface ManualClock extends Clock {
  /** Moves on, waking whoever is due, in order. */
  advance(ms: number): void;
  /** Only the time of day changes: no timer hears of it. */
  setBack(ms: number): void;
  readonly waiting: number;
}

export function manualClock(start = 1_000_000): ManualClock {
  let uptime = 0;
  let offset = start;
  let alarms: { at: number; run: () => void }[] = [];
  return {
    now: () => offset + uptime,
    after(delayMs, run) {
      const alarm = { at: uptime + delayMs, run };
      alarms.push(alarm);
      return () => {
        alarms = alarms.filter((other) => other !== alarm);
      };
    },
    advance(ms) {
      const until = uptime + ms;
      for (;;) {
        const next = alarms.filter((alarm) => alarm.at <= until).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        alarms = alarms.filter((alarm) => alarm !== next);
        uptime = Math.max(uptime, next.at);
        next.run();
      }
      uptime = until;
    },
    setBack(ms) {
      offset -= ms;
    },
    get waiting() {
      return alarms.length;
    },
  };
}
