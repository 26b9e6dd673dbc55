/**
 * Which specification a cluster can be brought to while it lives. What it is known by, and where its state stands, stays: who wants
 * that otherwise creates another cluster.
 */
import _ from 'lodash';
import { checkpointRoot } from '../render/storage.ts';
import type { CompleteClusterSpec } from '../spec.ts';
import { hasEnded } from './job-states.ts';
import type { CarryOver, ClusterRecord } from './records.ts';
import { isSame } from './revisions.ts';

type OfCluster = Pick<ClusterRecord, 'name' | 'spec' | 'jobs'>;

/** In sentences; none is none. `jobs`: as it was asked for. */
export function judgeUpdate(cluster: OfCluster, after: CompleteClusterSpec, jobs: CarryOver | undefined): string[] {
  const { spec: before } = cluster;
  return [
    ...lasting(before, after),
    ...(jobs === 'checkpoint' ? whySavepoint(before, after).map((why) => `${why}: update it with jobs=savepoint`) : []),
    ...strangersLost(cluster, after, jobs),
  ];
}

/** A savepoint where nothing else carries the jobs over; a checkpoint costs them less. */
export function carryOverFor(before: CompleteClusterSpec, after: CompleteClusterSpec): CarryOver {
  return whySavepoint(before, after).length > 0 ? 'savepoint' : 'checkpoint';
}

function lasting(before: CompleteClusterSpec, after: CompleteClusterSpec): string[] {
  const kept = before.taskManager.kept !== undefined;
  const lasts: readonly (readonly [field: string, of: (spec: CompleteClusterSpec) => unknown, why: string])[] = [
    ['name', (spec) => spec.name, 'whoever knows the cluster knows it by its name'],
    ['taskManagers.mode', (spec) => spec.taskManagers.mode, 'it decides what runs in the JobManager'],
    ['application', (spec) => spec.application !== undefined, 'a cluster runs one application, or sessions'],
    [
      'highAvailability',
      ({ highAvailability }) => _.omit(highAvailability, 'standbys'),
      'it says where its JobManagers find each other and their jobs; only standbys can change',
    ],
    ['placement.role', (spec) => spec.placement?.role, 'what it holds belongs to the role'],
    ['taskManager.kept', (spec) => spec.taskManager.kept, 'what is reserved stays as it is'],
    ...(kept ? ([['taskManager', sizeOf, 'its places are reserved at their size']] as const) : []),
  ];
  return lasts
    .filter(([, of]) => !_.isEqual(of(before), of(after)))
    .map(([field, , why]) => `${field} cannot change: ${why}; create another cluster`);
}

function sizeOf({ taskManager }: CompleteClusterSpec): object {
  return _.pick(taskManager, ['cpus', 'memoryMiB', 'diskMiB', 'resources', 'sets']);
}

/** What ZooKeeper holds of a job is the job as it was submitted, in the words of that Flink. */
function whySavepoint(before: CompleteClusterSpec, after: CompleteClusterSpec): string[] {
  const byZooKeeper = before.highAvailability !== undefined;
  const moved = checkpointRoot(before, '') !== checkpointRoot(after, '');
  return [
    ...(byZooKeeper && before.flink.version !== after.flink.version
      ? ['another version of Flink does not read what ZooKeeper holds of the jobs']
      : []),
    ...(byZooKeeper && !_.isEqual(before.application, after.application)
      ? ['ZooKeeper would bring the application back as it was']
      : []),
    ...(moved ? ['the checkpoints of the jobs are elsewhere then'] : []),
  ];
}

/** Without ZooKeeper nobody brings back what was sent to Flink itself; stopped with a savepoint, nobody submits it again. */
function strangersLost(
  { name, spec: before, jobs }: OfCluster,
  after: CompleteClusterSpec,
  wish: CarryOver | undefined,
): string[] {
  const stays = isSame('jobmanager', before, after);
  const carried = before.highAvailability !== undefined && (wish ?? carryOverFor(before, after)) === 'checkpoint';
  if (stays || carried) return [];
  const strangers = jobs.filter(({ spec, state }) => spec === undefined && !hasEnded(state));
  return strangers.map(
    ({ id }) => `job ${id} of cluster ${name} was not submitted through flink-mesos and would be lost: cancel it first`,
  );
}
