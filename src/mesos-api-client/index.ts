/** The public surface: all that a framework needs to speak to a Mesos master. */
export {
  type Detection,
  type DetectorParts,
  detectMasters,
  type MasterDetector,
  type ZooKeeperReader,
} from './detect-masters.ts';
export { parseMasters } from './protocol/addresses.ts';
export * as calls from './protocol/calls.ts';
export type * from './protocol/ids.ts';
export type * from './protocol/mesos.ts';
export { createRecordDecoder, encodeRecord, type RecordDecoder } from './protocol/recordio.ts';
export * as resources from './protocol/resources.ts';
export type { SchedulerCall, SchedulerEvent, SubscribeCall } from './protocol/scheduler.ts';
export { isTerminal, type TaskState, taskStates, terminalTaskStates } from './protocol/task-state.ts';
export {
  createSchedulerClient,
  MesosError,
  type MesosErrorCode,
  type SchedulerClient,
  type SchedulerClientOptions,
  type SchedulerStream,
  type SubscribeResult,
} from './scheduler-client.ts';
