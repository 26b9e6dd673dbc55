/**
 * The registration of an agent: what it brings, what it does when a master has taken it, and when the link is gone. Its
 * unacknowledged updates go out at once; launches that the master knows of and that never came are reported lost.
 */
import _ from 'lodash';
import type { AgentEntry, AgentExecutor } from './agent-io.ts';
import { shutdownFramework } from './agent-kills.ts';
import type { AgentTask, AgentToMaster, ExecutorOnAgent, MasterToAgent } from './agent-protocol.ts';
import { reportAbsent } from './agent-tasks.ts';
import { type AgentState, frameworksWithTasks, isShutDown, type Turn } from './agent-turn.ts';
import { resendAll } from './agent-updates.ts';
import { dropOperation, resendOperations } from './operations/agent-operations.ts';

export function registered(turn: Turn, message: Extract<MasterToAgent, { type: 'REGISTERED' }>): void {
  const { state } = turn;
  // A master that gives another id has forgotten this agent and its tasks with it.
  if (state.agentId !== undefined && state.agentId !== message.agentId)
    for (const frameworkId of new Set(
      [...state.entries.values(), ...state.executors.values()].map((one) => one.frameworkId),
    ))
      shutdownFramework(turn, frameworkId);
  if (state.agentId !== message.agentId) turn.agentChanged = true;
  state.agentId = message.agentId;
  state.registered = true;
  resendAll(turn);
  resendOperations(turn);
  for (const operation of message.missingOperations ?? []) dropOperation(turn, operation);
  for (const { framework, taskId } of message.missing ?? []) {
    if (framework.id === undefined) continue;
    state.frameworks.set(framework.id.value, framework);
    const detail = { reason: 'REASON_RECONCILIATION', message: 'Reconciliation: task unknown to the agent' };
    reportAbsent(turn, framework.id.value, taskId, detail);
  }
}

export function unlinked(turn: Turn): void {
  const { state } = turn;
  state.registered = false;
  for (const entry of state.entries.values())
    if (entry.pending.length > 0) turn.effects.push({ kind: 'cancel', timer: { kind: 'retry', runId: entry.runId } });
  for (const operation of state.operations.keys())
    turn.effects.push({ kind: 'cancel', timer: { kind: 'operation', operation } });
}

export function registration(state: AgentState): AgentToMaster {
  const agent = { ...state.description, resources: state.resources };
  const operations = [...state.operations.values()];
  if (state.agentId === undefined) return { type: 'REGISTER', agent };
  const tasks = [...state.entries.values()].flatMap(taskOf);
  const executors = [...state.executors.values()].flatMap(executorOf);
  const known = { agentId: state.agentId, frameworks: frameworksWithTasks(state), tasks };
  const rest = _.omitBy({ executors, operations }, (list) => list.length === 0);
  return { type: 'REGISTER', agent, again: { ...known, ...rest } };
}

/** One that has ended holds nothing any more. */
function executorOf({ frameworkId, info, phase, dismissed = false }: AgentExecutor): ExecutorOnAgent[] {
  return dismissed || phase === 'ended' ? [] : [{ frameworkId, info }];
}

function taskOf(entry: AgentEntry): AgentTask[] {
  if (entry.info === undefined || isShutDown(entry)) return [];
  const { frameworkId, info, latestState } = entry;
  const status = entry.pending[0] ?? entry.acknowledged;
  return [{ frameworkId, info, latestState, ...(status === undefined ? {} : { status }) }];
}
