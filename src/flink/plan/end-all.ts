/** Ends the processes of a cluster that is to be no more, in an order in which nothing is left behind. */
import { isReachable, kill, type LaunchedTask, type Planning } from './known-cluster.ts';

/** A JobManager needs a second or two to end its jobs and remove what it keeps of them. */
const LEAVING_MS = 15_000;

/** True when nothing is left. */
export function endAll(planning: Planning, why: string): boolean {
  planning.draft.known.requested.clear();
  const leaving = askToLeaveNothing(planning);
  for (const task of planning.tasks) if (task !== leaving) kill(planning, task, why);
  return planning.tasks.every(({ life }) => life.phase === 'ended');
}

/**
 * One that is killed would leave its jobs in ZooKeeper, for a successor that never comes. Asked to shut down it removes
 * them; it has a while for it.
 */
function askToLeaveNothing({ draft, tasks, renderer }: Planning): LaunchedTask | undefined {
  const { known, now, record } = draft;
  const jobManager = tasks.find(({ spec }) => spec.taskId === record.jobManager?.taskId);
  const answers = record.jobManager?.answered === true && known.look?.kind !== 'silent';
  if (record.spec.highAvailability === undefined || !isReachable(jobManager) || !answers) return undefined;
  if (known.shutDownAt === undefined) {
    known.shutDownAt = now;
    draft.act({
      kind: 'shut-down',
      cluster: record.name,
      jobManager: jobManager.spec.taskId,
      url: renderer.restUrl(jobManager.life.placement),
    });
  }
  const until = known.shutDownAt + LEAVING_MS;
  if (now >= until) return undefined;
  draft.wakeAt(until);
  return jobManager;
}
