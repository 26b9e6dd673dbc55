/**
 * One turn: takes all inputs that wait, in order, through the core and the planner's acceptance; then plans every
 * cluster that something happened to, passing tasks to launch, kill and forget on to the core, until the plan is content,
 * and lets the core match all that waits. What that places may change plans (TaskManagers are asked for when their
 * JobManager has a place), so both take turns until nothing changes: then the core concludes, and the JobManager and its TaskManagers
 * go out together. It collects what all of that asks for; nothing is carried out here.
 */
import _ from 'lodash';
import type { ClusterCommand, ClusterFrame, ClusterInput, Clusters, PlanAction } from '../flink/plan/clusters.ts';
import type { ClusterName } from '../flink/plan/records.ts';
import type { EpochMs } from '../lib/brand.ts';
import { unreachable } from '../lib/exhaustive.ts';
import { Problem } from '../lib/problem.ts';
import type { Frame, MesosCall, Stop } from '../scheduler/model/frame.ts';
import type { Command, Input } from '../scheduler/model/input.ts';
import type { RecordWrite } from '../scheduler/model/records.ts';
import type { Scheduler } from '../scheduler/model/scheduler.ts';
import type { GroupName, TaskRecord } from '../scheduler/model/task.ts';
import type { TimerChange } from '../scheduler/model/timer.ts';
import type { QueueItem } from './queue.ts';
import type { Fact } from './runtime.ts';

export type OutsideAction = Extract<PlanAction, { kind: 'submit-job' | 'cancel-job' | 'operate-job' | 'shut-down' }>;

export interface TurnEffects {
  readonly persist: readonly RecordWrite[];
  readonly calls: readonly MesosCall[];
  readonly timers: readonly TimerChange[];
  /** For each cluster that was planned: when to plan it again, or undefined for "when something happens". */
  readonly wakes: ReadonlyMap<ClusterName, EpochMs | undefined>;
  readonly actions: readonly OutsideAction[];
  readonly facts: readonly Fact[];
  readonly refused: ReadonlyMap<QueueItem, Problem>;
  readonly stop?: Stop;
}

/** A plan that goes on asking after so many rounds contradicts itself. A round launches all tasks that are missing. */
const MOST_ROUNDS = 50;

export function takeTurn(
  items: readonly QueueItem[],
  core: { readonly scheduler: Scheduler; readonly clusters: Clusters },
  now: EpochMs,
): TurnEffects {
  const turn = new Turn(core.scheduler, core.clusters, now);
  for (const item of items) turn.take(item);
  turn.settle();
  return turn.effects();
}

class Turn {
  readonly #scheduler: Scheduler;
  readonly #clusters: Clusters;
  readonly #now: EpochMs;
  readonly #persist = new Map<string, RecordWrite>();
  readonly #calls: MesosCall[] = [];
  readonly #timers: TimerChange[] = [];
  readonly #wakes = new Map<ClusterName, EpochMs | undefined>();
  readonly #actions: OutsideAction[] = [];
  readonly #facts: Fact[] = [];
  readonly #refused = new Map<QueueItem, Problem>();
  #touched = new Set<ClusterName>();
  #rounds = 0;
  #stop: Stop | undefined;

  constructor(scheduler: Scheduler, clusters: Clusters, now: EpochMs) {
    this.#scheduler = scheduler;
    this.#clusters = clusters;
    this.#now = now;
  }

  take(item: QueueItem): void {
    switch (item.kind) {
      case 'core':
        this.#absorb(this.#scheduler.take({ ...item.input, at: item.at } as Input));
        break;
      case 'cluster':
        this.#accept(item, { ...item.input, at: item.at } as ClusterInput);
        break;
      case 'plan':
        this.#touched.add(item.cluster);
        break;
      case 'driver':
        this.#hearDriver(item);
        break;
      case 'uninstall':
        this.#uninstall(item.at);
        break;
      case 'restart':
        this.#restart(item);
        break;
      case 'records':
        this.#writeRecords(item);
        break;
      default:
        unreachable(item);
    }
  }

  settle(): void {
    do {
      this.#planAll();
      this.#absorb(this.#scheduler.match(this.#now));
      if (this.#touched.size === 0) this.#absorb(this.#scheduler.conclude(this.#now));
    } while (this.#touched.size > 0);
  }

  #planAll(): void {
    for (; this.#touched.size > 0; this.#rounds++) {
      if (this.#rounds === MOST_ROUNDS) {
        throw new Error(`the plan of ${[...this.#touched].join(', ')} never comes to rest`);
      }
      const touched = this.#touched;
      this.#touched = new Set();
      for (const cluster of touched) this.#plan(cluster);
    }
  }

  effects(): TurnEffects {
    return {
      persist: [...this.#persist.values()],
      calls: this.#calls,
      timers: this.#timers,
      wakes: this.#wakes,
      actions: this.#actions,
      facts: this.#facts,
      refused: this.#refused,
      ...(this.#stop && { stop: this.#stop }),
    };
  }

  #accept(item: QueueItem, input: ClusterInput): void {
    try {
      if (input.kind === 'command') this.#refuseIfEnding(input.command);
      this.#absorbPlan(this.#clusters.accept(input));
    } catch (error) {
      // Only a command may be refused: an observation that cannot be taken in is a defect of ours.
      if (input.kind !== 'command' || !(error instanceof Problem)) throw error;
      this.#refused.set(item, error);
      return;
    }
    this.#touched.add(clusterOf(input));
  }

  #refuseIfEnding({ kind }: ClusterCommand): void {
    if (kind !== 'create' || this.#scheduler.view().uninstall === undefined) return;
    throw new Problem('CONFLICT', 'this service is being uninstalled: it takes no new clusters');
  }

  /** A record that comes after the last word (of a jar whose upload took long) would be left for ever. */
  #writeRecords(item: Extract<QueueItem, { kind: 'records' }>): void {
    if (this.#scheduler.view().uninstall?.stage === 'done') {
      this.#refused.set(item, new Problem('CONFLICT', 'this service is uninstalled: it keeps nothing more'));
    } else this.#write(item.writes);
  }

  /** In one transaction, so that no cluster is left behind. */
  #uninstall(at: EpochMs): void {
    this.#command({ kind: 'uninstall' });
    for (const { name, goal } of this.#clusters.records()) {
      if (goal !== 'delete') {
        const command = { kind: 'delete', cluster: name } as const;
        this.#absorbPlan(this.#clusters.accept({ kind: 'command', command, at }));
      }
      this.#touched.add(name);
    }
  }

