/**
 * Processes whose agent is about to be taken away for maintenance: others are started elsewhere first, and when those are
 * there the ones that have to go are ended. What is started meanwhile keeps away from such agents altogether: without room elsewhere
 * everything stays as it is, and is lost and replaced like anything else when the agent goes.
 */

import { neverOn } from '../../scheduler/model/elsewhere.ts';
import type { TaskRecord, TaskSpec } from '../../scheduler/model/task.ts';
import { type DriverState, step } from '../driver/sessions.ts';
import { type Draft, isLaunched, isWanted, kill, type Planning } from './known-cluster.ts';

/** Maintenance may be announced days ahead. */
export const MOVE_BEFORE_MS = 5 * 60_000;
/** A JobManager that runs for so long has joined the election. */
const JOINED_MS = 20_000;

function isLeaving(draft: Draft, task: TaskRecord): boolean {
  if (task.leaveBy === undefined || !isLaunched(task)) return false;
  const from = task.leaveBy - MOVE_BEFORE_MS;
  if (draft.now < from) draft.wakeAt(from);
  return draft.now >= from;
}

/** How tasks are asked for meanwhile. */
export function keepingAway({ draft, tasks }: Planning): (spec: TaskSpec) => TaskSpec {
  const agents = new Set(
    tasks.flatMap((task) => (isLaunched(task) && isLeaving(draft, task) ? [task.life.placement.agentId] : [])),
  );
  if (agents.size === 0) return (spec) => spec;
  return (spec) => ({ ...spec, placement: neverOn(spec.placement, '@agent', [...agents]) });
}

/** Of a fixed number: how many of those that stay are registered decides how many of the others may go. */
export function releaseLeaving(planning: Planning, good: readonly TaskRecord[], count: number): readonly TaskRecord[] {
  const { draft } = planning;
  const leaving = good.filter((task) => isLeaving(draft, task));
  if (leaving.length === 0) return good;
  const staying = good.filter((task) => !leaving.includes(task));
  const there = staying.filter(({ spec }) => draft.known.registered.has(spec.taskId)).length;
  for (const task of leaving.slice(0, Math.max(0, there + leaving.length - count))) {
    kill(planning, task, 'its agent is about to be taken away, and another one has its place');
  }
  return staying;
}

/** Of an elastic cluster: Flink is told, asks for others, and gives these back when it has them; or hears that they stay after all. */
export function tellLeaving({ draft, tasks }: Planning, state: DriverState): DriverState {
  let next = state;
  for (const task of tasks) {
    const worker = next.workers.get(task.spec.taskId);
    if (worker?.phase !== 'launched' || !isWanted(task)) continue;
    const leaves = isLeaving(draft, task);
    if (leaves !== (worker.leaving === true)) {
      next = step(next, { kind: leaves ? 'leaving' : 'staying', id: task.spec.taskId }).state;
    }
  }
  return next;
}

/** The JobManager that leads goes when another one can take over; where there can be no other one, at once. */
export function moveJobManager(planning: Planning, leading: TaskRecord | undefined): number {
  const { draft, tasks } = planning;
  if (leading === undefined || !isLeaving(draft, leading)) return 0;
  const why = 'its agent is about to be taken away';
  if (draft.record.spec.highAvailability === undefined) {
    kill(planning, leading, why);
    return 0;
  }
  const joined = tasks.some((task) => {
    if (task === leading || task.spec.part !== 'jobmanager' || !isWanted(task) || !isLaunched(task)) return false;
    const at = (task.life.runningAt ?? Number.POSITIVE_INFINITY) + JOINED_MS;
    if (draft.now < at && Number.isFinite(at)) draft.wakeAt(at);
    return draft.now >= at && !isLeaving(draft, task);
  });
  if (joined) kill(planning, leading, why);
  return 1;
}
