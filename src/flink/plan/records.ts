/** What is kept of a cluster and its jobs (collection `clusters`, key = name): enough to go on after any restart. */
import type { Brand, EpochMs } from '../../lib/brand.ts';
import type { AgentId, TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { Placement } from '../../scheduler/model/task.ts';
import type { SavedDriverState } from '../driver/saved-state.ts';
import type { CompleteClusterSpec, JobSpec } from '../spec.ts';

export type ClusterName = Brand<string, 'ClusterName'>;

/** 32 hex digits, chosen by us before the job is submitted: so an attempt whose answer was lost can be recognised. */
export type JobId = Brand<string, 'JobId'>;

/** A content-addressed file of the artifact store. */
export interface ArtifactRef {
  /** SHA-256, hex. */
  readonly digest: string;
  /** The name it gets in the sandbox. */
  readonly fileName: string;
  readonly bytes: number;
}

/** How the processes of a cluster get their Flink. */
export type Distribution =
  | { readonly kind: 'home'; readonly version: string; readonly path: string }
  | { readonly kind: 'uri'; readonly version: string; readonly uri: string }
  | { readonly kind: 'artifact'; readonly version: string; readonly archive: ArtifactRef };

/** A jar that was uploaded to a cluster (collection `jars`, key = cluster/id), or for all of them (key = -/id). */
export interface JarRecord {
  readonly version: 1;
  readonly id: string;
  readonly cluster?: ClusterName;
  readonly name: string;
  readonly artifact: ArtifactRef;
  readonly uploadedAt: EpochMs;
}

/** Flink's own words (org.apache.flink.api.common.JobStatus), and what comes before them. */
export type JobState =
  | 'SUBMITTING'
  | 'INITIALIZING'
  | 'CREATED'
  | 'RUNNING'
  | 'FAILING'
  | 'FAILED'
  | 'CANCELLING'
  | 'CANCELED'
  | 'FINISHED'
  | 'RESTARTING'
  | 'SUSPENDED'
  | 'RECONCILING';

export type OperationWish =
  | { readonly kind: 'savepoint'; readonly directory?: string; readonly format?: 'CANONICAL' | 'NATIVE' }
  | {
      readonly kind: 'stop';
      readonly directory?: string;
      readonly format?: 'CANONICAL' | 'NATIVE';
      /** Event time comes to its end first. */
      readonly drain: boolean;
    }
  | { readonly kind: 'rescale'; readonly parallelism: number }
  /** It stops and runs again, on the JobManager of another specification; `leaving`: the one that is to go for it. */
  | { readonly kind: 'update'; readonly leaving?: TaskId };

export interface JobOperation {
  /** 32 hex digits, chosen by us: Flink knows the operation by it, so that asking twice is asking once. */
  readonly id: string;
  readonly wish: OperationWish;
  readonly startedAt: EpochMs;
  readonly state: 'running' | 'completed' | 'failed';
  readonly endedAt?: EpochMs;
  readonly path?: string;
  readonly failure?: string;
}

export interface SavepointRecord {
  readonly path: string;
  readonly at: EpochMs;
  readonly kind: OperationWish['kind'];
}

export interface JobRecord {
  /** What users call it; Flink knows the present attempt by flinkJobId(job). */
  readonly id: JobId;
  /** Absent for a job that was sent to Flink's own REST (`flink run`): seen, but not ours to resume. */
  readonly spec?: JobSpec;
  readonly jar?: ArtifactRef;
  readonly name?: string;
  readonly submittedAt: EpochMs;
  readonly goal: 'run' | 'cancel';
  readonly state: JobState;
  readonly stateSince: EpochMs;
  /** The JobManager task that the job was last given to; another one means: submit it again. */
  readonly jobManager?: TaskId;
  /** How often it was given to a JobManager after the first time. */
  readonly resumed: number;
  /** What a resumption starts from. */
  readonly lastCheckpoint?: string;
  /** The attempt, as `resumed` counts, that went on from a savepoint of ours: what those before it retained is older. */
  readonly savedBefore?: number;
  readonly failure?: string;
  /** The last thing that a user wanted done with it while it ran. */
  readonly operation?: JobOperation;
  /** Newest last, bounded. */
  readonly savepoints?: readonly SavepointRecord[];
}

/** What a process of a cluster is; the `part` of its task. */
export type Part = 'jobmanager' | 'taskmanager';

/** A task that ended and should not have. */
export interface Failure {
  readonly part: Part;
  readonly at: EpochMs;
  /** What was launched after the first of several ends is no victim of the same event. */
  readonly launchedAt?: EpochMs;
  /** So that it is counted once. */
  readonly taskId?: TaskId;
}

/** What jobs go on from when their JobManager is replaced for another specification. */
export type CarryOver = 'checkpoint' | 'savepoint';

/** One of the specifications that a cluster has had. */
export interface Revision {
  /** Counts up with each change. */
  readonly number: number;
  readonly at: EpochMs;
  /** By part: the revision since which all that its processes are made of is the same. */
  readonly since: Readonly<Record<Part, number>>;
}

/** The one that holds, and how far it has come. */
export interface PresentRevision extends Revision {
  readonly jobs: CarryOver;
  /** When the last process of an earlier one was replaced. */
  readonly followedAt?: EpochMs;
  /** An operator's hand: no process more is replaced for it. */
  readonly held?: boolean;
  /** An operator's hand: what is left is replaced at once, waiting neither for each other nor for savepoints. */
  readonly hasty?: boolean;
}

export interface EarlierRevision extends Revision {
  readonly spec: CompleteClusterSpec;
}

/** Of an elastic cluster: what its JobManager is told by, and what has been said. */
export interface DriverRecord {
  /** SHA-256 in hex of the secret that admits its JobManager; the secret itself is in the configuration alone. */
  readonly secretDigest: string;
  readonly jar: ArtifactRef;
  readonly state: SavedDriverState;
}

export interface ClusterRecord {
  readonly version: 1;
  readonly name: ClusterName;
  /** Tells this cluster from an earlier one of the same name: part of every task id. */
  readonly incarnation: string;
  readonly spec: CompleteClusterSpec;
  readonly distribution: Distribution;
  /** An archive with config.yaml and the log settings, made once from the spec. */
  readonly configuration: ArtifactRef;
  /** Of `spec`. Absent: the first, as the cluster was created. */
  readonly revision?: PresentRevision;
  /** Newest last, bounded. */
  readonly earlier?: readonly EarlierRevision[];
  /** Of a cluster that the service's options name: those that its specification was made of, as a digest. */
  readonly ofOptions?: string;
  /** A user has given it a specification of its own: it follows the options no more. */
  readonly byUser?: true;
  readonly createdAt: EpochMs;
  readonly goal: 'run' | 'delete';
  /** Agents that an operator had a process replaced on, newest last, bounded. */
  readonly left?: readonly { readonly part: string; readonly agentId: AgentId; readonly at: EpochMs }[];
  /** An operator has interrupted its plan: what runs is left alone, and nothing is launched. */
  readonly paused?: boolean;
  /** Paused by an operator: the tasks that were ended for it. Nobody takes their places. */
  readonly resting?: readonly { readonly part: Part; readonly taskId: TaskId }[];
  /** Numbers the task ids. */
  readonly launches: number;
  /** The present JobManager, whether it ever answered, and where the one before it ran: it asked for that place first. */
  readonly jobManager?: { readonly taskId: TaskId; readonly answered?: true; readonly successorOf?: Placement };
  /** Ends that nobody asked for, newest last, bounded: what the back-off of the next launch is computed from. */
  readonly failures: readonly Failure[];
  readonly jobs: readonly JobRecord[];
  /** There for elastic clusters. */
  readonly driver?: DriverRecord;
}
