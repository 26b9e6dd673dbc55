/** What the judges found: the first violation of each kind, in plain words. */
export type InvariantId = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8' | 'I9' | 'I11' | 'I12' | 'I14';

export const invariants: Readonly<Record<InvariantId, string>> = {
  I1: 'no task and no cluster is lost',
  I2: 'no orphan is left',
  I3: 'nothing is launched twice',
  I4: 'nothing is launched before it is written down',
  I5: 'an update is acknowledged after its effect is safe, and each is in the end',
  I6: 'only the leader has effects',
  I7: 'there is one framework',
  I8: 'resources are given once, and not held without need',
  I9: 'no job is lost',
  I11: 'states do not go back',
  I12: 'everything stays bounded',
  I14: 'when the faults have ended all comes to be as wanted',
};

export interface Violation {
  readonly invariant: InvariantId;
  readonly what: string;
  readonly atSeconds: number;
}

export class Verdicts {
  readonly violations: Violation[] = [];
  readonly #elapsedMs: () => number;
  readonly #note: (what: string) => void;

  constructor(elapsedMs: () => number, note: (what: string) => void) {
    this.#elapsedMs = elapsedMs;
    this.#note = note;
  }

  violated(invariant: InvariantId, what: string): void {
    this.#note(`VIOLATION of ${invariant} (${invariants[invariant]}): ${what}`);
    const known = this.violations.some((one) => one.invariant === invariant && one.what === what);
    if (known || this.violations.length >= 20) return;
    this.violations.push({ invariant, what, atSeconds: this.#elapsedMs() / 1000 });
  }
}
