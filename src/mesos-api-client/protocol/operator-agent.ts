/**
 * The operator API of an agent: POST /api/v1 (include/mesos/v1/agent/agent.proto), as it stands on the wire. Left out are
 * the calls that open streams in both directions (LAUNCH_NESTED_CONTAINER_SESSION, ATTACH_CONTAINER_INPUT and _OUTPUT) and
 * those of resource providers' configuration.
 */
import type { ContainerId, Image } from './containers.ts';
import type {
  CommandInfo,
  ContainerInfo,
  DurationInfo,
  ExecutorInfo,
  FrameworkInfo,
  Resource,
  Scalar,
  TimeInfo,
} from './mesos.ts';
import type { Operation } from './operations.ts';
import type { FileAnswers, FileCall, ProcessAnswers, ProcessCall } from './operator-common.ts';
import type { AgentContainer, AgentInfo, DrainConfig, ResourceProviderInfo, Task } from './operator-messages.ts';
import type { TaskState } from './task-state.ts';

/** Calls that are answered by a body. Lists that are empty may be absent. */
export interface AgentAnswers extends ProcessAnswers, FileAnswers {
  GET_STATE: {
    get_tasks?: AgentAnswers['GET_TASKS'];
    get_executors?: AgentAnswers['GET_EXECUTORS'];
    get_frameworks?: AgentAnswers['GET_FRAMEWORKS'];
  };
  GET_CONTAINERS: { containers?: AgentContainer[] };
  GET_FRAMEWORKS: {
    frameworks?: { framework_info: FrameworkInfo }[];
    completed_frameworks?: { framework_info: FrameworkInfo }[];
  };
  GET_EXECUTORS: {
    executors?: { executor_info: ExecutorInfo }[];
    completed_executors?: { executor_info: ExecutorInfo }[];
  };
  GET_OPERATIONS: { operations?: Operation[] };
  GET_TASKS: {
    pending_tasks?: Task[];
    queued_tasks?: Task[];
    launched_tasks?: Task[];
    terminated_tasks?: Task[];
    completed_tasks?: Task[];
  };
  GET_AGENT: { agent_info?: AgentInfo; drain_config?: DrainConfig; estimated_drain_start_time?: TimeInfo };
  GET_RESOURCE_PROVIDERS: {
    resource_providers?: { resource_provider_info: ResourceProviderInfo; total_resources?: Resource[] }[];
  };
  /** Comes when the container has ended: the answer may take as long as that. */
  WAIT_CONTAINER: {
    exit_status?: number;
    state?: TaskState;
    reason?: string;
    limitation?: { resources?: Resource[] };
    message?: string;
  };
}

/** Calls that ask. */
export type AgentQuery =
  | ProcessCall
  | FileCall
  | { type: 'GET_CONTAINERS'; get_containers?: { show_nested?: boolean; show_standalone?: boolean } }
  | { type: 'WAIT_CONTAINER'; wait_container: { container_id: ContainerId } }
  | {
      type: Exclude<keyof AgentAnswers, keyof ProcessAnswers | keyof FileAnswers | 'GET_CONTAINERS' | 'WAIT_CONTAINER'>;
    };

/** Calls that change something. */
export type AgentCommand =
  | { type: 'SET_LOGGING_LEVEL'; set_logging_level: { level: number; duration: DurationInfo } }
  | {
      type: 'LAUNCH_CONTAINER';
      launch_container: {
        container_id: ContainerId;
        command?: CommandInfo;
        resources?: Resource[];
        container?: ContainerInfo;
        limits?: Record<string, Scalar>;
      };
    }
  | { type: 'KILL_CONTAINER'; kill_container: { container_id: ContainerId; signal?: number } }
  | { type: 'REMOVE_CONTAINER'; remove_container: { container_id: ContainerId } }
  | { type: 'PRUNE_IMAGES'; prune_images?: { excluded_images?: Image[] } };

export type AgentCall = AgentQuery | AgentCommand;
