/**
 * The specifications of a cluster, one after the other, and which processes another one concerns. Each process says in a label
 * since which revision what it was made of has been the same: so one that was launched long ago is left alone by a change that
 * is none of its business, and by the way back to what it was launched by.
 */
import _ from 'lodash';
import type { EpochMs } from '../../lib/brand.ts';
import type { TaskRecord } from '../../scheduler/model/task.ts';
import { constraintFields } from '../placement-spec.ts';
import type { CompleteClusterSpec } from '../spec.ts';
import type { CarryOver, ClusterRecord, Part, PresentRevision } from './records.ts';

type OfCluster = Pick<ClusterRecord, 'spec' | 'revision' | 'earlier' | 'createdAt'>;

/** Labels of a task: which specification it was launched by, and since which one what it is made of has been the same. */
export const revisionLabels = { number: 'flink-mesos.revision', since: 'flink-mesos.same-since' } as const;

export const EARLIER_REVISIONS_KEPT = 10;

export function revisionOf({ revision, createdAt }: Pick<OfCluster, 'revision' | 'createdAt'>): PresentRevision {
  return (
    revision ?? {
      number: 1,
      at: createdAt,
      since: { jobmanager: 1, taskmanager: 1 },
      jobs: 'checkpoint',
      followedAt: createdAt,
    }
  );
}

/** Until the last process of an earlier specification is replaced. */
export function isBeingUpdated(record: Pick<OfCluster, 'revision' | 'createdAt'>): boolean {
  return revisionOf(record).followedAt === undefined;
}

/** The record's members after a change of its specification. */
export function revise(
  record: OfCluster,
  spec: CompleteClusterSpec,
  { at, jobs }: { readonly at: EpochMs; readonly jobs: CarryOver },
): Pick<ClusterRecord, 'spec' | 'revision' | 'earlier'> {
  const { number: last, at: lastAt, since: lastSince } = revisionOf(record);
  const known = [...(record.earlier ?? []), { number: last, at: lastAt, since: lastSince, spec: record.spec }];
  const number = last + 1;
  const since = (part: Part): number => known.findLast((each) => isSame(part, each.spec, spec))?.since[part] ?? number;
  return {
    spec,
    revision: { number, at, since: { jobmanager: since('jobmanager'), taskmanager: since('taskmanager') }, jobs },
    earlier: known.slice(-EARLIER_REVISIONS_KEPT),
  };
}

/** Whether a process is made of something else than it would be now. */
export function isOutdated(
  record: Pick<OfCluster, 'revision' | 'createdAt'>,
  { spec }: Pick<TaskRecord, 'spec'>,
): boolean {
  const { since } = revisionOf(record);
  const own = spec.process.labels[revisionLabels.since] ?? '1';
  return own !== String(since[spec.part === 'jobmanager' ? 'jobmanager' : 'taskmanager']);
}

/** Whether it was asked for by this very revision: where it may run may have changed, whatever it is made of. */
export function isOfRevision(
  record: Pick<OfCluster, 'revision' | 'createdAt'>,
  { spec }: Pick<TaskRecord, 'spec'>,
): boolean {
  return (spec.process.labels[revisionLabels.number] ?? '1') === String(revisionOf(record).number);
}

/** Of the JobManager too: whether such a change has to reach it. */
export function isSame(part: Part, before: CompleteClusterSpec, after: CompleteClusterSpec): boolean {
  return _.isEqual(concerns(part, before), concerns(part, after));
}

/**
 * What processes of a part are made of. How many there are, where they run and who is served first is none of it: that holds for
 * those that are launched from then on, and nobody moves for it.
 */
function concerns(part: Part, spec: CompleteClusterSpec): object {
  const { jobManager, taskManager, taskManagers, placement: _placement, highAvailability, ...shared } = spec;
  const elastic = taskManagers.mode === 'elastic';
  const own = part === 'jobmanager' ? jobManager : taskManager;
  return {
    ...shared,
    highAvailability: _.omit(highAvailability, 'standbys'),
    localRecovery: taskManager.localRecovery,
    process: _.omit(own, Object.keys(constraintFields)),
    // The JobManager of an elastic cluster says itself how many there are to be, and how large.
    ...(elastic && { taskManagers, taskManager: _.omit(taskManager, Object.keys(constraintFields)) }),
  };
}
