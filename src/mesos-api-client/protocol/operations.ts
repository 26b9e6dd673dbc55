/**
 * Operations on offers, and what becomes of them (Offer.Operation, OperationStatus and Operation of
 * include/mesos/v1/mesos.proto). The outcome of a launch is told by task updates, that of the others by
 * UPDATE_OPERATION_STATUS, and only if they bear an id.
 */
import type { AgentId, FrameworkId, Id, OperationId, ResourceProviderId } from './ids.ts';
import type { DiskSourceType, ExecutorInfo, Resource, Scalar, TaskInfo } from './mesos.ts';

/** An `id` on a launch makes its tasks TASK_ERROR. */
export type OfferOperation = { id?: Id<OperationId> } & (
  | { type: 'LAUNCH'; launch: { task_infos: TaskInfo[] } }
  | { type: 'LAUNCH_GROUP'; launch_group: { executor: ExecutorInfo; task_group: { tasks: TaskInfo[] } } }
  /** `source` is for operators: the scheduler API refuses it. */
  | { type: 'RESERVE'; reserve: { resources: Resource[]; source?: Resource[] } }
  | { type: 'UNRESERVE'; unreserve: { resources: Resource[] } }
  | { type: 'CREATE'; create: { volumes: Resource[] } }
  | { type: 'DESTROY'; destroy: { volumes: Resource[] } }
  | { type: 'GROW_VOLUME'; grow_volume: { volume: Resource; addition: Resource } }
  | { type: 'SHRINK_VOLUME'; shrink_volume: { volume: Resource; subtract: Scalar } }
  | { type: 'CREATE_DISK'; create_disk: { source: Resource; target_type: DiskSourceType; target_profile?: string } }
  | { type: 'DESTROY_DISK'; destroy_disk: { source: Resource } }
);

export const operationStates = [
  'OPERATION_UNSUPPORTED',
  'OPERATION_PENDING',
  'OPERATION_FINISHED',
  'OPERATION_FAILED',
  'OPERATION_ERROR',
  'OPERATION_DROPPED',
  'OPERATION_UNREACHABLE',
  'OPERATION_GONE_BY_OPERATOR',
  'OPERATION_RECOVERING',
  'OPERATION_UNKNOWN',
] as const;

export type OperationState = (typeof operationStates)[number];

/** UNREACHABLE, RECOVERING and UNKNOWN are not among them: the operation may still be told to have ended. */
export const terminalOperationStates: ReadonlySet<OperationState> = new Set<OperationState>([
  'OPERATION_FINISHED',
  'OPERATION_FAILED',
  'OPERATION_ERROR',
  'OPERATION_DROPPED',
  'OPERATION_GONE_BY_OPERATOR',
]);

export interface OperationStatus {
  operation_id?: Id<OperationId>;
  state: OperationState;
  message?: string;
  /** What the resources of the operation have become; only with OPERATION_FINISHED. */
  converted_resources?: Resource[];
  /** Base64 in an object, unlike that of a task's status. Present: to be acknowledged, by the bare string. */
  uuid?: { value: string };
  agent_id?: Id<AgentId>;
  resource_provider_id?: Id<ResourceProviderId>;
}

/** As the operator API lists them. */
export interface Operation {
  framework_id?: Id<FrameworkId>;
  agent_id?: Id<AgentId>;
  info: OfferOperation;
  latest_status: OperationStatus;
  statuses?: OperationStatus[];
  uuid: { value: string };
}
