/**
 * Who reaches whom. Hosts are named as in offers; a host can be cut off from all others, or from one. What is on its way
 * over a cut is lost; what that means for a connection is its ends' to find out.
 */
import type { Chance } from './platform/chance.ts';
import type { Time } from './platform/time.ts';

export class Network {
  readonly time: Time;
  readonly chance: Chance;
  /** Every message takes so much longer. */
  slownessMs = 0;
  readonly #cuts = new Map<string, number>();

  constructor(time: Time, chance: Chance) {
    this.time = time;
    this.chance = chance;
  }

  latencyMs(): number {
    return this.chance.between(0.5, 4) + this.slownessMs * this.chance.next();
  }

  /** Cuts one host off from everybody, or, with a second one, only the two from each other. */
  cut(host: string, forMs: number, other = '*'): void {
    this.#cuts.set(nameOf(host, other), this.time.now + forMs);
  }

  heal(): void {
    this.#cuts.clear();
    this.slownessMs = 0;
  }

  reaches(one: string, other: string): boolean {
    if (one === other) return true;
    return !this.#isCut(one, '*') && !this.#isCut(other, '*') && !this.#isCut(one, other);
  }

  #isCut(one: string, other: string): boolean {
    return this.#cuts.size > 0 && (this.#cuts.get(nameOf(one, other)) ?? 0) > this.time.now;
  }
}

function nameOf(one: string, other: string): string {
  return other === '*' || one < other ? `${one} ${other}` : `${other} ${one}`;
}

/** One direction of a connection: in order, each at least as late as the one before. */
export class Lane {
  readonly #network: Network;
  #lastAt = 0;

  constructor(network: Network) {
    this.#network = network;
  }

  carry(run: () => void, extraMs = 0): void {
    const { time } = this.#network;
    this.#lastAt = Math.max(this.#lastAt, time.now + this.#network.latencyMs() + extraMs);
    time.after(this.#lastAt - time.now, run);
  }
}
