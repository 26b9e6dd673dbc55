/** The public surface: all that a framework or an operator's tool needs to speak to Mesos. */
export {
  type Authentication,
  basicAuthentication,
  type Credentials,
  headerAuthentication,
  noAuthentication,
} from './authentication.ts';
export type { ConnectionOptions, TlsOptions } from './connection.ts';
export {
  type Detection,
  type DetectorParts,
  detectMasters,
  type MasterDetector,
  type ZooKeeperReader,
} from './detect-masters.ts';
export {
  type AgentApi,
  type CallOptions,
  createAgentApi,
  createMasterApi,
  type MasterApi,
  type MasterEventStream,
  type OperatorApi,
  type OperatorOptions,
} from './operator-client.ts';
export { parseMasters } from './protocol/addresses.ts';
export * as calls from './protocol/calls.ts';
export type * from './protocol/containers.ts';
export type { ExecutorCall, ExecutorEvent } from './protocol/executor.ts';
export type * from './protocol/ids.ts';
export { type Int64, parseExact, stringifyExact } from './protocol/int64.ts';
export { createMasterView, type MasterView } from './protocol/master-view.ts';
export type * from './protocol/mesos.ts';
export type * from './protocol/offer-constraints.ts';
export {
  type Operation,
  type OperationState,
  type OperationStatus,
  operationStates,
  terminalOperationStates,
} from './protocol/operations.ts';
export type * from './protocol/operator.ts';
export type * from './protocol/operator-agent.ts';
export type * from './protocol/operator-common.ts';
export type * from './protocol/operator-messages.ts';
export { createRecordDecoder, encodeRecord, type RecordDecoder } from './protocol/recordio.ts';
export * as resources from './protocol/resources.ts';
export type { SchedulerCall, SchedulerEvent, SubscribeCall } from './protocol/scheduler.ts';
export { isTerminal, type TaskState, taskStates, terminalTaskStates } from './protocol/task-state.ts';
export { type Files, type FollowOptions, filesOf, type ReadOptions, sandboxPath } from './sandbox.ts';
export {
  createSchedulerClient,
  MesosError,
  type MesosErrorCode,
  type SchedulerClient,
  type SchedulerClientOptions,
  type SchedulerStream,
  type SubscribeResult,
} from './scheduler-client.ts';
export {
  parseServiceAccount,
  type ServiceAccount,
  type ServiceAccountOptions,
  serviceAccountAuthentication,
} from './service-account.ts';
export { type LeaderOptions, subscribeAtLeader } from './subscribe-at-leader.ts';
