/** Places demands in the order they come, each where it is best at that moment. */
import { type Demand, kindOf, mayBeHelped } from './demand.ts';
import type { Fitness } from './fitness.ts';
import type { Fleet } from './fleet.ts';
import type { Placement } from './model.ts';
import { Search } from './search.ts';

/** Answers those that found no place: not even after others were placed on whose company they depend. */
export function placeOneByOne(
  fleet: Fleet,
  demands: readonly Demand[],
  fitness: Fitness,
  placements: Placement[],
): readonly Demand[] {
  let unplaced: readonly Demand[] = placeOnce(fleet, demands, fitness, placements);
  let helpable = unplaced.length < demands.length ? unplaced.filter(mayBeHelped) : [];
  while (helpable.length > 0) {
    const left = new Set(placeOnce(fleet, helpable, fitness, placements));
    const helped = new Set(helpable.filter((demand) => !left.has(demand)));
    unplaced = unplaced.filter((demand) => !helped.has(demand));
    helpable = helped.size > 0 ? [...left] : [];
  }
  return unplaced;
}

function placeOnce(fleet: Fleet, demands: readonly Demand[], fitness: Fitness, placements: Placement[]): Demand[] {
  const search = new Search(fleet, demands, fitness);
  /** Rooms only shrink: where one of a kind found none, the next will not either, unless company can help it. */
  const hopeless = new Set<string>();
  const unplaced: Demand[] = [];
  for (const demand of demands) {
    const place = hopeless.size > 0 && hopeless.has(kindOf(demand)) ? undefined : search.bestFor(demand);
    if (place !== undefined) {
      search.consider(fleet.put([demand], place, placements));
      continue;
    }
    unplaced.push(demand);
    if (!mayBeHelped(demand)) {
      hopeless.add(kindOf(demand));
    }
  }
  return unplaced;
}
