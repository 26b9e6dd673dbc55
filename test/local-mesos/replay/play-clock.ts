/**
 * The clock of a Mesos that a recording is played to. Its time goes on only when the player says so and never past what
 * the player still waits for: a machine that is slow makes the play longer, and changes nothing of what is played.
 */
import { availableParallelism, loadavg } from 'node:os';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../../src/local-mesos/server/clock.ts';

export interface PlayClock extends Clock {
  /** Seconds of the recording; less than 0 before it begins. */
  readonly t: number;
  /** Wakes on the way, in their order, those who are due. */
  advanceTo(t: number): Promise<void>;
  /**
   * Waits for it while the time stands still; lets it go on when that seems to be what is missing: by `slackMs` soon,
   * and without end after a while.
   */
  until<Value>(happened: Promise<Value>, slackMs?: number): Promise<Value>;
}

/** While this much real time passes nothing else is looked at. */
const sliceMs = 5;
/** A message has come by then, on a machine that is not too busy. */
const soonMs = 300;
/** All that needs no time of ours has happened by then: the longest of the recorded tasks takes three seconds. */
const patienceMs = 6_000;

/** On a machine where several wait for each processor everything takes so many times as long. */
function strain(): number {
  return Math.max(1, (loadavg()[0] ?? 0) / availableParallelism());
}

/** `pace`: seconds of the recording in one of this machine, at most. */
export function createPlayClock(startT: number, pace: number): PlayClock {
  const zero = Date.now();
  const waiting = new Set<{ readonly at: number; readonly wake: () => void }>();
  let stoodAt = startT * 1000;
  let ran: { readonly since: number; readonly limit: number } | undefined;

  function nowMs(): number {
    return ran === undefined ? stoodAt : Math.min(ran.limit, stoodAt + (performance.now() - ran.since) * pace);
  }
  function due(untilMs: number) {
    const [first] = [...waiting].filter(({ at }) => at <= untilMs).sort((a, b) => a.at - b.at);
    return first;
  }
  async function runTo(targetMs: number): Promise<void> {
    for (let at = nowMs(); at < targetMs; at = nowMs()) {
      const limit = Math.min(targetMs, Math.max(at, due(targetMs)?.at ?? targetMs));
      ran = { since: performance.now(), limit };
      await (limit - at > 0 ? sleep(Math.min(sliceMs, (limit - at) / pace)) : undefined);
      stoodAt = nowMs();
      ran = undefined;
      await wakeAll();
    }
  }
  /** Messages between master and agents pass in a few turns of the event loop. */
  async function wakeAll(): Promise<void> {
    for (let next = due(stoodAt); next !== undefined; next = due(stoodAt)) {
      waiting.delete(next);
      next.wake();
      for (let turns = 0; turns < 5; turns += 1) await turn();
    }
  }
  return {
    get t() {
      return nowMs() / 1000;
    },
    now: () => Math.round(zero + nowMs()),
    after(ms, wake) {
      const entry = { at: nowMs() + Math.max(0, ms), wake };
      waiting.add(entry);
      return () => void waiting.delete(entry);
    },
    async advanceTo(t) {
      await runTo(t * 1000);
      await wakeAll();
    },
    async until(happened, slackMs = 0) {
      let over = false;
      const settled = happened.finally(() => {
        over = true;
      });
      const wait = (ms: number) => Promise.race([settled.catch(() => undefined), sleep(ms)]);
      if (slackMs > 0) await wait(soonMs * strain());
      if (!over) await runTo(nowMs() + slackMs);
      if (!over) await wait(patienceMs * strain());
      while (!over) await runTo(nowMs() + 20);
      return settled;
    },
  };
}
