/**
 * Pods: the processes of the clusters by names that stay when a process is replaced, `CLUSTER-jobmanager-0`,
 * `CLUSTER-taskmanager-3`. A task keeps its number for life; the one that takes its place takes the lowest free one.
 */
import _ from 'lodash';
import { applicationIsOver } from '../flink/plan/application-job.ts';
import type { ClusterStatus } from '../flink/plan/clusters.ts';
import type { FlinkObservation } from '../flink/plan/observation.ts';
import type { ClusterRecord, Part } from '../flink/plan/records.ts';
import { restingOf } from '../flink/plan/resting.ts';
import { wantedTaskManagers } from '../flink/plan/wanted.ts';
import type { TaskId } from '../mesos-api-client/protocol/ids.ts';
import type { TaskRecord } from '../scheduler/model/task.ts';
import type { StepStatus } from './plan-model.ts';

export interface Pod {
  readonly name: string;
  readonly cluster: string;
  readonly part: Part;
  readonly index: number;
  /** Missing where none is asked for at this moment. */
  readonly task?: TaskRecord;
  /** The task that was ended when an operator paused it. */
  readonly resting?: TaskId;
  readonly status: StepStatus;
  readonly message: string;
}

/** What is known of a cluster when it is looked at. */
export interface ClusterLook {
  readonly record: ClusterRecord;
  readonly status: ClusterStatus;
  readonly observation: FlinkObservation | undefined;
  readonly tasks: readonly TaskRecord[];
  readonly whyWaiting: (task: TaskRecord) => string | undefined;
}

/** Which task of a cluster has which number. It begins anew with the scheduler: in the order of the requests, without gaps. */
export class PodNumbers {
  readonly #numbers = new Map<Part, ReadonlyMap<string, number>>();

  /** The numbers of the tasks that are there, by task id. */
  of(part: Part, ids: readonly string[]): ReadonlyMap<string, number> {
    const before: ReadonlyMap<string, number> = this.#numbers.get(part) ?? new Map();
    const kept = new Map(ids.flatMap((taskId) => pair(taskId, before.get(taskId))));
    const taken = new Set(kept.values());
    let next = 0;
    for (const taskId of ids) {
      if (kept.has(taskId)) continue;
      while (taken.has(next)) next += 1;
      taken.add(next);
      kept.set(taskId, next);
    }
    this.#numbers.set(part, kept);
    return kept;
  }
}

/** Those that there are, and those that there should be; in the order of their names. */
export function podsOf(look: ClusterLook, numbers: PodNumbers): readonly Pod[] {
  const { record } = look;
  const standbys = record.spec.highAvailability?.standbys ?? 0;
  const wanted =
    record.goal === 'delete' || applicationIsOver(record)
      ? [0, 0]
      : [1 + standbys - restingOf(record, 'jobmanager'), wantedTaskManagers(record)];
  return (['jobmanager', 'taskmanager'] as const).flatMap((part, at) =>
    podsOfPart(look, part, wanted[at] ?? 0, numbers),
  );
}

function podsOfPart(look: ClusterLook, part: Part, wanted: number, numbers: PodNumbers): readonly Pod[] {
  const cluster: string = look.record.name;
  const tasks = look.tasks.filter((task) => task.spec.part === part && task.life.phase !== 'ended');
  const alive = new Set<string>(tasks.map(({ spec }) => spec.taskId));
  const resting = (look.record.resting ?? []).filter((each) => each.part === part && !alive.has(each.taskId));
  const given = numbers.of(part, [...alive, ...resting.map(({ taskId }) => taskId)]);
  const pod = (index: number, of: Pick<Pod, 'task' | 'resting' | 'status' | 'message'>): Pod => ({
    name: `${cluster}-${part}-${index}`,
    cluster,
    part,
    index,
    ...of,
  });
  const registered = registeredOf(look);
  const present = tasks.map((task) =>
    pod(given.get(task.spec.taskId) ?? 0, { task, ...standing(look, task, registered) }),
  );
  const paused = resting.map(({ taskId }) =>
    pod(given.get(taskId) ?? 0, { resting: taskId, status: 'WAITING', message: 'it is paused by an operator' }),
  );
  const free = _.difference(_.range(wanted + given.size), [...given.values()]);
  const missing = Math.max(0, wanted - present.filter(({ task }) => task?.goal.kind === 'run').length);
  const absent = free.slice(0, missing).map((index) => pod(index, notAskedFor(look, part)));
  return _.sortBy([...present, ...paused, ...absent], 'index');
}

type Standing = Pick<Pod, 'status' | 'message'>;

function notAskedFor({ record }: ClusterLook, part: string): Standing {
  if (record.paused === true) return { status: 'WAITING', message: 'the plan is interrupted' };
  if (record.failures.some((failure) => failure.part === part)) {
    return { status: 'DELAYED', message: 'it failed: the next launch waits for its back-off' };
  }
  const message = part === 'taskmanager' ? 'it is launched once the JobManager has a place' : 'not asked for yet';
  return { status: 'PENDING', message };
}

function standing(look: ClusterLook, task: TaskRecord, registered: ReadonlySet<string>): Standing {
  const { life, goal } = task;
  if (goal.kind === 'end') return { status: 'STARTING', message: `it is to end: ${goal.reason}` };
  if (life.phase === 'waiting') return { status: 'PREPARED', message: look.whyWaiting(task) ?? 'waits for an offer' };
  if (life.phase === 'ended') return { status: 'PENDING', message: 'it has ended' };
  if (life.runningAt === undefined) return { status: 'STARTING', message: `launched on ${life.placement.hostname}` };
  const where = `runs on ${life.placement.hostname}`;
  // A standby answers for the one that leads, so what is seen of one is good for all.
  const known = task.spec.part === 'jobmanager' ? look.status.reachable : registered.has(task.spec.taskId);
  return known
    ? { status: 'COMPLETE', message: where }
    : { status: 'STARTED', message: `${where}, and Flink does not know it yet` };
}

/** TaskManagers that Flink knows. */
function registeredOf({ observation }: ClusterLook): ReadonlySet<string> {
  if (observation?.kind !== 'seen') return new Set();
  return new Set(observation.taskManagers.flatMap(({ id, slots }) => (slots > 0 ? [id] : [])));
}

function pair(taskId: string, number: number | undefined): [string, number][] {
  return number === undefined ? [] : [[taskId, number]];
}
