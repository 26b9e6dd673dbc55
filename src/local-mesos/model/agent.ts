/**
 * A Mesos agent as a function of its inputs: messages of the master, reports about processes, timers. It keeps the
 * tasks (agent-tasks), their updates until they are acknowledged (agent-updates), and its registration; what it wants
 * done comes back as effects. No clock, no randomness (uuids come from a port), no I/O: the embedded agent and the
 * simulator both drive it.
 */
import { unreachable } from '../../lib/exhaustive.ts';
import type { AgentId } from '../../mesos-api-client/protocol/ids.ts';
import type { FrameworkInfo, Resource } from '../../mesos-api-client/protocol/mesos.ts';
import type { DrainConfig } from '../../mesos-api-client/protocol/operator-messages.ts';
import { checkDone, checkDue } from './agent-checks.ts';
import type { AgentEffect, AgentEntry, AgentExecutor, AgentInput, AgentTimer } from './agent-io.ts';
import {
  drain,
  killTask,
  killUnhealthy,
  maxCompletionReached,
  memoryExceeded,
  shutdownFramework,
} from './agent-kills.ts';
import type { AgentDescription, AgentOperation, MasterToAgent } from './agent-protocol.ts';
import { recover } from './agent-recovering.ts';
import { registered, registration, unlinked } from './agent-registration.ts';
import { launchFailed, processEnded, runTask, started } from './agent-tasks.ts';
import { type AgentHistory, type AgentState, beginTurn, type ExecutorTimes, endTurn, type Turn } from './agent-turn.ts';
import { acknowledge, resendAll, retry } from './agent-updates.ts';
import {
  executorDue,
  executorEnded,
  executorLaunchFailed,
  executorOverMemory,
  executorStarted,
  findExecutor,
} from './executors/agent-executors.ts';
import { passToExecutor, takeExecutorCall } from './executors/executor-tasks.ts';
import { endGroupWith, runGroup, shutdownByName } from './executors/task-groups.ts';
import { applyOperation, operationAcknowledged, retryOperation } from './operations/agent-operations.ts';
import { internalForm } from './resource-forms.ts';

export interface AgentOptions {
  readonly description: AgentDescription;
  /** The address that tasks are said to have. */
  readonly ip: string;
  readonly newUuid: () => string;
  /** As --http_command_executor of a Mesos agent. */
  readonly httpCommandExecutor?: boolean;
  readonly executorTimes?: Partial<ExecutorTimes>;
}

/** Mesos' own. */
const defaultTimes: ExecutorTimes = { registrationMs: 60_000, reregistrationMs: 2_000, shutdownGraceMs: 5_000 };

export interface AgentView {
  readonly agentId: AgentId | undefined;
  readonly registered: boolean;
  readonly entries: readonly Readonly<AgentEntry>[];
  /** Those of frameworks. */
  readonly executors: readonly Readonly<AgentExecutor>[];
  /** Every one that has or had something here. */
  readonly frameworks: readonly FrameworkInfo[];
  readonly history: AgentHistory;
  /** Present while its tasks are being ended for an operator. */
  readonly drain?: DrainConfig;
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
    description: options.description,
    newUuid: options.newUuid,
    httpExecutor: options.httpCommandExecutor ?? false,
    frameworks: new Map(),
    entries: new Map(),
    runOf: new Map(),
    executors: new Map(),
    listening: new Set(),
    history: { tasks: [], executors: [], counts: new Map() },
    executorTimes: { ...defaultTimes, ...options.executorTimes },
    retryMs: new Map(),
    resources: internalForm(options.description.resources),
    operations: new Map(),
  };
  return {
    step(input) {
      const turn = beginTurn(state, input.at);
      takeInput(turn, input);
      return endTurn(turn);
    },
    view: () => ({
      agentId: state.agentId,
      registered: state.registered,
      entries: [...state.entries.values()],
      executors: [...state.executors.values()],
      frameworks: [...state.frameworks.values()],
      history: state.history,
      ...(state.drain === undefined ? {} : { drain: state.drain }),
      operations: [...state.operations.values()],
      resources: state.resources,
    }),
  };
}

function takeInput(turn: Turn, input: AgentInput): void {
  const { state } = turn;
  switch (input.kind) {
    case 'recovered':
      recover(turn, input);
      return;
    case 'linked':
      turn.effects.push({ kind: 'send', message: registration(state) });
      return;
    case 'unlinked':
      unlinked(turn);
      return;
    case 'message':
      takeMessage(turn, input.message);
      return;
    case 'started':
    case 'launch-failed':
    case 'ended':
      takeReport(turn, input);
      return;
    case 'executor-call':
      takeExecutorCall(turn, input.call);
      return;
    case 'executor-silent':
      state.listening.delete(input.runId);
      return;
    case 'probed': {
      const entry = state.entries.get(input.runId);
      if (entry !== undefined && checkDone(turn, entry, input.of, input.outcome)) killUnhealthy(turn, entry);
      return;
    }
    case 'over-memory': {
      const entry = state.entries.get(input.runId);
      const executor = state.executors.get(input.runId);
      if (entry?.phase === 'running') memoryExceeded(turn, entry, input.usedMiB);
      const isUp = executor?.phase === 'registering' || executor?.phase === 'running';
      if (executor !== undefined && isUp) executorOverMemory(turn, executor, input.usedMiB);
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

type Report = Extract<AgentInput, { kind: 'started' | 'launch-failed' | 'ended' }>;

/** About the process of a task or of an executor; what comes too late counts for nothing. */
function takeReport(turn: Turn, report: Report): void {
  const executor = turn.state.executors.get(report.runId);
  if (executor !== undefined) {
    takeExecutorReport(turn, executor, report);
    return;
  }
  const entry = turn.state.entries.get(report.runId);
  switch (report.kind) {
    case 'started':
      if (entry?.phase === 'launching') started(turn, entry, report.process);
      // Abandoned a moment too late.
      else if (entry?.phase !== 'running')
        turn.effects.push({ kind: 'signal', runId: report.runId, signal: 'SIGKILL' });
      return;
    case 'launch-failed':
      if (entry?.phase === 'launching') launchFailed(turn, entry, report.message);
      break;
    case 'ended':
      if (entry?.phase === 'running') processEnded(turn, entry, report.end);
      break;
  }
  if (entry !== undefined) endGroupWith(turn, entry);
}

function takeExecutorReport(turn: Turn, executor: AgentExecutor, report: Report): void {
  switch (report.kind) {
    case 'started':
      executorStarted(turn, executor, report.process);
      return;
    case 'launch-failed':
      if (executor.phase !== 'ended') executorLaunchFailed(turn, executor, report.message);
      return;
    case 'ended':
      if (executor.phase !== 'ended') executorEnded(turn, executor, report.end);
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
    case 'RUN_GROUP':
      runGroup(turn, message.framework, message.executor, message.tasks);
      return;
    case 'SHUTDOWN_EXECUTOR': {
      const executor = findExecutor(state, message.frameworkId, message.executorId);
      if (executor !== undefined) shutdownByName(turn, executor);
      return;
    }
    case 'EXECUTOR_MESSAGE':
      passToExecutor(turn, message);
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

function takeTimer(turn: Turn, timer: AgentTimer): void {
  if (timer.kind === 'operation') {
    retryOperation(turn, timer.operation);
    return;
  }
  if (timer.kind === 'executor') {
    const executor = turn.state.executors.get(timer.runId);
    if (executor !== undefined) executorDue(turn, executor);
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
