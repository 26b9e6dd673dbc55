/**
 * The demands of a batch that are still to be placed, by kind: alike in all but their disk, by which those of a kind are
 * sorted, so that little disk can be asked of agents that have little, and much of those that have much.
 */
import { isOfAgent } from './constraint.ts';
import type { Demand } from './demand.ts';
import { Kind } from './kind.ts';

/** Kinds that are tied to the same agents (or to none). */
interface Tied {
  readonly sample: Demand;
  readonly kinds: Kind[];
}

export class Stock {
  readonly #tied: readonly Tied[];
  readonly #whole: number;
  #count: number;

  constructor(demands: readonly Demand[]) {
    const ties = new Map<string, { sample: Demand; kinds: Kind[] }>();
    for (const ofKind of Map.groupBy(demands, keyOf).values()) {
      const [first] = ofKind;
      if (first === undefined) {
        continue;
      }
      const hard = first.hard.filter(isOfAgent);
      const tie = JSON.stringify(hard);
      const tied = ties.get(tie) ?? { sample: first.heldTo(hard), kinds: [] };
      tied.kinds.push(new Kind(first, hard.length > 0, ofKind));
      ties.set(tie, tied);
    }
    this.#tied = [...ties.values()];
    this.#whole = demands.length;
    this.#count = demands.length;
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  /** The kinds of which something is left, of those that hard attributes let in. */
  kinds(allowed: (sample: Demand) => boolean): readonly Kind[] {
    const kinds: Kind[] = [];
    for (const tied of this.#tied) {
      if (allowed(tied.sample)) {
        for (const kind of tied.kinds) {
          if (!kind.isEmpty) {
            kinds.push(kind);
          }
        }
      }
    }
    return kinds;
  }

  take(kind: Kind, at: number): void {
    kind.take(at);
    this.#count -= 1;
  }

  /** All are to be placed again: for the next plan. */
  refill(): void {
    this.#count = this.#whole;
    for (const { kinds } of this.#tied) {
      for (const kind of kinds) {
        kind.refill();
      }
    }
  }

  rest(): Demand[] {
    return this.#tied.flatMap(({ kinds }) => kinds.flatMap((kind) => kind.rest()));
  }
}

function keyOf({ cpus, mem, ports, hard }: Demand): string {
  const tie = hard.length === 0 ? '' : JSON.stringify(hard.filter(isOfAgent));
  return `${cpus} ${mem} ${ports} ${tie}`;
}
