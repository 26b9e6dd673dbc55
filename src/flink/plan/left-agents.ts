/** Agents that an operator had a process replaced on, or that turned one away: its successors rather run elsewhere, for a while. */
import type { EpochMs } from '../../lib/brand.ts';
import type { AgentId } from '../../mesos-api-client/protocol/ids.ts';
import { ratherNotOn } from '../../scheduler/model/elsewhere.ts';
import type { TaskSpec } from '../../scheduler/model/task.ts';
import type { ClusterRecord } from './records.ts';

/** An agent that was left is avoided for so long, and no more than so many of them. */
const AVOIDED_MS = 10 * 60_000;
const MOST_AVOIDED = 50;

export function withLeft(
  left: ClusterRecord['left'] = [],
  part: string,
  agentId: AgentId,
  now: EpochMs,
): Pick<ClusterRecord, 'left'> {
  const fresh = left.filter(({ at }) => at > now - AVOIDED_MS);
  return { left: [...fresh, { part, agentId, at: now }].slice(-MOST_AVOIDED) };
}

/** The task as it is asked for: rather not where one like it was replaced by an operator, or turned away, lately. */
export function avoidingLeft(record: ClusterRecord, task: TaskSpec, now: EpochMs): TaskSpec {
  const avoided = (record.left ?? []).filter(({ part, at }) => part === task.part && at > now - AVOIDED_MS);
  if (avoided.length === 0) return task;
  const { prefer, ...rest } = task;
  const agents = avoided.map(({ agentId }) => agentId);
  const back = prefer !== undefined && !agents.includes(prefer.agentId);
  return { ...rest, placement: ratherNotOn(task.placement, '@agent', agents), ...(back && { prefer }) };
}
