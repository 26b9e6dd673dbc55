/**
 * The life of a task on an agent, as Mesos' command executor lives it: launching (sandbox, fetcher) → running → ended.
 * STARTING and RUNNING are written when the process stands; in a group of the default executor STARTING comes first. How
 * it is ended before its time is the matter of agent-kills.ts.
 */
import type { FrameworkId, TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { FrameworkInfo, TaskInfo } from '../../mesos-api-client/protocol/mesos.ts';
import { armChecks, disarmChecks } from './agent-checks.ts';
import type { AgentEntry, ExecutorOf, ProcessEnd, ProcessRef, RunId } from './agent-io.ts';
import { agentStatus, describeEnd, executorStatus, lossOf, overMemoryStatus } from './agent-status.ts';
import { addEntry, findEntry, forgetEntry, isShutDown, stampOf, type Turn } from './agent-turn.ts';
import { enqueueUpdate } from './agent-updates.ts';
import { executorFor, membershipOf } from './executors/agent-executors.ts';
import { deliverQueued } from './executors/executor-tasks.ts';

export function runTask(turn: Turn, framework: FrameworkInfo, info: TaskInfo): void {
  const frameworkId = admit(turn, framework);
  if (findEntry(turn.state, frameworkId, info.task_id.value) !== undefined) return;
  if (turn.state.drain !== undefined) {
    refuseDraining(turn, frameworkId, info);
    return;
  }
  if (info.executor === undefined) {
    const entry = enter(turn, frameworkId, info);
    turn.effects.push({ kind: 'launch', entry, framework });
    return;
  }
  const executor = executorFor(turn, framework, info.executor);
  if (executor.phase === 'terminating' || executor.phase === 'ended') {
    refuseEnding(turn, frameworkId, info);
    return;
  }
  enter(turn, frameworkId, info, membershipOf(executor));
  deliverQueued(turn, executor);
}

/** Whoever runs something here is known from then on. */
export function admit(turn: Turn, framework: FrameworkInfo): FrameworkId {
  const frameworkId = framework.id?.value;
  if (frameworkId === undefined) throw new Error('a framework without an id runs nothing');
  turn.state.frameworks.set(frameworkId, framework);
  turn.agentChanged = true;
  return frameworkId;
}

export function enter(turn: Turn, frameworkId: FrameworkId, info: TaskInfo, executor?: ExecutorOf): AgentEntry {
  const entry: AgentEntry = {
    runId: turn.state.newUuid() as RunId,
    frameworkId,
    taskId: info.task_id.value,
    info,
    ...(executor === undefined ? {} : { executor }),
    phase: 'launching',
    latestState: 'TASK_STAGING',
    pending: [],
  };
  addEntry(turn.state, entry);
  turn.changed.add(entry);
  return entry;
}

export function refuseDraining(turn: Turn, frameworkId: FrameworkId, { task_id }: TaskInfo): void {
  const message = 'Task was received while agent was already draining';
  reportAbsent(turn, frameworkId, task_id.value, { reason: 'REASON_AGENT_DRAINING', message });
}

/** Its executor is on its way out; another one of that id comes when this one is forgotten. */
export function refuseEnding(turn: Turn, frameworkId: FrameworkId, { task_id }: TaskInfo): void {
  const detail = { reason: 'REASON_EXECUTOR_TERMINATED', message: 'Executor terminating' };
  reportAbsent(turn, frameworkId, task_id.value, detail);
}

export function started(turn: Turn, entry: AgentEntry, process: ProcessRef): void {
  entry.process = process;
  entry.phase = 'running';
  entry.runningSince = turn.at;
  if (entry.executor === undefined) enqueueUpdate(turn, entry, executorStatus(entry, 'TASK_STARTING', stampOf(turn)));
  enqueueUpdate(turn, entry, executorStatus(entry, 'TASK_RUNNING', stampOf(turn)));
  armMaxCompletion(turn, entry);
  armChecks(turn, entry);
}

export function armMaxCompletion(turn: Turn, entry: AgentEntry): void {
  const limit = entry.info?.max_completion_time;
  if (limit === undefined || entry.runningSince === undefined) return;
  const timer = { kind: 'max-completion', runId: entry.runId } as const;
  turn.effects.push({ kind: 'timer', timer, at: entry.runningSince + Number(limit.nanoseconds) / 1e6 });
}

export function launchFailed(turn: Turn, entry: AgentEntry, message: string): void {
  const detail = { reason: 'REASON_CONTAINER_LAUNCH_FAILED', message: `Failed to launch container: ${message}` };
  entry.phase = 'ended';
  const status = entry.executor === undefined ? agentStatus : executorStatus;
  enqueueUpdate(turn, entry, status(entry, 'TASK_FAILED', stampOf(turn), detail));
}

export function processEnded(turn: Turn, entry: AgentEntry, end: ProcessEnd): void {
  entry.phase = 'ended';
  turn.changed.add(entry);
  disarmChecks(turn, entry);
  for (const kind of ['force-kill', 'max-completion'] as const)
    turn.effects.push({ kind: 'cancel', timer: { kind, runId: entry.runId } });
  // The framework is gone: nobody would acknowledge.
  if (isShutDown(entry)) {
    forgetEntry(turn, entry);
    return;
  }
  if (end.kind === 'lost') {
    executorLost(turn, entry);
    return;
  }
  const message = describeEnd(end);
  const stamp = stampOf(turn);
  if (entry.kill?.cause === 'over-memory') {
    enqueueUpdate(turn, entry, overMemoryStatus(entry, stamp));
    return;
  }
  if (entry.kill?.cause === 'asked' || entry.kill?.cause === 'unhealthy') {
    const killed = executorStatus(entry, 'TASK_KILLED', stamp, { message });
    enqueueUpdate(turn, entry, entry.kill.cause === 'asked' ? killed : { ...killed, healthy: false });
    return;
  }
  if (entry.kill?.cause === 'max-completion-time') {
    const reason = 'REASON_MAX_COMPLETION_TIME_REACHED';
    enqueueUpdate(turn, entry, executorStatus(entry, 'TASK_FAILED', stamp, { reason, message }));
    return;
  }
  const state = end.kind === 'exited' && end.status === 0 ? 'TASK_FINISHED' : 'TASK_FAILED';
  enqueueUpdate(turn, entry, executorStatus(entry, state, stamp, { message }));
}

/** Nobody saw how it ended: FAILED even if the command exited 0 (recorded from Mesos for an agent that was down). */
function executorLost(turn: Turn, entry: AgentEntry): void {
  const detail = { reason: 'REASON_EXECUTOR_TERMINATED', message: 'Executor terminated' };
  enqueueUpdate(turn, entry, agentStatus(entry, 'TASK_FAILED', stampOf(turn), detail));
}

/** The agent died while this one was being launched: whatever came of it has been killed by the shell. */
export function launchInterrupted(turn: Turn, entry: AgentEntry): void {
  entry.phase = 'ended';
  const framework = turn.state.frameworks.get(entry.frameworkId);
  const detail = {
    reason: 'REASON_EXECUTOR_REREGISTRATION_TIMEOUT',
    message: 'The agent was restarted while it launched this task',
  };
  enqueueUpdate(turn, entry, agentStatus(entry, lossOf(framework, 'TASK_GONE'), stampOf(turn), detail));
}

/** Updates about a task that this agent does not have. A framework that it never heard of cannot be answered. */
export function reportAbsent(
  turn: Turn,
  frameworkId: FrameworkId,
  taskId: TaskId,
  detail: { reason: string; message: string },
): void {
  const { state } = turn;
  const framework = state.frameworks.get(frameworkId);
  if (framework === undefined || findEntry(state, frameworkId, taskId) !== undefined) return;
  const runId = state.newUuid() as RunId;
  const latestState = lossOf(framework, 'TASK_DROPPED');
  const entry: AgentEntry = { runId, frameworkId, taskId, phase: 'absent', latestState, pending: [] };
  addEntry(state, entry);
  turn.agentChanged = true;
  enqueueUpdate(turn, entry, agentStatus(entry, latestState, stampOf(turn), detail));
}
