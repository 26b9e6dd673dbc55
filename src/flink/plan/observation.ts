/** What was seen of a running Flink, and what came of what we asked it: the inputs of the plan besides tasks. */
import type { EpochMs } from '../../lib/brand.ts';
import type { TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { ClusterName, JobId, JobOperation, JobState } from './records.ts';

export interface ObservedTaskManager {
  /** taskmanager.resource-id: our task id in fixed-size mode. */
  readonly id: string;
  readonly slots: number;
  readonly freeSlots: number;
}

export interface ObservedJob {
  /** Flink's: flinkJobId(job) of a record. */
  readonly id: JobId;
  readonly name: string;
  readonly state: JobState;
  readonly startedAt: EpochMs;
  readonly tasks: { readonly total: number; readonly running: number };
  /** External path of the newest completed checkpoint that is retained. */
  readonly lastCheckpoint?: string;
  readonly checkpointsCompleted?: number;
  /** The root exception, for a job that failed. */
  readonly failure?: string;
  /** Of a job that restarts: because it did not get the slots that it needs. */
  readonly lacksSlots?: boolean;
}

/** One look at a JobManager's REST. `jobManager` says which task was asked, so that an answer of an old one is known. */
export type FlinkObservation = {
  readonly cluster: ClusterName;
  readonly jobManager: TaskId;
  readonly at: EpochMs;
} & (
  | {
      readonly kind: 'seen';
      readonly taskManagers: readonly ObservedTaskManager[];
      readonly jobs: readonly ObservedJob[];
    }
  | { readonly kind: 'silent'; readonly why: string }
);

/** The outcome of an action that the shell carried out for the plan. */
export type FlinkOutcome = {
  readonly cluster: ClusterName;
  /** Of the record. */
  readonly job: JobId;
  readonly jobManager: TaskId;
  readonly at: EpochMs;
} & (
  | { readonly kind: 'submitted'; readonly from?: string }
  /** Flink said no: repeating it changes nothing. */
  | { readonly kind: 'refused'; readonly why: string }
  /** Nobody knows: observed again before it is tried again. */
  | { readonly kind: 'unanswered'; readonly why: string }
  | { readonly kind: 'cancelled' }
  | OperationResult
);

export type OperationResult = { readonly operation: JobOperation['id'] } & (
  | { readonly kind: 'operated'; readonly path?: string }
  | { readonly kind: 'operation-refused'; readonly why: string }
  | { readonly kind: 'operation-unanswered'; readonly why: string }
);

export type OperationOutcome = Extract<FlinkOutcome, { readonly operation: string }>;
