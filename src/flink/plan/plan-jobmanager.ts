/**
 * One JobManager at a time. A successor is asked for when the one before it has surely ended: two of them would run the
 * same jobs. It would rather have the old place, where the TaskManagers that are left look for it.
 *
 * Where ZooKeeper says who leads, any place will do, and standbys wait on other agents. Each of them answers for the one
 * that leads, so that any may be the one that is asked.
 */
import type { TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { Placement, TaskRecord } from '../../scheduler/model/task.ts';
import { beginAttempt } from './application.ts';
import {
  isLaunched,
  isReachable,
  isWanted,
  kill,
  type LaunchedTask,
  launch,
  mayLaunch,
  type Planning,
} from './known-cluster.ts';
import { keepingAway, moveJobManager } from './leaving.ts';
import { agentLost } from './lost-agents.ts';
import { takeJobsFrom } from './lost-jobs.ts';
import type { ClusterRecord } from './records.ts';
import { hasNoJobManager, restingOf } from './resting.ts';

/** The JobManager whose address is known, if there is one that is to stay. */
export function planJobManager(planning: Planning): LaunchedTask | undefined {
  const { draft, tasks } = planning;
  followLeader(planning);
  const current = draft.record.jobManager?.taskId;
  const task = tasks.find(({ spec }) => spec.taskId === current);
  const heir = task?.life.phase === 'ended' ? heirOf(planning) : undefined;
  if (heir !== undefined) {
    draft.change({ jobManager: { taskId: heir.spec.taskId } });
    draft.known.inherited = false;
  }
  planStandbys(planning, heir ?? task);
  if (heir !== undefined) return heir;
  if (task !== undefined && task.life.phase !== 'ended') {
    return isReachable(task) && task.goal.kind === 'run' ? task : undefined;
  }
  const requested = current === undefined ? undefined : draft.known.requested.get(current);
  if (requested !== undefined) draft.act({ kind: 'launch', task: requested });
  else replace(planning, current, task);
  return undefined;
}

/** Of several that started together any may lead; the driver of the one that does has said so. */
function followLeader({ draft, tasks, renderer }: Planning): void {
  const { jobManager, driver, spec } = draft.record;
  const web = driver?.state.session?.web;
  if (spec.highAvailability === undefined || web === undefined || web === null) return;
  const leader = tasks.find(
    (task) =>
      task.spec.part === 'jobmanager' &&
      task.goal.kind === 'run' &&
      isReachable(task) &&
      renderer.restUrl(task.life.placement) === web,
  );
  if (leader === undefined || leader.spec.taskId === jobManager?.taskId) return;
  draft.change({ jobManager: { taskId: leader.spec.taskId } });
}

/** The standby that has run the longest. */
function heirOf({ draft, tasks }: Planning): LaunchedTask | undefined {
  if (draft.record.spec.highAvailability === undefined) return undefined;
  return tasks
    .filter((task) => task.spec.part === 'jobmanager' && task.goal.kind === 'run')
    .filter(isReachable)
    .sort((left, right) => (left.life.runningAt ?? Infinity) - (right.life.runningAt ?? Infinity))[0];
}

function planStandbys(planning: Planning, leading: TaskRecord | undefined): void {
  const { draft, tasks, renderer } = planning;
  const current = draft.record.jobManager?.taskId;
  const standbys = (draft.record.spec.highAvailability?.standbys ?? 0) - restingOf(draft.record, 'jobmanager');
  const count = Math.max(0, standbys) + moveJobManager(planning, leading);
  const others = tasks.filter((task) => task.spec.part === 'jobmanager' && task !== leading && isWanted(task));
  for (const task of others.slice(count)) kill(planning, task, 'the cluster has another JobManager');
  const asked = [...draft.known.requested.values()].filter(
    (spec) => spec.part === 'jobmanager' && spec.taskId !== current,
  );
  for (const spec of asked) draft.act({ kind: 'launch', task: spec });
  const missing = count - others.length - asked.length;
  if (missing <= 0 || !isLaunched(leading)) return;
  if (!mayLaunch(draft, 'jobmanager')) return;
  for (let launched = 0; launched < missing; launched++) {
    launch(planning, 'jobmanager', (id) => keepingAway(planning)(renderer.jobManager(draft.record, id, undefined)));
  }
}

function replace(planning: Planning, current: TaskId | undefined, ended: TaskRecord | undefined): void {
  const { draft, renderer } = planning;
  if (current !== undefined) takeJobsFrom(draft, current);
  if (hasNoJobManager(draft.record) || !mayLaunch(draft, 'jobmanager')) return;
  beginAttempt(draft, ended);
  const sameAddress = draft.record.spec.highAvailability === undefined && ended !== undefined;
  const place = sameAddress ? placeToReturnTo(ended, draft.record.jobManager) : undefined;
  const taskId = launch(planning, 'jobmanager', (id) =>
    keepingAway(planning)(renderer.jobManager(draft.record, id, place)),
  );
  draft.known.inherited = false;
  draft.change({ jobManager: { taskId, ...(place !== undefined && { successorOf: place }) } });
}

/** None where the agent is gone, or where the JobManager never answered: perhaps the place is why. */
function placeToReturnTo({ life, leaveBy }: TaskRecord, before: ClusterRecord['jobManager']): Placement | undefined {
  if (life.phase !== 'ended') return undefined;
  if (life.placement === undefined) return before?.successorOf;
  // A container's own address is another one each time.
  if (leaveBy !== undefined || agentLost.has(life.end.state) || life.placement.address !== undefined) return undefined;
  return before?.answered === true ? life.placement : undefined;
}
