/** The timers that an agent's model asks for: one of a kind for each run, and waits of any length. */
import type { EpochMs } from '../../lib/brand.ts';
import { type AgentTimer, timerName } from '../model/agent-io.ts';

export interface AgentTimers {
  set(timer: AgentTimer, at: EpochMs): void;
  cancel(timer: AgentTimer): void;
  cancelAll(): void;
}

/** setTimeout takes 2^31 - 1 ms at most; longer waits are taken in parts. */
const longestMs = 2 ** 31 - 1;

export function createTimers(fire: (timer: AgentTimer) => void, now: () => EpochMs): AgentTimers {
  const running = new Map<string, NodeJS.Timeout>();
  function cancel(timer: AgentTimer): void {
    const name = timerName(timer);
    clearTimeout(running.get(name));
    running.delete(name);
  }
  function set(timer: AgentTimer, at: EpochMs): void {
    cancel(timer);
    const waitMs = Math.max(0, at - now());
    const due = () => {
      running.delete(timerName(timer));
      fire(timer);
    };
    const handle = waitMs > longestMs ? setTimeout(() => set(timer, at), longestMs) : setTimeout(due, waitMs);
    running.set(timerName(timer), handle);
  }
  return {
    set,
    cancel,
    cancelAll() {
      for (const handle of running.values()) clearTimeout(handle);
      running.clear();
    },
  };
}
