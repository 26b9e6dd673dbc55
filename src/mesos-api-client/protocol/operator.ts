/**
 * The operator API of a master: POST /api/v1 (include/mesos/v1/master/master.proto), as it stands on the wire. A call
 * that asks is answered by an object with the call's type, and under its lower-case name what was asked for; a call that
 * changes something is answered by its status alone.
 */
import type { AgentId, FrameworkId, Id } from './ids.ts';
import type { DurationInfo, FrameworkInfo, MasterInfo, Resource, Scalar, TaskStatus } from './mesos.ts';
import type { Operation } from './operations.ts';
import type { FileAnswers, FileCall, ProcessAnswers, ProcessCall } from './operator-common.ts';
import type {
  AgentInfo,
  MachineId,
  MaintenanceSchedule,
  MaintenanceStatus,
  MasterAgent,
  MasterExecutor,
  MasterFramework,
  QuotaConfig,
  QuotaStatus,
  Role,
  Task,
  WeightInfo,
} from './operator-messages.ts';
import type { TaskState } from './task-state.ts';

/** Calls that are answered by a body. Lists that are empty may be absent. */
export interface MasterAnswers extends ProcessAnswers, FileAnswers {
  GET_STATE: MasterStateAnswer;
  GET_AGENTS: { agents?: MasterAgent[]; recovered_agents?: AgentInfo[] };
  GET_FRAMEWORKS: {
    frameworks?: MasterFramework[];
    completed_frameworks?: MasterFramework[];
    recovered_frameworks?: FrameworkInfo[];
  };
  GET_EXECUTORS: { executors?: MasterExecutor[]; orphan_executors?: MasterExecutor[] };
  GET_OPERATIONS: { operations?: Operation[] };
  GET_TASKS: {
    /** Older masters. */
    pending_tasks?: Task[];
    tasks?: Task[];
    unreachable_tasks?: Task[];
    completed_tasks?: Task[];
    orphan_tasks?: Task[];
  };
  GET_ROLES: { roles?: Role[] };
  GET_WEIGHTS: { weight_infos?: WeightInfo[] };
  /** Times in seconds since 1970. */
  GET_MASTER: { master_info?: MasterInfo; start_time?: number; elected_time?: number };
  GET_MAINTENANCE_STATUS: { status: MaintenanceStatus };
  GET_MAINTENANCE_SCHEDULE: { schedule: MaintenanceSchedule };
  GET_QUOTA: { status: QuotaStatus };
}

export interface MasterStateAnswer {
  get_tasks?: MasterAnswers['GET_TASKS'];
  get_executors?: MasterAnswers['GET_EXECUTORS'];
  get_frameworks?: MasterAnswers['GET_FRAMEWORKS'];
  get_agents?: MasterAnswers['GET_AGENTS'];
}

/** Calls that ask. */
export type MasterQuery =
  | ProcessCall
  | FileCall
  | { type: Exclude<keyof MasterAnswers, keyof ProcessAnswers | keyof FileAnswers> };

/** Calls that change something. 200, or 202 for those on resources and volumes. */
export type MasterCommand =
  | { type: 'SET_LOGGING_LEVEL'; set_logging_level: { level: number; duration: DurationInfo } }
  | { type: 'UPDATE_WEIGHTS'; update_weights: { weight_infos: WeightInfo[] } }
  | { type: 'UPDATE_QUOTA'; update_quota: { force?: boolean; quota_configs: QuotaConfig[] } }
  /** Deprecated since 1.9. */
  | { type: 'SET_QUOTA'; set_quota: { quota_request: { force?: boolean; role?: string; guarantee?: Resource[] } } }
  | { type: 'REMOVE_QUOTA'; remove_quota: { role: string } }
  | { type: 'RESERVE_RESOURCES'; reserve_resources: OnAgent & { source?: Resource[]; resources: Resource[] } }
  | { type: 'UNRESERVE_RESOURCES'; unreserve_resources: OnAgent & { resources: Resource[] } }
  | { type: 'CREATE_VOLUMES'; create_volumes: OnAgent & { volumes: Resource[] } }
  | { type: 'DESTROY_VOLUMES'; destroy_volumes: OnAgent & { volumes: Resource[] } }
  | { type: 'GROW_VOLUME'; grow_volume: Partial<OnAgent> & { volume: Resource; addition: Resource } }
  | { type: 'SHRINK_VOLUME'; shrink_volume: Partial<OnAgent> & { volume: Resource; subtract: Scalar } }
  | { type: 'UPDATE_MAINTENANCE_SCHEDULE'; update_maintenance_schedule: { schedule: MaintenanceSchedule } }
  | { type: 'START_MAINTENANCE'; start_maintenance: { machines: MachineId[] } }
  | { type: 'STOP_MAINTENANCE'; stop_maintenance: { machines: MachineId[] } }
  /** Its duration is the one of google.protobuf, unlike any other here; a string ("10mins") is refused. */
  | { type: 'DRAIN_AGENT'; drain_agent: OnAgent & { max_grace_period?: ProtobufDuration; mark_gone?: boolean } }
  | { type: 'DEACTIVATE_AGENT'; deactivate_agent: OnAgent }
  | { type: 'REACTIVATE_AGENT'; reactivate_agent: OnAgent }
  | { type: 'MARK_AGENT_GONE'; mark_agent_gone: OnAgent }
  | { type: 'TEARDOWN'; teardown: { framework_id: Id<FrameworkId> } };

export type MasterCall = MasterQuery | MasterCommand;

/** Answered by a stream of RecordIO. */
export interface MasterSubscribeCall {
  type: 'SUBSCRIBE';
}

export interface OnAgent {
  agent_id: Id<AgentId>;
}

export interface ProtobufDuration {
  seconds?: number;
  nanos?: number;
}

/** Of the stream that SUBSCRIBE opens. No acknowledgements and no replay: after a break a new snapshot comes. */
export type MasterEvent =
  | { type: 'SUBSCRIBED'; subscribed: { get_state?: MasterStateAnswer; heartbeat_interval_seconds?: number } }
  /** Also for tasks that were known, when an unreachable agent returns. */
  | { type: 'TASK_ADDED'; task_added: { task: Task } }
  | {
      type: 'TASK_UPDATED';
      task_updated: { framework_id: Id<FrameworkId>; status: TaskStatus /** The latest one. */; state: TaskState };
    }
  | { type: 'AGENT_ADDED'; agent_added: { agent: MasterAgent } }
  /** Not for agents that become unreachable: their tasks are updated, and no more is said. */
  | { type: 'AGENT_REMOVED'; agent_removed: OnAgent }
  | { type: 'FRAMEWORK_ADDED'; framework_added: { framework: MasterFramework } }
  | { type: 'FRAMEWORK_UPDATED'; framework_updated: { framework: MasterFramework } }
  | { type: 'FRAMEWORK_REMOVED'; framework_removed: { framework_info: FrameworkInfo } }
  | { type: 'HEARTBEAT' };
