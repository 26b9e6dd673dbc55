/** How specifications become processes: the contract of the renderer that the plan is given. Pure. */
import type { TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { Placement, TaskSpec } from '../../scheduler/model/task.ts';
import type { WantedWorker } from '../driver/wire.ts';
import type { ArtifactRef, ClusterRecord, JobId, JobRecord } from '../plan/records.ts';

export interface RenderContext {
  /** The signed address from which agents fetch an artifact. */
  readonly artifactUrl: (artifact: ArtifactRef) => string;
  /** A URI that all agents reach: checkpoints, savepoints. */
  readonly storage: string;
  /** Where the scheduler is reached: the JobManager of an elastic cluster asks it for TaskManagers. */
  readonly schedulerUrl?: string;
  /** PEM of who signed its certificate, where that is no authority that everybody knows. */
  readonly schedulerCa?: string;
  /** Where the leading one of several schedulers says where it is. */
  readonly leader?: { readonly quorum: string; readonly node: string };
}

export interface JobManagerAddress {
  readonly hostname: string;
  readonly rpcPort: number;
}

export interface Renderer {
  jobManager(cluster: ClusterRecord, taskId: TaskId, successorOf: Placement | undefined): TaskSpec;
  taskManager(cluster: ClusterRecord, taskId: TaskId, jobManager: JobManagerAddress): TaskSpec;
  /** A TaskManager that Flink asked for; the worker's id is the task's. */
  worker(cluster: ClusterRecord, worker: WantedWorker, jobManager: JobManagerAddress): TaskSpec;
  /** The JobManager's REST address. */
  restUrl(placement: Pick<Placement, 'hostname' | 'address' | 'ports'>): string;
  /** Where a job retains its checkpoints in the attempt that Flink knows by this id. */
  checkpointDirectory(cluster: ClusterRecord, job: JobRecord, flinkJobId: JobId): string;
}
