/** How many tasks of each group are on each value of a field. Counted for a field when first asked for, kept from then on. */
import type { Field } from './constraint.ts';
import { Counts } from './counts.ts';
import type { Place } from './place.ts';

export class Census {
  /** Group → places with tasks of it, which know how many. */
  readonly #places = new Map<string, Set<Place>>();
  /** Group → field → value → tasks. */
  readonly #counts = new Map<string, Map<Field, Counts>>();

  join(group: string, place: Place): void {
    this.#change(group, place, 1);
  }

  /** One task of the group is taken away again. */
  part(group: string, place: Place): void {
    this.#change(group, place, -1);
  }

  /** The place goes, with all its tasks. */
  leave(place: Place): void {
    for (const group of place.groups()) {
      this.#places.get(group)?.delete(place);
      this.#counts.delete(group);
    }
  }

  /** Tasks of the group by the value of the field; those on agents without it are not counted. */
  counts(group: string, field: Field): Counts {
    const ofGroup = this.#counts.get(group) ?? new Map<Field, Counts>();
    this.#counts.set(group, ofGroup);
    const known = ofGroup.get(field);
    if (known !== undefined) {
      return known;
    }
    const counts = new Counts();
    for (const place of this.#places.get(group) ?? []) {
      increase(counts, place.valueOf(field), place.tasksOf(group));
    }
    ofGroup.set(field, counts);
    return counts;
  }

  #change(group: string, place: Place, by: number): void {
    const places = this.#places.get(group) ?? new Set<Place>();
    this.#places.set(group, places);
    if (place.count(group, by) > 0) {
      places.add(place);
    } else {
      places.delete(place);
    }
    for (const [field, counts] of this.#counts.get(group) ?? []) {
      increase(counts, place.valueOf(field), by);
    }
  }
}

function increase(counts: Counts, value: string | undefined, by: number): void {
  if (value !== undefined) {
    counts.add(value, by);
  }
}
