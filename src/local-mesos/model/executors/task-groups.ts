/**
 * The default executor (src/launcher/default_executor.cpp of Mesos), which here is no process of its own: it runs the
 * tasks of its groups in containers nested in its own. All of a group end when one of them fails or is killed; other
 * groups of the executor go on. A shutdown of the executor kills all of them at once (as recorded).
 */
import type { ExecutorInfo, FrameworkInfo, TaskInfo } from '../../../mesos-api-client/protocol/mesos.ts';
import type { AgentEntry, AgentExecutor } from '../agent-io.ts';
import { beginKill } from '../agent-kills.ts';
import { executorStatus } from '../agent-status.ts';
import { admit, enter, refuseDraining, refuseEnding } from '../agent-tasks.ts';
import { findEntry, stampOf, type Turn } from '../agent-turn.ts';
import { enqueueUpdate } from '../agent-updates.ts';
import { executorFor, membershipOf, shutdownExecutor, tasksOf } from './agent-executors.ts';
import { deliverQueued, killUndelivered } from './executor-tasks.ts';

/** Whatever the task's policy says: so the executor ends those that did nothing wrong. */
const companionGraceMs = 3_000;

export function runGroup(turn: Turn, framework: FrameworkInfo, info: ExecutorInfo, tasks: readonly TaskInfo[]): void {
  const { state, effects } = turn;
  const frameworkId = admit(turn, framework);
  const fresh = tasks.filter(({ task_id }) => findEntry(state, frameworkId, task_id.value) === undefined);
  if (state.drain !== undefined) {
    for (const task of fresh) refuseDraining(turn, frameworkId, task);
    return;
  }
  const executor = executorFor(turn, framework, info);
  if (executor.phase === 'terminating' || executor.phase === 'ended') {
    for (const task of fresh) refuseEnding(turn, frameworkId, task);
    return;
  }
  const group = state.newUuid();
  const entries = fresh.map((task) => enter(turn, frameworkId, task, membershipOf(executor, group)));
  if (executor.type === 'CUSTOM') {
    deliverQueued(turn, executor);
    return;
  }
  executor.served = true;
  turn.changedExecutors.add(executor);
  for (const entry of entries) {
    enqueueUpdate(turn, entry, executorStatus(entry, 'TASK_STARTING', stampOf(turn)));
    effects.push({ kind: 'launch', entry, framework });
  }
}

/** After the end of a process, or of a launch that failed. */
export function endGroupWith(turn: Turn, entry: AgentEntry): void {
  const executor = entry.executor && turn.state.executors.get(entry.executor.runId);
  const spoilt = entry.phase === 'ended' && endedBadly(entry);
  if (executor?.type !== 'DEFAULT' || executor.phase !== 'running' || executor.dismissed || !spoilt) return;
  for (const each of tasksOf(turn.state, executor)) {
    if (each.executor?.group !== entry.executor?.group) continue;
    if (each.phase === 'launching') killUndelivered(turn, each, executor);
    else if (each.phase === 'running') beginKill(turn, each, 'asked', companionGraceMs);
  }
}

function endedBadly({ latestState }: AgentEntry): boolean {
  return latestState !== 'TASK_FINISHED';
}

/** By the scheduler. */
export function shutdownByName(turn: Turn, executor: AgentExecutor): void {
  if (executor.type === 'CUSTOM') {
    shutdownExecutor(turn, executor);
    return;
  }
  if (executor.phase !== 'running') return;
  executor.phase = 'terminating';
  turn.changedExecutors.add(executor);
  for (const entry of tasksOf(turn.state, executor)) {
    if (entry.phase === 'launching') killUndelivered(turn, entry, executor);
    if (entry.phase === 'running') beginKill(turn, entry, 'asked', 0, 'SIGKILL');
  }
}
