/**
 * The body of POST /api/v1: which calls the operator API of a master knows and what they need. One that Mesos does not
 * know has "no type", as on a real master; those of the list at the end are known and not built, and refused as such.
 */
import type { MasterCommand } from '../../mesos-api-client/protocol/operator.ts';
import { decodeMessage, type FieldType, type Message, WireError } from './wire.ts';
import { duration, id, message, repeated, required, resource, scalar } from './wire-messages.ts';

/** Answered from the state, changing nothing. */
const queryTypes = [
  'GET_HEALTH',
  'GET_FLAGS',
  'GET_VERSION',
  'GET_METRICS',
  'GET_LOGGING_LEVEL',
  'GET_MASTER',
  'GET_STATE',
  'GET_AGENTS',
  'GET_FRAMEWORKS',
  'GET_EXECUTORS',
  'GET_OPERATIONS',
  'GET_TASKS',
  'GET_ROLES',
  'GET_WEIGHTS',
  'GET_QUOTA',
  'GET_MAINTENANCE_STATUS',
  'GET_MAINTENANCE_SCHEDULE',
] as const;

export type QueryType = (typeof queryTypes)[number];

/** Loggers have no levels here. */
const notBuilt: readonly string[] = ['UNKNOWN', 'SET_LOGGING_LEVEL'];
/** A master of ours keeps no files for operators: every path is unknown. */
const ofFiles: readonly string[] = ['LIST_FILES', 'READ_FILE'];

export type ParsedOperatorCall =
  | { readonly kind: 'query'; readonly type: QueryType }
  | { readonly kind: 'command'; readonly call: MasterCommand }
  | { readonly kind: 'subscribe' }
  | { readonly kind: 'invalid'; readonly text: string }
  | { readonly kind: 'no-such-file' }
  | { readonly kind: 'not-built' };

const onAgent = { agent_id: required(id) };
const onAgentOnly = message(onAgent);
const machines = repeated(message({ hostname: 'string', ip: 'string' }));
const quantities: FieldType = { map: scalar };
const unavailability = message({ start: required(duration), duration });

/** The members of calls that have one, under the calls' lower-case names. */
const bodies: Message = {
  get_metrics: message({ timeout: duration }),
  set_logging_level: message({ level: required('int'), duration: required(duration) }),
  list_files: message({ path: required('string') }),
  read_file: message({ path: required('string'), offset: required('int'), length: 'int' }),
  update_weights: message({ weight_infos: repeated(message({ weight: required('double'), role: 'string' })) }),
  reserve_resources: message({ ...onAgent, source: repeated(resource), resources: repeated(resource) }),
  unreserve_resources: message({ ...onAgent, resources: repeated(resource) }),
  create_volumes: message({ ...onAgent, volumes: repeated(resource) }),
  destroy_volumes: message({ ...onAgent, volumes: repeated(resource) }),
  grow_volume: message({ agent_id: id, volume: required(resource), addition: required(resource) }),
  shrink_volume: message({ agent_id: id, volume: required(resource), subtract: required(scalar) }),
  update_maintenance_schedule: message({
    schedule: required(
      message({ windows: repeated(message({ machine_ids: machines, unavailability: required(unavailability) })) }),
    ),
  }),
  start_maintenance: message({ machines }),
  stop_maintenance: message({ machines }),
  drain_agent: message({
    ...onAgent,
    max_grace_period: message({ seconds: 'int', nanos: 'int' }),
    mark_gone: 'bool',
  }),
  deactivate_agent: onAgentOnly,
  reactivate_agent: onAgentOnly,
  mark_agent_gone: onAgentOnly,
  update_quota: message({
    force: 'bool',
    quota_configs: repeated(message({ role: required('string'), guarantees: quantities, limits: quantities })),
  }),
  set_quota: message({
    quota_request: required(message({ force: 'bool', role: 'string', guarantee: repeated(resource) })),
  }),
  remove_quota: message({ role: required('string') }),
  teardown: message({ framework_id: required(id) }),
};

const allTypes: readonly string[] = [
  ...new Set([...queryTypes, 'SUBSCRIBE', ...Object.keys(bodies).map((name) => name.toUpperCase()), ...notBuilt]),
];

const callFields: Message = { type: { oneOf: allTypes }, ...bodies };

export function parseOperatorCall(text: string): ParsedOperatorCall {
  try {
    return classify(decodeMessage(callFields, text, 'Call'));
  } catch (error) {
    if (error instanceof WireError) {
      return { kind: 'invalid', text: error.message };
    }
    throw error;
  }
}

function classify(call: Record<string, unknown>): ParsedOperatorCall {
  const fault = faultOf(call);
  if (fault !== undefined) {
    return { kind: 'invalid', text: `Failed to validate master::Call: ${fault}` };
  }
  const { type } = call as { type: string };
  if (notBuilt.includes(type)) {
    return { kind: 'not-built' };
  }
  if (ofFiles.includes(type)) {
    return { kind: 'no-such-file' };
  }
  if (type === 'SUBSCRIBE') {
    return { kind: 'subscribe' };
  }
  return isQuery(type) ? { kind: 'query', type } : { kind: 'command', call: call as unknown as MasterCommand };
}

function faultOf(call: Record<string, unknown>): string | undefined {
  const { type } = call;
  if (typeof type !== 'string') {
    return "Expecting 'type' to be present";
  }
  const body = type.toLowerCase();
  if (body in bodies && call[body] === undefined) {
    return `Expecting '${body}' to be present`;
  }
  const isOfVolume = type === 'GROW_VOLUME' || type === 'SHRINK_VOLUME';
  return isOfVolume && (call[body] as { agent_id?: object }).agent_id === undefined
    ? "Expecting 'agent_id' to be present; only agent default resources are supported right now"
    : undefined;
}

function isQuery(type: string): type is QueryType {
  return (queryTypes as readonly string[]).includes(type);
}
