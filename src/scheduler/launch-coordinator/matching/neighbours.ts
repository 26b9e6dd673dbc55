/** What the constraints say of a place for a demand, as it stands at this moment. */
import { unreachable } from '../../../lib/exhaustive.ts';
import { Census } from './census.ts';
import type { Constraint } from './constraint.ts';
import type { Demand } from './demand.ts';
import { Patterns } from './patterns.ts';
import type { Place } from './place.ts';

export class Neighbours {
  readonly #census = new Census();
  readonly #patterns = new Patterns();

  join(group: string, place: Place): void {
    this.#census.join(group, place);
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
    if (constraint.operator === 'TEST') {
      return passes(constraint.test, place);
    }
    const here = place.valueOf(constraint.field);
    switch (constraint.operator) {
      case 'IS':
        return here === constraint.value;
      case 'IS_NOT':
        return here !== constraint.value;
      case 'LIKE':
        return here !== undefined && this.#patterns.match(constraint.value, here);
      case 'UNLIKE':
        return here === undefined || !this.#patterns.match(constraint.value, here);
      case 'APART':
        return here === undefined || !this.#counts(constraint).has(here);
      default:
        return here !== undefined && this.#suits(constraint, here);
    }
  }

  /** Those that count tasks, at a place that has the field. */
  #suits(constraint: Extract<Constraint, { readonly among: string }>, here: string): boolean {
    const counts = this.#counts(constraint);
    switch (constraint.operator) {
      case 'UNIQUE':
      case 'APART':
        return !counts.has(here);
      case 'NEAR':
        return counts.has(here);
      case 'MAX_PER':
        return (counts.get(here) ?? 0) < constraint.value;
      case 'CLUSTER':
        return (constraint.value ?? here) === here && (counts.size === 0 || (counts.size === 1 && counts.has(here)));
      case 'GROUP_BY':
        return isAmongTheFewest(counts, here, constraint.value ?? 0);
      default:
        return unreachable(constraint);
    }
  }

  #counts({ among, field }: { readonly among: string; readonly field: string }): ReadonlyMap<string, number> {
    return this.#census.counts(among, field);
  }
}

/** A value that nobody is on yet; or, where there are as many values as expected, one of those with the fewest. */
function isAmongTheFewest(counts: ReadonlyMap<string, number>, here: string, expected: number): boolean {
  const count = counts.get(here);
  return count === undefined || (counts.size >= expected && count === Math.min(...counts.values()));
}

function passes(test: (place: Place) => boolean, place: Place): boolean {
  try {
    return test(place);
  } catch {
    // The user's own function: it speaks about this agent alone, and says no.
    return false;
  }
}
