/**
 * Marathon's constraints, held against a place: what the operators count are the tasks of the same group and part that
 * are somewhere already. A place that lacks the field can only satisfy a denial (UNLIKE, IS_NOT).
 */
import _ from 'lodash';
import { unreachable } from '../../lib/exhaustive.ts';
import { compileRegex } from '../../lib/linear-regex.ts';
import type { PlacementConstraint } from '../model/placement.ts';
import type { Place } from './running-tasks.ts';

export type Check = (place: Place) => boolean;

export function fieldOf(place: Place, field: string): string | undefined {
  switch (field) {
    case 'hostname':
    case '@hostname':
      return place.hostname;
    case '@agent':
      return place.agentId;
    case '@region':
      return place.domain?.region;
    case '@zone':
      return place.domain?.zone;
    default:
      return place.attributes[field];
  }
}

export function checkOf(constraint: PlacementConstraint, peers: readonly Place[]): Check {
  const { field } = constraint;
  const test = testOf(constraint, () => _.countBy(peers.flatMap((place) => fieldOf(place, field) ?? [])));
  return (place) => test(fieldOf(place, field));
}

type Test = (value: string | undefined) => boolean;

function testOf({ operator, value: wanted = '' }: PlacementConstraint, counted: () => Record<string, number>): Test {
  switch (operator) {
    case 'IS':
      return (value) => value === wanted;
    case 'IS_NOT':
      return (value) => value !== wanted;
    case 'LIKE': {
      const pattern = wholeMatch(wanted);
      return (value) => value !== undefined && pattern.test(value);
    }
    case 'UNLIKE': {
      const pattern = wholeMatch(wanted);
      return (value) => value === undefined || !pattern.test(value);
    }
    case 'UNIQUE':
      return atMost(1, counted());
    case 'MAX_PER':
      return atMost(Number(wanted), counted());
    case 'CLUSTER':
      return clustered(wanted, counted());
    case 'GROUP_BY':
      return balanced(Number(wanted), counted());
    default:
      return unreachable(operator);
  }
}

/** In time that grows with the value only, whatever the pattern; one that cannot be compiled matches nothing. */
function wholeMatch(pattern: string): { test(value: string): boolean } {
  const regex = compileRegex(pattern);
  return { test: (value) => regex.kind === 'regex' && regex.matchesAll(value) };
}

function atMost(count: number, counts: Record<string, number>): Test {
  return (value) => value !== undefined && (counts[value] ?? 0) < count;
}

/** All on one value: the given one, or the one that the first chose. */
function clustered(wanted: string, counts: Record<string, number>): Test {
  const values = Object.keys(counts);
  const allowed = wanted === '' ? values : [wanted];
  return (value) => value !== undefined && (allowed.length === 0 || allowed.includes(value));
}

/** A value that nobody is on yet, or, once there are as many values as expected, one of those with the fewest. */
function balanced(expected: number, counts: Record<string, number>): Test {
  const values = Object.values(counts);
  const fewest = values.length >= expected ? (_.min(values) ?? 0) : 0;
  return (value) => value !== undefined && (counts[value] ?? 0) <= fewest;
}

/** As users write it. */
export function constraintWords({ field, operator, value }: PlacementConstraint): string {
  return [field, operator, ...(value === undefined ? [] : [value])].join(' ');
}
