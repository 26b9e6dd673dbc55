/**
 * The planner as the runtime sees it: it owns the records of all clusters, is told what was observed, and answers with
 * what to do. Level-triggered: it may be asked at any time and says the same until something changes.
 */
import type { EpochMs } from '../../lib/brand.ts';
import type { AgentId, TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { RecordWrite } from '../../scheduler/model/records.ts';
import type { TaskRecord, TaskSpec } from '../../scheduler/model/task.ts';
import type { DriverAnswer, DriverInput } from '../driver/sessions.ts';
import type { ClusterFact } from './facts.ts';
import type { FlinkObservation, FlinkOutcome } from './observation.ts';
import type {
  ArtifactRef,
  CarryOver,
  ClusterName,
  ClusterRecord,
  JobId,
  JobOperation,
  JobRecord,
  Part,
} from './records.ts';

/** Changes that users ask for. They were validated; what contradicts the records is thrown as a Problem and changes nothing. */
export type ClusterCommand =
  | { readonly kind: 'create'; readonly cluster: ClusterRecord }
  | { readonly kind: 'delete'; readonly cluster: ClusterName }
  /** Another number of TaskManagers, of a cluster whose number is fixed. */
  | { readonly kind: 'scale'; readonly cluster: ClusterName; readonly taskManagers: number }
  | ({ readonly kind: 'update'; readonly cluster: ClusterName } & ClusterUpdate)
  /** An operator's hand in how an update goes on. */
  | { readonly kind: 'steer-update'; readonly cluster: ClusterName; readonly act: UpdateAct }
  /** The next processes of this part rather run elsewhere than on this agent. */
  | { readonly kind: 'leave'; readonly cluster: ClusterName; readonly part: string; readonly agentId: AgentId }
  /** Launch nothing more, until told otherwise. */
  | { readonly kind: 'pause'; readonly cluster: ClusterName; readonly paused: boolean }
  /** End this task, and let nobody take its place until it is resumed. */
  | {
      readonly kind: 'rest';
      readonly cluster: ClusterName;
      readonly part: Part;
      readonly taskId: TaskId;
    }
  | { readonly kind: 'resume'; readonly cluster: ClusterName; readonly taskId: TaskId }
  | { readonly kind: 'submit'; readonly cluster: ClusterName; readonly job: JobRecord }
  | { readonly kind: 'cancel'; readonly cluster: ClusterName; readonly job: JobId }
  | {
      readonly kind: 'operate';
      readonly cluster: ClusterName;
      readonly job: JobId;
      readonly operation: JobOperation;
    }
  /** It was disposed of. */
  | { readonly kind: 'forget-savepoint'; readonly cluster: ClusterName; readonly job: JobId; readonly path: string };

/** Another specification of a cluster that there is, and what was made of it. */
export interface ClusterUpdate extends Pick<ClusterRecord, 'spec' | 'distribution' | 'configuration'> {
  /** Absent: by savepoint where nothing else will do. */
  readonly jobs?: CarryOver;
  /** Of an application cluster: its program. */
  readonly program?: Pick<JobRecord, 'spec' | 'jar'>;
  /** Absent: it is a user's wish. */
  readonly ofOptions?: string;
}

/** `hold`: no process more is replaced; `hasten`: what is left is replaced at once. */
export type UpdateAct = 'hold' | 'go-on' | 'hasten';

export type ClusterInput = { readonly at: EpochMs } & (
  | { readonly kind: 'command'; readonly command: ClusterCommand }
  | { readonly kind: 'observation'; readonly observation: FlinkObservation }
  | { readonly kind: 'outcome'; readonly outcome: FlinkOutcome }
  /** What the JobManager of an elastic cluster says; the frame carries the answer. */
  | { readonly kind: 'driver'; readonly cluster: ClusterName; readonly call: DriverInput }
);

export type PlanAction =
  /** Passed on to the core in the same turn. */
  | { readonly kind: 'launch'; readonly task: TaskSpec }
  | { readonly kind: 'kill'; readonly taskId: TaskId; readonly reason: string }
  | { readonly kind: 'forget'; readonly cluster: ClusterName }
  /** Carried out by the shell after the persist; answered by an outcome. */
  | {
      readonly kind: 'submit-job';
      readonly cluster: ClusterName;
      readonly jobManager: TaskId;
      readonly url: string;
      readonly job: JobRecord;
      /** Under which Flink is to run it. */
      readonly flinkJobId: JobId;
      readonly jar: ArtifactRef;
      /** Where the attempts before this one retained checkpoints, last attempt first: looked into where the scheduler can. */
      readonly checkpoints: readonly string[];
      readonly resume: boolean;
    }
  | {
      readonly kind: 'cancel-job';
      readonly cluster: ClusterName;
      readonly jobManager: TaskId;
      readonly url: string;
      readonly job: JobId;
      /** Under which Flink runs it. */
      readonly flinkJobId: JobId;
    }
  /** Asked of a JobManager that is to leave nothing in ZooKeeper; it ends. */
  | { readonly kind: 'shut-down'; readonly cluster: ClusterName; readonly jobManager: TaskId; readonly url: string }
  | {
      readonly kind: 'operate-job';
      readonly cluster: ClusterName;
      readonly jobManager: TaskId;
      readonly url: string;
      readonly job: JobId;
      readonly flinkJobId: JobId;
      readonly operation: JobOperation;
      /** Of another parallelism: Flink's scheduler can do it by itself. */
      readonly inPlace: boolean;
    };

export interface ClusterFrame {
  readonly persist: readonly RecordWrite[];
  readonly actions: readonly PlanAction[];
  readonly facts: readonly ClusterFact[];
  /** When to plan again although nothing happened (a back-off ends). */
  readonly wakeAt?: EpochMs;
  /** To a driver's call. */
  readonly answer?: DriverAnswer;
}

/** What is known of a cluster beyond its record. */
export interface ClusterStatus {
  readonly phase: 'starting' | 'running' | 'recovering' | 'updating' | 'ended' | 'deleting';
  readonly jobManagerUrl?: string;
  /** Flink's REST answered the last time that it was asked. */
  readonly reachable: boolean;
  readonly taskManagers: number;
  readonly slots: number;
  readonly freeSlots: number;
  /** While it is updated: processes that were launched for another specification, and are to be replaced. */
  readonly outdated?: number;
  /** In words, when something is not as wanted. */
  readonly waitingFor?: string;
}

export interface Clusters {
  /** Takes an input in; planning follows in `plan`. */
  accept(input: ClusterInput): ClusterFrame;
  /** `tasks`: all that the core remembers of this cluster. */
  plan(cluster: ClusterName, tasks: readonly TaskRecord[], now: EpochMs): ClusterFrame;
  records(): readonly ClusterRecord[];
  record(cluster: ClusterName): ClusterRecord | undefined;
  status(cluster: ClusterName, tasks: readonly TaskRecord[]): ClusterStatus;
  observation(cluster: ClusterName): FlinkObservation | undefined;
  /** The JobManagers to look at: those whose task is launched. */
  targets(
    tasksOf: (cluster: ClusterName) => readonly TaskRecord[],
  ): readonly { cluster: ClusterName; jobManager: TaskId; url: string }[];
}
