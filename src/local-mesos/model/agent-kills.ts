/**
 * How a task is ended before its time: SIGTERM and, after the grace of its own policy (else 3 s), SIGKILL. The kill policy
 * of a KILL call, and the longest grace of a drain, count with the default and the HTTP command executor: the plain
 * command executor ignores them (as recorded). KILLING is written only for frameworks that know it.
 */
import type { FrameworkId, TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { DurationInfo } from '../../mesos-api-client/protocol/mesos.ts';
import type { DrainConfig } from '../../mesos-api-client/protocol/operator-messages.ts';
import type { AgentEntry, KillCause } from './agent-io.ts';
import { agentStatus, executorStatus, hasCapability } from './agent-status.ts';
import { reportAbsent } from './agent-tasks.ts';
import { findEntry, forgetEntry, stampOf, type Turn } from './agent-turn.ts';
import { enqueueUpdate } from './agent-updates.ts';
import { dismissExecutor } from './executors/agent-executors.ts';
import { killOnExecutor, killUndelivered } from './executors/executor-tasks.ts';

const defaultGraceMs = 3_000;
/** --executor_shutdown_grace_period of Mesos: after it the container is destroyed. */
const shutdownGraceMs = 5_000;
/** Mesos gives none; this lets SIGTERM be what ends the process, as Mesos' updates show it. */
const maxCompletionGraceMs = 100;

export function killTask(turn: Turn, frameworkId: FrameworkId, taskId: TaskId, grace?: DurationInfo): void {
  const entry = findEntry(turn.state, frameworkId, taskId);
  if (entry === undefined) {
    const detail = { reason: 'REASON_EXECUTOR_TERMINATED', message: 'Unable to find executor' };
    reportAbsent(turn, frameworkId, taskId, detail);
    return;
  }
  const executor = entry.executor && turn.state.executors.get(entry.executor.runId);
  if (executor?.type === 'CUSTOM') killOnExecutor(turn, entry, executor, grace);
  else if (executor !== undefined && entry.phase === 'launching') killUndelivered(turn, entry, executor);
  else killOwn(turn, entry, grace);
}

/** One whose process is ours to end. */
function killOwn(turn: Turn, entry: AgentEntry, grace: DurationInfo | undefined): void {
  if (entry.phase === 'launching') {
    const reason = 'REASON_TASK_KILLED_DURING_LAUNCH';
    const message = 'Killed before delivery to the executor';
    entry.phase = 'ended';
    turn.effects.push({ kind: 'abandon', runId: entry.runId });
    enqueueUpdate(turn, entry, agentStatus(entry, 'TASK_KILLED', stampOf(turn), { reason, message }));
    return;
  }
  if (entry.phase !== 'running') return;
  const isHeeded = turn.state.httpExecutor || entry.executor !== undefined;
  const asked = isHeeded && grace !== undefined ? Number(grace.nanoseconds) / 1e6 : graceMs(entry);
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
  if (state.entries.size === 0 && state.executors.size === 0 && state.operations.size === 0) return;
  state.drain = config;
  turn.agentChanged = true;
  const most = config.max_grace_period;
  for (const entry of [...state.entries.values()]) {
    if (entry.phase !== 'launching' && entry.phase !== 'running') continue;
    const nanoseconds = Math.min(Number(most?.nanoseconds), graceMs(entry) * 1e6);
    killTask(turn, entry.frameworkId, entry.taskId, most === undefined ? undefined : { nanoseconds });
  }
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
  for (const executor of [...state.executors.values()])
    if (executor.frameworkId === frameworkId) dismissExecutor(turn, executor);
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

export function beginKill(
  turn: Turn,
  entry: AgentEntry,
  cause: KillCause,
  afterMs: number,
  first: 'SIGTERM' | 'SIGKILL' = 'SIGTERM',
): void {
  if (entry.kill !== undefined) return;
  entry.kill = { cause, forceAt: turn.at + afterMs, since: turn.at };
  turn.changed.add(entry);
  const framework = turn.state.frameworks.get(entry.frameworkId);
  if (cause !== 'framework-shutdown' && hasCapability(framework, 'TASK_KILLING_STATE'))
    enqueueUpdate(turn, entry, executorStatus(entry, 'TASK_KILLING', stampOf(turn)));
  turn.effects.push(
    { kind: 'signal', runId: entry.runId, signal: first },
    { kind: 'timer', timer: { kind: 'force-kill', runId: entry.runId }, at: entry.kill.forceAt },
  );
}
