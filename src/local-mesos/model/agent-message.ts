/**
 * What comes over a link from a process that says it is an agent. Whoever reaches the master's port can open one, so a
 * message is looked at before the model sees it: of a known type, with every member that the model reads, and nothing in
 * the place of a number or a list that is none. What else it holds passes.
 */
import { taskStates } from '../../mesos-api-client/protocol/task-state.ts';
import type { AgentToMaster } from './agent-protocol.ts';
import { decodeValue, type Message, parseBounded, WireError } from './wire.ts';
import { executor, id, message, repeated, required, resource, taskInfo } from './wire-messages.ts';

export type ReadMessages =
  | { readonly kind: 'messages'; readonly messages: readonly AgentToMaster[] }
  | { readonly kind: 'invalid'; readonly text: string };

export function readAgentMessages(text: string): ReadMessages {
  try {
    const messages = parseBounded(text);
    if (!Array.isArray(messages)) return { kind: 'invalid', text: 'Expecting a list of messages' };
    for (const each of messages) checkMessage(each);
    return { kind: 'messages', messages: withoutNulls(messages) as AgentToMaster[] };
  } catch (error) {
    if (error instanceof WireError) return { kind: 'invalid', text: error.message };
    throw error;
  }
}

/** null is unset, as everywhere in these protocols. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const set = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(set.map(([name, member]) => [name, withoutNulls(member)]));
}

function checkMessage(given: unknown): void {
  const { type } = decodeValue({ type: required({ oneOf: Object.keys(shapes) }) }, given, 'message');
  const shape = shapes[type as AgentToMaster['type']];
  decodeValue(shape, given, String(type));
}

const state = { oneOf: [...taskStates] };

const status = message({
  task_id: required(id),
  state: required(state),
  agent_id: id,
  executor_id: id,
  uuid: 'bytes',
  timestamp: 'double',
  reason: 'string',
  message: 'string',
});

const operation = message({
  uuid: required('string'),
  frameworkId: 'string',
  info: required(message({ type: required('string') })),
  status: message({ state: required('string'), operation_id: id, uuid: message({ value: required('string') }) }),
});

const framework = message({
  user: required('string'),
  name: required('string'),
  id: required(id),
  roles: repeated('string'),
  capabilities: repeated(message({ type: required('string') })),
});

const value = { scalar: message({ value: required('double') }), text: message({ value: required('string') }) };

const description = message({
  hostname: required('string'),
  port: required('int'),
  ip: 'string',
  resources: required(repeated(resource)),
  attributes: required(repeated(message({ name: required('string'), ...value }))),
  domain: message({ fault_domain: message({ region: required(message({ name: required('string') })) }) }),
});

const again = message({
  agentId: required('string'),
  frameworks: required(repeated(framework)),
  tasks: required(
    repeated(
      message({
        frameworkId: required('string'),
        info: required(taskInfo),
        latestState: required(state),
        status,
      }),
    ),
  ),
  executors: repeated(message({ frameworkId: required('string'), info: required(executor) })),
  operations: repeated(operation),
});

const shapes: Readonly<Record<AgentToMaster['type'], Message>> = {
  REGISTER: { agent: required(description), again },
  STATUS_UPDATE: { frameworkId: required('string'), status: required(status), latestState: required(state) },
  EXECUTOR_EXITED: { frameworkId: required('string'), executorId: required('string'), status: required('int') },
  EXECUTOR_MESSAGE: { frameworkId: required('string'), executorId: required('string'), data: required('bytes') },
  OPERATION_STATUS: { operation: required(operation) },
  PONG: {},
  UNREGISTER: {},
};
