/** The table of facts about clusters and jobs; src/scheduler/model/facts.ts holds those of the core. */
import type { TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { CarryOver, ClusterName, JobId, JobState, OperationWish } from './records.ts';

interface OfCluster {
  readonly cluster: ClusterName;
}

export type ClusterFact =
  | ({ readonly kind: 'cluster.created'; readonly flinkVersion: string } & OfCluster)
  | ({ readonly kind: 'cluster.scaled'; readonly from: number; readonly to: number } & OfCluster)
  /** Another specification holds from now on; its processes follow. */
  | ({
      readonly kind: 'cluster.updated';
      readonly from: number;
      readonly to: number;
      readonly jobs: CarryOver;
    } & OfCluster)
  | ({ readonly kind: 'cluster.followed'; readonly revision: number } & OfCluster)
  | ({ readonly kind: 'cluster.deleting' } & OfCluster)
  | ({ readonly kind: 'cluster.deleted' } & OfCluster)
  | ({
      readonly kind: 'jobmanager.ready';
      readonly taskId: TaskId;
      readonly url: string;
      readonly sinceLaunchMs: number;
    } & OfCluster)
  | ({ readonly kind: 'jobmanager.lost'; readonly taskId: TaskId; readonly relaunchInMs: number } & OfCluster)
  | ({
      readonly kind: 'taskmanager.registered';
      readonly taskId: TaskId;
      readonly slots: number;
      readonly sinceLaunchMs: number;
    } & OfCluster)
  | ({ readonly kind: 'taskmanager.lost'; readonly taskId: TaskId; readonly relaunchInMs: number } & OfCluster)
  | ({
      readonly kind: 'job.submitted';
      readonly job: JobId;
      readonly name?: string;
      readonly from?: string;
    } & OfCluster)
  | ({ readonly kind: 'job.refused'; readonly job: JobId; readonly why: string } & OfCluster)
  | ({
      readonly kind: 'job.changed';
      readonly job: JobId;
      readonly name?: string;
      readonly from: JobState;
      readonly to: JobState;
    } & OfCluster)
  /** All its subtasks run: Flink calls a job RUNNING already while it waits for slots. Again after each restart. */
  | ({
      readonly kind: 'job.running';
      readonly job: JobId;
      readonly name?: string;
      readonly tasks: number;
      /** Since the submission of the attempt that runs. */
      readonly sinceSubmitMs: number;
    } & OfCluster)
  | ({
      readonly kind: 'job.operated';
      readonly job: JobId;
      readonly operation: OperationWish['kind'];
      /** Of the savepoint that it left. */
      readonly path?: string;
    } & OfCluster)
  | ({
      readonly kind: 'job.operation-failed';
      readonly job: JobId;
      readonly operation: OperationWish['kind'];
      readonly why: string;
    } & OfCluster)
  | ({ readonly kind: 'job.lost'; readonly job: JobId; readonly why: string } & OfCluster)
  | ({ readonly kind: 'flink.unreachable'; readonly why: string } & OfCluster);
