/**
 * Places demands in the order they come, each where it is best at that moment. Those that go together are placed when it is
 * the turn of the first of them: all, or none.
 */
import { type Demand, kindOf, mayBeHelped } from './demand.ts';
import type { Fitness } from './fitness.ts';
import type { Fleet } from './fleet.ts';
import type { Placement } from './model.ts';
import type { Place } from './place.ts';
import { Search } from './search.ts';

/** Answers those that found no place: not even after others were placed on whose company they depend. */
export function placeOneByOne(
  fleet: Fleet,
  demands: readonly Demand[],
  fitness: Fitness,
  placements: Placement[],
): readonly Demand[] {
  let unplaced: readonly Demand[] = new Pass(fleet, demands, fitness, placements).place(demands);
  let helpable = unplaced.length < demands.length ? helpableOf(unplaced) : [];
  while (helpable.length > 0) {
    const left = new Set(new Pass(fleet, helpable, fitness, placements).place(helpable));
    const helped = new Set(helpable.filter((demand) => !left.has(demand)));
    unplaced = unplaced.filter((demand) => !helped.has(demand));
    helpable = helped.size > 0 ? [...left] : [];
  }
  return unplaced;
}

/** Whoever goes together with one that may be helped is helped by that. */
function helpableOf(demands: readonly Demand[]): readonly Demand[] {
  const helpable = demands.filter(mayBeHelped);
  const together = new Set(helpable.flatMap(({ request }) => request.together ?? []));
  return together.size === 0
    ? helpable
    : demands.filter((demand) => mayBeHelped(demand) || together.has(demand.request.together ?? ''));
}

interface Put {
  readonly demand: Demand;
  readonly place: Place;
  readonly restore: () => void;
}

class Pass {
  readonly #fleet: Fleet;
  readonly #placements: Placement[];
  readonly #search: Search;
  /** Rooms only shrink: where one of a kind found none, the next will not either, unless company can help it. */
  readonly #hopeless = new Set<string>();

  constructor(fleet: Fleet, demands: readonly Demand[], fitness: Fitness, placements: Placement[]) {
    this.#fleet = fleet;
    this.#placements = placements;
    this.#search = new Search(fleet, demands, fitness);
  }

  place(demands: readonly Demand[]): Demand[] {
    const unplaced: Demand[] = [];
    const seen = new Set<string>();
    for (const demand of demands) {
      const { together } = demand.request;
      if (together === undefined) {
        if (!this.#placeOne(demand)) {
          unplaced.push(demand);
        }
      } else if (!seen.has(together)) {
        seen.add(together);
        const all = demands.filter(({ request }) => request.together === together);
        if (!this.#placeAll(all)) {
          unplaced.push(...all);
        }
      }
    }
    return unplaced;
  }

  #placeOne(demand: Demand): boolean {
    const place = this.#placeFor(demand);
    if (place !== undefined) {
      this.#search.consider(this.#fleet.put([demand], place, this.#placements));
    } else if (!mayBeHelped(demand)) {
      this.#hopeless.add(kindOf(demand));
    }
    return place !== undefined;
  }

  /** In their order; some may have to wait for the company of others of them. */
  #placeAll(demands: readonly Demand[]): boolean {
    const puts: Put[] = [];
    let left = demands;
    while (left.length > 0) {
      const unplaced = left.filter((demand) => !this.#try(demand, puts));
      if (unplaced.length === left.length) {
        this.#takeBack(puts);
        return false;
      }
      left = unplaced;
    }
    return true;
  }

  #try(demand: Demand, puts: Put[]): boolean {
    const place = this.#placeFor(demand);
    if (place !== undefined) {
      puts.push({ demand, place, restore: place.remember() });
      this.#search.consider(this.#fleet.put([demand], place, this.#placements));
    }
    return place !== undefined;
  }

  #takeBack(puts: readonly Put[]): void {
    for (const { demand, place, restore } of puts.toReversed()) {
      this.#placements.pop();
      this.#search.consider(this.#fleet.takeBack(demand, place, restore));
    }
  }

  #placeFor(demand: Demand): Place | undefined {
    return this.#hopeless.size > 0 && this.#hopeless.has(kindOf(demand)) ? undefined : this.#search.bestFor(demand);
  }
}
