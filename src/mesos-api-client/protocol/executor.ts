/**
 * Calls and events of the v1 executor API (include/mesos/v1/executor/executor.proto), as they stand on the wire: what an
 * executor of a framework and its agent say to each other at POST /api/v1/executor.
 */
import type { ContainerId } from './containers.ts';
import type { ExecutorId, FrameworkId, Id, TaskId } from './ids.ts';
import type { ExecutorInfo, FrameworkInfo, KillPolicy, TaskInfo, TaskStatus } from './mesos.ts';
import type { AgentInfo } from './operator-messages.ts';

export type ExecutorCall = { executor_id: Id<ExecutorId>; framework_id: Id<FrameworkId> } & (
  | {
      type: 'SUBSCRIBE';
      /** What it knows and has had no ACKNOWLEDGED for, when it comes again. */
      subscribe: { unacknowledged_tasks?: TaskInfo[]; unacknowledged_updates?: { status: TaskStatus }[] };
    }
  /** With a uuid of its own making and SOURCE_EXECUTOR; repeated until ACKNOWLEDGED. */
  | { type: 'UPDATE'; update: { status: TaskStatus } }
  | { type: 'MESSAGE'; message: { data: string } }
  | { type: 'HEARTBEAT' }
);

export type ExecutorEvent =
  | {
      type: 'SUBSCRIBED';
      subscribed: {
        executor_info: ExecutorInfo;
        framework_info: FrameworkInfo;
        agent_info: AgentInfo;
        container_id?: ContainerId;
      };
    }
  | { type: 'LAUNCH'; launch: { task: TaskInfo } }
  | { type: 'LAUNCH_GROUP'; launch_group: { task_group: { tasks: TaskInfo[] } } }
  | { type: 'KILL'; kill: { task_id: Id<TaskId>; kill_policy?: KillPolicy } }
  /** The agent has it, and will see to it that the scheduler hears of it. */
  | { type: 'ACKNOWLEDGED'; acknowledged: { task_id: Id<TaskId>; uuid: string } }
  | { type: 'MESSAGE'; message: { data: string } }
  | { type: 'SHUTDOWN' }
  | { type: 'ERROR'; error: { message: string } }
  | { type: 'HEARTBEAT' };
