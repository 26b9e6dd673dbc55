/**
 * Timers by key: setting one again moves it, one that is due fires once. setTimeout takes at most 2^31 - 1 ms (it fires
 * at once beyond that) and may fire a little early; so each timer looks at the clock when it wakes and waits on.
 */
import type { EpochMs } from '../lib/brand.ts';
import type { Clock } from './clock.ts';

export interface Timers {
  set(key: string, at: EpochMs, fire: () => void): void;
  clear(key: string): void;
  clearAll(): void;
  readonly size: number;
}

const LONGEST_DELAY_MS = 2 ** 31 - 1;

export function createTimers(clock: Clock): Timers {
  const pending = new Map<string, () => void>();

  const clear = (key: string) => {
    pending.get(key)?.();
    pending.delete(key);
  };

  const arm = (key: string, at: EpochMs, fire: () => void) => {
    const delayMs = Math.min(Math.max(0, at - clock.now()), LONGEST_DELAY_MS);
    const cancel = clock.after(delayMs, () => {
      if (clock.now() < at) {
        arm(key, at, fire);
        return;
      }
      pending.delete(key);
      fire();
    });
    pending.set(key, cancel);
  };

  return {
    set(key, at, fire) {
      clear(key);
      arm(key, at, fire);
    },
    clear,
    clearAll() {
      for (const key of [...pending.keys()]) clear(key);
    },
    get size() {
      return pending.size;
    },
  };
}
