/** How many tasks of each group are on each value of a field. Counted for a field when first asked for, kept from then on. */
import type { Field } from './constraint.ts';
import { Counts } from './counts.ts';
import type { Place } from './place.ts';

export class Census {
  /** Group → place → its tasks there. */
  readonly #tasks = new Map<string, Map<Place, number>>();
  /** Group → field → value → tasks. */
  readonly #counts = new Map<string, Map<Field, Counts>>();

  join(group: string, place: Place): void {
    const places = this.#tasks.get(group) ?? new Map<Place, number>();
    this.#tasks.set(group, places.set(place, (places.get(place) ?? 0) + 1));
    for (const [field, counts] of this.#counts.get(group) ?? []) {
      increase(counts, place.valueOf(field), 1);
    }
  }

  leave(place: Place): void {
    for (const [group, places] of this.#tasks) {
      if (places.delete(place)) {
        this.#counts.delete(group);
      }
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
    for (const [place, tasks] of this.#tasks.get(group) ?? []) {
      increase(counts, place.valueOf(field), tasks);
    }
    ofGroup.set(field, counts);
    return counts;
  }
}

function increase(counts: Counts, value: string | undefined, by: number): void {
  if (value !== undefined) {
    counts.add(value, by);
  }
}
