/**
 * What the model of an agent is told and what it asks for. Its shell (server/, or a simulator) carries out the effects
 * in their order: every `save` of a step stands before what may be seen from outside, so a task that was promised is a
 * task that is remembered.
 */
import type { Brand, EpochMs } from '../../lib/brand.ts';
import type { ExecutorCall, ExecutorEvent } from '../../mesos-api-client/protocol/executor.ts';
import type { AgentId, ExecutorId, FrameworkId, TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type {
  ExecutorInfo,
  FrameworkInfo,
  Resource,
  TaskInfo,
  TaskStatus,
} from '../../mesos-api-client/protocol/mesos.ts';
import type { DrainConfig } from '../../mesos-api-client/protocol/operator-messages.ts';
import type { TaskState } from '../../mesos-api-client/protocol/task-state.ts';
import type { AgentOperation, AgentToMaster, MasterToAgent } from './agent-protocol.ts';

/** Mesos' container id: a uuid for each time that a task is run. */
export type RunId = Brand<string, 'RunId'>;

/** A process, named so that another one that got the same pid later is not mistaken for it. */
export interface ProcessRef {
  readonly pid: number;
  /** Whatever tells two processes of one pid apart; made and compared by the shell. */
  readonly birth: string;
}

export type KillCause = 'asked' | 'max-completion-time' | 'framework-shutdown' | 'unhealthy' | 'over-memory';

/** The two things that a task can be asked: `check` is told only, failing `health` ends the task. */
export type CheckKind = 'check' | 'health';

/** What one probe saw; `failed` when it could not be made, or not in time. */
export type CheckOutcome =
  | { readonly kind: 'exited'; readonly status: number }
  | { readonly kind: 'answered'; readonly status: number }
  | { readonly kind: 'connected'; readonly succeeded: boolean }
  | { readonly kind: 'failed' };

/** The executor that a task runs in. */
export interface ExecutorOf {
  readonly runId: RunId;
  readonly executorId: ExecutorId;
  readonly type: ExecutorType;
  /** Of a LAUNCH_GROUP: what its tasks have in common. */
  readonly group?: string;
}

/** The default one is a rule of this model and no process; a custom one brings a program that speaks to the agent. */
export type ExecutorType = 'DEFAULT' | 'CUSTOM';

/** An executor of a framework, in a container of its own. It is checkpointed as it stands. */
export interface AgentExecutor {
  readonly runId: RunId;
  readonly frameworkId: FrameworkId;
  readonly executorId: ExecutorId;
  readonly type: ExecutorType;
  readonly info: ExecutorInfo;
  /** A default one is running from the beginning; one that has ended stays until its tasks are acknowledged to their end. */
  phase: 'launching' | 'registering' | 'running' | 'terminating' | 'ended';
  process?: ProcessRef;
  /** It has been given a task. */
  served: boolean;
  /** Its framework is gone: nobody hears of its end. */
  dismissed?: boolean;
  /** What becomes of its tasks when it ends, if it is the agent that ends it. */
  doom?: { readonly state: TaskState; readonly reason: string; readonly message: string };
}

/**
 * A task that runs, ran or is about to; or only the updates about a task that this agent never had (`absent`).
 * It is checkpointed as it stands.
 */
export interface AgentEntry {
  readonly runId: RunId;
  readonly frameworkId: FrameworkId;
  readonly taskId: TaskId;
  readonly info?: TaskInfo;
  /** Absent for a command task, which is an executor of its own. With a custom one there is no process that we know. */
  readonly executor?: ExecutorOf;
  phase: 'launching' | 'running' | 'ended' | 'absent';
  process?: ProcessRef;
  runningSince?: EpochMs;
  kill?: { readonly cause: KillCause; readonly forceAt: EpochMs; readonly since?: EpochMs };
  /** What its health checks said so far. */
  health?: { readonly failures: number; readonly everHealthy: boolean };
  /** How much it used when it was ended for that. */
  usedMiB?: number;
  latestState: TaskState;
  /** Updates that wait for their acknowledgement, oldest first; only the first one is under way. */
  pending: TaskStatus[];
  acknowledged?: TaskStatus;
  /** The newest of each state, for operators to read. */
  statuses?: TaskStatus[];
}

/** How a process ended: as waitpid tells it, or `lost` when nobody saw it. */
export type ProcessEnd =
  | { readonly kind: 'exited'; readonly status: number }
  | { readonly kind: 'signaled'; readonly signal: number }
  | { readonly kind: 'lost' };

export type AgentTimer =
  | { readonly kind: 'retry'; readonly runId: RunId }
  | { readonly kind: 'force-kill'; readonly runId: RunId }
  | { readonly kind: 'max-completion'; readonly runId: RunId }
  | { readonly kind: CheckKind; readonly runId: RunId }
  /** One for each executor: until it must have registered, ended, or hear a heartbeat, by its phase. */
  | { readonly kind: 'executor'; readonly runId: RunId }
  /** An operation's outcome is told again. */
  | { readonly kind: 'operation'; readonly operation: string };

/** One timer of a kind for each run or operation. */
export function timerName(timer: AgentTimer): string {
  return `${timer.kind} ${timer.kind === 'operation' ? timer.operation : timer.runId}`;
}

/** `end`: how its process ended meanwhile, where that was written down. */
export type Recovered<What> = What & { readonly alive: boolean; readonly end?: ProcessEnd };

export type AgentInput = { readonly at: EpochMs } & (
  | {
      /** First of all inputs, after a restart: what was checkpointed, and which of its processes still live. */
      readonly kind: 'recovered';
      readonly agentId: AgentId;
      readonly frameworks: readonly FrameworkInfo[];
      readonly entries: readonly Recovered<{ readonly entry: AgentEntry }>[];
      readonly executors?: readonly Recovered<{ readonly executor: AgentExecutor }>[];
      readonly checkpointed?: readonly Resource[];
      readonly operations?: readonly AgentOperation[];
      readonly drain?: DrainConfig;
    }
  | { readonly kind: 'linked' }
  | { readonly kind: 'unlinked' }
  | { readonly kind: 'message'; readonly message: MasterToAgent }
  /** Of an executor; answered by one `executor-reply`. */
  | { readonly kind: 'executor-call'; readonly call: ExecutorCall }
  /** Its event stream is gone. */
  | { readonly kind: 'executor-silent'; readonly runId: RunId }
  /** Of a task or an executor, as are the next two. */
  | { readonly kind: 'started'; readonly runId: RunId; readonly process: ProcessRef }
  | { readonly kind: 'launch-failed'; readonly runId: RunId; readonly message: string }
  | { readonly kind: 'ended'; readonly runId: RunId; readonly end: ProcessEnd }
  | { readonly kind: 'probed'; readonly runId: RunId; readonly of: CheckKind; readonly outcome: CheckOutcome }
  /** The processes of a task use more memory than it has. */
  | { readonly kind: 'over-memory'; readonly runId: RunId; readonly usedMiB: number }
  | { readonly kind: 'timer'; readonly timer: AgentTimer }
  | { readonly kind: 'stopping' }
);

export type AgentEffect =
  | {
      readonly kind: 'save-agent';
      readonly agentId: AgentId;
      readonly frameworks: readonly FrameworkInfo[];
      /** Dynamic reservations and volumes. */
      readonly checkpointed: readonly Resource[];
      /** Outcomes that wait for their acknowledgement. */
      readonly operations: readonly AgentOperation[];
      /** Present while it is being drained. */
      readonly drain?: DrainConfig;
    }
  /** A persistent volume was destroyed: so is what is in it. */
  | { readonly kind: 'remove-volume'; readonly volume: Resource }
  | { readonly kind: 'save'; readonly entry: AgentEntry }
  /** Acknowledged to its end: the checkpoint goes, the sandbox may be collected. */
  | { readonly kind: 'forget'; readonly entry: AgentEntry }
  | { readonly kind: 'send'; readonly message: AgentToMaster }
  /** Make the sandbox, fetch, start; answered by `started` or `launch-failed`. */
  | { readonly kind: 'launch'; readonly entry: AgentEntry; readonly framework: FrameworkInfo }
  /** The same for an executor: of the default one the sandbox alone, which is not answered. */
  | { readonly kind: 'launch-executor'; readonly executor: AgentExecutor; readonly framework: FrameworkInfo }
  | { readonly kind: 'save-executor'; readonly executor: AgentExecutor }
  | { readonly kind: 'forget-executor'; readonly executor: AgentExecutor }
  /** To whoever made the call that is worked on; the stream of a SUBSCRIBE is opened before the effects that follow. */
  | { readonly kind: 'executor-reply'; readonly status: number; readonly text: string; readonly opens?: RunId }
  | { readonly kind: 'send-to-executor'; readonly runId: RunId; readonly event: ExecutorEvent }
  | { readonly kind: 'close-executor'; readonly runId: RunId }
  /** Stop the launch under way: no process may come of it, and no answer. */
  | { readonly kind: 'abandon'; readonly runId: RunId }
  /** To every process of the task's tree. */
  | { readonly kind: 'signal'; readonly runId: RunId; readonly signal: 'SIGTERM' | 'SIGKILL' }
  /** Ask the task once; answered by `probed`, at the latest after the time-out of its check. */
  | {
      readonly kind: 'probe';
      readonly entry: AgentEntry;
      readonly framework: FrameworkInfo;
      readonly of: CheckKind;
    }
  /** Replaces a timer of the same kind and run. */
  | { readonly kind: 'timer'; readonly timer: AgentTimer; readonly at: EpochMs }
  | { readonly kind: 'cancel'; readonly timer: AgentTimer }
  /** The master will not have this agent: every process ends, and so does the agent. */
  | { readonly kind: 'shutdown'; readonly message: string };
