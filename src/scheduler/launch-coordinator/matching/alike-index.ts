/** Finds the agents that are alike by their sizes, without making a text of them for each that is looked up. */
import { Alike, magnitudeOf } from './alike.ts';
import type { Place } from './place.ts';

/** Of agents of one capacity: by free cpus, then by the rest of what makes them alike. */
type Level = Map<number, Map<number, Alike>>;

export class AlikeIndex {
  /** Cpus in all → memory in all → those of this capacity. */
  readonly #levels = new Map<number, Map<number, Level>>();
  /** Agents with named sets are like no other. */
  readonly #single = new Map<Place, Alike>();

  *all(): Iterable<Alike> {
    yield* this.#single.values();
    for (const byMem of this.#levels.values()) {
      for (const level of byMem.values()) {
        for (const byRest of level.values()) {
          yield* byRest.values();
        }
      }
    }
  }

  find(place: Place): Alike | undefined {
    return place.sets === undefined
      ? this.#levels.get(place.capacityCpus)?.get(place.capacityMem)?.get(place.cpus)?.get(restOf(place))
      : this.#single.get(place);
  }

  /** Those that are like the place from now on. */
  open(place: Place, members: Place[]): Alike {
    const alike = new Alike(place, members);
    if (place.sets !== undefined) {
      this.#single.set(place, alike);
      return alike;
    }
    const byMem = within(this.#levels, place.capacityCpus);
    const level = within(byMem, place.capacityMem);
    within(level, place.cpus).set(restOf(place), alike);
    return alike;
  }

  /** Nobody is like the place any more. */
  close(place: Place): void {
    if (place.sets !== undefined) {
      this.#single.delete(place);
      return;
    }
    const level = this.#levels.get(place.capacityCpus)?.get(place.capacityMem);
    const byRest = level?.get(place.cpus);
    byRest?.delete(restOf(place));
    if (byRest?.size === 0) {
      level?.delete(place.cpus);
    }
  }
}

/** Memory, with the magnitude of ports and whether it is in use below it. */
function restOf({ mem, portCount, inUse }: Place): number {
  return mem * 128 + magnitudeOf(portCount) * 2 + (inUse ? 1 : 0);
}

function within<Inner>(outer: Map<number, Map<number, Inner>>, key: number): Map<number, Inner> {
  const known = outer.get(key);
  if (known !== undefined) {
    return known;
  }
  const inner = new Map<number, Inner>();
  outer.set(key, inner);
  return inner;
}
