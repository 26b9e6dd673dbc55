/** Takes in what was seen of a JobManager: which jobs there are, how they stand, and whether it answers at all. */

import { flinkJobId, isAttemptOf } from './flink-job-id.ts';
import { runsAgain } from './job-operations.ts';
import { hasEnded } from './job-states.ts';
import type { Draft } from './known-cluster.ts';
import { endJob, stateChange } from './lost-jobs.ts';
import type { FlinkObservation, ObservedJob } from './observation.ts';
import type { JobId, JobRecord } from './records.ts';

/** How many jobs that ended are remembered, for each cluster. */
export const ENDED_JOBS_KEPT = 100;
/** One late answer is a garbage collection; two are worth a word. */
const SILENCES_STATED = 2;
/** A job that a JobManager was running and no longer lists is given up after so long. */
const MISSING_MS = 60_000;
/** A submission is answered with what it started from; until then, and not longer, its job is not spoken of. */
const ANSWER_AWAITED_MS = 30_000;

type Seen = Extract<FlinkObservation, { kind: 'seen' }>;

export function noteLook(draft: Draft, look: FlinkObservation): void {
  const { known, record } = draft;
  if (look.jobManager !== record.jobManager?.taskId) return;
  known.look = look;
  if (look.kind === 'silent') {
    noteSilence(draft, look.why);
    return;
  }
  known.silences = 0;
  const jobs = byFlinkId(record.jobs);
  for (const observed of look.jobs) noteJob(draft, observed, jobs.get(observed.id), look);
  noteMissingJobs(draft, look);
  noteRunning(draft, look);
  dropOldestEnded(draft);
}

function noteSilence(draft: Draft, why: string): void {
  const { known, record } = draft;
  if (known.ready !== record.jobManager?.taskId) return;
  known.silences += 1;
  if (known.silences === SILENCES_STATED) draft.state({ kind: 'flink.unreachable', cluster: record.name, why });
}

function noteJob(draft: Draft, observed: ObservedJob, job: JobRecord | undefined, look: Seen): void {
  const { known, record, now } = draft;
  if (job === undefined) {
    const earlier = record.jobs.some((one) => one.resumed > 0 && isAttemptOf(one, observed.id));
    if (!earlier) adopt(draft, observed, look);
    return;
  }
  known.missingSince.delete(job.id);
  if (hasEnded(job.state)) return;
  const { operation } = known;
  const asked = operation?.kind === 'submit' && operation.job === job.id;
  if (asked && now - operation.since < ANSWER_AWAITED_MS) return;
  // Only one that was seen to run has been asked to stop: any other has finished by itself.
  if (observed.state === 'FINISHED' && job.state === 'RUNNING' && runsAgain(job)) return;
  // Given to the JobManager before this one, and not yet to this one: it could only know the job by itself.
  if (job.state === 'SUBMITTING') noteTaken(draft, job, observed);
  const change = changeOf(job, observed, look);
  if (change === undefined) return;
  draft.changeJob(job.id, change);
  if (observed.state !== job.state) stateChange(draft, { ...job, name: observed.name }, observed.state);
}

/** A refused job may be listed all the same, as one that failed while it was made (a savepoint that is not there). */
function noteTaken(draft: Draft, job: JobRecord, observed: ObservedJob): void {
  const { known, record } = draft;
  const why = known.doubts.get(job.id)?.refusal;
  known.doubts.delete(job.id);
  const refused = why !== undefined && observed.state === 'FAILED';
  if (refused) draft.state({ kind: 'job.refused', cluster: record.name, job: job.id, why });
  else draft.state({ kind: 'job.submitted', cluster: record.name, job: job.id, name: observed.name });
}

function changeOf(job: JobRecord, observed: ObservedJob, look: Seen): Partial<JobRecord> | undefined {
  const { name, state, lastCheckpoint = job.lastCheckpoint, failure = job.failure } = observed;
  const same =
    job.name === name &&
    job.state === state &&
    job.lastCheckpoint === lastCheckpoint &&
    job.failure === failure &&
    job.jobManager === look.jobManager;
  if (same) return undefined;
  return {
    name,
    state,
    stateSince: job.state === state ? job.stateSince : look.at,
    jobManager: look.jobManager,
    ...(lastCheckpoint !== undefined && { lastCheckpoint }),
    ...(failure !== undefined && { failure }),
  };
}

