/**
 * The body of an executor's call (POST /api/v1/executor of an agent): its members, and what is judged before anybody
 * looks for the executor (include/mesos/v1/executor/executor.proto and src/common/validation.cpp of Mesos).
 */
import type { ExecutorCall } from '../../../mesos-api-client/protocol/executor.ts';
import type { TaskStatus } from '../../../mesos-api-client/protocol/mesos.ts';
import { taskStates } from '../../../mesos-api-client/protocol/task-state.ts';
import { decodeMessage, type Message, WireError } from '../wire.ts';
import { id, labels, message, repeated, required, taskInfo } from '../wire-messages.ts';

export type ParsedExecutorCall =
  | { readonly kind: 'call'; readonly call: ExecutorCall }
  | { readonly kind: 'invalid'; readonly text: string }
  | { readonly kind: 'not-built' };

const status = message({
  task_id: required(id),
  state: required({ oneOf: taskStates }),
  message: 'string',
  source: { oneOf: ['SOURCE_MASTER', 'SOURCE_AGENT', 'SOURCE_EXECUTOR'] },
  reason: 'string',
  data: 'bytes',
  agent_id: id,
  executor_id: id,
  timestamp: 'double',
  uuid: 'bytes',
  healthy: 'bool',
  check_status: 'json',
  labels,
  container_status: 'json',
});

const update = message({ status: required(status) });

const callFields: Message = {
  executor_id: required(id),
  framework_id: required(id),
  type: { oneOf: ['UNKNOWN', 'SUBSCRIBE', 'UPDATE', 'MESSAGE', 'HEARTBEAT'] },
  subscribe: message({ unacknowledged_tasks: repeated(taskInfo), unacknowledged_updates: repeated(update) }),
  update,
  message: message({ data: required('bytes') }),
};

export function parseExecutorCall(text: string): ParsedExecutorCall {
  try {
    const call = decodeMessage(callFields, text, 'Call');
    const fault = faultOf(call);
    if (fault !== undefined) return { kind: 'invalid', text: `Failed to validate Executor::Call: ${fault}` };
    return call.type === 'UNKNOWN' ? { kind: 'not-built' } : { kind: 'call', call: call as unknown as ExecutorCall };
  } catch (error) {
    if (error instanceof WireError) return { kind: 'invalid', text: error.message };
    throw error;
  }
}

function faultOf(call: Record<string, unknown>): string | undefined {
  const { type } = call;
  if (typeof type !== 'string') return "Expecting 'type' to be present";
  const body = type.toLowerCase();
  if (body in callFields && call[body] === undefined) return `Expecting '${body}' to be present`;
  const statuses = statusesOf(call as unknown as ExecutorCall);
  return statuses.map((said) => statusFault(call as unknown as ExecutorCall, said)).find((each) => each !== undefined);
}

function statusesOf(call: ExecutorCall): TaskStatus[] {
  if (call.type === 'SUBSCRIBE') return (call.subscribe.unacknowledged_updates ?? []).map(({ status: said }) => said);
  return call.type === 'UPDATE' ? [call.update.status] : [];
}

function statusFault(call: ExecutorCall, said: TaskStatus): string | undefined {
  const executor = call.executor_id.value;
  const from = `Received Call from executor ${executor} of framework ${call.framework_id.value}`;
  if (said.uuid === undefined) return "Expecting 'uuid' to be present";
  if (Buffer.from(said.uuid, 'base64').length !== 16) return 'Not a valid UUID';
  if (said.executor_id !== undefined && said.executor_id.value !== executor)
    return `ExecutorID in Call: ${executor} does not match ExecutorID in TaskStatus: ${said.executor_id.value}`;
  if (said.source !== 'SOURCE_EXECUTOR') return `${from} with invalid source, expecting 'SOURCE_EXECUTOR'`;
  return said.state === 'TASK_STAGING'
    ? `Received TASK_STAGING from executor ${executor} of framework ${call.framework_id.value} which is not allowed`
    : undefined;
}
