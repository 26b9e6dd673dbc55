/**
 * What constraints say of a place that has this value of their field. The one judgement of all operators: for the matcher,
 * for a task that would rather go back to its agent, and for why a task waits.
 */
import { unreachable } from '../../../lib/exhaustive.ts';
import type { Constraint, Field } from './constraint.ts';
import type { Counts } from './counts.ts';

export type FieldConstraint = Extract<Constraint, { readonly field: Field }>;

export interface Known {
  /** Tasks of a group by their values of the field; those on agents without it are not counted. */
  counts(among: string, field: Field): Counts;
  /** Whether the whole value matches the pattern. */
  matches(pattern: string, value: string): boolean;
}

/** Without the field an agent satisfies denials (UNLIKE, IS_NOT, APART) and nothing else. */
export function suits(constraint: FieldConstraint, here: string | undefined, known: Known): boolean {
  const { operator } = constraint;
  if (here === undefined) {
    return operator === 'IS_NOT' || operator === 'UNLIKE' || operator === 'APART';
  }
  switch (operator) {
    case 'IS':
      return here === constraint.value;
    case 'IS_NOT':
      return here !== constraint.value;
    case 'LIKE':
      return known.matches(constraint.value, here);
    case 'UNLIKE':
      return !known.matches(constraint.value, here);
    case 'UNIQUE':
    case 'APART':
      return countsFor(constraint, known).on(here) === 0;
    case 'NEAR':
      return countsFor(constraint, known).on(here) > 0;
    case 'MAX_PER':
      return countsFor(constraint, known).on(here) < constraint.value;
    case 'CLUSTER':
      return constraint.value === undefined
        ? isWhereTheyAre(here, countsFor(constraint, known))
        : here === constraint.value;
    case 'GROUP_BY':
      return isAmongTheFewest(here, countsFor(constraint, known), constraint.value ?? 0);
    default:
      return unreachable(constraint);
  }
}

function countsFor({ among, field }: { readonly among: string; readonly field: Field }, known: Known): Counts {
  return known.counts(among, field);
}

/** Where one of them is; the first chooses. */
function isWhereTheyAre(here: string, counts: Counts): boolean {
  return counts.values === 0 || counts.on(here) > 0;
}

/** A value that nobody is on yet; or, where there are as many values as expected, one of those with the fewest. */
function isAmongTheFewest(here: string, counts: Counts, expected: number): boolean {
  const count = counts.on(here);
  return count === 0 || (counts.values >= expected && count === counts.fewest);
}
