/**
 * Agents that are looked at one after the other. Where a fitness ranks agents of one capacity these are a row, the better
 * ones first; otherwise all agents are one. A row may be long, and most of it too small for a demand: what they have left
 * stands in numbers of its own, to be passed over fast.
 */
import type { Alike } from './alike.ts';
import type { Demand } from './demand.ts';
import type { Sizes } from './fitness.ts';

export type Rank = (at: Sizes) => number;

/** Scores that ought to be equal differ by less, with floating-point numbers. */
export const nearly = 1e-9;

export class Row {
  readonly #rank: Rank | undefined;
  readonly #alike: Alike[] = [];
  readonly #cpus: number[] = [];
  readonly #mem: number[] = [];
  /** They fall. */
  readonly #ranks: number[] = [];
  /** The less is free the higher is the rank: then what a demand needs says where those begin that have enough. */
  readonly #fullestFirst: boolean;
  readonly #probe: { -readonly [size in keyof Sizes]: Sizes[size] };

  constructor({ capacityCpus, capacityMem }: Sizes, rank: Rank | undefined) {
    const empty = { capacityCpus, capacityMem, cpus: capacityCpus, mem: capacityMem, inUse: false };
    this.#probe = { ...empty, cpus: 0, mem: 0 };
    this.#rank = rank;
    this.#fullestFirst = rank !== undefined && rank(this.#probe) > rank(empty);
  }

  get isRanked(): boolean {
    return this.#rank !== undefined;
  }

  add(alike: Alike): void {
    const rank = this.#rank?.(alike);
    const at = rank === undefined ? this.#alike.length : this.#firstUpTo(rank);
    this.#alike.splice(at, 0, alike);
    this.#cpus.splice(at, 0, alike.cpus);
    this.#mem.splice(at, 0, alike.mem);
    this.#ranks.splice(at, 0, rank ?? 0);
  }

  at(index: number): Alike | undefined {
    return this.#alike[index];
  }

  /** The index of the first that may have room. */
  startFor(demand: Demand): number {
    if (this.#rank === undefined || !this.#fullestFirst) {
      return this.next(-1, demand);
    }
    this.#probe.cpus = demand.cpus;
    this.#probe.mem = demand.mem;
    return this.next(this.#firstUpTo(this.#rank(this.#probe) + nearly) - 1, demand);
  }

  /** The index of the next that has cpus and memory enough; beyond the last if there is none. */
  next(index: number, { cpus, mem }: Demand): number {
    let at = index + 1;
    while (at < this.#alike.length && ((this.#cpus[at] ?? 0) < cpus || (this.#mem[at] ?? 0) < mem)) {
      at += 1;
    }
    return at;
  }

  /** All of them have become unlike. */
  forget(index: number): void {
    this.#alike.splice(index, 1);
    this.#cpus.splice(index, 1);
    this.#mem.splice(index, 1);
    this.#ranks.splice(index, 1);
  }

  /** The index of the first with no higher rank. */
  #firstUpTo(most: number): number {
    let low = 0;
    let high = this.#ranks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ranks[middle] ?? 0) > most) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
