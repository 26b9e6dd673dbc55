/** What the constraints say of a place for a demand, as it stands at this moment. */
import { Census } from './census.ts';
import type { Constraint } from './constraint.ts';
import type { Demand } from './demand.ts';
import { suits } from './operators.ts';
import { Patterns } from './patterns.ts';
import type { Place } from './place.ts';

export class Neighbours {
  readonly #census = new Census();
  readonly #patterns = new Patterns();
  readonly #known = {
    counts: (among: string, field: string) => this.#census.counts(among, field),
    matches: (pattern: string, value: string) => this.#patterns.match(pattern, value),
  };

  join(group: string, place: Place): void {
    this.#census.join(group, place);
  }

  part(group: string, place: Place): void {
    this.#census.part(group, place);
  }

  leave(place: Place): void {
    this.#census.leave(place);
  }

  allow({ hard, exclusive }: Demand, place: Place): boolean {
    if (place.exclusive || (exclusive && place.inUse)) {
      return false;
    }
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
    return constraint.operator === 'TEST'
      ? passes(constraint.test, place)
      : suits(constraint, place.valueOf(constraint.field), this.#known);
  }
}

function passes(test: (place: Place) => boolean, place: Place): boolean {
  try {
    return test(place);
  } catch {
    // The user's own function: it speaks about this agent alone, and says no.
    return false;
  }
}
