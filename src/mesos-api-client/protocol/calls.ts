/**
 * Builders of scheduler calls. They have no side effects and decide nothing but the spelling: ids as objects, absent
 * members absent, roles always as `roles` (a master ignores `role` and then revives or suppresses every role).
 */
import type { AgentId, ExecutorId, FrameworkId, Id, OfferId, OperationId, ResourceProviderId, TaskId } from './ids.ts';
import type { Filters, FrameworkInfo, KillPolicy, OfferOperation, Resource } from './mesos.ts';
import type { OfferConstraints } from './offer-constraints.ts';
import type { OperationStatus } from './operations.ts';
import type { SchedulerCall, SubscribeCall } from './scheduler.ts';

export * from './offer-operations.ts';

export interface Subscription {
  readonly frameworkInfo: FrameworkInfo;
  /** Undefined for a first subscription: the master gives an id. */
  readonly frameworkId?: FrameworkId | undefined;
  /** The master remembers none from an earlier subscription. */
  readonly suppressedRoles?: readonly string[];
  readonly offerConstraints?: OfferConstraints;
}

/** The id stands both at the top and in the framework's info, or a master answers 400. */
export function subscribe(subscription: Subscription): SubscribeCall {
  const { frameworkId } = subscription;
  return {
    type: 'SUBSCRIBE',
    ...(frameworkId === undefined ? {} : { framework_id: id(frameworkId) }),
    subscribe: description(subscription),
  };
}

/** Changes what a SUBSCRIBE said; suppressed roles and constraints that are left out are reset, as there. */
export function updateFramework(subscription: Subscription & { readonly frameworkId: FrameworkId }): SchedulerCall {
  return {
    type: 'UPDATE_FRAMEWORK',
    framework_id: id(subscription.frameworkId),
    update_framework: description(subscription),
  };
}

/** All offers must be of one agent and one role. What no operation uses is declined with the filter. */
export function accept(
  frameworkId: FrameworkId,
  offerIds: readonly OfferId[],
  operations: readonly OfferOperation[],
  options: { refuseSeconds?: number } = {},
): SchedulerCall {
  return {
    type: 'ACCEPT',
    framework_id: id(frameworkId),
    accept: { offer_ids: offerIds.map(id), operations: [...operations], ...filters(options.refuseSeconds) },
  };
}

/** Without `refuseSeconds` the master's default of 5 s holds; 0 is no filter. */
export function decline(
  frameworkId: FrameworkId,
  offerIds: readonly OfferId[],
  options: { refuseSeconds?: number } = {},
): SchedulerCall {
  return {
    type: 'DECLINE',
    framework_id: id(frameworkId),
    decline: { offer_ids: offerIds.map(id), ...filters(options.refuseSeconds) },
  };
}

export function acceptInverseOffers(frameworkId: FrameworkId, offerIds: readonly OfferId[]): SchedulerCall {
  return {
    type: 'ACCEPT_INVERSE_OFFERS',
    framework_id: id(frameworkId),
    accept_inverse_offers: { inverse_offer_ids: offerIds.map(id) },
  };
}

export function declineInverseOffers(frameworkId: FrameworkId, offerIds: readonly OfferId[]): SchedulerCall {
  return {
    type: 'DECLINE_INVERSE_OFFERS',
    framework_id: id(frameworkId),
    decline_inverse_offers: { inverse_offer_ids: offerIds.map(id) },
  };
}

/** Asks for offers of these roles again and clears their filters; no roles means every role. */
export function revive(frameworkId: FrameworkId, roles: readonly string[] = []): SchedulerCall {
  return { type: 'REVIVE', framework_id: id(frameworkId), revive: { roles: [...roles] } };
}

/** Asks for no more offers of these roles; no roles means every role. */
export function suppress(frameworkId: FrameworkId, roles: readonly string[] = []): SchedulerCall {
  return { type: 'SUPPRESS', framework_id: id(frameworkId), suppress: { roles: [...roles] } };
}

/** The default executor ignores `killPolicy` here and honours that of the TaskInfo only. */
export function kill(
  frameworkId: FrameworkId,
  taskId: TaskId,
  options: { agentId?: AgentId | undefined; killPolicy?: KillPolicy } = {},
): SchedulerCall {
  const { agentId, killPolicy } = options;
  return {
    type: 'KILL',
    framework_id: id(frameworkId),
    kill: {
      task_id: id(taskId),
      ...(agentId === undefined ? {} : { agent_id: id(agentId) }),
      ...(killPolicy === undefined ? {} : { kill_policy: killPolicy }),
    },
  };
}

