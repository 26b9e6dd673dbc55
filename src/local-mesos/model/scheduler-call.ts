/**
 * The body of POST /api/v1/scheduler: which members a call has, which of them must be there, and what is judged before
 * the framework is looked at (steps 6 and 7 of the master's order of checks). Shapes are those of
 * include/mesos/v1/scheduler/scheduler.proto.
 */
import type { FrameworkId, Id } from '../../mesos-api-client/protocol/ids.ts';
import type { SchedulerCall, SubscribeCall } from '../../mesos-api-client/protocol/scheduler.ts';
import { decodeMessage, type Message, WireError } from './wire.ts';
import {
  duration,
  executor,
  filters,
  id,
  labels,
  message,
  repeated,
  required,
  resource,
  scalar,
  taskInfo,
} from './wire-messages.ts';

/** Calls that a framework may send once it is subscribed, those included that nobody answers yet. */
export type FrameworkCall = SchedulerCall | { framework_id: Id<FrameworkId>; type: 'UNKNOWN' };

export type ParsedCall =
  | { readonly kind: 'subscribe'; readonly call: SubscribeCall }
  | { readonly kind: 'call'; readonly call: FrameworkCall }
  | { readonly kind: 'invalid'; readonly text: string };

/** Member that a call type needs; undefined where the type says it all. */
const bodies: Readonly<Record<string, string | undefined>> = {
  SUBSCRIBE: 'subscribe',
  TEARDOWN: undefined,
  ACCEPT: 'accept',
  DECLINE: 'decline',
  ACCEPT_INVERSE_OFFERS: 'accept_inverse_offers',
  DECLINE_INVERSE_OFFERS: 'decline_inverse_offers',
  REVIVE: undefined,
  SUPPRESS: undefined,
  KILL: 'kill',
  SHUTDOWN: 'shutdown',
  ACKNOWLEDGE: 'acknowledge',
  ACKNOWLEDGE_OPERATION_STATUS: 'acknowledge_operation_status',
  RECONCILE: 'reconcile',
  RECONCILE_OPERATIONS: 'reconcile_operations',
  MESSAGE: 'message',
  REQUEST: 'request',
  UPDATE_FRAMEWORK: 'update_framework',
  UNKNOWN: undefined,
};

export function parseSchedulerCall(text: string): ParsedCall {
  try {
    const call = decodeMessage(callFields, text, 'Call');
    const fault = faultOf(call) ?? operationsFault(call);
    if (fault !== undefined) {
      return { kind: 'invalid', text: `Failed to validate scheduler::Call: ${fault}` };
    }
    return call.type === 'SUBSCRIBE'
      ? { kind: 'subscribe', call: call as unknown as SubscribeCall }
      : { kind: 'call', call: call as unknown as FrameworkCall };
  } catch (error) {
    if (error instanceof WireError) {
      return { kind: 'invalid', text: error.message };
    }
    throw error;
  }
}

function faultOf(call: Record<string, unknown>): string | undefined {
  const type = call.type;
  if (typeof type !== 'string') {
    return "Expecting 'type' to be present";
  }
  const body = bodies[type];
  if (body !== undefined && call[body] === undefined) {
    return `Expecting '${body}' to be present`;
  }
  if (type === 'SUBSCRIBE' || type === 'UPDATE_FRAMEWORK') {
    if (type === 'UPDATE_FRAMEWORK' && call.framework_id === undefined) {
      return "Expecting 'framework_id' to be present";
    }
    const { framework_info: info } = call[type.toLowerCase()] as { framework_info: { id?: Id } };
    const same = (call.framework_id as Id | undefined)?.value === info.id?.value;
    return same ? undefined : `'framework_id' differs from '${type.toLowerCase()}.framework_info.id'`;
  }
  if (call.framework_id === undefined) {
    return "Expecting 'framework_id' to be present";
  }
  return type.startsWith('ACKNOWLEDGE') ? uuidFault(call[body ?? ''] as { uuid: string }) : undefined;
}

function uuidFault(acknowledge: { uuid: string }): string | undefined {
  return Buffer.from(acknowledge.uuid, 'base64').length === 16 ? undefined : 'Not a valid UUID';
}

