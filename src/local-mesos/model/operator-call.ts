/**
 * The body of POST /api/v1: which calls the operator API of a master knows, which of them are built here, and what they
 * need. A call that is not built is refused as such; one that Mesos does not know has "no type", as on a real master.
 */
import type { AgentId, FrameworkId } from '../../mesos-api-client/protocol/ids.ts';
import { decodeMessage, type Message, WireError } from './wire.ts';

const built = [
  'GET_HEALTH',
  'GET_FLAGS',
  'GET_VERSION',
  'GET_METRICS',
  'GET_MASTER',
  'GET_STATE',
  'GET_AGENTS',
  'GET_FRAMEWORKS',
  'GET_EXECUTORS',
  'GET_TASKS',
  'TEARDOWN',
  'MARK_AGENT_GONE',
] as const;

const notBuilt = [
  'UNKNOWN',
  'GET_LOGGING_LEVEL',
  'SET_LOGGING_LEVEL',
  'LIST_FILES',
  'READ_FILE',
  'GET_OPERATIONS',
  'GET_ROLES',
  'GET_WEIGHTS',
  'UPDATE_WEIGHTS',
  'RESERVE_RESOURCES',
  'UNRESERVE_RESOURCES',
  'CREATE_VOLUMES',
  'DESTROY_VOLUMES',
  'GROW_VOLUME',
  'SHRINK_VOLUME',
  'GET_MAINTENANCE_STATUS',
  'GET_MAINTENANCE_SCHEDULE',
  'UPDATE_MAINTENANCE_SCHEDULE',
  'START_MAINTENANCE',
  'STOP_MAINTENANCE',
  'DRAIN_AGENT',
  'DEACTIVATE_AGENT',
  'REACTIVATE_AGENT',
  'GET_QUOTA',
  'UPDATE_QUOTA',
  'SET_QUOTA',
  'REMOVE_QUOTA',
  'SUBSCRIBE',
] as const;

export type OperatorCall =
  | { readonly type: Exclude<(typeof built)[number], 'TEARDOWN' | 'MARK_AGENT_GONE'> }
  | { readonly type: 'TEARDOWN'; readonly teardown: { readonly framework_id: { readonly value: FrameworkId } } }
  | { readonly type: 'MARK_AGENT_GONE'; readonly mark_agent_gone: { readonly agent_id: { readonly value: AgentId } } };

export type ParsedOperatorCall =
  | { readonly kind: 'call'; readonly call: OperatorCall }
  | { readonly kind: 'invalid'; readonly text: string }
  | { readonly kind: 'not-built' };

const callFields: Message = {
  type: { oneOf: [...built, ...notBuilt] },
  get_metrics: { fields: { timeout: { fields: { nanoseconds: { required: 'int' } } } } },
  mark_agent_gone: { fields: { agent_id: { required: { fields: { value: { required: 'string' } } } } } },
  teardown: { fields: { framework_id: { required: { fields: { value: { required: 'string' } } } } } },
};

const bodies: Readonly<Record<string, string>> = {
  GET_METRICS: 'get_metrics',
  TEARDOWN: 'teardown',
  MARK_AGENT_GONE: 'mark_agent_gone',
};

export function parseOperatorCall(text: string): ParsedOperatorCall {
  try {
    const call = decodeMessage(callFields, text, 'Call');
    const type = call.type as (typeof built)[number] | (typeof notBuilt)[number] | undefined;
    const missing = type === undefined ? 'type' : bodies[type];
    if (type === undefined || (missing !== undefined && call[missing] === undefined)) {
      return { kind: 'invalid', text: `Failed to validate master::Call: Expecting '${missing}' to be present` };
    }
    return (built as readonly string[]).includes(type)
      ? { kind: 'call', call: call as unknown as OperatorCall }
      : { kind: 'not-built' };
  } catch (error) {
    if (error instanceof WireError) {
      return { kind: 'invalid', text: error.message };
    }
    throw error;
  }
}
