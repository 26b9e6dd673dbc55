/**
 * What a user wants done with a job that runs: a savepoint, a stop with one, another parallelism. The wish is recorded
 * before Flink is asked, under an id that Flink takes for its own, so that a scheduler that comes back asks for the same one.
 * A JobManager that is lost meanwhile is no failure: the one after it is asked once it runs the job.
 *
 * Another parallelism is a matter of Flink's alone where its scheduler is adaptive. Elsewhere the job is stopped with a
 * savepoint and submitted again from it.
 */
import { Problem } from '../../lib/problem.ts';
import { flinkJobId } from './flink-job-id.ts';
import { hasEnded } from './job-states.ts';
import type { Draft, LaunchedTask, Planning } from './known-cluster.ts';
import { endJob, stateChange } from './lost-jobs.ts';
import type { OperationOutcome } from './observation.ts';
import type { ClusterRecord, JobId, JobOperation, JobRecord } from './records.ts';

/** After an answer that was lost. */
const ASK_AGAIN_MS = 3_000;
const SAVEPOINTS_KEPT = 50;

export function takeOperation(draft: Draft, id: JobId, operation: JobOperation): void {
  const { record } = draft;
  const job = record.jobs.find((one) => one.id === id);
  if (job === undefined) throw new Problem('NOT_FOUND', `there is no job ${id} in cluster ${record.name}`);
  if (hasEnded(job.state)) throw new Problem('CONFLICT', `job ${id} has ended already: ${job.state}`);
  if (job.goal === 'cancel') throw new Problem('CONFLICT', `job ${id} is being cancelled`);
  if (job.operation?.state === 'running') {
    throw new Problem('CONFLICT', `job ${id} is busy with another operation: ${job.operation.wish.kind}`);
  }
  if (operation.wish.kind === 'rescale' && record.spec.configuration['scheduler-mode'] !== undefined) {
    throw new Problem(
      'CONFLICT',
      `job ${id} has as many subtasks as there are slots: scale cluster ${record.name} instead`,
    );
  }
  if (operation.wish.kind === 'rescale' && job.spec === undefined && !isAdaptive(record)) {
    throw new Problem(
      'CONFLICT',
      `job ${id} was not submitted through flink-mesos, so it cannot be submitted again with another parallelism`,
    );
  }
  draft.changeJob(id, { operation });
}

export function forgetSavepoint(draft: Draft, id: JobId, path: string): void {
  const job = draft.record.jobs.find((one) => one.id === id);
  const savepoints = job?.savepoints?.filter((savepoint) => savepoint.path !== path);
  if (savepoints !== undefined) draft.changeJob(id, { savepoints });
}

export function planOperations(planning: Planning, jobManager: LaunchedTask): void {
  const { draft } = planning;
  if (draft.known.look?.kind !== 'seen') return;
  for (const job of draft.record.jobs) {
    if (job.operation?.state === 'running') planOne(planning, jobManager, job, job.operation);
  }
}

function planOne(
  { draft, renderer }: Planning,
  jobManager: LaunchedTask,
  job: JobRecord,
  operation: JobOperation,
): void {
  const { known, now, record } = draft;
  const { taskId } = jobManager.spec;
  if (job.goal === 'cancel') {
    fail(draft, job, operation, 'the job was cancelled');
    return;
  }
  if (operation.wish.kind === 'savepoint' && hasEnded(job.state)) {
    fail(draft, job, operation, `the job has ended: ${job.state}`);
    return;
  }
  if (operation.wish.kind === 'update' && (operation.wish.leaving ?? taskId) !== taskId) {
    fail(draft, job, operation, 'its JobManager went before it had stopped');
    return;
  }
  if (hasEnded(job.state) && job.jobManager !== taskId) {
    fail(draft, job, operation, 'its JobManager ended before it said what came of it');
    return;
  }
  // One that has ended may have been ended by this very operation: Flink tells its outcome when it is asked again.
  if (job.jobManager !== taskId || !(job.state === 'RUNNING' || hasEnded(job.state))) return;
  const asked = known.operating.get(job.id);
  if (asked?.jobManager === taskId) {
    if (asked.again === undefined) return;
    if (now < asked.again) {
      draft.wakeAt(asked.again);
      return;
    }
  }
  known.operating.set(job.id, { jobManager: taskId });
  draft.act({
    kind: 'operate-job',
    cluster: record.name,
    jobManager: taskId,
    url: renderer.restUrl(jobManager.life.placement),
    job: job.id,
    flinkJobId: flinkJobId(job),
    operation,
    inPlace: operation.wish.kind === 'rescale' && isAdaptive(record),
  });
}

