/**
 * Operations on an agent: its resources are converted, what has to outlive it is saved, and the outcome of those that a
 * framework wants to hear of is repeated like a task's update until it is acknowledged (10 s, doubling to 10 minutes).
 */
import type { OperationStatus } from '../../../mesos-api-client/protocol/operations.ts';
import type { AgentOperation, StartedOperation } from '../agent-protocol.ts';
import { uuidBytes } from '../agent-status.ts';
import { stampOf, type Turn } from '../agent-turn.ts';
import { conversionsOf, convert } from './conversions.ts';

const firstRetryMs = 10_000;
const longestRetryMs = 600_000;

export function applyOperation(turn: Turn, { uuid, info, frameworkId }: StartedOperation): void {
  const { state } = turn;
  if (state.operations.has(uuid)) return;
  const converted = convert(state.resources, conversionsOf(info));
  if (converted !== undefined) {
    state.resources = converted;
    if (info.type === 'DESTROY')
      for (const volume of info.destroy.volumes) turn.effects.push({ kind: 'remove-volume', volume });
  }
  const outcome = converted === undefined ? failure : ({ state: 'OPERATION_FINISHED' } as const);
  report(turn, { uuid, info, ...(frameworkId === undefined ? {} : { frameworkId }) }, outcome);
}

/** The master knows of it, but it never came here. */
export function dropOperation(turn: Turn, operation: StartedOperation): void {
  if (!turn.state.operations.has(operation.uuid)) report(turn, operation, { state: 'OPERATION_DROPPED' });
}

export function operationAcknowledged(turn: Turn, uuid: string): void {
  if (!turn.state.operations.delete(uuid)) return;
  turn.state.retryMs.delete(uuid);
  turn.effects.push({ kind: 'cancel', timer: { kind: 'operation', operation: uuid } });
  turn.agentChanged = true;
}

export function retryOperation(turn: Turn, uuid: string): void {
  const operation = turn.state.operations.get(uuid);
  const last = turn.state.retryMs.get(uuid) ?? firstRetryMs;
  if (operation !== undefined) transmit(turn, operation, Math.min(last * 2, longestRetryMs));
}

export function resendOperations(turn: Turn): void {
  for (const operation of turn.state.operations.values()) transmit(turn, operation, firstRetryMs);
}

const failure = {
  state: 'OPERATION_FAILED',
  message: 'The resources of the agent do not hold what was to be converted',
} as const;

function report(turn: Turn, operation: StartedOperation, outcome: Pick<OperationStatus, 'state' | 'message'>): void {
  const { agentId, uuid } = stampOf(turn);
  const status: OperationStatus = {
    ...(operation.info.id === undefined ? {} : { operation_id: operation.info.id }),
    ...outcome,
    uuid: { value: uuidBytes(uuid) },
    agent_id: { value: agentId },
  };
  const reported: AgentOperation = { ...operation, status };
  turn.state.operations.set(operation.uuid, reported);
  turn.agentChanged = true;
  transmit(turn, reported, firstRetryMs);
}

function transmit(turn: Turn, operation: AgentOperation, nextMs: number): void {
  if (!turn.state.registered) return;
  turn.state.retryMs.set(operation.uuid, nextMs);
  turn.effects.push(
    { kind: 'send', message: { type: 'OPERATION_STATUS', operation } },
    { kind: 'timer', timer: { kind: 'operation', operation: operation.uuid }, at: turn.at + nextMs },
  );
}
