/**
 * What the embedded master and its agents say to each other. Mesos does this with internal protobuf messages over
 * libprocess; nobody else sees it, so ours is plain JSON. The same messages pass between objects in one process and,
 * as records over HTTP, between processes.
 */
import type { AgentId, ExecutorId, FrameworkId, TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type {
  Attribute,
  Domain,
  DurationInfo,
  ExecutorInfo,
  FrameworkInfo,
  Resource,
  TaskInfo,
  TaskStatus,
} from '../../mesos-api-client/protocol/mesos.ts';
import type { OperationStatus } from '../../mesos-api-client/protocol/operations.ts';
import type { DrainConfig } from '../../mesos-api-client/protocol/operator-messages.ts';
import type { TaskState } from '../../mesos-api-client/protocol/task-state.ts';
import type { ResourceOperation } from './operations/conversions.ts';

export interface AgentDescription {
  readonly hostname: string;
  readonly port: number;
  readonly resources: readonly Resource[];
  readonly attributes: readonly Attribute[];
  readonly domain?: Domain;
  /** Default 127.0.0.1. */
  readonly ip?: string;
}

/** An operation on the agent's resources, as the master tells it. */
export interface StartedOperation {
  /** The master's name for it: 16 bytes in base64. */
  readonly uuid: string;
  /** Absent if an operator asked for it. */
  readonly frameworkId?: FrameworkId;
  readonly info: ResourceOperation;
}

/** And as the agent tells it: with its outcome, which waits for its acknowledgement. */
export interface AgentOperation extends StartedOperation {
  readonly status?: OperationStatus;
}

/** An executor of a framework that an agent has; command tasks have none that a master would know of. */
export interface ExecutorOnAgent {
  readonly frameworkId: FrameworkId;
  readonly info: ExecutorInfo;
}

/** A task as an agent knows it. */
export interface AgentTask {
  readonly frameworkId: FrameworkId;
  readonly info: TaskInfo;
  /** The newest state on the agent, perhaps not yet told to the framework. */
  readonly latestState: TaskState;
  /** The update that waits for its acknowledgement (the oldest one), else the last one acknowledged. */
  readonly status?: TaskStatus;
}

/** Between a scheduler and an executor, in either direction; nobody sees to it that it arrives. */
export interface ExecutorMessage {
  readonly type: 'EXECUTOR_MESSAGE';
  readonly frameworkId: FrameworkId;
  readonly executorId: ExecutorId;
  /** Base64. */
  readonly data: string;
}

export type AgentToMaster =
  | {
      readonly type: 'REGISTER';
      readonly agent: AgentDescription;
      /** Present when the agent was registered before: it keeps its id and brings its tasks. */
      readonly again?: {
        readonly agentId: AgentId;
        readonly frameworks: readonly FrameworkInfo[];
        readonly tasks: readonly AgentTask[];
        readonly executors?: readonly ExecutorOnAgent[];
        readonly operations?: readonly AgentOperation[];
      };
    }
  /** Repeated by the agent until ACKNOWLEDGE; one in flight for each task. */
  | {
      readonly type: 'STATUS_UPDATE';
      readonly frameworkId: FrameworkId;
      readonly status: TaskStatus;
      readonly latestState: TaskState;
    }
  /** `status` is that of waitpid, -1 if nobody knows it. */
  | {
      readonly type: 'EXECUTOR_EXITED';
      readonly frameworkId: FrameworkId;
      readonly executorId: ExecutorId;
      readonly status: number;
    }
  | ExecutorMessage
  /** The same as a status update for an operation. */
  | { readonly type: 'OPERATION_STATUS'; readonly operation: AgentOperation }
  | { readonly type: 'PONG' }
  /** The agent ends in good order and took its tasks with it. */
  | { readonly type: 'UNREGISTER' };

export type MasterToAgent =
  | {
      readonly type: 'REGISTERED';
      readonly agentId: AgentId;
      /** Tasks that the master has on this agent and that REGISTER did not bring: their launch was lost on the way. */
      readonly missing?: readonly { readonly framework: FrameworkInfo; readonly taskId: TaskId }[];
      readonly missingOperations?: readonly StartedOperation[];
    }
  /** The master will not have this agent (marked gone): it ends its tasks and itself. */
  | { readonly type: 'SHUTDOWN'; readonly message: string }
  | { readonly type: 'RUN_TASK'; readonly framework: FrameworkInfo; readonly task: TaskInfo }
  /** All of them or none; each names the executor too. */
  | {
      readonly type: 'RUN_GROUP';
      readonly framework: FrameworkInfo;
      readonly executor: ExecutorInfo;
      readonly tasks: readonly TaskInfo[];
    }
  | { readonly type: 'SHUTDOWN_EXECUTOR'; readonly frameworkId: FrameworkId; readonly executorId: ExecutorId }
  | ExecutorMessage
  | {
      readonly type: 'KILL_TASK';
      readonly frameworkId: FrameworkId;
      readonly taskId: TaskId;
      readonly gracePeriod?: DurationInfo;
    }
  | { readonly type: 'ACKNOWLEDGE'; readonly frameworkId: FrameworkId; readonly taskId: TaskId; readonly uuid: string }
  | { readonly type: 'APPLY_OPERATION'; readonly operation: StartedOperation }
  | { readonly type: 'ACKNOWLEDGE_OPERATION'; readonly uuid: string }
  /** Its tasks are to end, and it is to take no new ones, until it is told to run some again. */
  | { readonly type: 'DRAIN'; readonly config: DrainConfig }
  /** The framework subscribed (again): its unacknowledged updates are sent at once. */
  | { readonly type: 'UPDATE_FRAMEWORK'; readonly framework: FrameworkInfo }
  | { readonly type: 'SHUTDOWN_FRAMEWORK'; readonly frameworkId: FrameworkId }
  | { readonly type: 'PING' };

/** One end of a connection between an agent and its master. */
export interface Link<Out, In> {
  send(message: Out): void;
  /** Called once, before any message arrives. */
  onMessage(handler: (message: In) => void): void;
  /** Called once when the other side or the connection has gone. */
  onClosed(handler: () => void): void;
  close(): void;
}

export type AgentLink = Link<AgentToMaster, MasterToAgent>;
export type MasterLink = Link<MasterToAgent, AgentToMaster>;