/** A job that somebody sent to Flink's own REST. Ended ones that are older than all we keep were dropped on purpose. */
function adopt(draft: Draft, observed: ObservedJob, look: Seen): void {
  const { jobs, name: cluster } = draft.record;
  if (hasEnded(observed.state)) {
    const ended = jobs.filter((job) => hasEnded(job.state));
    const oldest = Math.min(...ended.map((job) => job.submittedAt));
    if (ended.length >= ENDED_JOBS_KEPT && observed.startedAt <= oldest) return;
  }
  const { id, name, state, startedAt, lastCheckpoint, failure } = observed;
  const job: JobRecord = {
    id,
    name,
    submittedAt: startedAt,
    goal: 'run',
    state,
    stateSince: look.at,
    jobManager: look.jobManager,
    resumed: 0,
    ...(lastCheckpoint !== undefined && { lastCheckpoint }),
    ...(failure !== undefined && { failure }),
  };
  draft.change({ jobs: [...jobs, job] });
  draft.state({ kind: 'job.submitted', cluster, job: id, name });
  stateChange(draft, { ...job, state: 'SUBMITTING' }, state);
}

/** After a restart of ours the first look states it, whatever was stated before: who waits for it need not ask. */
function noteRunning(draft: Draft, look: Seen): void {
  const { known, record } = draft;
  const jobs = byFlinkId(record.jobs);
  const running = look.jobs.filter((observed) => allRun(observed) && jobs.get(observed.id)?.state === 'RUNNING');
  for (const { id, name, startedAt, tasks } of running) {
    const job = jobs.get(id);
    if (job === undefined || known.allRunning.has(id)) continue;
    const submittedAt = job.resumed > 0 ? startedAt : job.submittedAt;
    const sinceSubmitMs = Math.max(0, look.at - submittedAt);
    draft.state({ kind: 'job.running', cluster: record.name, job: job.id, name, tasks: tasks.total, sinceSubmitMs });
  }
  known.allRunning = new Set(running.map(({ id }) => id));
}

function allRun({ state, tasks }: ObservedJob): boolean {
  return state === 'RUNNING' && tasks.total > 0 && tasks.running === tasks.total;
}

function byFlinkId(jobs: readonly JobRecord[]): ReadonlyMap<JobId, JobRecord> {
  return new Map(jobs.map((job) => [flinkJobId(job), job]));
}

function noteMissingJobs(draft: Draft, look: Seen): void {
  const { known, record } = draft;
  const listed = new Set(look.jobs.map(({ id }) => id));
  for (const job of record.jobs) {
    const given = job.jobManager === look.jobManager || record.spec.highAvailability !== undefined;
    const expected = given && job.state !== 'SUBMITTING' && !hasEnded(job.state);
    if (!expected || listed.has(flinkJobId(job))) {
      known.missingSince.delete(job.id);
      continue;
    }
    const since = known.missingSince.get(job.id) ?? look.at;
    known.missingSince.set(job.id, since);
    if (look.at - since < MISSING_MS) continue;
    const why = 'its JobManager no longer lists it, and did not say how it ended';
    draft.state({ kind: 'job.lost', cluster: record.name, job: job.id, why });
    endJob(draft, job, job.goal === 'cancel' ? 'CANCELED' : 'FAILED', why);
  }
}

/** By the time of their submission, which is the order that `adopt` judges by. */
function dropOldestEnded(draft: Draft): void {
  const { jobs } = draft.record;
  const ended = jobs.filter((job) => hasEnded(job.state)).sort((left, right) => left.submittedAt - right.submittedAt);
  const excess = new Set(ended.slice(0, Math.max(0, ended.length - ENDED_JOBS_KEPT)).map(({ id }) => id));
  if (excess.size > 0) draft.change({ jobs: jobs.filter(({ id }) => !excess.has(id)) });
}

export function nameOf(job: JobRecord): { name?: string } {
  return job.name === undefined ? {} : { name: job.name };
}
