/** From what a cluster's specification says of its place to what each of its tasks says of it. */
import { neverOn } from '../../scheduler/model/elsewhere.ts';
import type {
  FitnessPart,
  GroupShare,
  Holding,
  PlacementConstraint,
  PlacementFitness,
  PlacementOperator,
  PlacementWish,
} from '../../scheduler/model/placement.ts';
import type { GroupName, TaskSpec } from '../../scheduler/model/task.ts';
import type { ClusterPlacement, Constraint, FitnessPart as SpecPart } from '../placement-spec.ts';
import type { CompleteClusterSpec } from '../spec.ts';

export function placementOf(
  spec: CompleteClusterSpec,
  part: 'jobManager' | 'taskManager',
): Pick<TaskSpec, 'role' | 'placement' | 'share' | 'keep' | 'together'> {
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
    fitness: fitnessOf(fitness, spec.name),
  };
  const saysNothing =
    wish.constraints.length + wish.preferences.length + wish.awayFrom.length === 0 && !exclusive && fitness === 'pack';
  const share = shareOf(spec);
  return {
    ...(role !== undefined && { role }),
    ...(!saysNothing && { placement: wish }),
    ...(share !== undefined && { share }),
    ...(part === 'taskManager' && keepOf(spec)),
    ...(part === 'taskManager' && placement.together && { together: 'taskmanagers' }),
  };
}

/** Nodes that Flink blocks (slow ones, for speculative execution) are called as their agents are: a TaskManager's host is its node. */
export function awayFromNodes(
  placement: PlacementWish | undefined,
  nodes: readonly string[],
): Pick<TaskSpec, 'placement'> {
  if (nodes.length > 0) return { placement: neverOn(placement, 'hostname', nodes) };
  return placement === undefined ? {} : { placement };
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
  const { priority = 0, weight = 1, limit, guarantee } = placement ?? {};
  if (priority === 0 && weight === 1 && limit === undefined && guarantee === undefined) return undefined;
  return {
    priority,
    weight,
    ...(limit && { limit: holdingOf(limit) }),
    ...(guarantee && { guarantee: holdingOf(guarantee) }),
  };
}

function holdingOf({ memoryMiB, ...holding }: NonNullable<ClusterPlacement['limit']>): Holding {
  return memoryMiB === undefined ? holding : { ...holding, memMiB: memoryMiB };
}

/** Near without a cluster is near to itself. */
function fitnessOf(fitness: NonNullable<ClusterPlacement['fitness']>, itself: string): PlacementFitness {
  if (typeof fitness === 'string') return fitness;
  const { parts, ...rest } = fitness;
  return { ...rest, parts: parts.map((part) => partOf(part, itself)) };
}

function partOf(part: SpecPart, itself: string): FitnessPart {
  if (part.by !== 'near') return part;
  const { cluster = itself, ...rest } = part;
  return { ...rest, group: groupOf(cluster) };
}

/** The core's name for a cluster's tasks is the cluster's own. */
function groupOf(cluster: string): GroupName {
  return cluster as GroupName;
}
