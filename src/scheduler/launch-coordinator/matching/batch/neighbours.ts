/** Where the tasks of each group are, and what the constraints say of a place for a demand. */
import { unreachable } from '../../../../lib/exhaustive.ts';
import type { Demand } from './demand.ts';
import type { Constraint } from './model.ts';
import type { Place } from './place.ts';

export class Neighbours {
  readonly #placesOf = new Map<string, Set<Place>>();

  join(group: string, place: Place): void {
    const places = this.#placesOf.get(group) ?? new Set();
    this.#placesOf.set(group, places.add(place));
  }

  leave(place: Place): void {
    for (const places of this.#placesOf.values()) {
      places.delete(place);
    }
  }

  allow({ hard }: Demand, place: Place): boolean {
    for (const constraint of hard) {
      if (!this.#holds(constraint, place)) {
        return false;
      }
    }
    return true;
  }

  /** 0 to 1: how many of the soft constraints hold. */
  liking({ soft }: Demand, place: Place): number {
    let kept = 0;
    for (const constraint of soft) {
      kept += this.#holds(constraint, place) ? 1 : 0;
    }
    return soft.length === 0 ? 1 : kept / soft.length;
  }

  #holds(constraint: Constraint, place: Place): boolean {
    switch (constraint.kind) {
      case 'attribute':
        return place.attributes[constraint.name] === constraint.value;
      case 'unique':
        return this.#isUnique(constraint.group, constraint.attribute, place);
      default:
        return unreachable(constraint);
    }
  }

  #isUnique(group: string, attribute: string | undefined, place: Place): boolean {
    const places = this.#placesOf.get(group);
    if (attribute === undefined) {
      return places === undefined || !hasHost(places, place);
    }
    const value = place.attributes[attribute];
    if (value === undefined) {
      return false;
    }
    for (const other of places ?? []) {
      if (other.attributes[attribute] === value) {
        return false;
      }
    }
    return true;
  }
}

function hasHost(places: ReadonlySet<Place>, place: Place): boolean {
  if (places.has(place)) {
    return true;
  }
  for (const other of places) {
    if (other.hostname === place.hostname) {
      return true;
    }
  }
  return false;
}
