/**
 * What a task asks of its place, in the matcher's terms. Marathon's operators count the tasks of the same group and part;
 * whom a task must not meet (it or they keep away, it or they are to be alone) is kept apart by agent.
 */
import _ from 'lodash';
import type { PlacementConstraint } from '../model/placement.ts';
import type { GroupName, TaskSpec } from '../model/task.ts';
import { type Constraint, type FieldConstraint, fieldOf } from './matching/index.ts';
import { located, type Place } from './place.ts';

/** The groups of the matcher that a task joins where it is. */
export function labelsOf(spec: TaskSpec): readonly string[] {
  return [companyOf(spec), peersOf(spec), everyoneOf(spec.group)];
}

/** All tasks of a group. */
export function everyoneOf(group: GroupName | string): string {
  return `everyone of ${group}`;
}

/** Those that play the same part in its group. */
function peersOf({ group, part }: TaskSpec): string {
  return `${part} of ${group}`;
}

/** Those of its group that stand to other groups as it does. */
export function companyOf(spec: TaskSpec): string {
  const { group, placement } = spec;
  return isOpenToAll(spec)
    ? `all of ${group}`
    : `${JSON.stringify([placement?.awayFrom, placement?.exclusive])} of ${group}`;
}

export function isOpenToAll({ placement }: TaskSpec): boolean {
  return placement === undefined || (placement.awayFrom.length === 0 && !placement.exclusive);
}

export function hardOf(spec: TaskSpec): readonly Constraint[] {
  return (spec.placement?.constraints ?? []).map((each) => constraintOf(each, spec));
}

/** A wish to be spread that does not say over how many values means those that are offered. */
export function softOf(spec: TaskSpec, offered: readonly Place[]): readonly Constraint[] {
  return (spec.placement?.preferences ?? []).map((each) =>
    each.operator === 'GROUP_BY' && each.value === undefined
      ? constraintOf({ ...each, value: String(countOfValues(each.field, offered)) }, spec)
      : constraintOf(each, spec),
  );
}

function countOfValues(field: string, offered: readonly Place[]): number {
  return new Set(offered.flatMap((place) => fieldOf(located(place), field) ?? [])).size;
}

export function constraintOf({ field, operator, value }: PlacementConstraint, spec: TaskSpec): FieldConstraint {
  const among = peersOf(spec);
  switch (operator) {
    case 'IS':
    case 'IS_NOT':
    case 'LIKE':
    case 'UNLIKE':
      return { operator, field, value: value ?? '' };
    case 'NEAR':
    case 'APART':
      return { operator, field, among: everyoneOf(value ?? '') };
    case 'UNIQUE':
      return { operator, field, among };
    case 'CLUSTER':
      return value === undefined || value === '' ? { operator, field, among } : { operator, field, among, value };
    case 'MAX_PER':
    case 'GROUP_BY':
      return { operator, field, among, value: Number(value ?? 0) };
  }
}

/** Why tasks of two groups may not share an agent. */
export interface Quarrel {
  readonly reason: 'other-group' | 'exclusive';
  readonly what: string;
}

export function quarrelOf(spec: TaskSpec, other: TaskSpec): Quarrel | undefined {
  if (other.group === spec.group) {
    return undefined;
  }
  if (keepsAwayFrom(spec, other) || keepsAwayFrom(other, spec)) {
    return { reason: 'other-group', what: `tasks of ${other.group} are there` };
  }
  if (spec.placement?.exclusive === true) {
    return { reason: 'exclusive', what: 'it is to be alone on its agents, and others are there' };
  }
  return other.placement?.exclusive === true
    ? { reason: 'exclusive', what: `${other.group} is to be alone there` }
    : undefined;
}

function keepsAwayFrom({ placement }: TaskSpec, { group }: TaskSpec): boolean {
  return placement?.awayFrom.includes(group) === true;
}

/** As users write it. */
export function constraintWords({ field, operator, value }: PlacementConstraint): string {
  return _.compact([field, operator, value]).join(' ');
}