export function noteOperation(draft: Draft, outcome: OperationOutcome): void {
  const { known, record } = draft;
  const job = record.jobs.find(({ id }) => id === outcome.job);
  if (job?.operation?.id !== outcome.operation || job.operation.state !== 'running') return;
  switch (outcome.kind) {
    case 'operated':
      // Who was slow to tell tells of an attempt that is over: the job has been given to another one, which is asked, too.
      if (runsAgain(job) && job.jobManager !== outcome.jobManager) return;
      complete(draft, job, job.operation, outcome.path);
      return;
    case 'operation-refused':
      fail(draft, job, job.operation, outcome.why);
      return;
    case 'operation-unanswered':
      if (known.operating.get(job.id)?.jobManager === outcome.jobManager) {
        known.operating.set(job.id, { jobManager: outcome.jobManager, again: outcome.at + ASK_AGAIN_MS });
      }
  }
}

/** A job that stops in order to run again has not finished. */
export function runsAgain({ operation }: JobRecord): boolean {
  return operation?.state === 'running' && ['rescale', 'update'].includes(operation.wish.kind);
}

function complete(draft: Draft, job: JobRecord, operation: JobOperation, path: string | undefined): void {
  const { now, record } = draft;
  const { kind } = operation.wish;
  draft.known.operating.delete(job.id);
  const taken = path === undefined ? [] : [{ path, at: now, kind }];
  draft.changeJob(job.id, {
    operation: { ...operation, state: 'completed', endedAt: now, ...(path !== undefined && { path }) },
    savepoints: [...(job.savepoints ?? []), ...taken].slice(-SAVEPOINTS_KEPT),
  });
  draft.state({
    kind: 'job.operated',
    cluster: record.name,
    job: job.id,
    operation: kind,
    ...(path !== undefined && { path }),
  });
  if (operation.wish.kind === 'stop') endJob(draft, job, 'FINISHED');
  if (operation.wish.kind === 'rescale') runAgain(draft, job, { parallelism: operation.wish.parallelism }, path);
  if (operation.wish.kind === 'update') runAgain(draft, job, {}, path);
}

/** As another attempt, on whatever JobManager there is; in place there is nothing to be done but to remember it. */
function runAgain(
  draft: Draft,
  job: JobRecord,
  change: { readonly parallelism?: number },
  from: string | undefined,
): void {
  if (job.spec === undefined) return;
  const spec = { ...job.spec, ...change };
  if (from === undefined) {
    draft.changeJob(job.id, { spec });
    return;
  }
  const { jobManager: _, ...rest } = draft.record.jobs.find(({ id }) => id === job.id) ?? job;
  const again: JobRecord = {
    ...rest,
    spec,
    state: 'SUBMITTING',
    stateSince: draft.now,
    resumed: job.resumed + 1,
    lastCheckpoint: from,
    savedBefore: job.resumed + 1,
  };
  draft.change({ jobs: draft.record.jobs.map((one) => (one.id === job.id ? again : one)) });
  stateChange(draft, job, 'SUBMITTING');
}

function fail(draft: Draft, job: JobRecord, operation: JobOperation, why: string): void {
  draft.known.operating.delete(job.id);
  draft.changeJob(job.id, { operation: { ...operation, state: 'failed', endedAt: draft.now, failure: why } });
  draft.state({
    kind: 'job.operation-failed',
    cluster: draft.record.name,
    job: job.id,
    operation: operation.wish.kind,
    why,
  });
}

/** Nobody is left to say what came of it. */
export function abandonOperation(draft: Draft, job: JobRecord, operation: JobOperation, why: string): void {
  fail(draft, job, operation, why);
}

function isAdaptive({ spec }: ClusterRecord): boolean {
  return spec.configuration['jobmanager.scheduler']?.toLowerCase() === 'adaptive';
}
