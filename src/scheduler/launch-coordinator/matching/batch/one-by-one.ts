/**
 * Places demands in the order they come, each where the score is highest. All agents are considered, but only one of
 * those that are alike is scored, and those with less left than anybody asks for are passed over.
 */
import type { Alike } from './alike.ts';
import { type Demand, kindOf } from './demand.ts';
import type { Fleet } from './fleet.ts';
import type { Placement } from './model.ts';
import { comesBefore, type Place } from './place.ts';

/** How good it is to place the demand at one of these: higher is better. */
export type Score = (demand: Demand, at: Alike) => number;

/** Answers those that found no place. */
export function placeOneByOne(
  fleet: Fleet,
  demands: readonly Demand[],
  score: Score,
  placements: Placement[],
): Demand[] {
  const search = new Search(fleet, demands, score);
  /** Rooms only shrink: where one of a kind found none, the next will not either. */
  const hopeless = new Set<string>();
  const unplaced: Demand[] = [];
  for (const demand of demands) {
    const place = hopeless.size > 0 && hopeless.has(kindOf(demand)) ? undefined : search.bestFor(demand);
    if (place === undefined) {
      hopeless.add(kindOf(demand));
      unplaced.push(demand);
    } else {
      search.consider(fleet.put([demand], place, placements));
    }
  }
  return unplaced;
}

class Search {
  readonly #fleet: Fleet;
  readonly #score: Score;
  readonly #leastCpus: number;
  readonly #leastMem: number;
  readonly #open: Alike[] = [];

  constructor(fleet: Fleet, demands: readonly Demand[], score: Score) {
    this.#fleet = fleet;
    this.#score = score;
    this.#leastCpus = demands.reduce((least, { cpus }) => Math.min(least, cpus), Number.POSITIVE_INFINITY);
    this.#leastMem = demands.reduce((least, { mem }) => Math.min(least, mem), Number.POSITIVE_INFINITY);
    for (const alike of fleet.alike()) {
      this.consider(alike);
    }
  }

  consider(alike: Alike | undefined): void {
    if (alike !== undefined && alike.cpus >= this.#leastCpus && alike.mem >= this.#leastMem) {
      this.#open.push(alike);
    }
  }

  bestFor(demand: Demand): Place | undefined {
    const { cpus, mem } = demand;
    const open = this.#open;
    let best: Place | undefined;
    let highest = Number.NEGATIVE_INFINITY;
    for (let index = 0; index < open.length; index += 1) {
      const alike = open[index];
      if (alike === undefined || alike.cpus < cpus || alike.mem < mem) {
        continue;
      }
      const { first } = alike;
      if (first === undefined) {
        this.#forget(index);
        index -= 1;
        continue;
      }
      const fitness = this.#score(demand, alike);
      const most = combined(1, fitness);
      if (most < highest || (most === highest && best !== undefined && !comesBefore(first, best))) {
        continue;
      }
      const found = demand.soft.length === 0 ? this.#firstOf(alike, demand) : this.#mostLikedOf(alike, demand);
      if (found !== undefined) {
        const value = demand.soft.length === 0 ? most : combined(this.#fleet.neighbours.liking(demand, found), fitness);
        if (value > highest || (value === highest && best !== undefined && comesBefore(found, best))) {
          best = found;
          highest = value;
        }
      }
    }
    return best;
  }

  #firstOf(alike: Alike, demand: Demand): Place | undefined {
    const { neighbours } = this.#fleet;
    return alike.find((place) => place.hasRoom(demand) && neighbours.allow(demand, place));
  }

  #mostLikedOf(alike: Alike, demand: Demand): Place | undefined {
    const { neighbours } = this.#fleet;
    let best: Place | undefined;
    let most = -1;
    const ideal = alike.find((place) => {
      if (!place.hasRoom(demand) || !neighbours.allow(demand, place)) {
        return false;
      }
      const liking = neighbours.liking(demand, place);
      if (liking > most) {
        best = place;
        most = liking;
      }
      return liking === 1;
    });
    return ideal ?? best;
  }

  /** All of them have become unlike. */
  #forget(index: number): void {
    const last = this.#open.pop();
    if (last !== undefined && index < this.#open.length) {
      this.#open[index] = last;
    }
  }
}

/**
 * The weights of Fenzo, and its order of operations: its ties are ties of floating-point numbers. What it gives to named
 * sets of resources (15 of 100) is nothing here.
 */
function combined(liking: number, fitness: number): number {
  return (liking * 50 + fitness * 35) / 100;
}
