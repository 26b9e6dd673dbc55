/** Takes a user's wish into the record; what contradicts it is refused with a Problem and changes nothing. */
import { Problem } from '../../lib/problem.ts';
import { hasEnded } from './job-states.ts';
import type { Draft } from './known-cluster.ts';
import { endJob } from './lost-jobs.ts';
import type { JobId, JobRecord } from './records.ts';

export function takeDelete(draft: Draft): void {
  if (draft.record.goal === 'delete') return;
  draft.change({ goal: 'delete' });
  draft.state({ kind: 'cluster.deleting', cluster: draft.record.name });
}

/** The plan launches what is missing, or ends what is least useful. */
export function takeScale(draft: Draft, count: number): void {
  refuseIfDeleting(draft);
  const { name, spec } = draft.record;
  if (spec.taskManagers.mode === 'elastic') {
    throw new Problem(
      'CONFLICT',
      `the TaskManagers of ${name} come and go with what its jobs need: change the parallelism of a job instead`,
    );
  }
  const from = spec.taskManagers.count;
  if (from === count) return;
  draft.change({ spec: { ...spec, taskManagers: { mode: 'fixed', count } } });
  draft.state({ kind: 'cluster.scaled', cluster: name, from, to: count });
}

export function takeSubmit(draft: Draft, job: JobRecord): void {
  refuseIfDeleting(draft);
  if (draft.record.spec.application !== undefined) {
    throw new Problem(
      'CONFLICT',
      `cluster ${draft.record.name} runs its application alone: give jobs to a session cluster`,
    );
  }
  if (draft.record.jobs.some(({ id }) => id === job.id)) {
    throw new Problem('EXISTS', `there is a job ${job.id} in cluster ${draft.record.name} already`);
  }
  draft.change({ jobs: [...draft.record.jobs, job] });
}

export function takeCancel(draft: Draft, id: JobId): void {
  refuseIfDeleting(draft);
  const job = draft.record.jobs.find((one) => one.id === id);
  if (job === undefined) throw new Problem('NOT_FOUND', `there is no job ${id} in cluster ${draft.record.name}`);
  if (hasEnded(job.state)) throw new Problem('CONFLICT', `job ${id} has ended already: ${job.state}`);
  if (job.goal === 'cancel') return;
  draft.changeJob(id, { goal: 'cancel' });
  const neverGiven = job.jobManager === undefined;
  if (neverGiven) endJob(draft, job, 'CANCELED');
}

export function refuseIfDeleting(draft: Draft): void {
  if (draft.record.goal === 'delete') {
    throw new Problem('CONFLICT', `cluster ${draft.record.name} is being deleted`);
  }
}
