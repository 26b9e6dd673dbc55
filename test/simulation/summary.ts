/** What many worlds came to, whatever the order in which they were played. */
import { createHash } from 'node:crypto';
import type { Outcome } from './play.ts';

export class Summary {
  seeds = 0;
  failed = 0;
  violations = 0;
  simulatedSeconds = 0;
  steps = 0;
  longestCalmSeconds = 0;
  readonly faults = new Map<string, number>();
  readonly wanted: number;
  readonly #hash = createHash('sha256');

  constructor(wanted: number) {
    this.wanted = wanted;
  }

  get passed(): number {
    return this.seeds - this.failed;
  }

  get faultCount(): number {
    return [...this.faults.values()].reduce((sum, count) => sum + count, 0);
  }

  add(outcome: Outcome): void {
    this.seeds += 1;
    this.failed += outcome.violations.length > 0 ? 1 : 0;
    this.violations += outcome.violations.length;
    this.simulatedSeconds += outcome.simulatedSeconds;
    this.steps += outcome.steps;
    this.longestCalmSeconds = Math.max(this.longestCalmSeconds, outcome.calmSeconds);
    for (const [name, count] of Object.entries(outcome.faults))
      this.faults.set(name, (this.faults.get(name) ?? 0) + count);
    this.#hash.update(`${outcome.seed} ${outcome.hash}\n`);
  }

  figures() {
    return {
      seeds: this.seeds,
      violations: this.violations,
      hash: this.#hash.copy().digest('hex').slice(0, 16),
      simulatedSeconds: this.simulatedSeconds,
      faults: this.faultCount,
    };
  }
}

/** Hands outcomes on in the order of their seeds: so the hash of all does not depend on who was faster. */
export function inOrder(first: number, take: (outcome: Outcome) => void): (outcome: Outcome) => undefined {
  const early = new Map<number, Outcome>();
  let next = first;
  return (outcome) => {
    early.set(outcome.seed, outcome);
    for (let ready = early.get(next); ready !== undefined; ready = early.get(next)) {
      early.delete(next);
      next += 1;
      take(ready);
    }
  };
}
