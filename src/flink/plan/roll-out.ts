/**
 * Brings the processes of a cluster to its present specification. What concerns TaskManagers alone replaces one after the other,
 * each when the one before it is registered. What concerns the JobManager interrupts all jobs anyway: so everything that has to go
 * goes at once, and they are interrupted once. What the new processes do not become (no agent has room, they end at once) stops it
 * there: the others run on as they were, and an earlier specification is the way back.
 */
import type { TaskRecord } from '../../scheduler/model/task.ts';
import { hasEnded } from './job-states.ts';
import { type Draft, isLaunched, isWanted, kill, type LaunchedTask, type Planning } from './known-cluster.ts';
import type { ClusterRecord, JobRecord, PresentRevision } from './records.ts';
import { isBeingUpdated, isOfRevision, isOutdated, revisionOf } from './revisions.ts';
import { wantedTaskManagers } from './wanted.ts';

const why = 'the specification of the cluster has changed';

export function planRollOut(planning: Planning, jobManager: LaunchedTask | undefined): void {
  const { draft, tasks } = planning;
  const revision = revisionOf(draft.record);
  if (!isBeingUpdated(draft.record) || !goesOn(draft)) return;
  const wanted = tasks.filter(isWanted);
  // Nobody has a place yet: they are asked for anew.
  for (const task of wanted) if (!isLaunched(task) && !isOfRevision(draft.record, task)) kill(planning, task, why);
  const outdated = wanted.filter((task) => isLaunched(task) && isOutdated(draft.record, task));
  if (outdated.length === 0) {
    noteFollowed(planning, jobManager, wanted, revision);
    return;
  }
  const leading = outdated.some(({ spec }) => spec.part === 'jobmanager');
  const atOnce = leading || revision.hasty === true || draft.record.spec.taskManagers.mode === 'elastic';
  if (!atOnce) endNext(planning, outdated, wanted);
  else if (!leading || jobsMayGo(draft, revision)) for (const task of outdated) kill(planning, task, why);
}

/** Whoever is about to be replaced is given no job any more. */
export function isGoing(draft: Draft, jobManager: LaunchedTask): boolean {
  return isBeingUpdated(draft.record) && goesOn(draft) && isOutdated(draft.record, jobManager);
}

/** In words, where a job could not be stopped: somebody has to decide. */
export function whyUpdateStopped(record: ClusterRecord): string | undefined {
  const revision = revisionOf(record);
  if (!isBeingUpdated(record) || revision.hasty === true || revision.jobs === 'checkpoint') return undefined;
  return record.jobs.flatMap((job) => {
    const { id, state, operation } = job;
    if (!isToStop(job, record) || operation?.id !== stopId(job, revision)) return [];
    if (operation.state === 'failed')
      return [`job ${id} could not be stopped with a savepoint: ${operation.failure ?? 'no reason'}`];
    return state === 'RUNNING' || operation.state !== 'running'
      ? []
      : [`job ${id} is to stop with a savepoint, and it cannot before it runs: it is ${state}`];
  })[0];
}

/** Under which Flink is asked to stop it: always the same for a job and a revision. */
function stopId({ id }: Pick<JobRecord, 'id'>, { number }: Pick<PresentRevision, 'number'>): string {
  return id.slice(0, 24) + number.toString(16).padStart(8, '0');
}

function goesOn({ record }: Draft): boolean {
  return record.paused !== true && revisionOf(record).held !== true;
}

/** Those that do no work go at once. */
function endNext(planning: Planning, outdated: readonly TaskRecord[], wanted: readonly TaskRecord[]): void {
  const { known, record } = planning.draft;
  if (known.look?.kind !== 'seen') return;
  const isRegistered = ({ spec }: TaskRecord) => known.registered.has(spec.taskId);
  const idle = outdated.filter((task) => !isRegistered(task));
  for (const task of idle) kill(planning, task, why);
  const taskManagers = wanted.filter(({ spec }) => spec.part === 'taskmanager');
  const whole = taskManagers.length >= wantedTaskManagers(record) && taskManagers.every(isRegistered);
  const [next] = outdated;
  if (whole && next !== undefined) kill(planning, next, why);
}

/** By checkpoints at any time; by savepoints when each job has stopped with one. One that cannot stop holds everything up. */
function jobsMayGo(draft: Draft, revision: PresentRevision): boolean {
  if (revision.jobs === 'checkpoint' || revision.hasty === true) return true;
  const running = draft.record.jobs.filter((job) => isToStop(job, draft.record));
  for (const job of running) if (job.operation?.state !== 'running') stop(draft, job, stopId(job, revision));
  return running.length === 0;
}

/** Whoever waits to be given to a JobManager waits for the next one, and holds nothing up. */
function isToStop({ spec, goal, state, jobManager }: JobRecord, cluster: ClusterRecord): boolean {
  const isTaken = cluster.spec.highAvailability !== undefined || jobManager === cluster.jobManager?.taskId;
  const given = state !== 'SUBMITTING' || (jobManager !== undefined && isTaken);
  return spec !== undefined && goal === 'run' && !hasEnded(state) && given;
}

/** Not again where it failed: somebody has to decide. */
function stop(draft: Draft, { id, operation }: JobRecord, own: string): void {
  if (operation?.id === own && operation.state === 'failed') return;
  const leaving = draft.record.jobManager?.taskId;
  const wish = { kind: 'update', ...(leaving !== undefined && { leaving }) } as const;
  draft.changeJob(id, { operation: { id: own, wish, startedAt: draft.now, state: 'running' } });
}

function noteFollowed(
  { draft }: Planning,
  jobManager: LaunchedTask | undefined,
  wanted: readonly TaskRecord[],
  revision: PresentRevision,
): void {
  const { known, now, record } = draft;
  if (jobManager === undefined || known.look?.kind !== 'seen') return;
  const registered = wanted.filter(({ spec }) => known.registered.has(spec.taskId)).length;
  if (record.spec.taskManagers.mode === 'fixed' && registered < wantedTaskManagers(record)) return;
  draft.change({ revision: { ...revision, followedAt: now } });
  draft.state({ kind: 'cluster.followed', cluster: record.name, revision: revision.number });
}
