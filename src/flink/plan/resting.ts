/**
 * Processes that an operator has paused: each ends, and nobody takes its place until it is resumed. In an elastic cluster Flink
 * would ask for another TaskManager at once, so there is none to pause.
 */
import { Problem } from '../../lib/problem.ts';
import type { TaskId } from '../../mesos-api-client/protocol/ids.ts';
import { type Draft, isWanted, kill, type Planning } from './known-cluster.ts';
import type { ClusterRecord, Part } from './records.ts';

export function takeRest(draft: Draft, part: Part, taskId: TaskId): void {
  const { name, spec, resting = [] } = draft.record;
  if (part === 'taskmanager' && spec.taskManagers.mode === 'elastic') {
    throw new Problem(
      'CONFLICT',
      `the TaskManagers of ${name} come and go with what its jobs need: none of them can be paused`,
    );
  }
  if (!resting.some((each) => each.taskId === taskId)) draft.change({ resting: [...resting, { part, taskId }] });
}

export function takeResume(draft: Draft, taskId: TaskId): void {
  const { name, resting = [] } = draft.record;
  const others = resting.filter((each) => each.taskId !== taskId);
  if (others.length === resting.length) throw new Problem('NOT_FOUND', `task ${taskId} of ${name} is not paused`);
  draft.change({ resting: others });
}

export function restingOf({ resting = [] }: Pick<ClusterRecord, 'resting'>, part: Part): number {
  return resting.filter((each) => each.part === part).length;
}

/** Whether there is to be no JobManager at all, standbys included. */
export function hasNoJobManager(record: Pick<ClusterRecord, 'resting' | 'spec'>): boolean {
  return restingOf(record, 'jobmanager') > (record.spec.highAvailability?.standbys ?? 0);
}

/** True when there are some that have yet to be told: the rest is planned without them. */
export function endResting(planning: Planning): boolean {
  const resting = new Set<string>(planning.draft.record.resting?.map(({ taskId }) => taskId));
  if (resting.size === 0) return false;
  const told = planning.tasks.filter((task) => resting.has(task.spec.taskId) && isWanted(task));
  for (const task of told) kill(planning, task, 'it was paused by an operator');
  return told.length > 0;
}
