/**
 * The planner of all clusters: takes inputs into the records, and compares what is to be with the tasks that there are and
 * with what was seen of Flink. It may be asked at any time; what it asked for is asked again until it is seen to be there
 * (the core ignores a task that it knows), and operations on Flink are asked once.
 */

import type { EpochMs } from '../../lib/brand.ts';
import { unreachable } from '../../lib/exhaustive.ts';
import { Problem } from '../../lib/problem.ts';
import type { TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { TaskRecord } from '../../scheduler/model/task.ts';
import type { Renderer } from '../render/render.ts';
import { endOtherAttempts, noteApplication } from './application.ts';
import { applicationIsOver, applicationJob } from './application-job.ts';
import { launchNotBefore, turnedAwayBy, withFailures } from './back-off.ts';
import type { ClusterCommand, ClusterFrame, ClusterInput, Clusters } from './clusters.ts';
import { noteEndedWorkers, takeDriverCall } from './driver-calls.ts';
import { endAll } from './end-all.ts';
import { brakeOf } from './failure-rate.ts';
import { forgetSavepoint, planOperations, takeOperation } from './job-operations.ts';
import {
  Draft,
  isReachable,
  type KnownCluster,
  kill,
  knownCluster,
  type LaunchedTask,
  type Planning,
} from './known-cluster.ts';
import { withLeft } from './left-agents.ts';
import { noteLook } from './note-look.ts';
import { noteOutcome } from './note-outcome.ts';
import { planJobManager } from './plan-jobmanager.ts';
import { planJobs } from './plan-jobs.ts';
import { noteRegistrations, planTaskManagers } from './plan-taskmanagers.ts';
import { planWorkers, releaseWorkers } from './plan-workers.ts';
import type { ClusterName, ClusterRecord } from './records.ts';
import { endResting, takeRest, takeResume } from './resting.ts';
import { planRollOut } from './roll-out.ts';
import { statusOf } from './status.ts';
import {
  refuseIfDeleting,
  takeCancel,
  takeDelete,
  takeScale,
  takeSteer,
  takeSubmit,
  takeUpdate,
} from './take-command.ts';

/** Clusters of applications that have ended. */
export const ENDED_APPLICATIONS_KEPT = 100;

const nothing: ClusterFrame = { persist: [], actions: [], facts: [] };

export function createClusters(records: readonly ClusterRecord[], renderer: Renderer): Clusters {
  const clusters = new Map(records.map((record) => [record.name, knownCluster(record, true)]));
  const find = (name: ClusterName) => clusters.get(name);
  return {
    accept: (input) => accept(clusters, input),
    plan(name, tasks, now) {
      const known = find(name);
      return known === undefined ? nothing : plan(clusters, known, tasks, renderer, now);
    },
    records: () => [...clusters.values()].map(({ record }) => record),
    record: (name) => find(name)?.record,
    status(name, tasks) {
      const known = find(name);
      if (known === undefined) throw new Problem('NOT_FOUND', `there is no cluster ${name}`);
      return statusOf(known, tasks, renderer);
    },
    observation: (name) => find(name)?.look,
    targets: (tasksOf) =>
      [...clusters.values()].flatMap(({ record }) => {
        const task = tasksOf(record.name).find(({ spec }) => spec.taskId === record.jobManager?.taskId);
        if (record.goal === 'delete' || !isReachable(task)) return [];
        return [{ cluster: record.name, jobManager: task.spec.taskId, url: renderer.restUrl(task.life.placement) }];
      }),
  };
}

type KnownClusters = Map<ClusterName, KnownCluster>;

function accept(clusters: KnownClusters, input: ClusterInput): ClusterFrame {
  switch (input.kind) {
    case 'command':
      return input.command.kind === 'create'
        ? create(clusters, input.command.cluster, input.at)
        : command(clusters, input.command, input.at);
    case 'observation': {
      const { observation } = input;
      return note(clusters.get(observation.cluster), input.at, (draft) => noteLook(draft, observation));
    }
    case 'outcome': {
      const { outcome } = input;
      return note(clusters.get(outcome.cluster), input.at, (draft) => noteOutcome(draft, outcome));
    }
    case 'driver':
      return hearDriver(clusters, input);
    default:
      return unreachable(input);
  }
}

function hearDriver(clusters: KnownClusters, { cluster, call, at }: ClusterInput & { kind: 'driver' }): ClusterFrame {
  const known = clusters.get(cluster);
  if (known === undefined) throw new Problem('NOT_FOUND', `there is no cluster ${cluster}`);
  const draft = new Draft(known, at);
  const answer = takeDriverCall(draft, call);
  return { ...draft.frame(), answer };
}

/** A cluster that is gone needs no news. */
function note(known: KnownCluster | undefined, at: EpochMs, take: (draft: Draft) => void): ClusterFrame {
  if (known === undefined) return nothing;
  const draft = new Draft(known, at);
  take(draft);
  return draft.frame();
}

function create(clusters: KnownClusters, record: ClusterRecord, at: EpochMs): ClusterFrame {
  const present = clusters.get(record.name);
  if (present?.record.goal === 'delete') {
    throw new Problem('CONFLICT', `cluster ${record.name} is being deleted: wait until it is gone`);
  }
  if (present !== undefined) throw new Problem('EXISTS', `there is a cluster ${record.name} already`);
  const known = knownCluster(record, false);
  const room = makeRoom(clusters);
  clusters.set(record.name, known);
  const draft = new Draft(known, at, null);
  draft.state({ kind: 'cluster.created', cluster: record.name, flinkVersion: record.distribution.version });
  const { persist, actions, facts } = draft.frame();
  return {
    persist: [...room.flatMap((gone) => gone.persist), ...persist],
    actions: [...room.flatMap((gone) => gone.actions), ...actions],
    facts: [...room.flatMap((gone) => gone.facts), ...facts],
  };
}

/** Results are kept, but not for ever: those that ended first make room. */
function makeRoom(clusters: KnownClusters): readonly ClusterFrame[] {
  const endedAt = ({ record }: KnownCluster) => applicationJob(record)?.stateSince ?? 0;
  const over = [...clusters.values()].filter(({ gone }) => gone === true);
  return over
    .sort((left, right) => endedAt(left) - endedAt(right))
    .slice(0, Math.max(0, over.length + 1 - ENDED_APPLICATIONS_KEPT))
    .map(({ record }) => forget(clusters, record.name));
}

function forget(clusters: KnownClusters, cluster: ClusterName): ClusterFrame {
  clusters.delete(cluster);
  return {
    persist: [{ kind: 'delete', collection: 'clusters', key: cluster }],
    actions: [{ kind: 'forget', cluster }],
    facts: [{ kind: 'cluster.deleted', cluster }],
  };
}

function command(
  clusters: KnownClusters,
  wish: Exclude<ClusterCommand, { kind: 'create' }>,
  at: EpochMs,
): ClusterFrame {
  const known = clusters.get(wish.cluster);
  if (known === undefined) throw new Problem('NOT_FOUND', `there is no cluster ${wish.cluster}`);
  const draft = new Draft(known, at);
  switch (wish.kind) {
    case 'delete':
      takeDelete(draft);
      break;
    case 'scale':
      takeScale(draft, wish.taskManagers);
      break;
    case 'rest':
      refuseIfDeleting(draft);
      takeRest(draft, wish.part, wish.taskId);
      break;
    case 'resume':
      refuseIfDeleting(draft);
      takeResume(draft, wish.taskId);
      break;
    case 'update':
      takeUpdate(draft, wish);
      break;
    case 'steer-update':
      takeSteer(draft, wish.act);
      break;
    case 'leave':
      draft.change(withLeft(draft.record.left, wish.part, wish.agentId, at));
      break;
    case 'pause':
      refuseIfDeleting(draft);
      if ((draft.record.paused ?? false) !== wish.paused) draft.change({ paused: wish.paused });
      break;
    case 'submit':
      takeSubmit(draft, wish.job);
      break;
    case 'cancel':
      takeCancel(draft, wish.job);
      break;
    case 'operate':
      refuseIfDeleting(draft);
      takeOperation(draft, wish.job, wish.operation);
      break;
    case 'forget-savepoint':
      forgetSavepoint(draft, wish.job, wish.path);
      break;
    default:
      unreachable(wish);
  }
  return draft.frame();
}

function plan(
  clusters: KnownClusters,
  known: KnownCluster,
  tasks: readonly TaskRecord[],
  renderer: Renderer,
  now: EpochMs,
): ClusterFrame {
  const planning: Planning = { draft: new Draft(known, now), tasks, renderer };
  if (known.requested.size > 0) for (const { spec } of tasks) known.requested.delete(spec.taskId);
  if (known.record.goal === 'delete') return planDeletion(clusters, planning);
  noteApplication(planning);
  if (applicationIsOver(known.record)) return planEnd(planning);
  noteFailures(planning);
  noteEndedWorkers(planning);
  if (endResting(planning)) return planning.draft.frame();
  if (known.record.paused === true) withdrawWaiting(planning);
  endOtherAttempts(planning);
  const jobManager = planJobManager(planning);
  if (known.look !== undefined && known.look.jobManager !== known.record.jobManager?.taskId) known.look = undefined;
  if (jobManager !== undefined) noteReady(planning, jobManager);
  noteRegistrations(planning);
  releaseWorkers(planning);
  planRollOut(planning, jobManager);
  if (jobManager !== undefined) {
    if (known.record.spec.taskManagers.mode === 'elastic') planWorkers(planning, jobManager);
    else planTaskManagers(planning, jobManager);
    planOperations(planning, jobManager);
    planJobs(planning, jobManager);
  }
  return planning.draft.frame();
}

/** The record goes last: until every task has ended somebody must know that they are to end. */
function planDeletion(clusters: KnownClusters, planning: Planning): ClusterFrame {
  const { draft } = planning;
  if (!endAll(planning, 'the cluster is deleted')) return draft.frame();
  return forget(clusters, draft.record.name);
}

/** The record stays: it says how the application ended. */
function planEnd(planning: Planning): ClusterFrame {
  const { draft } = planning;
  if (endAll(planning, 'its application has ended')) draft.known.gone = true;
  return draft.frame();
}

/** Of a cluster whose plan is interrupted: an offer that comes later is for somebody else. */
function withdrawWaiting(planning: Planning): void {
  planning.draft.known.requested.clear();
  const waiting = planning.tasks.filter(({ life }) => life.phase === 'waiting');
  for (const task of waiting) kill(planning, task, 'the plan is interrupted');
}

function noteFailures({ draft, tasks }: Planning): void {
  const { failures, added } = withFailures(draft.record.failures, tasks, draft.now);
  if (added.length === 0) return;
  draft.change({ failures });
  noteTurnedAway(draft, tasks, new Set(added.map(({ taskId }) => taskId)));
  for (const { part, taskId } of added) {
    if (taskId === undefined) continue;
    const relaunchInMs = Math.max(
      0,
      launchNotBefore(failures, part, draft.now, brakeOf(draft.record.spec)) - draft.now,
    );
    draft.state({ kind: `${part}.lost`, cluster: draft.record.name, taskId, relaunchInMs });
  }
}

function noteTurnedAway(draft: Draft, tasks: readonly TaskRecord[], lost: ReadonlySet<TaskId | undefined>): void {
  for (const task of tasks) {
    const agentId = lost.has(task.spec.taskId) ? turnedAwayBy(task) : undefined;
    if (agentId !== undefined) draft.change(withLeft(draft.record.left, task.spec.part, agentId, draft.now));
  }
}

function noteReady({ draft, renderer }: Planning, jobManager: LaunchedTask): void {
  const { known } = draft;
  const { taskId } = jobManager.spec;
  if (known.look?.kind !== 'seen' || known.ready === taskId) return;
  known.ready = taskId;
  const { jobManager: recorded } = draft.record;
  if (recorded !== undefined && recorded.answered !== true)
    draft.change({ jobManager: { ...recorded, answered: true } });
  if (known.inherited) return;
  const { placement } = jobManager.life;
  draft.state({
    kind: 'jobmanager.ready',
    cluster: draft.record.name,
    taskId,
    url: renderer.restUrl(placement),
    sinceLaunchMs: known.look.at - placement.launchedAt,
  });
}
