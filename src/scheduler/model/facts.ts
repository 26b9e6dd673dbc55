/**
 * What happened, in the past tense. Facts are the only source of logs, metrics, events on the wire and explanations.
 * This is the table of the core's facts; src/flink/plan/facts.ts holds those of clusters and jobs.
 */
import type { EpochMs } from '../../lib/brand.ts';
import type { AgentId, FrameworkId, OfferId, TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { OperationState } from '../../mesos-api-client/protocol/operations.ts';
import type { TaskState } from '../../mesos-api-client/protocol/task-state.ts';
import type { PlaceId, PlaceOperation } from './kept-place.ts';
import type { ConnectionProblem, MasterAddress } from './master.ts';
import type { GroupName, Ports, TaskEnd } from './task.ts';

export interface OfferSummary {
  readonly offerId: OfferId;
  readonly agentId: AgentId;
  readonly hostname: string;
  readonly role: string;
  readonly cpus: number;
  readonly memMiB: number;
  readonly diskMiB: number;
  readonly ports: number;
}

interface OfTask {
  readonly taskId: TaskId;
  readonly group: GroupName;
  readonly part: string;
}

export type SchedulerFact =
  | { readonly kind: 'master.connecting'; readonly master: MasterAddress; readonly attempt: number }
  | { readonly kind: 'master.unknown' }
  | {
      readonly kind: 'master.subscribed';
      readonly master: MasterAddress;
      readonly frameworkId: FrameworkId;
      readonly first: boolean;
    }
  | { readonly kind: 'master.lost'; readonly problem: ConnectionProblem; readonly retryInMs: number }
  | { readonly kind: 'framework.stopped'; readonly code: string; readonly message: string }
  /** Its id is void and its tasks are gone; `anew`: another one is registered in its place. */
  | {
      readonly kind: 'framework.removed';
      readonly frameworkId: FrameworkId;
      readonly message: string;
      readonly tasksLost: number;
      readonly anew: boolean;
    }
  /** The service is to end: tasks, kept places, framework, records. */
  | { readonly kind: 'uninstall.started' }
  | { readonly kind: 'uninstall.finished'; readonly tookMs: number }
  | { readonly kind: 'offer.received'; readonly offer: OfferSummary }
  | {
      readonly kind: 'offer.declined';
      readonly offerId: OfferId;
      readonly agentId: AgentId;
      readonly why: string;
      readonly refuseMs: number;
    }
  | { readonly kind: 'offer.rescinded'; readonly offerId: OfferId; readonly known: boolean }
  | { readonly kind: 'offers.suppressed'; readonly roles: readonly string[] }
  | { readonly kind: 'offers.revived'; readonly roles: readonly string[] }
  /** The master was asked to offer these roles only agents that their tasks may go to. */
  | { readonly kind: 'offers.constrained'; readonly roles: readonly string[] }
  /** The master wants an agent back for maintenance; answered by whether tasks of ours are still there. */
  | {
      readonly kind: 'agent.leaving';
      readonly agentId?: AgentId;
      readonly from: EpochMs;
      readonly forMs?: number;
      readonly tasks: number;
      readonly accepted: boolean;
    }
  /** Its maintenance was called off before it began. */
  | { readonly kind: 'agent.stays'; readonly agentId: AgentId; readonly tasks: number }
  /** Resources of an agent are kept for a group from now on; or its next task has them. */
  | {
      readonly kind: 'place.taken';
      readonly place: PlaceId;
      readonly taskId: TaskId;
      readonly agentId: AgentId;
      readonly again: boolean;
    }
  | { readonly kind: 'place.releasing'; readonly place: PlaceId; readonly agentId: AgentId; readonly why: string }
  | { readonly kind: 'place.released'; readonly place: PlaceId; readonly agentId: AgentId }
  | {
      readonly kind: 'place.failed';
      readonly place: PlaceId;
      readonly operation: PlaceOperation;
      readonly state: OperationState;
      readonly message?: string;
    }
  | ({ readonly kind: 'task.requested' } & OfTask)
  /** Offers came and none fitted: `why` counts agents by reason. Stated again only when it changes. */
  | ({ readonly kind: 'task.waiting'; readonly why: string } & OfTask)
  | ({
      readonly kind: 'task.launched';
      readonly agentId: AgentId;
      readonly hostname: string;
      readonly ports: Ports;
      readonly offerIds: readonly OfferId[];
      readonly waitedMs: number;
    } & OfTask)
  | ({
      readonly kind: 'task.updated';
      readonly from: TaskState;
      readonly state: TaskState;
      readonly reason?: string;
      readonly message?: string;
      readonly sinceLaunchMs: number;
    } & OfTask)
  | ({ readonly kind: 'task.ended'; readonly end: TaskEnd } & OfTask)
  | ({ readonly kind: 'task.killing'; readonly why: string; readonly attempt: number } & OfTask)
  /** An update that cannot be: said, acknowledged, and otherwise left alone. */
  | { readonly kind: 'task.contradicted'; readonly taskId: TaskId; readonly state: TaskState; readonly why: string }
  | { readonly kind: 'task.orphaned'; readonly taskId: TaskId; readonly state: TaskState }
  /** It was given up, came back, and counts as running again. */
  | ({ readonly kind: 'task.kept'; readonly state: TaskState } & OfTask)
  | { readonly kind: 'agent.failed'; readonly agentId: AgentId }
  | { readonly kind: 'reconciliation.started'; readonly tasks: number }
  | { readonly kind: 'reconciliation.repeated'; readonly unanswered: number; readonly attempt: number }
  | { readonly kind: 'reconciliation.finished'; readonly tookMs: number }
  /** The master took a call for wrong: it had no effect, and is not repeated. */
  | { readonly kind: 'call.refused'; readonly call: string; readonly message: string }
  | { readonly kind: 'event.ignored'; readonly type: string };
