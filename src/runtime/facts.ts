/**
 * Facts on their way out: each gets a number and the time of its turn, goes to every listener, and stays in a bounded
 * history, so that a reader who was away goes on after the last number that it saw.
 */
import type { EpochMs } from '../lib/brand.ts';
import type { Fact, StampedFact } from './runtime.ts';

export interface FactLog {
  publish(at: EpochMs, facts: readonly Fact[]): void;
  /** The oldest facts after `sequence` that are still remembered, at most `limit`. */
  since(sequence: number, limit: number): readonly StampedFact[];
  listen(listener: (fact: StampedFact) => void): () => void;
}

/** `first` numbers the first fact. */
export function createFactLog(first: number, historyLimit: number): FactLog {
  const listeners = new Set<(fact: StampedFact) => void>();
  let history: StampedFact[] = [];
  let next = first;

  return {
    publish(at, facts) {
      for (const fact of facts) {
        const stamped: StampedFact = { sequence: next++, at, fact };
        history.push(stamped);
        for (const listener of listeners) listener(stamped);
      }
      // Cut seldom: at twice the limit, down to the limit.
      if (history.length > 2 * historyLimit) history = history.slice(-historyLimit);
    },
    since(sequence, limit) {
      const oldest = next - Math.min(history.length, historyLimit);
      const from = Math.max(sequence + 1, oldest);
      const start = history.length - (next - from);
      return from >= next ? [] : history.slice(start, start + Math.max(0, limit));
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
