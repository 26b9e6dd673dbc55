/**
 * One JobManager at a time. A successor is asked for when the one before it has surely ended: two of them would run the
 * same jobs. It would rather have the old place, where the TaskManagers that are left look for it.
 */
import type { TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { Placement, TaskRecord } from '../../scheduler/model/task.ts';
import { launchNotBefore } from './back-off.ts';
import { isLaunched, kill, type LaunchedTask, launch, type Planning } from './known-cluster.ts';
import { takeJobsFrom } from './lost-jobs.ts';
import type { ClusterRecord } from './records.ts';

const agentLost: ReadonlySet<string> = new Set([
  'TASK_UNKNOWN',
  'TASK_UNREACHABLE',
  'TASK_GONE',
  'TASK_GONE_BY_OPERATOR',
  'TASK_LOST',
  'TASK_DROPPED',
]);

/** The JobManager whose address is known, if there is one that is to stay. */
export function planJobManager(planning: Planning): LaunchedTask | undefined {
  const { draft, tasks } = planning;
  const current = draft.record.jobManager?.taskId;
  const task = tasks.find(({ spec }) => spec.taskId === current);
  for (const other of tasks) {
    if (other.spec.part === 'jobmanager' && other !== task) kill(planning, other, 'the cluster has another JobManager');
  }
  if (task !== undefined && task.life.phase !== 'ended') {
    return isLaunched(task) && task.goal.kind === 'run' ? task : undefined;
  }
  const requested = current === undefined ? undefined : draft.known.requested.get(current);
  if (requested !== undefined) draft.act({ kind: 'launch', task: requested });
  else replace(planning, current, task);
  return undefined;
}

function replace(planning: Planning, current: TaskId | undefined, ended: TaskRecord | undefined): void {
  const { draft, renderer } = planning;
  if (current !== undefined) takeJobsFrom(draft, current);
  const at = launchNotBefore(draft.record.failures, 'jobmanager', draft.now);
  if (draft.now < at) {
    draft.wakeAt(at);
    return;
  }
  const place = ended === undefined ? undefined : placeToReturnTo(ended, draft.record.jobManager);
  const taskId = launch(planning, 'jobmanager', (id) => renderer.jobManager(draft.record, id, place));
  draft.known.inherited = false;
  draft.change({ jobManager: { taskId, ...(place !== undefined && { successorOf: place }) } });
}

/** None where the agent is gone, or where the JobManager never answered: perhaps the place is why. */
function placeToReturnTo({ life }: TaskRecord, before: ClusterRecord['jobManager']): Placement | undefined {
  if (life.phase !== 'ended') return undefined;
  if (life.placement === undefined) return before?.successorOf;
  if (agentLost.has(life.end.state)) return undefined;
  return before?.answered === true ? life.placement : undefined;
}
