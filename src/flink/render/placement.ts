/** From what a cluster's specification says of its place to what each of its tasks says of it. */
import type { GroupShare, PlacementConstraint, PlacementOperator } from '../../scheduler/model/placement.ts';
import type { GroupName, TaskSpec } from '../../scheduler/model/task.ts';
import type { Constraint } from '../placement-spec.ts';
import type { CompleteClusterSpec } from '../spec.ts';

export function placementOf(
  spec: CompleteClusterSpec,
  part: 'jobManager' | 'taskManager',
): Pick<TaskSpec, 'role' | 'placement' | 'share' | 'keep'> {
  const { placement = {} } = spec;
  const { constraints = [], preferences = [] } = spec[part];
  const spread = part === 'taskManager' ? (placement.spreadOver ?? []).map(balancedOver) : [];
  const apart = part === 'jobManager' && spec.highAvailability?.standbys ? [onAgentsOfTheirOwn] : [];
  const { role, awayFrom = [], exclusive = false, fitness = 'pack' } = placement;
  const wish = {
    constraints: [...constraints.map(constraintOf), ...apart],
    preferences: [...preferences.map(constraintOf), ...spread],
    awayFrom: awayFrom.map(groupOf),
    exclusive,
    fitness,
  };
  const saysNothing =
    wish.constraints.length + wish.preferences.length + wish.awayFrom.length === 0 && !exclusive && fitness === 'pack';
  const share = shareOf(spec);
  return {
    ...(role !== undefined && { role }),
    ...(!saysNothing && { placement: wish }),
    ...(share !== undefined && { share }),
    ...(part === 'taskManager' && keepOf(spec)),
  };
}

/** The disk of a TaskManager includes its volume. */
export function diskOf({ taskManager }: CompleteClusterSpec): number {
  return taskManager.diskMiB + (taskManager.kept?.volumeMiB ?? 0);
}

function keepOf({ taskManager: { kept } }: CompleteClusterSpec): Pick<TaskSpec, 'keep'> {
  if (kept === undefined) return {};
  const { volumeMiB, volumePath = 'volume' } = kept;
  return { keep: volumeMiB === undefined ? {} : { volume: { sizeMiB: volumeMiB, path: volumePath } } };
}

/** Two JobManagers on one agent are lost together. */
const onAgentsOfTheirOwn: PlacementConstraint = { field: '@agent', operator: 'UNIQUE' };

/** Operators are taken in any case, as DC/OS does. */
export function constraintOf([field, operator, value]: Constraint): PlacementConstraint {
  const known = operator.toUpperCase() as PlacementOperator;
  return { field, operator: known, ...(value !== undefined && { value }) };
}

function balancedOver(field: string): PlacementConstraint {
  return { field, operator: 'GROUP_BY' };
}

function shareOf({ placement }: CompleteClusterSpec): GroupShare | undefined {
  const { priority = 0, weight = 1, limit } = placement ?? {};
  if (priority === 0 && weight === 1 && limit === undefined) return undefined;
  const { cpus, memoryMiB, tasks } = limit ?? {};
  const inner = {
    ...(cpus !== undefined && { cpus }),
    ...(memoryMiB !== undefined && { memMiB: memoryMiB }),
    ...(tasks !== undefined && { tasks }),
  };
  return { priority, weight, ...(limit !== undefined && { limit: inner }) };
}

/** The core's name for a cluster's tasks is the cluster's own. */
function groupOf(cluster: string): GroupName {
  return cluster as GroupName;
}
