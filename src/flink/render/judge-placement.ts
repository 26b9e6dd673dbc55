/**
 * What a specification says of the place of its processes and cannot have: operators that do not exist, values that
 * they cannot work with, limits that the cluster itself exceeds. Each in one sentence that names the field.
 */
import { compileRegex } from '../../lib/linear-regex.ts';
import { type PlacementOperator, placementOperators } from '../../scheduler/model/placement.ts';
import type { Constraint } from '../placement-spec.ts';
import type { CompleteClusterSpec } from '../spec.ts';

export function judgePlacement(spec: CompleteClusterSpec): string[] {
  return [
    ...judgeConstraints(spec.name, 'jobManager', spec.jobManager),
    ...judgeConstraints(spec.name, 'taskManager', spec.taskManager),
    ...judgeNeighbours(spec),
    ...judgeTogether(spec),
    ...judgeLimit(spec),
  ];
}

function judgeConstraints(
  cluster: string,
  part: string,
  { constraints = [], preferences = [] }: CompleteClusterSpec['jobManager'],
): string[] {
  const judged = (list: readonly Constraint[], name: string) =>
    list.flatMap((constraint, index) =>
      whyImpossible(constraint, cluster).map((why) => `${part}.${name}.${index}: ${constraint.join(' ')}: ${why}`),
    );
  return [...judged(constraints, 'constraints'), ...judged(preferences, 'preferences')];
}

function whyImpossible([, given, value]: Constraint, cluster: string): string[] {
  const operator = placementOperators.find((known) => known === given.toUpperCase());
  if (operator === undefined) return [`there is no operator ${given}; there are ${placementOperators.join(', ')}`];
  return valueFaults(operator, value, cluster);
}

function valueFaults(operator: PlacementOperator, value: string | undefined, cluster: string): string[] {
  switch (operator) {
    case 'UNIQUE':
      return value === undefined ? [] : ['UNIQUE takes no value'];
    case 'CLUSTER':
      return [];
    case 'GROUP_BY':
      return value === undefined || isCount(value)
        ? []
        : ['GROUP_BY takes the number of values that there are, or none'];
    case 'MAX_PER':
      return isCount(value) ? [] : ['MAX_PER takes a number above 0'];
    case 'IS':
    case 'IS_NOT':
      return value === undefined ? [`${operator} takes the value to compare with`] : [];
    case 'LIKE':
    case 'UNLIKE':
      return patternFaults(operator, value);
    case 'NEAR':
    case 'APART':
      if (value === undefined) return [`${operator} takes the name of a cluster`];
      return value === cluster
        ? [`${operator} is about another cluster; for its own processes there are CLUSTER and UNIQUE`]
        : [];
  }
}

/** Any pattern is matched in linear time; one that is too large is a fault to the compiler. */
function patternFaults(operator: string, value: string | undefined): string[] {
  if (value === undefined) return [`${operator} takes a regular expression`];
  const compiled = compileRegex(value);
  return compiled.kind === 'fault' ? [`it is no regular expression: ${compiled.message}`] : [];
}

function isCount(value: string | undefined): boolean {
  return value !== undefined && /^[1-9]\d{0,6}$/.test(value);
}

function judgeNeighbours({ name, placement }: CompleteClusterSpec): string[] {
  const itself = placement?.awayFrom?.indexOf(name) ?? -1;
  return itself < 0 ? [] : [`placement.awayFrom.${itself}: a cluster cannot keep away from itself`];
}

/** A kept place is waited for by each TaskManager by itself. */
function judgeTogether({ placement, taskManager }: CompleteClusterSpec): string[] {
  return placement?.together && taskManager.kept !== undefined
    ? [
        'placement.together: it does not go with taskManager.kept: each TaskManager waits for the place of one before it',
      ]
    : [];
}

/** What is less than the cluster is to have from the first would keep it waiting for ever. */
function judgeLimit({ placement, jobManager, taskManager, taskManagers }: CompleteClusterSpec): string[] {
  const { limit } = placement ?? {};
  if (limit === undefined) return [];
  const count = taskManagers.mode === 'fixed' ? taskManagers.count : Math.max(1, taskManagers.min);
  const needs = {
    cpus: jobManager.cpus + count * taskManager.cpus,
    memoryMiB: jobManager.memoryMiB + count * taskManager.memoryMiB,
    tasks: 1 + count,
  };
  const who = `the JobManager and ${count} ${count === 1 ? 'TaskManager' : 'TaskManagers'}`;
  return (['cpus', 'memoryMiB', 'tasks'] as const).flatMap((what) => {
    const least = limit[what];
    const need = Math.round(needs[what] * 1000) / 1000;
    return least === undefined || need <= least
      ? []
      : [`placement.limit.${what}: ${least} is less than ${who} need, ${need}`];
  });
}
