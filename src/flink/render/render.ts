/** How specifications become processes: the contract of the renderer that the plan is given. Pure. */
import type { TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { Placement, Ports, TaskSpec } from '../../scheduler/model/task.ts';
import type { ArtifactRef, ClusterRecord, JobId, JobRecord } from '../plan/records.ts';

export interface RenderContext {
  /** The signed address from which agents fetch an artifact. */
  readonly artifactUrl: (artifact: ArtifactRef) => string;
  /** A URI that all agents reach: checkpoints, savepoints. */
  readonly storage: string;
}

export interface JobManagerAddress {
  readonly hostname: string;
  readonly rpcPort: number;
}

export interface Renderer {
  jobManager(cluster: ClusterRecord, taskId: TaskId, successorOf: Placement | undefined): TaskSpec;
  taskManager(cluster: ClusterRecord, taskId: TaskId, jobManager: JobManagerAddress): TaskSpec;
  /** The JobManager's REST address. */
  restUrl(placement: { hostname: string; ports: Ports }): string;
  /** Where a job retains its checkpoints in the attempt that Flink knows by this id. */
  checkpointDirectory(cluster: ClusterRecord, job: JobRecord, flinkJobId: JobId): string;
}
