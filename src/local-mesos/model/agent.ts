/**
 * A Mesos agent as a function of its inputs: messages of the master, reports about processes, timers. It keeps the
 * tasks (agent-tasks), their updates until they are acknowledged (agent-updates), and its registration; what it wants
 * done comes back as effects. No clock, no randomness (uuids come from a port), no I/O: the embedded agent and the
 * simulator both drive it.
 */
import { unreachable } from '../../lib/exhaustive.ts';
import type { AgentId } from '../../mesos-api-client/protocol/ids.ts';
import type { Resource } from '../../mesos-api-client/protocol/mesos.ts';
import { armChecks, checkDone, checkDue } from './agent-checks.ts';
import type { AgentEffect, AgentEntry, AgentInput, AgentTimer } from './agent-io.ts';
import type { AgentDescription, AgentOperation, AgentTask, AgentToMaster, MasterToAgent } from './agent-protocol.ts';
import {
  armMaxCompletion,
  drain,
  killTask,
  killUnhealthy,
  launchFailed,
  launchInterrupted,
  maxCompletionReached,
  memoryExceeded,
  processEnded,
  reportAbsent,
  runTask,
  shutdownFramework,
  started,
} from './agent-tasks.ts';
import {
  type AgentState,
  addEntry,
  beginTurn,
  endTurn,
  forgetEntry,
  frameworksWithTasks,
  isShutDown,
  type Turn,
} from './agent-turn.ts';
import { acknowledge, resendAll, retry } from './agent-updates.ts';
import {
  applyOperation,
  dropOperation,
  operationAcknowledged,
  resendOperations,
  retryOperation,
} from './operations/agent-operations.ts';
import { withCheckpointed } from './operations/conversions.ts';
import { internalForm } from './resource-forms.ts';

export interface AgentOptions {
  readonly description: AgentDescription;
  /** The address that tasks are said to have. */
  readonly ip: string;
  readonly newUuid: () => string;
  /** As --http_command_executor of a Mesos agent. */
  readonly httpCommandExecutor?: boolean;
}

export interface AgentView {
  readonly agentId: AgentId | undefined;
  readonly registered: boolean;
  readonly entries: readonly Readonly<AgentEntry>[];
  /** Whose outcome waits for its acknowledgement. */
  readonly operations: readonly AgentOperation[];
  /** Dynamic reservations and volumes included. */
  readonly resources: readonly Resource[];
}

export interface Agent {
  step(input: AgentInput): AgentEffect[];
  view(): AgentView;
}

export function createAgent(options: AgentOptions): Agent {
  const state: AgentState = {
    registered: false,
    ip: options.ip,
    newUuid: options.newUuid,
    httpExecutor: options.httpCommandExecutor ?? false,
    frameworks: new Map(),
    entries: new Map(),
    runOf: new Map(),
    retryMs: new Map(),
    resources: internalForm(options.description.resources),
    operations: new Map(),
  };
  return {
    step(input) {
      const turn = beginTurn(state, input.at);
      takeInput(turn, input, options.description);
      return endTurn(turn);
    },
    view: () => ({
      agentId: state.agentId,
      registered: state.registered,
      entries: [...state.entries.values()],
      operations: [...state.operations.values()],
      resources: state.resources,
    }),
  };
}

function takeInput(turn: Turn, input: AgentInput, description: AgentDescription): void {
  const { state } = turn;
  switch (input.kind) {
    case 'recovered':
      recover(turn, input);
      return;
    case 'linked':
      turn.effects.push({ kind: 'send', message: registration(state, description) });
      return;
    case 'unlinked':
      unlinked(turn);
      return;
    case 'message':
      takeMessage(turn, input.message);
      return;
    case 'started': {
      const entry = state.entries.get(input.runId);
      if (entry?.phase === 'launching') started(turn, entry, input.process);
      // Abandoned a moment too late.
      else if (entry?.phase !== 'running') turn.effects.push({ kind: 'signal', runId: input.runId, signal: 'SIGKILL' });
      return;
    }
    case 'launch-failed': {
      const entry = state.entries.get(input.runId);
      if (entry?.phase === 'launching') launchFailed(turn, entry, input.message);
      return;
    }
    case 'ended': {
      const entry = state.entries.get(input.runId);
      if (entry?.phase === 'running') processEnded(turn, entry, input.end);
      return;
    }
    case 'probed': {
      const entry = state.entries.get(input.runId);
      if (entry !== undefined && checkDone(turn, entry, input.of, input.outcome)) killUnhealthy(turn, entry);
      return;
    }
    case 'over-memory': {
      const entry = state.entries.get(input.runId);
      if (entry?.phase === 'running') memoryExceeded(turn, entry, input.usedMiB);
      return;
    }
    case 'timer':
      takeTimer(turn, input.timer);
      return;
    case 'stopping':
      if (state.registered) turn.effects.push({ kind: 'send', message: { type: 'UNREGISTER' } });
      return;
    default:
      unreachable(input);
      return;
  }
}

