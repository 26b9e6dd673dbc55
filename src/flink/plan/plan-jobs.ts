/**
 * What is asked of a JobManager that answers: one operation at a time, cancellations first. An attempt to submit is
 * recorded (the job's `jobManager`) before it is made; one whose outcome nobody knows is judged by the next looks.
 */
import type { TaskId } from '../../mesos-api-client/protocol/ids.ts';
import { earlierAttempts, flinkJobId } from './flink-job-id.ts';
import { hasEnded } from './job-states.ts';
import type { Draft, LaunchedTask, Planning } from './known-cluster.ts';
import { endJob } from './lost-jobs.ts';
import type { FlinkObservation, ObservedJob } from './observation.ts';
import type { JobRecord } from './records.ts';
import { isGoing } from './roll-out.ts';

/** After an attempt without an answer: so long may Flink take to list what it took. */
const SETTLE_MS = 3000;
/** Between repeated cancellations of a job that goes on. */
const CANCEL_AGAIN_MS = 10_000;
/** The shell answers for every operation long before this. */
const OPERATION_LOST_MS = 10 * 60_000;

type Seen = Extract<FlinkObservation, { kind: 'seen' }>;

export function planJobs(planning: Planning, jobManager: LaunchedTask): void {
  const { draft } = planning;
  const { known } = draft;
  forgetOldOperation(draft, jobManager);
  const { look } = known;
  if (look?.kind !== 'seen' || known.operation !== undefined) return;
  const cancelled = draft.record.jobs.some(
    (job) => job.goal === 'cancel' && planCancel(planning, jobManager, job, look),
  );
  if (cancelled || draft.record.spec.application !== undefined) return;
  for (const job of draft.record.jobs) {
    if (job.goal === 'run' && job.state === 'SUBMITTING' && planSubmit(planning, jobManager, job, look)) return;
  }
}

/** True when something was asked: nothing else is then, until it is answered. */
function planCancel(planning: Planning, jobManager: LaunchedTask, job: JobRecord, look: Seen): boolean {
  const { draft, renderer } = planning;
  const { known, now } = draft;
  const observed = look.jobs.find(({ id }) => id === flinkJobId(job));
  if (observed === undefined) {
    if (job.state === 'SUBMITTING' && outcomeIsClear(draft, job, look)) endJob(draft, job, 'CANCELED');
    return false;
  }
  if (!canBeCancelled(observed)) return false;
  const again = (known.cancelledAt.get(job.id) ?? Number.NEGATIVE_INFINITY) + CANCEL_AGAIN_MS;
  if (now < again) {
    draft.wakeAt(again);
    return false;
  }
  const { taskId } = jobManager.spec;
  known.operation = { kind: 'cancel', job: job.id, jobManager: taskId, since: now };
  draft.act({
    kind: 'cancel-job',
    cluster: draft.record.name,
    jobManager: taskId,
    url: renderer.restUrl(jobManager.life.placement),
    job: job.id,
    flinkJobId: flinkJobId(job),
  });
  return true;
}

function canBeCancelled({ state }: ObservedJob): boolean {
  return !hasEnded(state) && state !== 'CANCELLING';
}

function planSubmit(planning: Planning, jobManager: LaunchedTask, job: JobRecord, look: Seen): boolean {
  const { draft, renderer } = planning;
  const { known, now, record } = draft;
  const { taskId } = jobManager.spec;
  if (mayComeByItself(draft, job, taskId)) return false;
  if (job.jobManager !== taskId && isGoing(draft, jobManager)) return false;
  if (job.jobManager === taskId) {
    if (!outcomeIsClear(draft, job, look)) return false;
    const refusal = known.doubts.get(job.id)?.refusal;
    if (refusal !== undefined) {
      refuse(draft, job, refusal);
      return false;
    }
  }
  if (job.jar === undefined) {
    refuse(draft, job, 'there is no jar to run');
    return false;
  }
  known.doubts.delete(job.id);
  const again = job.jobManager !== undefined && job.jobManager !== taskId;
  if (job.jobManager !== taskId)
    draft.changeJob(job.id, { jobManager: taskId, resumed: job.resumed + (again ? 1 : 0) });
  const attempted = draft.record.jobs.find(({ id }) => id === job.id) ?? job;
  known.operation = { kind: 'submit', job: job.id, jobManager: taskId, since: now };
  draft.act({
    kind: 'submit-job',
    cluster: record.name,
    jobManager: taskId,
    url: renderer.restUrl(jobManager.life.placement),
    job: attempted,
    flinkJobId: flinkJobId(attempted),
    jar: job.jar,
    checkpoints: earlierAttempts(attempted).map((attempt) => renderer.checkpointDirectory(record, job, attempt)),
    resume: attempted.resumed > 0,
  });
  return true;
}

/** Perhaps the JobManager that is gone took it, and the highly available one after it has it in a moment, under the same id. */
function mayComeByItself(draft: Draft, job: JobRecord, jobManager: TaskId): boolean {
  const { known, now, record } = draft;
  const byItself = record.spec.highAvailability !== undefined;
  if (!byItself || job.jobManager === undefined || job.jobManager === jobManager) return false;
  draft.changeJob(job.id, { jobManager });
  known.doubts.set(job.id, { since: now });
  draft.wakeAt(now + SETTLE_MS);
  return true;
}

/**
 * Whether this look, which does not list the job, says that the recorded attempt came to nothing. It must have begun well
 * after the attempt was over; after a restart nobody knows when that was, so the doubt begins now.
 */
function outcomeIsClear(draft: Draft, job: JobRecord, look: Seen): boolean {
  const { known, now } = draft;
  const doubt = known.doubts.get(job.id);
  if (doubt === undefined) {
    known.doubts.set(job.id, { since: now });
    draft.wakeAt(now + SETTLE_MS);
    return false;
  }
  return look.at >= doubt.since + (doubt.refusal === undefined ? SETTLE_MS : 0);
}

function refuse(draft: Draft, job: JobRecord, why: string): void {
  draft.known.doubts.delete(job.id);
  draft.state({ kind: 'job.refused', cluster: draft.record.name, job: job.id, why });
  endJob(draft, job, 'FAILED', why);
}

function forgetOldOperation({ known, now }: Draft, jobManager: LaunchedTask): void {
  const { operation } = known;
  if (operation === undefined) return;
  const lost = operation.jobManager !== jobManager.spec.taskId || now - operation.since >= OPERATION_LOST_MS;
  if (lost) known.operation = undefined;
}
