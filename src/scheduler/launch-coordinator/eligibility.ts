/**
 * Whether a task may go to an agent at all, apart from room, and what stands in the way: its constraints, and groups that
 * it must not meet there.
 */
import _ from 'lodash';
import type { TaskSpec } from '../model/task.ts';
import { chooseSets } from './agent-sets.ts';
import { Counts, fieldOf, Patterns, suits } from './matching/index.ts';
import { located, type Place } from './place.ts';
import type { RunningTasks } from './running-tasks.ts';
import { constraintOf, constraintWords, isOpenToAll, type Quarrel, quarrelOf } from './wishes.ts';

export type Obstacle = Quarrel | { readonly reason: 'constraint' | 'set'; readonly what: string };

const noSet: Obstacle = { reason: 'set', what: 'without a free set of the named resources' };

/** Answers what stands in the way at a place; nothing where the task may go. */
export type Eligibility = (place: Place) => readonly Obstacle[];

export function eligibilityOf(spec: TaskSpec, running: RunningTasks): Eligibility {
  const checks = checksOf(spec, running);
  return (place) => [
    ...checks.filter(({ passes }) => !passes(place)).map(({ obstacle }) => obstacle),
    ...quarrelsAt(place, spec, running),
    ...(chooseSets(spec, place, running.at(place.agentId)) === undefined ? [noSet] : []),
  ];
}

/** Each once, however many tasks there are. */
function quarrelsAt({ agentId }: Place, spec: TaskSpec, running: RunningTasks): readonly Quarrel[] {
  if (!running.guarded && isOpenToAll(spec)) {
    return [];
  }
  return _.uniqBy(
    running.at(agentId).flatMap((task) => quarrelOf(spec, task.spec) ?? []),
    'what',
  );
}

interface Check {
  readonly obstacle: Obstacle;
  readonly passes: (place: Place) => boolean;
}

function checksOf(spec: TaskSpec, running: RunningTasks): readonly Check[] {
  const patterns = new Patterns();
  const counted = new Map<string, Counts>();
  const known = {
    counts: (among: string, field: string) => {
      const key = JSON.stringify([among, field]);
      const counts = counted.get(key) ?? Counts.of(running.values(among, field));
      counted.set(key, counts);
      return counts;
    },
    matches: (pattern: string, value: string) => patterns.match(pattern, value),
  };
  return (spec.placement?.constraints ?? []).map((each) => {
    const constraint = constraintOf(each, spec);
    return {
      obstacle: { reason: 'constraint', what: constraintWords(each) },
      passes: (place) => suits(constraint, fieldOf(located(place), each.field), known),
    };
  });
}

/** Whether more than room decides when and where it may go. */
export function isPicky(spec: TaskSpec): boolean {
  const { placement, share } = spec;
  return (placement?.constraints.length ?? 0) > 0 || !isOpenToAll(spec) || share?.limit !== undefined;
}
