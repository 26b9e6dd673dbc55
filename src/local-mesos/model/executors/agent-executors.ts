/**
 * The life of an executor on its agent (src/slave/slave.cpp of Mesos). The default one has no process here: it is there
 * with its first group, and ends with its last task (task-groups.ts). A custom one is a process that must subscribe in
 * time, is asked to shut down and then made to, and whose end is the end of its tasks.
 */
import type { ExecutorId, FrameworkId } from '../../../mesos-api-client/protocol/ids.ts';
import type { ExecutorInfo, FrameworkInfo } from '../../../mesos-api-client/protocol/mesos.ts';
import type { AgentEntry, AgentExecutor, ExecutorOf, ProcessEnd, ProcessRef, RunId } from '../agent-io.ts';
import {
  agentStatus,
  executorLimitMiB,
  lossOf,
  overMemoryMessage,
  overMemoryReason,
  waitStatusOf,
} from '../agent-status.ts';
import { type AgentState, forgetEntry, reportExit, stampOf, type Turn } from '../agent-turn.ts';
import { enqueueUpdate } from '../agent-updates.ts';
import { describeMs } from '../durations.ts';

/** As DEFAULT_EXECUTOR_HEARTBEAT_INTERVAL of Mesos. */
const heartbeatMs = 30 * 60_000;

/** The one that has this id now, which may be ending; else a new one. */
export function executorFor(turn: Turn, framework: FrameworkInfo, info: ExecutorInfo): AgentExecutor {
  const frameworkId = framework.id?.value;
  if (frameworkId === undefined) throw new Error('an executor of a framework without an id');
  return findExecutor(turn.state, frameworkId, info.executor_id.value) ?? launch(turn, framework, frameworkId, info);
}

export function findExecutor(
  { executors }: AgentState,
  frameworkId: FrameworkId,
  executorId: ExecutorId,
): AgentExecutor | undefined {
  const known = [...executors.values()].filter((each) => each.frameworkId === frameworkId);
  return known.find((each) => each.executorId === executorId);
}

export function tasksOf({ entries }: AgentState, { runId }: AgentExecutor): AgentEntry[] {
  return [...entries.values()].filter(({ executor }) => executor?.runId === runId);
}

/** As a task of it is marked. */
export function membershipOf({ runId, executorId, type }: AgentExecutor, group?: string): ExecutorOf {
  return { runId, executorId, type, ...(group === undefined ? {} : { group }) };
}

function launch(turn: Turn, framework: FrameworkInfo, frameworkId: FrameworkId, info: ExecutorInfo): AgentExecutor {
  const { state, effects } = turn;
  const type = info.type === 'DEFAULT' ? 'DEFAULT' : 'CUSTOM';
  const executor: AgentExecutor = {
    runId: state.newUuid() as RunId,
    frameworkId,
    executorId: info.executor_id.value,
    type,
    info,
    phase: type === 'DEFAULT' ? 'running' : 'launching',
    served: false,
  };
  state.executors.set(executor.runId, executor);
  turn.changedExecutors.add(executor);
  effects.push({ kind: 'launch-executor', executor, framework });
  if (type === 'CUSTOM') armTimer(turn, executor, state.executorTimes.registrationMs);
  return executor;
}

export function executorStarted(turn: Turn, executor: AgentExecutor, process: ProcessRef): void {
  executor.process = process;
  turn.changedExecutors.add(executor);
  if (executor.phase === 'launching') executor.phase = 'registering';
  // It was given up while it was being started.
  else if (executor.phase !== 'registering') turn.effects.push(signal(executor, 'SIGKILL'));
}

export function executorLaunchFailed(turn: Turn, executor: AgentExecutor, message: string): void {
  const reason = 'REASON_CONTAINER_LAUNCH_FAILED';
  executor.doom = { state: 'TASK_FAILED', reason, message: `Failed to launch container: ${message}` };
  executorEnded(turn, executor, { kind: 'lost' });
}

/** With it end the tasks that have not ended by its own word. */
export function executorEnded(turn: Turn, executor: AgentExecutor, end: ProcessEnd): void {
  const { state, effects } = turn;
  executor.phase = 'ended';
  turn.changedExecutors.add(executor);
  effects.push({ kind: 'cancel', timer: { kind: 'executor', runId: executor.runId } });
  if (state.listening.delete(executor.runId)) effects.push({ kind: 'close-executor', runId: executor.runId });
  reportExit(turn, executor, waitStatusOf(end));
  const { reason, message } = executor.doom ?? { reason: 'REASON_EXECUTOR_TERMINATED', message: 'Executor terminated' };
  for (const entry of tasksOf(state, executor)) {
    if (executor.dismissed) forgetEntry(turn, entry);
    if (executor.dismissed || entry.phase === 'ended') continue;
    entry.phase = 'ended';
    const lost = executor.doom?.state ?? 'TASK_FAILED';
    enqueueUpdate(turn, entry, agentStatus(entry, lost, stampOf(turn), { reason, message }));
  }
}

