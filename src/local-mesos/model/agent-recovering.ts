/**
 * A restarted agent takes up what the former one had checkpointed: its reservations and volumes, its tasks and executors
 * with their processes, kills that were under way.
 */

import { armChecks } from './agent-checks.ts';
import type { AgentEntry, AgentInput, ProcessEnd, Recovered } from './agent-io.ts';
import { armMaxCompletion, launchInterrupted, processEnded } from './agent-tasks.ts';
import { addEntry, forgetEntry, isShutDown, type Turn } from './agent-turn.ts';
import { recoverExecutor } from './executors/agent-executors.ts';
import { endGroupWith } from './executors/task-groups.ts';
import { withCheckpointed } from './operations/conversions.ts';

export function recover(turn: Turn, input: Extract<AgentInput, { kind: 'recovered' }>): void {
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
  for (const { entry } of input.entries) addEntry(state, entry);
  for (const { executor, alive, end } of input.executors ?? []) recoverExecutor(turn, executor, alive, end);
  for (const recovered of input.entries) recoverEntry(turn, recovered);
}

function recoverEntry(turn: Turn, { entry, alive, end }: Recovered<{ readonly entry: AgentEntry }>): void {
  if (isShutDown(entry) && entry.phase !== 'running') forgetEntry(turn, entry);
  else if (entry.executor?.type === 'CUSTOM') recoverOnExecutor(turn, entry);
  else if (entry.phase === 'launching') launchInterrupted(turn, entry);
  else if (entry.phase === 'running') recoverRunning(turn, entry, alive, end);
  else if (entry.pending.length === 0) forgetEntry(turn, entry);
  endGroupWith(turn, entry);
}

/** Its executor says how it goes on; only what was acknowledged to its end is of no more interest. */
function recoverOnExecutor(turn: Turn, entry: AgentEntry): void {
  if (entry.phase === 'ended' && entry.pending.length === 0) forgetEntry(turn, entry);
}

/** A command task is lost with its executor, which saw nothing; the default one would have waited for it. */
function recoverRunning(turn: Turn, entry: AgentEntry, alive: boolean, end: ProcessEnd = { kind: 'lost' }): void {
  if (!alive) {
    processEnded(turn, entry, entry.executor === undefined ? { kind: 'lost' } : end);
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
