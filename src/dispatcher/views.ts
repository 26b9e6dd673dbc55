/** Records as the outside sees them: plain names, ISO times, nothing internal. */

import { applicationJob } from '../flink/plan/application-job.ts';
import type { ClusterStatus } from '../flink/plan/clusters.ts';
import { flinkJobId } from '../flink/plan/flink-job-id.ts';
import type { ClusterRecord, JarRecord, JobOperation, JobRecord } from '../flink/plan/records.ts';
import { revisionOf } from '../flink/plan/revisions.ts';
import { whyUpdateStopped } from '../flink/plan/roll-out.ts';
import { wantedTaskManagers } from '../flink/plan/wanted.ts';
import type { EpochMs } from '../lib/brand.ts';
import { hostOf } from '../scheduler/model/own-address.ts';
import type { TaskRecord } from '../scheduler/model/task.ts';
import type { ClusterView, EndpointView, JarView, JobOperationView, JobView, TaskView } from './dispatcher.ts';

export function iso(at: EpochMs): string {
  return new Date(at).toISOString();
}

export function clusterView(
  cluster: ClusterRecord,
  status: ClusterStatus,
  jobManager: TaskRecord | undefined,
): ClusterView {
  return {
    name: cluster.name,
    phase: status.phase,
    flinkVersion: cluster.distribution.version,
    createdAt: iso(cluster.createdAt),
    spec: cluster.spec,
    ...(jobManager && { jobManager: jobManagerView(jobManager, status) }),
    taskManagers: {
      wanted: wantedTaskManagers(cluster),
      registered: status.taskManagers,
    },
    slots: { total: status.slots, free: status.freeSlots },
    jobs: { running: cluster.jobs.filter((job) => job.state === 'RUNNING').length, all: cluster.jobs.length },
    ...(status.waitingFor !== undefined && { waitingFor: status.waitingFor }),
    revision: revisionOf(cluster).number,
    ...updateView(cluster, status),
    ...applicationView(applicationJob(cluster)),
  };
}

function updateView(cluster: ClusterRecord, { outdated }: ClusterStatus): Pick<ClusterView, 'update'> {
  if (outdated === undefined) return {};
  const revision = revisionOf(cluster);
  const failure = whyUpdateStopped(cluster);
  return {
    update: {
      outdated,
      since: iso(revision.at),
      jobs: revision.jobs,
      held: revision.held ?? false,
      ...(failure !== undefined && { failure }),
    },
  };
}

function applicationView(job: JobRecord | undefined): Pick<ClusterView, 'application'> {
  if (job === undefined) return {};
  const { id, state, stateSince, failure, savepoints = [] } = job;
  const savepointPath = savepoints.at(-1)?.path;
  return {
    application: {
      job: id,
      state,
      stateSince: iso(stateSince),
      ...(failure !== undefined && { failure }),
      ...(savepointPath !== undefined && { savepointPath }),
    },
  };
}

function jobManagerView(task: TaskRecord, { jobManagerUrl }: ClusterStatus) {
  const taskId: string = task.spec.taskId;
  return { taskId, state: stateOf(task), ...(jobManagerUrl !== undefined && { url: jobManagerUrl }) };
}

export function taskView(task: TaskRecord, whyWaiting: string | undefined): TaskView {
  const { spec, life } = task;
  const { cpus, memMiB, diskMiB } = spec.resources;
  return {
    id: spec.taskId,
    cluster: spec.group,
    part: spec.part,
    phase: life.phase,
    state: stateOf(task),
    requestedAt: iso(task.requestedAt),
    ...placementOf(task),
    ...(life.phase === 'launched' && life.runningAt !== undefined && { runningAt: iso(life.runningAt) }),
    ...endOf(task),
    resources: { cpus, memMiB, diskMiB },
    ...(whyWaiting !== undefined && { whyWaiting }),
  };
}

/** None of a task that is not launched, or that is to end. */
export function endpointsOf({ spec, goal, life }: TaskRecord): readonly EndpointView[] {
  if (life.phase !== 'launched' || goal.kind !== 'run') return [];
  const { placement } = life;
  return Object.entries(placement.ports).map(([name, port]) => ({
    name,
    part: spec.part,
    task: spec.taskId,
    hostname: hostOf(placement),
    port,
    ...(spec.vips?.[name] !== undefined && { vip: spec.vips[name] }),
  }));
}

function placementOf({ life }: TaskRecord) {
  if (life.phase === 'waiting' || life.placement === undefined) return {};
  const { agentId, hostname, ports, launchedAt } = life.placement;
  return { agentId, hostname, ports, launchedAt: iso(launchedAt) };
}

function endOf({ life }: TaskRecord) {
  if (life.phase !== 'ended') return {};
  const { at, reason, message } = life.end;
  return { endedAt: iso(at), ...(reason !== undefined && { reason }), ...(message !== undefined && { message }) };
}

function stateOf({ life }: TaskRecord): string {
  if (life.phase === 'waiting') return 'WAITING';
  return life.phase === 'launched' ? life.state : life.end.state;
}

export function jobView(cluster: ClusterRecord, job: JobRecord): JobView {
  return {
    id: job.id,
    flinkJobId: flinkJobId(job),
    cluster: cluster.name,
    ...(job.name !== undefined && { name: job.name }),
    state: job.state,
    stateSince: iso(job.stateSince),
    submittedAt: iso(job.submittedAt),
    managed: job.spec !== undefined,
    resumed: job.resumed,
    ...(job.spec?.parallelism !== undefined && { parallelism: job.spec.parallelism }),
    ...(job.lastCheckpoint !== undefined && { lastCheckpoint: job.lastCheckpoint }),
    ...(job.failure !== undefined && { failure: job.failure }),
    ...(job.operation && { operation: operationView(job.operation) }),
    savepoints: (job.savepoints ?? []).map(({ path, at, kind }) => ({ path, at: iso(at), kind })),
  };
}

function operationView({ id, wish, state, startedAt, endedAt, path, failure }: JobOperation): JobOperationView {
  return {
    id,
    kind: wish.kind,
    state,
    startedAt: iso(startedAt),
    ...(endedAt !== undefined && { endedAt: iso(endedAt) }),
    ...(path !== undefined && { path }),
    ...(failure !== undefined && { failure }),
  };
}

export function jarView(jar: JarRecord): JarView {
  return { id: jar.id, name: jar.name, bytes: jar.artifact.bytes, uploadedAt: iso(jar.uploadedAt) };
}