/** A heartbeat falls due, or its time is over: to register, or to end. */
export function executorDue(turn: Turn, executor: AgentExecutor): void {
  switch (executor.phase) {
    case 'launching':
    case 'registering':
      giveUp(turn, executor);
      return;
    case 'running':
      turn.effects.push({ kind: 'send-to-executor', runId: executor.runId, event: { type: 'HEARTBEAT' } });
      armTimer(turn, executor, heartbeatMs);
      return;
    case 'terminating':
      turn.effects.push(signal(executor, 'SIGKILL'));
      return;
    case 'ended':
      return;
  }
}

export function armHeartbeat(turn: Turn, executor: AgentExecutor): void {
  armTimer(turn, executor, heartbeatMs);
}

function giveUp(turn: Turn, executor: AgentExecutor): void {
  const { executorTimes, frameworks } = turn.state;
  // Only an agent that was restarted waits for one that has served.
  executor.doom = executor.served
    ? {
        state: lossOf(frameworks.get(executor.frameworkId), 'TASK_GONE'),
        reason: 'REASON_EXECUTOR_REREGISTRATION_TIMEOUT',
        message: `Executor did not reregister within ${describeMs(executorTimes.reregistrationMs)}`,
      }
    : {
        state: 'TASK_FAILED',
        reason: 'REASON_EXECUTOR_REGISTRATION_TIMEOUT',
        message: `Executor did not register within ${describeMs(executorTimes.registrationMs)}`,
      };
  const wasLaunching = executor.phase === 'launching';
  executor.phase = 'terminating';
  turn.changedExecutors.add(executor);
  if (wasLaunching) abandon(turn, executor);
  else turn.effects.push(signal(executor, 'SIGKILL'));
}

/** It and its tasks use more than they have together: no grace. */
export function executorOverMemory(turn: Turn, executor: AgentExecutor, usedMiB: number): void {
  const limitMiB = executorLimitMiB(executor, [...turn.state.entries.values()]) ?? 0;
  executor.doom = { state: 'TASK_FAILED', reason: overMemoryReason, message: overMemoryMessage(limitMiB, usedMiB) };
  executor.phase = 'terminating';
  turn.changedExecutors.add(executor);
  turn.effects.push(signal(executor, 'SIGKILL'));
}

/** It is asked to end, and made to after its grace. */
export function shutdownExecutor(turn: Turn, executor: AgentExecutor): void {
  const { state, effects } = turn;
  if (executor.phase === 'terminating' || executor.phase === 'ended') return;
  const wasLaunching = executor.phase === 'launching';
  executor.phase = 'terminating';
  turn.changedExecutors.add(executor);
  if (wasLaunching) {
    abandon(turn, executor);
    return;
  }
  if (state.listening.has(executor.runId))
    effects.push({ kind: 'send-to-executor', runId: executor.runId, event: { type: 'SHUTDOWN' } });
  const grace = executor.info.shutdown_grace_period;
  armTimer(turn, executor, grace === undefined ? state.executorTimes.shutdownGraceMs : Number(grace.nanoseconds) / 1e6);
}

/** Its framework is gone: nobody hears how it and its tasks end. */
export function dismissExecutor(turn: Turn, executor: AgentExecutor): void {
  executor.dismissed = true;
  turn.changedExecutors.add(executor);
  for (const entry of tasksOf(turn.state, executor)) if (executor.type === 'CUSTOM') forgetEntry(turn, entry);
  if (executor.type === 'CUSTOM') shutdownExecutor(turn, executor);
}

/** After a restart of the agent: whether its process still lives, and how it ended if not. */
export function recoverExecutor(
  turn: Turn,
  executor: AgentExecutor,
  alive: boolean,
  end: ProcessEnd = { kind: 'lost' },
): void {
  const { state, effects } = turn;
  state.executors.set(executor.runId, executor);
  if (executor.type === 'DEFAULT' || executor.phase === 'ended') return;
  if (!alive) {
    executorEnded(turn, executor, end);
    return;
  }
  if (executor.phase === 'terminating') {
    effects.push(signal(executor, 'SIGKILL'));
    return;
  }
  executor.phase = 'registering';
  const { registrationMs, reregistrationMs } = state.executorTimes;
  armTimer(turn, executor, executor.served ? reregistrationMs : registrationMs);
}

/** No process may come of it. */
function abandon(turn: Turn, executor: AgentExecutor): void {
  turn.effects.push({ kind: 'abandon', runId: executor.runId });
  executorEnded(turn, executor, { kind: 'lost' });
}

function armTimer({ effects, at }: Turn, { runId }: AgentExecutor, afterMs: number): void {
  effects.push({ kind: 'timer', timer: { kind: 'executor', runId }, at: at + afterMs });
}

function signal({ runId }: AgentExecutor, name: 'SIGTERM' | 'SIGKILL') {
  return { kind: 'signal', runId, signal: name } as const;
}
