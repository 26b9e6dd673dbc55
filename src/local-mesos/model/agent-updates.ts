/**
 * The status update manager of an agent (src/slave/task_status_update_manager.cpp of Mesos): a queue for each task, of
 * which only the oldest update is under way. It is repeated after 10 s, then at doubled waits up to 10 minutes, for ever,
 * until its acknowledgement; a registration of the agent or a new subscription of the framework sends it at once.
 */
import type { FrameworkId, TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { TaskStatus } from '../../mesos-api-client/protocol/mesos.ts';
import { isTerminal, type TaskState } from '../../mesos-api-client/protocol/task-state.ts';
import type { AgentEntry } from './agent-io.ts';
import { hasCapability } from './agent-status.ts';
import { findEntry, forgetEntry, type Turn } from './agent-turn.ts';

const firstRetryMs = 10_000;
const longestRetryMs = 600_000;

export function enqueueUpdate(turn: Turn, entry: AgentEntry, written: TaskStatus): void {
  const status = asDrained(turn, entry, written);
  entry.pending.push(status);
  entry.latestState = status.state;
  entry.statuses = [...(entry.statuses ?? []).filter(({ state }) => state !== status.state), status];
  count(turn, status.state);
  turn.changed.add(entry);
  if (entry.pending.length === 1) transmit(turn, entry, firstRetryMs);
}

function count({ state: { history } }: Turn, state: TaskState): void {
  const names = isTerminal(state) ? [`slave/${state.toLowerCase().replace('task_', 'tasks_')}`] : [];
  for (const name of ['slave/valid_status_updates', ...names])
    history.counts.set(name, (history.counts.get(name) ?? 0) + 1);
}

/** On an agent that is drained its end is the operator's; if the agent is to be gone, tasks are gone with it (as recorded). */
function asDrained({ state }: Turn, entry: AgentEntry, status: TaskStatus): TaskStatus {
  const { drain, frameworks } = state;
  if (drain === undefined || (status.state !== 'TASK_KILLING' && status.state !== 'TASK_KILLED')) return status;
  const isGone = drain.mark_gone === true && hasCapability(frameworks.get(entry.frameworkId), 'PARTITION_AWARE');
  return {
    ...status,
    reason: 'REASON_AGENT_DRAINING',
    ...(isGone ? { state: 'TASK_GONE_BY_OPERATOR' as const } : {}),
  };
}

export function acknowledge(turn: Turn, frameworkId: FrameworkId, taskId: TaskId, uuid: string): void {
  const entry = findEntry(turn.state, frameworkId, taskId);
  const head = entry?.pending[0];
  // A repeated, reordered or foreign acknowledgement changes nothing.
  if (entry === undefined || head === undefined || head.uuid !== uuid) return;
  entry.pending.shift();
  entry.acknowledged = head;
  turn.changed.add(entry);
  if (entry.pending.length > 0) {
    transmit(turn, entry, firstRetryMs);
    return;
  }
  turn.effects.push({ kind: 'cancel', timer: { kind: 'retry', runId: entry.runId } });
  // One that is told gone may still be running out its grace.
  if (isTerminal(head.state) && entry.phase !== 'running') forgetEntry(turn, entry);
}

export function retry(turn: Turn, entry: AgentEntry): void {
  const last = turn.state.retryMs.get(entry.runId) ?? firstRetryMs;
  transmit(turn, entry, Math.min(last * 2, longestRetryMs));
}

/** At once and with the waits from their start, for every task or those of one framework. */
export function resendAll(turn: Turn, frameworkId?: FrameworkId): void {
  for (const entry of turn.state.entries.values())
    if (frameworkId === undefined || entry.frameworkId === frameworkId) transmit(turn, entry, firstRetryMs);
}

function transmit(turn: Turn, entry: AgentEntry, nextMs: number): void {
  const [status] = entry.pending;
  if (status === undefined || !turn.state.registered) return;
  turn.state.retryMs.set(entry.runId, nextMs);
  const { frameworkId, latestState } = entry;
  turn.effects.push(
    { kind: 'send', message: { type: 'STATUS_UPDATE', frameworkId, status, latestState } },
    { kind: 'timer', timer: { kind: 'retry', runId: entry.runId }, at: turn.at + nextMs },
  );
}