function takeMessage(turn: Turn, message: MasterToAgent): void {
  const { state } = turn;
  switch (message.type) {
    case 'REGISTERED':
      registered(turn, message);
      return;
    case 'SHUTDOWN':
      turn.effects.push({ kind: 'shutdown', message: message.message });
      return;
    case 'RUN_TASK':
      runTask(turn, message.framework, message.task);
      return;
    case 'KILL_TASK':
      killTask(turn, message.frameworkId, message.taskId, message.gracePeriod);
      return;
    case 'ACKNOWLEDGE':
      acknowledge(turn, message.frameworkId, message.taskId, message.uuid);
      return;
    case 'APPLY_OPERATION':
      applyOperation(turn, message.operation);
      return;
    case 'DRAIN':
      drain(turn, message.config);
      return;
    case 'ACKNOWLEDGE_OPERATION':
      operationAcknowledged(turn, message.uuid);
      return;
    case 'UPDATE_FRAMEWORK': {
      const frameworkId = message.framework.id?.value;
      if (frameworkId === undefined) return;
      state.frameworks.set(frameworkId, message.framework);
      turn.agentChanged = true;
      resendAll(turn, frameworkId);
      return;
    }
    case 'SHUTDOWN_FRAMEWORK':
      shutdownFramework(turn, message.frameworkId);
      return;
    case 'PING':
      turn.effects.push({ kind: 'send', message: { type: 'PONG' } });
      return;
    default:
      unreachable(message);
      return;
  }
}

function registered(turn: Turn, message: Extract<MasterToAgent, { type: 'REGISTERED' }>): void {
  const { state } = turn;
  // A master that gives another id has forgotten this agent and its tasks with it.
  if (state.agentId !== undefined && state.agentId !== message.agentId)
    for (const frameworkId of new Set([...state.entries.values()].map((entry) => entry.frameworkId)))
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

function unlinked(turn: Turn): void {
  const { state } = turn;
  state.registered = false;
  for (const entry of state.entries.values())
    if (entry.pending.length > 0) turn.effects.push({ kind: 'cancel', timer: { kind: 'retry', runId: entry.runId } });
  for (const operation of state.operations.keys())
    turn.effects.push({ kind: 'cancel', timer: { kind: 'operation', operation } });
}

function takeTimer(turn: Turn, timer: AgentTimer): void {
  if (timer.kind === 'operation') {
    retryOperation(turn, timer.operation);
    return;
  }
  const entry = turn.state.entries.get(timer.runId);
  if (entry === undefined) return;
  switch (timer.kind) {
    case 'retry':
      retry(turn, entry);
      return;
    case 'force-kill':
      if (entry.phase === 'running') turn.effects.push({ kind: 'signal', runId: entry.runId, signal: 'SIGKILL' });
      return;
    case 'max-completion':
      maxCompletionReached(turn, entry);
      return;
    case 'check':
    case 'health':
      checkDue(turn, entry, timer.kind);
      return;
    default:
      unreachable(timer);
      return;
  }
}

function registration(state: AgentState, description: AgentDescription): AgentToMaster {
  const agent = { ...description, resources: state.resources };
  const operations = [...state.operations.values()];
  if (state.agentId === undefined) return { type: 'REGISTER', agent };
  const tasks = [...state.entries.values()].flatMap(taskOf);
  const known = { agentId: state.agentId, frameworks: frameworksWithTasks(state), tasks };
  return { type: 'REGISTER', agent, again: { ...known, ...(operations.length > 0 ? { operations } : {}) } };
}

function taskOf(entry: AgentEntry): AgentTask[] {
  if (entry.info === undefined || isShutDown(entry)) return [];
  const { frameworkId, info, latestState } = entry;
  const status = entry.pending[0] ?? entry.acknowledged;
  return [{ frameworkId, info, latestState, ...(status === undefined ? {} : { status }) }];
}

function recover(turn: Turn, input: Extract<AgentInput, { kind: 'recovered' }>): void {
  const { state } = turn;
  state.agentId = input.agentId;
  const resources = withCheckpointed(state.resources, input.checkpointed ?? []);
  if (resources === undefined) {
    const message =
      'the resources that this agent is given do not hold the reservations and volumes that were made of them';
    turn.effects.push({ kind: 'shutdown', message });
    return;
  }
  state.resources = resources;
  if (input.drain !== undefined) state.drain = input.drain;
  for (const operation of input.operations ?? []) state.operations.set(operation.uuid, operation);
  for (const framework of input.frameworks)
    if (framework.id !== undefined) state.frameworks.set(framework.id.value, framework);
  for (const { entry, alive } of input.entries) {
    addEntry(state, entry);
    if (entry.phase === 'launching') launchInterrupted(turn, entry);
    else if (entry.phase === 'running') recoverRunning(turn, entry, alive);
    else if (entry.pending.length === 0) forgetEntry(turn, entry);
  }
}

function recoverRunning(turn: Turn, entry: AgentEntry, alive: boolean): void {
  if (!alive) {
    processEnded(turn, entry, { kind: 'lost' });
    return;
  }
  armMaxCompletion(turn, entry);
  armChecks(turn, entry);
  if (entry.kill === undefined) return;
  const timer = { kind: 'force-kill', runId: entry.runId } as const;
  turn.effects.push(
    { kind: 'signal', runId: entry.runId, signal: 'SIGTERM' },
    { kind: 'timer', timer, at: entry.kill.forceAt },
  );
}