  #hearDriver(item: Extract<QueueItem, { kind: 'driver' }>): void {
    const { cluster, call, at } = item;
    try {
      const frame = this.#clusters.accept({ kind: 'driver', cluster, call, at });
      this.#absorbPlan(frame);
      if (frame.answer !== undefined) item.answer(frame.answer);
      if (frame.persist.length > 0) this.#touched.add(cluster);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.#refused.set(item, error);
    }
  }

  #restart(item: Extract<QueueItem, { kind: 'restart' }>): void {
    const task = this.#scheduler.task(item.taskId);
    if (task === undefined || task.life.phase === 'ended') {
      const what = task === undefined ? 'there is no task' : 'this task has ended already:';
      this.#refused.set(item, new Problem('NOT_FOUND', `${what} ${item.taskId}`));
      return;
    }
    if (item.elsewhere === true) this.#leavePlace(task, item.at);
    this.#command({ kind: 'kill', taskId: item.taskId, reason: item.reason });
  }

  #leavePlace({ spec, life }: TaskRecord, at: EpochMs): void {
    this.#command({ kind: 'give-up-place', taskId: spec.taskId });
    const cluster = clusterOfGroup(spec.group);
    if (life.phase !== 'launched' || this.#clusters.record(cluster) === undefined) return;
    const { agentId } = life.placement;
    this.#absorbPlan(
      this.#clusters.accept({ kind: 'command', command: { kind: 'leave', cluster, part: spec.part, agentId }, at }),
    );
    this.#touched.add(cluster);
  }

  #plan(cluster: ClusterName): void {
    this.#wakes.set(cluster, undefined);
    if (this.#clusters.record(cluster) === undefined) return;
    const tasks = this.#scheduler.tasksOf(groupOf(cluster));
    const frame = this.#clusters.plan(cluster, tasks, this.#now);
    this.#wakes.set(cluster, frame.wakeAt);
    this.#absorbPlan(frame);
  }

  #absorbPlan(frame: ClusterFrame): void {
    this.#write(frame.persist);
    this.#facts.push(...frame.facts);
    for (const action of frame.actions) this.#act(action);
  }

  #act(action: PlanAction): void {
    switch (action.kind) {
      case 'launch':
        this.#command({ kind: 'launch', task: action.task });
        break;
      case 'kill':
        this.#command({ kind: 'kill', taskId: action.taskId, reason: action.reason });
        break;
      case 'forget':
        this.#forget(action.cluster);
        break;
      case 'submit-job':
      case 'cancel-job':
      case 'operate-job':
      case 'shut-down':
        this.#actions.push(action);
        break;
      default:
        unreachable(action);
    }
  }

  /** What is forgotten leaves deletions behind, which name no group: so the cluster is marked here. */
  #forget(cluster: ClusterName): void {
    const frame = this.#command({ kind: 'forget', group: groupOf(cluster) });
    if (frame.persist.length > 0) this.#touched.add(cluster);
  }

  #command(command: Command): Frame {
    const frame = this.#scheduler.take({ kind: 'command', command, at: this.#now });
    this.#absorb(frame);
    return frame;
  }

  #absorb(frame: Frame): void {
    this.#write(frame.persist);
    this.#calls.push(...frame.calls);
    this.#timers.push(...frame.timers);
    this.#facts.push(...frame.facts);
    this.#stop ??= frame.stop;
    for (const group of groupsTouched(frame)) this.#touched.add(clusterOfGroup(group));
  }

  /** The last write of a record in a turn is the one that counts: the store sees each record once. */
  #write(writes: readonly RecordWrite[]): void {
    for (const write of writes) this.#persist.set(`${write.collection}/${write.key}`, write);
  }
}

/** The plan is asked again when a task of its cluster was written or spoken of. */
function groupsTouched(frame: Frame): readonly GroupName[] {
  const written = frame.persist.flatMap((write) =>
    write.kind === 'put' && write.collection === 'tasks' ? [(write.value as TaskRecord).spec.group] : [],
  );
  const spokenOf = frame.facts.flatMap((fact) => ('group' in fact ? [fact.group] : []));
  return _.uniq([...written, ...spokenOf]);
}

function clusterOf(input: ClusterInput): ClusterName {
  switch (input.kind) {
    case 'command':
      return input.command.kind === 'create' ? input.command.cluster.name : input.command.cluster;
    case 'observation':
      return input.observation.cluster;
    case 'outcome':
      return input.outcome.cluster;
    case 'driver':
      return input.cluster;
    default:
      return unreachable(input);
  }
}

/** A cluster's tasks form the group of the same name. */
export function groupOf(cluster: ClusterName): GroupName {
  return cluster as string as GroupName;
}

function clusterOfGroup(group: GroupName): ClusterName {
  return group as string as ClusterName;
}
