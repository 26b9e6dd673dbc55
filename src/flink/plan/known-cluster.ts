/**
 * What the planner keeps of a cluster: its record, and beside it what only matters until the next restart. Everything
 * outside the record may be lost at any moment: it is then found again by looking.
 */
import type { EpochMs } from '../../lib/brand.ts';
import type { TaskId } from '../../mesos-api-client/protocol/ids.ts';
import { hasOwnAddress } from '../../scheduler/model/own-address.ts';
import type { RecordWrite } from '../../scheduler/model/records.ts';
import type { TaskRecord, TaskSpec } from '../../scheduler/model/task.ts';
import type { Renderer } from '../render/render.ts';
import { launchNotBefore } from './back-off.ts';
import type { ClusterFrame, PlanAction } from './clusters.ts';
import type { ClusterFact } from './facts.ts';
import { brakeOf } from './failure-rate.ts';
import { avoidingLeft } from './left-agents.ts';
import type { FlinkObservation } from './observation.ts';
import type { ClusterRecord, JobId, JobRecord, Part } from './records.ts';

/** An attempt whose end nobody told us; a refusal counts once Flink was seen without the job. */
export interface Doubt {
  readonly since: EpochMs;
  readonly refusal?: string;
}

/** What was asked of Flink and is not answered yet: one thing at a time. */
export interface Operation {
  readonly kind: 'submit' | 'cancel';
  readonly job: JobId;
  readonly jobManager: TaskId;
  readonly since: EpochMs;
}

export interface KnownCluster {
  record: ClusterRecord;
  /** Asked of the core and not yet seen among its tasks. */
  readonly requested: Map<TaskId, TaskSpec>;
  /** The last look at the present JobManager. */
  look?: FlinkObservation;
  /** Consecutive looks that found nobody, after one that did. */
  silences: number;
  /** The JobManager that was seen to answer. */
  ready?: TaskId;
  /** From a restart until the first look: what it finds is no news. */
  inherited: boolean;
  readonly registered: Set<TaskId>;
  readonly unregisteredSince: Map<TaskId, EpochMs>;
  operation?: Operation;
  /** Of an application that has ended: nothing of its cluster runs any more. */
  gone?: true;
  /** When its JobManager was asked to end by itself, with all that it keeps. */
  shutDownAt?: EpochMs;
  /** Operations on jobs that Flink was asked for, of whom, and when to ask again where the answer was lost. */
  readonly operating: Map<JobId, { readonly jobManager: TaskId; readonly again?: EpochMs }>;
  readonly doubts: Map<JobId, Doubt>;
  readonly cancelledAt: Map<JobId, EpochMs>;
  readonly missingSince: Map<JobId, EpochMs>;
  /** Jobs, as Flink knows them, whose subtasks all ran when last seen. */
  allRunning: ReadonlySet<JobId>;
}

export function knownCluster(record: ClusterRecord, inherited: boolean): KnownCluster {
  return {
    record,
    requested: new Map(),
    silences: 0,
    inherited,
    registered: new Set(),
    unregisteredSince: new Map(),
    operating: new Map(),
    doubts: new Map(),
    cancelledAt: new Map(),
    missingSince: new Map(),
    allRunning: new Set(),
  };
}

/** One planning, or one acceptance of an input: collects what comes of it. */
export class Draft {
  readonly known: KnownCluster;
  readonly now: EpochMs;
  readonly #before: ClusterRecord | null;
  readonly #actions: PlanAction[] = [];
  readonly #facts: ClusterFact[] = [];
  #wakeAt: EpochMs | undefined;

  /** `before`: the record as it is stored; null for one that is not stored yet. */
  constructor(known: KnownCluster, now: EpochMs, before: ClusterRecord | null = known.record) {
    this.known = known;
    this.now = now;
    this.#before = before;
  }

  get record(): ClusterRecord {
    return this.known.record;
  }

  change(change: Partial<ClusterRecord>): void {
    this.known.record = { ...this.known.record, ...change };
  }

  changeJob(id: JobId, change: Partial<JobRecord>): void {
    this.change({ jobs: this.record.jobs.map((job) => (job.id === id ? { ...job, ...change } : job)) });
  }

  act(action: PlanAction): void {
    this.#actions.push(action);
  }

  state(fact: ClusterFact): void {
    this.#facts.push(fact);
  }

  wakeAt(at: EpochMs): void {
    this.#wakeAt = Math.min(this.#wakeAt ?? at, at);
  }

  frame(): ClusterFrame {
    const { record } = this.known;
    const persist: RecordWrite[] =
      record === this.#before ? [] : [{ kind: 'put', collection: 'clusters', key: record.name, value: record }];
    return {
      persist,
      actions: this.#actions,
      facts: this.#facts,
      ...(this.#wakeAt !== undefined && { wakeAt: this.#wakeAt }),
    };
  }
}

/** What the parts of a plan work on. */
export interface Planning {
  readonly draft: Draft;
  readonly tasks: readonly TaskRecord[];
  readonly renderer: Renderer;
}

export type LaunchedTask = TaskRecord & { readonly life: { readonly phase: 'launched' } };

export function isLaunched(task: TaskRecord | undefined): task is LaunchedTask {
  return task?.life.phase === 'launched';
}

/** A launched task whose address is known: that of a container of its own comes with its first update. */
export function isReachable(task: TaskRecord | undefined): task is LaunchedTask {
  return isLaunched(task) && (!hasOwnAddress(task.spec.process) || task.life.placement.address !== undefined);
}

/** Neither ended nor meant to. */
export function isWanted(task: TaskRecord): boolean {
  return task.life.phase !== 'ended' && task.goal.kind === 'run';
}

/** Not while its plan is interrupted, nor before the back-off has ended: then it is asked again. */
export function mayLaunch(draft: Draft, part: Part): boolean {
  if (draft.record.paused === true) return false;
  const at = launchNotBefore(draft.record.failures, part, draft.now, brakeOf(draft.record.spec));
  if (draft.now >= at) return true;
  draft.wakeAt(at);
  return false;
}

/** Gives the next task of a part its id, notes it, and asks the core for it. */
export function launch(planning: Planning, part: string, render: (taskId: TaskId) => TaskSpec): TaskId {
  const { draft } = planning;
  const { name, incarnation, launches } = draft.record;
  const taskId = `${name}-${incarnation}-${part}-${launches + 1}` as TaskId;
  draft.change({ launches: launches + 1 });
  const spec = avoidingLeft(draft.record, render(taskId), draft.now);
  draft.known.requested.set(taskId, spec);
  draft.act({ kind: 'launch', task: spec });
  return taskId;
}

export function kill(planning: Planning, task: TaskRecord, reason: string): void {
  if (isWanted(task)) planning.draft.act({ kind: 'kill', taskId: task.spec.taskId, reason });
}
