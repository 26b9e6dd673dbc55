/** The loop as the dispatcher and main see it: one queue, one writer. */

import type { DriverAnswer, DriverInput } from '../flink/driver/sessions.ts';
import type { ClusterCommand, ClusterStatus } from '../flink/plan/clusters.ts';
import type { ClusterFact } from '../flink/plan/facts.ts';
import type { FlinkObservation } from '../flink/plan/observation.ts';
import type { ClusterName, ClusterRecord } from '../flink/plan/records.ts';
import type { ActFact } from '../lib/act-fact.ts';
import type { EpochMs } from '../lib/brand.ts';
import type { Problem } from '../lib/problem.ts';
import type { TaskId } from '../mesos-api-client/protocol/ids.ts';
import type { SchedulerFact } from '../scheduler/model/facts.ts';
import type { AgentView, OfferRound, WhyView } from '../scheduler/model/offer-views.ts';
import type { RecordWrite } from '../scheduler/model/records.ts';
import type { SchedulerView } from '../scheduler/model/scheduler.ts';
import type { TaskRecord } from '../scheduler/model/task.ts';

export type Fact = SchedulerFact | ClusterFact | ActFact;

/** A fact as it left the loop: numbered, so that a reader can resume, and stamped. */
export interface StampedFact {
  readonly sequence: number;
  readonly at: EpochMs;
  readonly fact: Fact;
}

export interface Runtime {
  /** Resolves when the command's effect is durable; rejects with a Problem that says why it changed nothing. */
  submit(command: ClusterCommand): Promise<void>;
  /** What the driver of an elastic cluster says; resolves with the answer when its effect is durable. */
  driver(cluster: ClusterName, call: DriverInput): Promise<DriverAnswer>;
  /** After a turn that changed the record of a cluster; returns the way to stop. */
  onClusterChange(listener: (cluster: ClusterName) => void): () => void;
  /** Ends a task by an operator's wish; the plan replaces it, on another agent if `elsewhere` and there is one. NOT_FOUND for an unknown or ended one. */
  restartTask(taskId: TaskId, reason: string, options?: { readonly elsewhere?: boolean }): Promise<void>;
  /**
   * Ends the service: all clusters with their tasks, what was kept for them, the framework, the records. Resolves when the
   * wish is durable; how far it has come stands in `scheduler().uninstall`. Nothing ends it but itself.
   */
  uninstall(): Promise<void>;
  /** Writes records that only the caller owns (jars, settings), in the same order and with the same safety as all others. */
  putRecords(writes: readonly RecordWrite[]): Promise<void>;
  clusters(): readonly ClusterRecord[];
  cluster(name: ClusterName): ClusterRecord | undefined;
  clusterStatus(name: ClusterName): ClusterStatus;
  observation(name: ClusterName): FlinkObservation | undefined;
  tasks(): readonly TaskRecord[];
  tasksOf(name: ClusterName): readonly TaskRecord[];
  task(taskId: TaskId): TaskRecord | undefined;
  whyWaiting(taskId: TaskId): string | undefined;
  why(taskId: TaskId): WhyView | undefined;
  whyAll(): readonly WhyView[];
  offerRounds(): readonly OfferRound[];
  agents(): readonly AgentView[];
  scheduler(): SchedulerView;
  /** Facts from now on; returns the way to stop. A listener must not throw. */
  onFact(listener: (fact: StampedFact) => void): () => void;
  /** Tells what was done through the API. It changes nothing. */
  note(fact: ActFact): void;
  /** The oldest facts after a number that are still in the bounded history. */
  facts(after: number, limit: number): readonly StampedFact[];
  /** Settles when the loop has ended: undefined after stop(), else what ended it. */
  readonly ended: Promise<Problem | undefined>;
  /** Stops looking and calling, lets the last persist finish. Tasks run on: the framework is not torn down. */
  stop(): Promise<void>;
}
