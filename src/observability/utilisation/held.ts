/** What is held of Mesos at this moment, and how the slots of all clusters stand: asked for, starting, in use, free. */
import type { ClusterStatus } from '../../flink/plan/clusters.ts';
import type { ClusterName, ClusterRecord } from '../../flink/plan/records.ts';
import type { TaskRecord } from '../../scheduler/model/task.ts';
import type { UtilisationField } from './series.ts';

/** Where it is looked at. The runtime fits. */
export interface UtilisationSource {
  tasks(): readonly TaskRecord[];
  clusters(): readonly ClusterRecord[];
  clusterStatus(name: ClusterName): ClusterStatus;
  tasksOf(name: ClusterName): readonly TaskRecord[];
}

export type Held = Readonly<Record<Exclude<UtilisationField, 'cpusUsed' | 'memUsedMiB'>, number>>;

export function heldNow(source: UtilisationSource): Held {
  const tasks = source.tasks();
  const slots = source.clusters().map((cluster) => slotsOf(cluster, source));
  const total = (of: keyof Slots) => slots.reduce((sum, each) => sum + each[of], 0);
  return {
    ...resourcesOf(tasks),
    tasksWaiting: tasks.filter(({ life }) => life.phase === 'waiting').length,
    tasksStarting: tasks.filter(({ life }) => life.phase === 'launched' && life.state !== 'TASK_RUNNING').length,
    tasksRunning: tasks.filter(({ life }) => life.phase === 'launched' && life.state === 'TASK_RUNNING').length,
    slotsAsked: total('asked'),
    slotsStarting: total('starting'),
    slotsUsed: total('used'),
    slotsFree: total('free'),
  };
}

export interface Slots {
  /** Of TaskManagers that wait for an offer. */
  readonly asked: number;
  /** Of those that are launched and have not registered yet. */
  readonly starting: number;
  readonly used: number;
  readonly free: number;
}

export function slotsOf(cluster: ClusterRecord, source: UtilisationSource): Slots {
  const each = cluster.spec.taskManager.slots;
  const status = source.clusterStatus(cluster.name);
  const taskManagers = source.tasksOf(cluster.name).filter(({ spec }) => spec.part === 'taskmanager');
  const phase = (wanted: TaskRecord['life']['phase']) =>
    taskManagers.filter(({ life }) => life.phase === wanted).length;
  return {
    asked: phase('waiting') * each,
    starting: Math.max(0, phase('launched') - status.taskManagers) * each,
    used: status.slots - status.freeSlots,
    free: status.freeSlots,
  };
}

function resourcesOf(tasks: readonly TaskRecord[]) {
  let [cpus, memMiB, diskMiB] = [0, 0, 0];
  for (const { life, spec } of tasks) {
    if (life.phase !== 'launched') continue;
    cpus += spec.resources.cpus;
    memMiB += spec.resources.memMiB;
    diskMiB += spec.resources.diskMiB;
  }
  return { cpus: Math.round(cpus * 1000) / 1000, memMiB, diskMiB };
}
