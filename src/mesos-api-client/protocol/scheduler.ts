/** Calls and events of the v1 scheduler API (include/mesos/v1/scheduler/scheduler.proto), as they stand on the wire. */
import type { AgentId, ExecutorId, FrameworkId, Id, OfferId, OperationId, ResourceProviderId, TaskId } from './ids.ts';
import type {
  Filters,
  FrameworkInfo,
  InverseOffer,
  KillPolicy,
  MasterInfo,
  Offer,
  OfferOperation,
  Resource,
  TaskStatus,
} from './mesos.ts';
import type { OfferConstraints } from './offer-constraints.ts';
import type { OperationStatus } from './operations.ts';

export interface SubscribeCall {
  type: 'SUBSCRIBE';
  /** Equal to framework_info.id; both absent for a first subscription. */
  framework_id?: Id<FrameworkId>;
  subscribe: {
    framework_info: FrameworkInfo;
    /** Not remembered by the master across subscriptions: send it each time. */
    suppressed_roles?: string[];
    offer_constraints?: OfferConstraints;
  };
}

/** Every call but SUBSCRIBE: answered 202 at once, its effects arrive as events. */
export type SchedulerCall = { framework_id: Id<FrameworkId> } & (
  | { type: 'TEARDOWN' }
  | { type: 'ACCEPT'; accept: { offer_ids: Id<OfferId>[]; operations?: OfferOperation[]; filters?: Filters } }
  | { type: 'DECLINE'; decline: { offer_ids: Id<OfferId>[]; filters?: Filters } }
  | { type: 'ACCEPT_INVERSE_OFFERS'; accept_inverse_offers: { inverse_offer_ids: Id<OfferId>[]; filters?: Filters } }
  | { type: 'DECLINE_INVERSE_OFFERS'; decline_inverse_offers: { inverse_offer_ids: Id<OfferId>[]; filters?: Filters } }
  | { type: 'REVIVE'; revive?: { roles?: string[] } }
  | { type: 'SUPPRESS'; suppress?: { roles?: string[] } }
  | { type: 'KILL'; kill: { task_id: Id<TaskId>; agent_id?: Id<AgentId>; kill_policy?: KillPolicy } }
  | { type: 'SHUTDOWN'; shutdown: { executor_id: Id<ExecutorId>; agent_id: Id<AgentId> } }
  | { type: 'ACKNOWLEDGE'; acknowledge: { agent_id: Id<AgentId>; task_id: Id<TaskId>; uuid: string } }
  | {
      type: 'ACKNOWLEDGE_OPERATION_STATUS';
      acknowledge_operation_status: {
        agent_id?: Id<AgentId>;
        resource_provider_id?: Id<ResourceProviderId>;
        /** The bare string, though the status has it as an object. */
        uuid: string;
        operation_id: Id<OperationId>;
      };
    }
  | { type: 'RECONCILE'; reconcile: { tasks?: { task_id: Id<TaskId>; agent_id?: Id<AgentId> }[] } }
  | {
      type: 'RECONCILE_OPERATIONS';
      reconcile_operations: {
        operations?: {
          operation_id: Id<OperationId>;
          agent_id?: Id<AgentId>;
          resource_provider_id?: Id<ResourceProviderId>;
        }[];
      };
    }
  | { type: 'MESSAGE'; message: { agent_id: Id<AgentId>; executor_id: Id<ExecutorId>; data: string } }
  /** Read by custom allocators only. */
  | { type: 'REQUEST'; request: { requests?: { agent_id?: Id<AgentId>; resources?: Resource[] }[] } }
  | { type: 'UPDATE_FRAMEWORK'; update_framework: SubscribeCall['subscribe'] }
);

export type SchedulerEvent =
  | {
      type: 'SUBSCRIBED';
      subscribed: { framework_id: Id<FrameworkId>; heartbeat_interval_seconds?: number; master_info?: MasterInfo };
    }
  | { type: 'OFFERS'; offers: { offers?: Offer[] } }
  | { type: 'INVERSE_OFFERS'; inverse_offers: { inverse_offers?: InverseOffer[] } }
  | { type: 'RESCIND'; rescind: { offer_id: Id<OfferId> } }
  | { type: 'RESCIND_INVERSE_OFFER'; rescind_inverse_offer: { inverse_offer_id: Id<OfferId> } }
  | { type: 'UPDATE'; update: { status: TaskStatus } }
  | { type: 'UPDATE_OPERATION_STATUS'; update_operation_status: { status: OperationStatus } }
  | { type: 'MESSAGE'; message: { agent_id: Id<AgentId>; executor_id: Id<ExecutorId>; data: string } }
  | { type: 'FAILURE'; failure: { agent_id?: Id<AgentId>; executor_id?: Id<ExecutorId>; status?: number } }
  | { type: 'ERROR'; error: { message: string } }
  | { type: 'HEARTBEAT' };
