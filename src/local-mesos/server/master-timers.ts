/** The timers that the model asks for, by its own names. */
import type { TimerId } from '../model/master-io.ts';
import type { Clock } from './clock.ts';

export interface MasterTimers {
  set(timer: TimerId, at: number): void;
  clear(timer: TimerId): void;
  clearAll(): void;
}

export function createMasterTimers(clock: Clock, fired: (timer: TimerId) => void): MasterTimers {
  const running = new Map<TimerId, () => void>();

  function set(timer: TimerId, at: number): void {
    clear(timer);
    const fire = () => {
      running.delete(timer);
      fired(timer);
    };
    running.set(timer, clock.after(at - clock.now(), fire));
  }

  function clear(timer: TimerId): void {
    running.get(timer)?.();
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
