/**
 * The clock of masters and agents: what time it is, and who is woken when. The clock of this machine unless a test passes
 * its own, whose time may stand still until what is waited for has happened. What is asked of processes, of files and of
 * the network takes the machine's own time in any case.
 */
import type { EpochMs } from '../../lib/brand.ts';

export interface Clock {
  now(): EpochMs;
  /** Answers how to call it off. */
  after(ms: number, wake: () => void): () => void;
}

/** setTimeout counts in 31 bits; a longer wait (failover_timeout of months) is made in steps. */
const longestMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, wake) {
    let timer = wait(ms);
    function wait(restMs: number): NodeJS.Timeout {
      const rest = () => {
        timer = wait(restMs - longestMs);
      };
      return restMs > longestMs ? setTimeout(rest, longestMs) : setTimeout(wake, Math.max(0, restMs));
    }
    return () => clearTimeout(timer);
  },
};