/** An operation that says nothing but its type is about nothing, where nothing is a thing that it can be about. */
function operationsFault({ accept }: Record<string, unknown>): string | undefined {
  const { operations = [] } = (accept ?? {}) as { operations?: Record<string, unknown>[] };
  for (const each of operations) {
    const member = String(each.type).toLowerCase();
    const about = aboutNothing[member];
    if (about !== undefined) each[member] = { ...about, ...(each[member] as object | undefined) };
    else if (each.type !== undefined && !member.startsWith('launch') && each[member] === undefined) {
      return `Expecting '${member}' to be present`;
    }
  }
  return undefined;
}

const aboutNothing: Readonly<Record<string, object>> = {
  reserve: { resources: [] },
  unreserve: { resources: [] },
  create: { volumes: [] },
  destroy: { volumes: [] },
};

const operation = message({
  type: {
    oneOf: [
      'LAUNCH',
      'LAUNCH_GROUP',
      'RESERVE',
      'UNRESERVE',
      'CREATE',
      'DESTROY',
      'GROW_VOLUME',
      'SHRINK_VOLUME',
      'CREATE_DISK',
      'DESTROY_DISK',
    ],
  },
  id,
  launch: message({ task_infos: repeated(taskInfo) }),
  launch_group: message({
    executor: required(executor),
    task_group: required(message({ tasks: repeated(taskInfo) })),
  }),
  reserve: message({ source: repeated(resource), resources: repeated(resource) }),
  unreserve: message({ resources: repeated(resource) }),
  create: message({ volumes: repeated(resource) }),
  destroy: message({ volumes: repeated(resource) }),
  grow_volume: message({ volume: required(resource), addition: required(resource) }),
  shrink_volume: message({ volume: required(resource), subtract: required(scalar) }),
  create_disk: message({ source: required(resource), target_type: required('string'), target_profile: 'string' }),
  destroy_disk: message({ source: required(resource) }),
});

const frameworkInfo = message({
  user: required('string'),
  name: required('string'),
  id,
  failover_timeout: 'double',
  checkpoint: 'bool',
  role: 'string',
  roles: repeated('string'),
  hostname: 'string',
  principal: 'string',
  webui_url: 'string',
  capabilities: repeated(message({ type: 'string' })),
  labels,
  offer_filters: {
    map: message({
      min_allocatable_resources: message({ quantities: repeated(message({ quantities: { map: scalar } })) }),
    }),
  },
});

const selector = message({
  pseudoattribute_type: { oneOf: ['UNKNOWN', 'HOSTNAME', 'REGION', 'ZONE'] },
  attribute_name: 'string',
});

const predicate = message({
  exists: message({}),
  not_exists: message({}),
  text_equals: message({ value: required('string') }),
  text_not_equals: message({ value: required('string') }),
  text_matches: message({ regex: required('string') }),
  text_not_matches: message({ regex: required('string') }),
});

const offerConstraints = message({
  role_constraints: {
    map: message({
      groups: repeated(
        message({
          attribute_constraints: repeated(message({ selector: required(selector), predicate: required(predicate) })),
        }),
      ),
    }),
  },
});

const subscription = message({
  framework_info: required(frameworkInfo),
  suppressed_roles: repeated('string'),
  offer_constraints: offerConstraints,
});

const callFields: Message = {
  type: { oneOf: Object.keys(bodies) },
  framework_id: id,
  subscribe: subscription,
  update_framework: subscription,
  accept: message({ offer_ids: repeated(id), operations: repeated(operation), filters }),
  decline: message({ offer_ids: repeated(id), filters }),
  accept_inverse_offers: message({ inverse_offer_ids: repeated(id), filters }),
  decline_inverse_offers: message({ inverse_offer_ids: repeated(id), filters }),
  revive: message({ roles: repeated('string') }),
  suppress: message({ roles: repeated('string') }),
  kill: message({ task_id: required(id), agent_id: id, kill_policy: message({ grace_period: duration }) }),
  shutdown: message({ executor_id: required(id), agent_id: required(id) }),
  acknowledge: message({ agent_id: required(id), task_id: required(id), uuid: required('bytes') }),
  acknowledge_operation_status: message({
    agent_id: id,
    resource_provider_id: id,
    uuid: required('bytes'),
    operation_id: required(id),
  }),
  reconcile: message({ tasks: repeated(message({ task_id: required(id), agent_id: id })) }),
  reconcile_operations: message({
    operations: repeated(message({ operation_id: required(id), agent_id: id, resource_provider_id: id })),
  }),
  message: message({ agent_id: required(id), executor_id: required(id), data: required('bytes') }),
  request: message({ requests: repeated('json') }),
};
