/** Takes a user's wish into the record; what contradicts it is refused with a Problem and changes nothing. */
import _ from 'lodash';
import { unreachable } from '../../lib/exhaustive.ts';
import { Problem } from '../../lib/problem.ts';
import { applicationIsOver, applicationJob } from './application-job.ts';
import type { ClusterUpdate, UpdateAct } from './clusters.ts';
import { hasEnded } from './job-states.ts';
import { carryOverFor, judgeUpdate } from './judge-update.ts';
import type { Draft } from './known-cluster.ts';
import { endJob } from './lost-jobs.ts';
import type { JobId, JobRecord } from './records.ts';
import { isBeingUpdated, revise, revisionOf } from './revisions.ts';

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

/** The plan replaces the processes that it concerns. What is the same already changes nothing. */
export function takeUpdate(draft: Draft, wish: ClusterUpdate): void {
  const { spec, distribution, configuration, jobs, program, ofOptions } = wish;
  refuseIfDeleting(draft);
  const { record, now } = draft;
  if (applicationIsOver(record)) throw new Problem('CONFLICT', `the application of ${record.name} has ended`);
  const faults = judgeUpdate(record, spec, jobs);
  if (faults.length > 0) throw new Problem('CONFLICT', faults.join('; '), { details: { faults } });
  const source = ofOptions === undefined ? { byUser: true as const } : { ofOptions };
  const again = isBeingUpdated(record) && jobs !== undefined && jobs !== revisionOf(record).jobs;
  if (_.isEqual(spec, record.spec) && !again) {
    if (ofOptions !== undefined) draft.change(source);
    return;
  }
  const carryOver = jobs ?? carryOverFor(record.spec, spec);
  const { number: from } = revisionOf(record);
  const application = applicationJob(record);
  const changed = application !== undefined && !_.isEqual(record.spec.application, spec.application);
  if (changed && program !== undefined) draft.changeJob(application.id, program);
  draft.change({ ...source, distribution, configuration, ...revise(record, spec, { at: now, jobs: carryOver }) });
  draft.known.requested.clear();
  draft.state({ kind: 'cluster.updated', cluster: record.name, from, to: from + 1, jobs: carryOver });
}

export function takeSteer(draft: Draft, act: UpdateAct): void {
  refuseIfDeleting(draft);
  if (!isBeingUpdated(draft.record)) {
    throw new Problem('CONFLICT', `cluster ${draft.record.name} is not being updated`);
  }
  const revision = revisionOf(draft.record);
  switch (act) {
    case 'hold':
      draft.change({ revision: { ...revision, held: true } });
      return;
    case 'go-on':
      draft.change({ revision: _.omit(revision, 'held') });
      return;
    case 'hasten':
      draft.change({ revision: { ..._.omit(revision, 'held'), hasty: true } });
      return;
    default:
      unreachable(act);
  }
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
