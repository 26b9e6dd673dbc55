/** The core as the shell sees it: a function of its inputs, and a view of where it stands. */
import type { EpochMs } from '../../lib/brand.ts';
import type { FrameworkId, TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { FrameworkInfo } from '../../mesos-api-client/protocol/mesos.ts';
import type { Frame } from './frame.ts';
import type { Input } from './input.ts';
import type { ConnectionProblem, MasterAddress } from './master.ts';
import type { AgentView, OfferRound, WhyView } from './offer-views.ts';
import type { FormerFramework } from './records.ts';
import type { GroupName, TaskRecord } from './task.ts';

export interface SchedulerOptions {
  /** Without id: the core adds the one it has. Must name the roles and capabilities wanted. */
  readonly framework: FrameworkInfo;
  /** Seeds the jitter of back-offs: the same seed and inputs give the same frames. */
  readonly seed: number;
  /** Since when an unreachable task is given up and reported lost; 0 at once (Mesos itself has waited 75 s by then). */
  readonly unreachableAfterMs: number;
  /** A launch without any update for so long is asked after (Flink's own module took 30 s). */
  readonly launchTimeoutMs: number;
  /** Between repeated kills of a task that does not end. */
  readonly killRetryMs: number;
  /** How many ended tasks of each group are remembered. */
  readonly endedTasksKept: number;
  /** Of a task that was given up and comes back: kill it, or take it as running again. Default: kill. */
  readonly returning?: 'kill' | 'keep';
  /** When the master has removed the framework: register as a new one. Default: stay as it is until somebody decides. */
  readonly startAnew?: boolean;
}

export type ConnectionView =
  | { readonly state: 'standby' }
  /** No master is known; `why` in the words of whoever looks for one. */
  | { readonly state: 'searching'; readonly why?: string; readonly since: EpochMs }
  | {
      readonly state: 'connecting';
      readonly master: MasterAddress;
      readonly attempt: number;
      /** What became of the attempt before. */
      readonly problem?: ConnectionProblem;
      readonly since: EpochMs;
    }
  | {
      readonly state: 'waiting';
      readonly problem: ConnectionProblem;
      readonly attempt: number;
      /** Which master is tried then. */
      readonly next?: MasterAddress;
      readonly retryAt: EpochMs;
      readonly since: EpochMs;
    }
  | { readonly state: 'subscribed'; readonly master: MasterAddress; readonly since: EpochMs }
  | { readonly state: 'stopped'; readonly message: string; readonly since: EpochMs };

/** How far the end of the service has come; see src/scheduler/uninstall.ts. */
export interface UninstallView {
  /** What it waits for: the end of tasks, that kept places are given up, that the master removes the framework; nothing. */
  readonly stage: 'tasks' | 'places' | 'framework' | 'done';
  readonly since: EpochMs;
  /** That have not ended. */
  readonly tasks: number;
  /** Kept ones: reservations and volumes. */
  readonly places: number;
  readonly doneAt?: EpochMs;
  /** Why the master does not remove the framework. */
  readonly refused?: string;
}

export interface SchedulerView {
  readonly frameworkId?: FrameworkId;
  /** The one before it that the master removed, and what was lost with it. */
  readonly formerFramework?: FormerFramework;
  readonly connection: ConnectionView;
  /** Of Mesos, as the master said when it was last subscribed to. */
  readonly masterVersion?: string;
  /** False from each subscription until every task has been answered for. */
  readonly reconciled: boolean;
  readonly offersHeld: number;
  readonly tasksWaiting: number;
  /** Only of a service that is to end, or has ended. */
  readonly uninstall?: UninstallView;
}

export interface Scheduler {
  /** Takes one input, matches what waits, and concludes: a turn of its own. */
  step(input: Input): Frame;
  /** The same in parts, for turns of several inputs: takes one in; nothing is matched yet. */
  take(input: Input): Frame;
  /** Places what can be placed; asked again after whatever its frame has led to. */
  match(at: EpochMs): Frame;
  /** Ends the turn: sends what was placed, gives back what is not needed. To be asked once, last. */
  conclude(at: EpochMs): Frame;
  view(): SchedulerView;
  task(taskId: TaskId): TaskRecord | undefined;
  /** All tasks that are remembered, waiting and ended ones too, oldest request first. */
  tasks(): readonly TaskRecord[];
  tasksOf(group: GroupName): readonly TaskRecord[];
  /** Why a task still waits, in words; undefined for one that does not. */
  whyWaiting(taskId: TaskId): string | undefined;
  /** The same with all its numbers. */
  why(taskId: TaskId): WhyView | undefined;
  /** For all that wait, in the order of their requests. */
  whyAll(): readonly WhyView[];
  /** The last rounds of offers, newest first. */
  offerRounds(): readonly OfferRound[];
  /** The agents that offered something or that tasks of ours run on. */
  agents(): readonly AgentView[];
}
