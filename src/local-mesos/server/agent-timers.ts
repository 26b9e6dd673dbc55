/** The timers that an agent's model asks for: one of a kind for each run. */
import type { EpochMs } from '../../lib/brand.ts';
import { type AgentTimer, timerName } from '../model/agent-io.ts';
import type { Clock } from './clock.ts';

export interface AgentTimers {
  set(timer: AgentTimer, at: EpochMs): void;
  cancel(timer: AgentTimer): void;
  cancelAll(): void;
}

export function createTimers(fire: (timer: AgentTimer) => void, clock: Clock): AgentTimers {
  const running = new Map<string, () => void>();
  function cancel(timer: AgentTimer): void {
    const name = timerName(timer);
    running.get(name)?.();
    running.delete(name);
  }
  function set(timer: AgentTimer, at: EpochMs): void {
    cancel(timer);
    const due = () => {
      running.delete(timerName(timer));
      fire(timer);
    };
    running.set(timerName(timer), clock.after(at - clock.now(), due));
  }
  return {
    set,
    cancel,
    cancelAll() {
      for (const forget of running.values()) forget();
      running.clear();
    },
  };
}
