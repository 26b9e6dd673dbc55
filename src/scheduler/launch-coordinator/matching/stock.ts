/**
 * The demands of a batch that are still to be placed, by kind: alike in all but their disk, by which those of a kind are
 * sorted, so that little disk can be asked of agents that have little, and much of those that have much.
 */

import { isOfAgent } from './constraint.ts';
import type { Demand } from './demand.ts';

export interface Kind {
  readonly cpus: number;
  readonly mem: number;
  readonly ports: number;
  /** To some agents, by hard attributes. */
  readonly tied: boolean;
  /** In the mean, at the start. */
  readonly disk: number;
  /** Those that are left, by rising disk. */
  readonly demands: Demand[];
}

/** Kinds that are tied to the same agents (or to none). */
interface Tied {
  readonly sample: Demand;
  readonly kinds: Kind[];
}

export class Stock {
  readonly #tied: readonly Tied[];
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
      const tied = ties.get(tie) ?? { sample: { ...first, hard, soft: [], aloneAmong: [] }, kinds: [] };
      tied.kinds.push(openKind(first, hard.length > 0, ofKind));
      ties.set(tie, tied);
    }
    this.#tied = [...ties.values()];
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
          if (kind.demands.length > 0) {
            kinds.push(kind);
          }
        }
      }
    }
    return kinds;
  }

  take(kind: Kind, at: number, demand: Demand): void {
    if (kind.demands[at] !== demand) {
      throw new Error(`${demand.request.id} is not where it was seen`);
    }
    kind.demands.splice(at, 1);
    this.#count -= 1;
  }

  rest(): Demand[] {
    return this.#tied.flatMap(({ kinds }) => kinds.flatMap(({ demands }) => demands));
  }
}

function openKind({ cpus, mem, ports }: Demand, tied: boolean, demands: Demand[]): Kind {
  demands.sort((a, b) => a.disk - b.disk || b.index - a.index);
  return { cpus, mem, ports, tied, disk: demands.reduce((sum, { disk }) => sum + disk, 0) / demands.length, demands };
}

function keyOf({ cpus, mem, ports, hard }: Demand): string {
  const tie = hard.length === 0 ? '' : JSON.stringify(hard.filter(isOfAgent));
  return `${cpus} ${mem} ${ports} ${tie}`;
}
