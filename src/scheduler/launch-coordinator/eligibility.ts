/**
 * Whether a task may go to an agent at all, apart from room: its constraints, the groups that it keeps away from or that
 * keep away from it, agents that are somebody's alone.
 */
import type { PlacementConstraint } from '../model/placement.ts';
import type { TaskSpec } from '../model/task.ts';
import { checkOf, constraintWords, fieldOf } from './constraints.ts';
import type { Place, RunningTask, RunningTasks } from './running-tasks.ts';

export interface Obstacle {
  readonly reason: 'constraint' | 'other-group' | 'exclusive';
  readonly what: string;
}

/** Answers what stands in the way at a place; nothing where the task may go. */
export type Eligibility = (place: Place) => readonly Obstacle[];

export function eligibilityOf(spec: TaskSpec, running: RunningTasks): Eligibility {
  const peers = running.ofGroup(spec.group).filter((task) => task.spec.part === spec.part);
  const places = peers.map(({ place }) => place);
  const checks = (spec.placement?.constraints ?? []).map((constraint) => ({
    obstacle: { reason: 'constraint' as const, what: constraintWords(constraint) },
    passes: checkOf(constraint, places),
  }));
  return (place) => [
    ...checks.flatMap(({ obstacle, passes }) => (passes(place) ? [] : [obstacle])),
    ...neighbourObstacles(spec, running.at(place.agentId)),
  ];
}

/** How many of its preferences a place breaks; `offered` are the places to choose from. */
export function brokenPreferences(
  spec: TaskSpec,
  running: RunningTasks,
  offered: readonly Place[],
): (place: Place) => number {
  const peers = running.ofGroup(spec.group).filter((task) => task.spec.part === spec.part);
  const places = peers.map(({ place }) => place);
  const checks = (spec.placement?.preferences ?? []).map((each) => checkOf(withCount(each, offered), places));
  return (place) => checks.filter((passes) => !passes(place)).length;
}

/** A wish to be spread that does not say over how many values means those that there are. */
function withCount(preference: PlacementConstraint, offered: readonly Place[]): PlacementConstraint {
  if (preference.operator !== 'GROUP_BY' || preference.value !== undefined) {
    return preference;
  }
  const values = new Set(offered.flatMap((place) => fieldOf(place, preference.field) ?? []));
  return { ...preference, value: String(values.size) };
}

/** Whether more than room decides when and where it may go. */
export function isPicky({ placement, share }: TaskSpec): boolean {
  const constrained =
    placement !== undefined &&
    (placement.constraints.length > 0 || placement.awayFrom.length > 0 || placement.exclusive);
  return constrained || share?.limit !== undefined;
}

function neighbourObstacles(spec: TaskSpec, neighbours: readonly RunningTask[]): readonly Obstacle[] {
  const obstacles = new Map<string, Obstacle>();
  for (const { spec: other } of neighbours) {
    if (other.group === spec.group) {
      continue;
    }
    if (keepsAwayFrom(spec, other) || keepsAwayFrom(other, spec)) {
      obstacles.set(other.group, { reason: 'other-group', what: `tasks of ${other.group} are there` });
    } else if (spec.placement?.exclusive === true) {
      obstacles.set('', { reason: 'exclusive', what: 'it is to be alone on its agents, and others are there' });
    } else if (other.placement?.exclusive === true) {
      obstacles.set('', { reason: 'exclusive', what: `${other.group} is to be alone there` });
    }
  }
  return [...obstacles.values()];
}

function keepsAwayFrom({ placement }: TaskSpec, { group }: TaskSpec): boolean {
  return placement?.awayFrom.includes(group) === true;
}
