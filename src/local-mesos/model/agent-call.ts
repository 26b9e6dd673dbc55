/**
 * The body of POST /api/v1 of an agent: which calls its operator API knows and what they need (include/mesos/v1/agent/agent.proto
 * and src/slave/validation.cpp of Mesos). What is known and not built is refused as such.
 */
import { type ContainerCall, containerBodies, containerCallOf } from './container-call.ts';
import { decodeMessage, type Message, WireError } from './wire.ts';
import { duration, message, required } from './wire-messages.ts';

/** Answered from what the agent knows, changing nothing. */
const agentQueries = [
  'GET_HEALTH',
  'GET_FLAGS',
  'GET_VERSION',
  'GET_METRICS',
  'GET_LOGGING_LEVEL',
  'GET_STATE',
  'GET_CONTAINERS',
  'GET_FRAMEWORKS',
  'GET_EXECUTORS',
  'GET_OPERATIONS',
  'GET_TASKS',
  'GET_AGENT',
  'GET_RESOURCE_PROVIDERS',
] as const;

export type AgentQueryType = (typeof agentQueries)[number];

/** Loggers have no levels here, nobody is attached to a container's streams, and there are no resource providers. */
const notBuilt: readonly string[] = [
  'UNKNOWN',
  'SET_LOGGING_LEVEL',
  'LAUNCH_NESTED_CONTAINER_SESSION',
  'ATTACH_CONTAINER_INPUT',
  'ATTACH_CONTAINER_OUTPUT',
  'ADD_RESOURCE_PROVIDER_CONFIG',
  'UPDATE_RESOURCE_PROVIDER_CONFIG',
  'REMOVE_RESOURCE_PROVIDER_CONFIG',
  'MARK_RESOURCE_PROVIDER_GONE',
  'PRUNE_IMAGES',
];

export type ParsedAgentCall =
  | { readonly kind: 'query'; readonly type: AgentQueryType; readonly showNested: boolean }
  | { readonly kind: 'list-files'; readonly path: string }
  | { readonly kind: 'read-file'; readonly path: string; readonly offset: number; readonly length?: number }
  | { readonly kind: 'container'; readonly call: ContainerCall }
  | { readonly kind: 'invalid'; readonly text: string }
  | { readonly kind: 'not-built' };

/** Members that must be there; the others are asked for nothing. */
const bodies: Message = {
  get_metrics: message({ timeout: duration }),
  set_logging_level: message({ level: required('int'), duration: required(duration) }),
  list_files: message({ path: required('string') }),
  read_file: message({ path: required('string'), offset: required('int'), length: 'int' }),
  ...containerBodies,
};

const callFields: Message = {
  type: { oneOf: [...agentQueries, ...Object.keys(bodies).map((name) => name.toUpperCase()), ...notBuilt] },
  get_containers: message({ show_nested: 'bool', show_standalone: 'bool' }),
  ...bodies,
};

interface Call {
  readonly type?: string;
  readonly get_containers?: { readonly show_nested?: boolean };
  readonly list_files?: { readonly path: string };
  readonly read_file?: { readonly path: string; readonly offset: number; readonly length?: number };
}

export function parseAgentCall(text: string): ParsedAgentCall {
  try {
    return classify(decodeMessage(callFields, text, 'Call') as Call & Record<string, unknown>);
  } catch (error) {
    // As recorded: an agent does not say what it failed to convert.
    if (error instanceof WireError)
      return { kind: 'invalid', text: error.message.replace('Failed to convert JSON into Call protobuf: ', '') };
    throw error;
  }
}

function classify(call: Call & Record<string, unknown>): ParsedAgentCall {
  const { type } = call;
  const fault = faultOf(call);
  if (fault !== undefined) return { kind: 'invalid', text: `Failed to validate agent::Call: ${fault}` };
  if (call.type === 'LIST_FILES' && call.list_files !== undefined) return { kind: 'list-files', ...call.list_files };
  if (call.type === 'READ_FILE' && call.read_file !== undefined) return { kind: 'read-file', ...call.read_file };
  const container = containerCallOf(call);
  if (typeof container === 'string') return { kind: 'invalid', text: `Failed to validate agent::Call: ${container}` };
  if (container !== undefined) return { kind: 'container', call: container };
  return isQuery(type)
    ? { kind: 'query', type, showNested: call.get_containers?.show_nested ?? false }
    : { kind: 'not-built' };
}

function faultOf(call: Call & Record<string, unknown>): string | undefined {
  if (call.type === undefined) return "Expecting 'type' to be present";
  const body = call.type.toLowerCase();
  if (body in bodies && call[body] === undefined) return `Expecting '${body}' to be present`;
  const counts = [call.read_file?.offset, call.read_file?.length];
  return counts.some((count) => (count ?? 0) < 0) ? "Expecting 'offset' and 'length' to be non-negative" : undefined;
}

function isQuery(type: string | undefined): type is AgentQueryType {
  return (agentQueries as readonly (string | undefined)[]).includes(type);
}
