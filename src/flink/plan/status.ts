/** How a cluster stands, in a few numbers and, where something is not as wanted, in words. */
import type { TaskRecord } from '../../scheduler/model/task.ts';
import type { Renderer } from '../render/render.ts';
import { applicationIsOver } from './application-job.ts';
import type { ClusterStatus } from './clusters.ts';
import { isReachable, isWanted, type KnownCluster } from './known-cluster.ts';
import type { ClusterRecord } from './records.ts';
import { hasNoJobManager } from './resting.ts';
import { isBeingUpdated, isOutdated } from './revisions.ts';
import { wantedTaskManagers } from './wanted.ts';

export function statusOf(known: KnownCluster, tasks: readonly TaskRecord[], renderer: Renderer): ClusterStatus {
  const { record } = known;
  const jobManager = tasks.find(({ spec }) => spec.taskId === record.jobManager?.taskId);
  const url = isReachable(jobManager) ? renderer.restUrl(jobManager.life.placement) : undefined;
  const reachable = url !== undefined && known.look?.kind === 'seen';
  const registered = reachable ? registeredOnes(known) : [];
  const waitingFor = waitingWords(known, tasks, jobManager, reachable, registered.length);
  return {
    phase: phaseOf(known, waitingFor !== undefined && !(reachable && hasSession(record))),
    ...(url !== undefined && { jobManagerUrl: url }),
    reachable,
    taskManagers: registered.length,
    slots: sum(registered.map(({ slots }) => slots)),
    freeSlots: sum(registered.map(({ freeSlots }) => freeSlots)),
    ...(isBeingUpdated(record) && {
      outdated: tasks.filter((task) => isWanted(task) && isOutdated(record, task)).length,
    }),
    ...(waitingFor !== undefined && { waitingFor }),
  };
}

function registeredOnes({ look }: KnownCluster) {
  return look?.kind === 'seen' ? look.taskManagers.filter(({ slots }) => slots > 0) : [];
}

/** An elastic cluster is up when Flink can say what it needs; that TaskManagers come and go is its life. */
function hasSession({ driver }: ClusterRecord): boolean {
  return driver?.state.session !== undefined;
}

/** A cluster that lacks something starts the first time, and recovers after anything went wrong. */
function phaseOf({ record, ready }: KnownCluster, waiting: boolean): ClusterStatus['phase'] {
  if (record.goal === 'delete') return 'deleting';
  if (applicationIsOver(record)) return 'ended';
  if (isBeingUpdated(record)) return 'updating';
  if (!waiting) return 'running';
  const wasUp = record.failures.length > 0 || record.jobManager?.successorOf !== undefined;
  const replacing = ready !== undefined && ready !== record.jobManager?.taskId;
  return wasUp || replacing ? 'recovering' : 'starting';
}

function waitingWords(
  known: KnownCluster,
  tasks: readonly TaskRecord[],
  jobManager: TaskRecord | undefined,
  reachable: boolean,
  registered: number,
): string | undefined {
  const { record } = known;
  if (record.goal === 'delete' || applicationIsOver(record)) return endingWords(tasks);
  if (jobManager === undefined || jobManager.life.phase === 'ended') {
    if (record.paused === true) return 'its plan to be continued';
    return hasNoJobManager(record) ? 'its JobManager to be resumed' : 'the next launch of the JobManager';
  }
  if (jobManager.goal.kind === 'end') return 'the end of the old JobManager';
  if (jobManager.life.phase === 'waiting') return 'an offer for the JobManager';
  if (!reachable) return whySilent(known);
  const { taskManagers } = record.spec;
  if (taskManagers.mode === 'elastic' && record.driver?.state.session === undefined) {
    return 'the JobManager to say what it needs';
  }
  const count = wantedTaskManagers(record);
  return registered >= count ? whyBeyond(known, count) : taskManagerWords(known, tasks, count - registered, count);
}

/**
 * Flink does not even ask for what would be more than the maximum: it is seen by jobs that lack slots all the same. They try it
 * again and again, and restart nearly all of the time.
 */
function whyBeyond({ record, look }: KnownCluster, count: number): string | undefined {
  const { taskManagers } = record.spec;
  if (taskManagers.mode !== 'elastic' || count < taskManagers.max || look?.kind !== 'seen') return undefined;
  const full = look.taskManagers.every(({ freeSlots }) => freeSlots === 0);
  const waiting = look.jobs.filter(
    ({ state, tasks, lacksSlots = state === 'RUNNING' }) => lacksSlots && tasks.running === 0 && tasks.total > 0,
  );
  if (!full || waiting.length === 0) return undefined;
  const jobs = waiting.map(({ name }) => JSON.stringify(name)).join(', ');
  return `slots for ${jobs}: the cluster has the ${taskManagers.max} TaskManagers that it may have at most`;
}

function endingWords(tasks: readonly TaskRecord[]): string | undefined {
  const left = tasks.filter(({ life }) => life.phase !== 'ended').length;
  return left === 0 ? undefined : `the end of ${left} ${left === 1 ? 'task' : 'tasks'}`;
}

function whySilent({ look }: KnownCluster): string {
  return look?.kind === 'silent' ? `an answer from the JobManager (${look.why})` : 'an answer from the JobManager';
}

function taskManagerWords(known: KnownCluster, tasks: readonly TaskRecord[], missing: number, count: number): string {
  const wanted = tasks.filter((task) => task.spec.part === 'taskmanager' && isWanted(task));
  const waiting = wanted.filter(({ life }) => life.phase === 'waiting').length;
  const notLaunched = Math.max(0, count - wanted.length);
  const details = [
    ...(waiting > 0 ? [`${waiting} without an offer yet`] : []),
    ...(notLaunched > 0 ? [`${notLaunched} to be launched again`] : []),
    ...(known.look?.kind === 'seen' && missing > waiting + notLaunched
      ? [`${missing - waiting - notLaunched} starting`]
      : []),
  ];
  return `${missing} of ${count} TaskManagers (${details.join(', ')})`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