export function shutdown(frameworkId: FrameworkId, executorId: ExecutorId, agentId: AgentId): SchedulerCall {
  return {
    type: 'SHUTDOWN',
    framework_id: id(frameworkId),
    shutdown: { executor_id: id(executorId), agent_id: id(agentId) },
  };
}

/** Only for updates with a uuid, and only once their effect is durable. */
export function acknowledge(
  frameworkId: FrameworkId,
  update: { agentId: AgentId; taskId: TaskId; uuid: string },
): SchedulerCall {
  return {
    type: 'ACKNOWLEDGE',
    framework_id: id(frameworkId),
    acknowledge: { agent_id: id(update.agentId), task_id: id(update.taskId), uuid: update.uuid },
  };
}

/** Explicit for the given tasks; implicit (everything that the master holds) for none. Name the agent: it turns silence into answers. */
export function reconcile(
  frameworkId: FrameworkId,
  tasks: readonly { taskId: TaskId; agentId?: AgentId | undefined }[],
): SchedulerCall {
  return {
    type: 'RECONCILE',
    framework_id: id(frameworkId),
    reconcile: {
      tasks: tasks.map(({ taskId, agentId }) => ({
        task_id: id(taskId),
        ...(agentId === undefined ? {} : { agent_id: id(agentId) }),
      })),
    },
  };
}

/** For updates of operations that bear a uuid, which stands in an object there and as itself here. */
export function acknowledgeOperationStatus(
  frameworkId: FrameworkId,
  status: OperationStatus,
): SchedulerCall | undefined {
  const { operation_id, uuid, agent_id, resource_provider_id } = status;
  if (operation_id === undefined || uuid === undefined) return undefined;
  return {
    type: 'ACKNOWLEDGE_OPERATION_STATUS',
    framework_id: id(frameworkId),
    acknowledge_operation_status: {
      ...(agent_id === undefined ? {} : { agent_id }),
      ...(resource_provider_id === undefined ? {} : { resource_provider_id }),
      uuid: uuid.value,
      operation_id,
    },
  };
}

/** As `reconcile`, for operations; the answers are events. */
export function reconcileOperations(
  frameworkId: FrameworkId,
  operations: readonly {
    operationId: OperationId;
    agentId?: AgentId | undefined;
    resourceProviderId?: ResourceProviderId | undefined;
  }[],
): SchedulerCall {
  return {
    type: 'RECONCILE_OPERATIONS',
    framework_id: id(frameworkId),
    reconcile_operations: {
      operations: operations.map(({ operationId, agentId, resourceProviderId }) => ({
        operation_id: id(operationId),
        ...(agentId === undefined ? {} : { agent_id: id(agentId) }),
        ...(resourceProviderId === undefined ? {} : { resource_provider_id: id(resourceProviderId) }),
      })),
    },
  };
}

/** Tells the allocator what would be useful; the one that masters come with does not listen. */
export function request(
  frameworkId: FrameworkId,
  requests: readonly { agentId?: AgentId; resources?: readonly Resource[] }[],
): SchedulerCall {
  return {
    type: 'REQUEST',
    framework_id: id(frameworkId),
    request: {
      requests: requests.map(({ agentId, resources = [] }) => ({
        ...(agentId === undefined ? {} : { agent_id: id(agentId) }),
        resources: [...resources],
      })),
    },
  };
}

/** `data` is base64. Delivered at most once. */
export function message(
  frameworkId: FrameworkId,
  to: { agentId: AgentId; executorId: ExecutorId },
  data: string,
): SchedulerCall {
  return {
    type: 'MESSAGE',
    framework_id: id(frameworkId),
    message: { agent_id: id(to.agentId), executor_id: id(to.executorId), data },
  };
}

/** Ends every task of the framework and its id for ever. */
export function teardown(frameworkId: FrameworkId): SchedulerCall {
  return { type: 'TEARDOWN', framework_id: id(frameworkId) };
}

function description(subscription: Subscription): SubscribeCall['subscribe'] {
  const { frameworkInfo, frameworkId, suppressedRoles = [], offerConstraints } = subscription;
  return {
    framework_info: frameworkId === undefined ? frameworkInfo : { ...frameworkInfo, id: id(frameworkId) },
    ...(suppressedRoles.length === 0 ? {} : { suppressed_roles: [...suppressedRoles] }),
    ...(offerConstraints === undefined ? {} : { offer_constraints: offerConstraints }),
  };
}

function filters(refuseSeconds: number | undefined): { filters?: Filters } {
  return refuseSeconds === undefined ? {} : { filters: { refuse_seconds: refuseSeconds } };
}

function id<Value extends string>(value: Value): Id<Value> {
  return { value };
}
