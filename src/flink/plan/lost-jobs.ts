/**
 * What becomes of a JobManager's jobs when it has ended: ours go to its successor, the others are lost with it. A highly
 * available one leaves them all to its successor by itself: what the looks at that one find is then what they are.
 */
import type { TaskId } from '../../mesos-api-client/protocol/ids.ts';
import { hasEnded } from './job-states.ts';
import type { Draft } from './known-cluster.ts';
import type { JobRecord } from './records.ts';

const why = 'its JobManager ended, and a job that was not submitted through flink-mesos cannot be submitted again';

export function takeJobsFrom(draft: Draft, jobManager: TaskId): void {
  if (draft.record.spec.highAvailability !== undefined) return;
  for (const job of draft.record.jobs) {
    if (job.jobManager === jobManager && !hasEnded(job.state)) takeOne(draft, job);
  }
}

function takeOne(draft: Draft, job: JobRecord): void {
  const cluster = draft.record.name;
  if (job.goal === 'cancel') {
    endJob(draft, job, 'CANCELED');
  } else if (job.spec === undefined) {
    draft.state({ kind: 'job.lost', cluster, job: job.id, why });
    endJob(draft, job, 'FAILED', why);
  } else if (job.state !== 'SUBMITTING') {
    draft.changeJob(job.id, { state: 'SUBMITTING', stateSince: draft.now });
    stateChange(draft, job, 'SUBMITTING');
  }
}

export function endJob(
  draft: Draft,
  job: JobRecord,
  state: 'FINISHED' | 'FAILED' | 'CANCELED',
  failure?: string,
): void {
  draft.changeJob(job.id, { state, stateSince: draft.now, ...(failure !== undefined && { failure }) });
  stateChange(draft, job, state);
}

export function stateChange(draft: Draft, job: JobRecord, to: JobRecord['state']): void {
  const { id, name, state: from } = job;
  draft.state({
    kind: 'job.changed',
    cluster: draft.record.name,
    job: id,
    ...(name !== undefined && { name }),
    from,
    to,
  });
}
