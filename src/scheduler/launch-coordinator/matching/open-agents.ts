/**
 * The agents that are still worth looking at, as one fitness looks at them: by capacity, and among agents of one capacity
 * the better ones first, where the fitness knows which these are whatever is asked for (its `rank`).
 */
import type { Alike } from './alike.ts';
import type { Demand } from './demand.ts';
import type { Fitness, Sizes } from './fitness.ts';

/** Those of one capacity. */
export interface Row {
  /** By falling rank, where there are ranks. */
  readonly alike: Alike[];
  readonly ranks: number[];
  /** The less is free the higher is the rank: then what a demand needs says where those begin that have enough. */
  readonly fullestFirst: boolean;
  readonly probe: { -readonly [size in keyof Sizes]: Sizes[size] };
}

export class OpenAgents {
  readonly rows: Row[] = [];
  readonly #rank: ((at: Sizes) => number) | undefined;
  /** Cpus → memory → row; without ranks all stand in one. */
  readonly #byCapacity = new Map<number, Map<number, Row>>();

  constructor(fitness: Fitness) {
    this.#rank = fitness.sees === 'sizes' ? fitness.rank : undefined;
  }

  add(alike: Alike): void {
    if (this.#rank === undefined) {
      this.#rowOf(0, 0).alike.push(alike);
      return;
    }
    const { alike: members, ranks } = this.#rowOf(alike.capacityCpus, alike.capacityMem);
    const rank = this.#rank(alike);
    const at = firstUpTo(ranks, rank);
    members.splice(at, 0, alike);
    ranks.splice(at, 0, rank);
  }

  /** Those before it have not enough left. */
  startFor({ cpus, mem }: Demand, { ranks, fullestFirst, probe }: Row): number {
    if (this.#rank === undefined || !fullestFirst) {
      return 0;
    }
    probe.cpus = cpus;
    probe.mem = mem;
    return firstUpTo(ranks, this.#rank(probe) + nearly);
  }

  #rowOf(cpus: number, mem: number): Row {
    const byMem = this.#byCapacity.get(cpus) ?? new Map<number, Row>();
    this.#byCapacity.set(cpus, byMem);
    const known = byMem.get(mem);
    if (known !== undefined) {
      return known;
    }
    const row = this.#openRow(cpus, mem);
    byMem.set(mem, row);
    this.rows.push(row);
    return row;
  }

  #openRow(cpus: number, mem: number): Row {
    const capacity = { capacityCpus: cpus, capacityMem: mem, inUse: false };
    const rank = this.#rank ?? (() => 0);
    const fullestFirst = rank({ ...capacity, cpus: 0, mem: 0 }) > rank({ ...capacity, cpus, mem });
    return { alike: [], ranks: [], fullestFirst, probe: { ...capacity, cpus: 0, mem: 0 } };
  }
}

/** Scores that ought to be equal differ by less, with floating-point numbers. */
export const nearly = 1e-9;

/** All of them have become unlike. */
export function forget({ alike, ranks }: Row, index: number): void {
  if (ranks.length > 0) {
    alike.splice(index, 1);
    ranks.splice(index, 1);
    return;
  }
  const last = alike.pop();
  if (last !== undefined && index < alike.length) {
    alike[index] = last;
  }
}

/** The index of the first, of numbers that fall, that is no higher. */
function firstUpTo(ranks: readonly number[], most: number): number {
  let low = 0;
  let high = ranks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranks[middle] ?? 0) > most) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
