/**
 * The life of a task on an agent, as Mesos' command executor lives it: launching (sandbox, fetcher) → running → ended.
 * STARTING and RUNNING are written when the process stands; KILLING only for frameworks that know it. A kill is SIGTERM
 * and, after the grace of the task's own policy (else 3 s), SIGKILL. The kill policy of a KILL call, and the longest
 * grace of a drain, count only with the HTTP command executor: the default one ignores them (as recorded).
 */
import type { FrameworkId, TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { DurationInfo, FrameworkInfo, TaskInfo } from '../../mesos-api-client/protocol/mesos.ts';
import type { DrainConfig } from '../../mesos-api-client/protocol/operator-messages.ts';
import { armChecks, disarmChecks } from './agent-checks.ts';
import type { AgentEntry, KillCause, ProcessEnd, ProcessRef, RunId } from './agent-io.ts';
import { agentStatus, describeEnd, executorStatus, hasCapability, lossOf, overMemoryStatus } from './agent-status.ts';
import { addEntry, findEntry, forgetEntry, isShutDown, stampOf, type Turn } from './agent-turn.ts';
import { enqueueUpdate } from './agent-updates.ts';

const defaultGraceMs = 3_000;
/** --executor_shutdown_grace_period of Mesos: after it the container is destroyed. */
const shutdownGraceMs = 5_000;
/** Mesos gives none; this lets SIGTERM be what ends the process, as Mesos' updates show it. */
const maxCompletionGraceMs = 100;

export function runTask(turn: Turn, framework: FrameworkInfo, info: TaskInfo): void {
  const frameworkId = framework.id?.value;
  if (frameworkId === undefined) throw new Error('RUN_TASK of a framework without an id');
  const { state } = turn;
  state.frameworks.set(frameworkId, framework);
  turn.agentChanged = true;
  if (findEntry(state, frameworkId, info.task_id.value) !== undefined) return;
  if (state.drain !== undefined) {
    const message = 'Task was received while agent was already draining';
    reportAbsent(turn, frameworkId, info.task_id.value, { reason: 'REASON_AGENT_DRAINING', message });
    return;
  }
  const entry: AgentEntry = {
    runId: state.newUuid() as RunId,
    frameworkId,
    taskId: info.task_id.value,
    info,
    phase: 'launching',
    latestState: 'TASK_STAGING',
    pending: [],
  };
  addEntry(state, entry);
  turn.changed.add(entry);
  turn.effects.push({ kind: 'launch', entry, framework });
}

export function started(turn: Turn, entry: AgentEntry, process: ProcessRef): void {
  entry.process = process;
  entry.phase = 'running';
  entry.runningSince = turn.at;
  enqueueUpdate(turn, entry, executorStatus(entry, 'TASK_STARTING', stampOf(turn)));
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
  enqueueUpdate(turn, entry, agentStatus(entry, 'TASK_FAILED', stampOf(turn), detail));
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

export function killTask(turn: Turn, frameworkId: FrameworkId, taskId: TaskId, grace?: DurationInfo): void {
  const entry = findEntry(turn.state, frameworkId, taskId);
  if (entry === undefined) {
    const detail = { reason: 'REASON_EXECUTOR_TERMINATED', message: 'Unable to find executor' };
    reportAbsent(turn, frameworkId, taskId, detail);
    return;
  }
  if (entry.phase === 'launching') {
    const reason = 'REASON_TASK_KILLED_DURING_LAUNCH';
    const message = 'Killed before delivery to the executor';
    entry.phase = 'ended';
    turn.effects.push({ kind: 'abandon', runId: entry.runId });
    enqueueUpdate(turn, entry, agentStatus(entry, 'TASK_KILLED', stampOf(turn), { reason, message }));
    return;
  }
  if (entry.phase !== 'running') return;
  const asked = turn.state.httpExecutor && grace !== undefined ? Number(grace.nanoseconds) / 1e6 : graceMs(entry);
  if (entry.kill === undefined) beginKill(turn, entry, 'asked', asked);
  else if (turn.state.httpExecutor && entry.kill.cause === 'asked') hastenKill(turn, entry, entry.kill, asked);
}

/** A later KILL may shorten the grace, never lengthen it. It counts from the first. */
function hastenKill(turn: Turn, entry: AgentEntry, kill: NonNullable<AgentEntry['kill']>, afterMs: number): void {
  const forceAt = (kill.since ?? turn.at) + afterMs;
  if (forceAt >= kill.forceAt) return;
  entry.kill = { ...kill, forceAt };
  turn.changed.add(entry);
  turn.effects.push({ kind: 'timer', timer: { kind: 'force-kill', runId: entry.runId }, at: forceAt });
}

/** Every task ends, and none is taken until all are acknowledged to their end. An idle agent has nothing to do for it. */
export function drain(turn: Turn, config: DrainConfig): void {
  const { state } = turn;
  if (state.entries.size === 0 && state.operations.size === 0) return;
  state.drain = config;
  turn.agentChanged = true;
  for (const entry of [...state.entries.values()]) {
    if (entry.phase === 'launching' || entry.phase === 'running') {
      const most = Number(config.max_grace_period?.nanoseconds ?? Number.POSITIVE_INFINITY);
      const nanoseconds = Math.min(most, graceMs(entry) * 1e6);
      killTask(turn, entry.frameworkId, entry.taskId, { nanoseconds });
    }
  }
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

export function maxCompletionReached(turn: Turn, entry: AgentEntry): void {
  if (entry.phase === 'running') beginKill(turn, entry, 'max-completion-time', maxCompletionGraceMs);
}

/** Its health checks failed too often. */
export function killUnhealthy(turn: Turn, entry: AgentEntry): void {
  if (entry.phase === 'running') beginKill(turn, entry, 'unhealthy', graceMs(entry));
}

/** As a container that meets its limit: no grace (src/slave/containerizer/mesos/isolators/cgroups of Mesos). */
export function memoryExceeded(turn: Turn, entry: AgentEntry, usedMiB: number): void {
  entry.usedMiB = usedMiB;
  entry.kill = { cause: 'over-memory', forceAt: turn.at };
  turn.changed.add(entry);
  turn.effects.push({ kind: 'signal', runId: entry.runId, signal: 'SIGKILL' });
}

export function shutdownFramework(turn: Turn, frameworkId: FrameworkId): void {
  const { state } = turn;
  for (const entry of [...state.entries.values()].filter((one) => one.frameworkId === frameworkId)) {
    if (entry.phase === 'launching') turn.effects.push({ kind: 'abandon', runId: entry.runId });
    if (entry.phase !== 'running') {
      forgetEntry(turn, entry);
      continue;
    }
    entry.pending = [];
    turn.effects.push({ kind: 'cancel', timer: { kind: 'retry', runId: entry.runId } });
    const cause = 'framework-shutdown';
    if (entry.kill === undefined) beginKill(turn, entry, cause, Math.min(graceMs(entry), shutdownGraceMs));
    else entry.kill = { ...entry.kill, cause };
    turn.changed.add(entry);
  }
  turn.agentChanged = true;
}

export function graceMs(entry: AgentEntry): number {
  const grace = entry.info?.kill_policy?.grace_period;
  return grace === undefined ? defaultGraceMs : Number(grace.nanoseconds) / 1e6;
}

function beginKill(turn: Turn, entry: AgentEntry, cause: KillCause, afterMs: number): void {
  if (entry.kill !== undefined) return;
  entry.kill = { cause, forceAt: turn.at + afterMs, since: turn.at };
  turn.changed.add(entry);
  const framework = turn.state.frameworks.get(entry.frameworkId);
  if (cause !== 'framework-shutdown' && hasCapability(framework, 'TASK_KILLING_STATE'))
    enqueueUpdate(turn, entry, executorStatus(entry, 'TASK_KILLING', stampOf(turn)));
  turn.effects.push(
    { kind: 'signal', runId: entry.runId, signal: 'SIGTERM' },
    { kind: 'timer', timer: { kind: 'force-kill', runId: entry.runId }, at: entry.kill.forceAt },
  );
}
