/** What waits to be taken into a turn: an input for the core or the clusters, or a wish that is judged in the turn. */
import type { DriverAnswer, DriverInput } from '../flink/driver/sessions.ts';
import type { ClusterInput } from '../flink/plan/clusters.ts';
import type { ClusterName } from '../flink/plan/records.ts';
import type { EpochMs } from '../lib/brand.ts';
import type { Problem } from '../lib/problem.ts';
import type { TaskId } from '../mesos-api-client/protocol/ids.ts';
import type { Input } from '../scheduler/model/input.ts';
import type { RecordWrite } from '../scheduler/model/records.ts';

export type QueueItem = { readonly at: EpochMs; readonly settle?: Settle } & (
  | { readonly kind: 'core'; readonly input: Unstamped<Input> }
  | { readonly kind: 'cluster'; readonly input: Unstamped<ClusterInput> }
  /** Plan this cluster: at the start, and when a wait that the plan asked for is over. */
  | { readonly kind: 'plan'; readonly cluster: ClusterName }
  /** End all clusters, then the framework. */
  | { readonly kind: 'uninstall' }
  /** `elsewhere`: its successor goes to another agent, if there is one. */
  | { readonly kind: 'restart'; readonly taskId: TaskId; readonly reason: string; readonly elsewhere?: boolean }
  | {
      readonly kind: 'driver';
      readonly cluster: ClusterName;
      readonly call: DriverInput;
      /** Called in the turn; it counts once the item is settled. */
      readonly answer: (answer: DriverAnswer) => void;
    }
  | { readonly kind: 'records'; readonly writes: readonly RecordWrite[] }
);

/** Called once: with nothing when the item's effect is durable, with the problem when there was none. */
export type Settle = (problem?: Problem) => void;

export type Unstamped<T> = T extends unknown ? Omit<T, 'at'> : never;
