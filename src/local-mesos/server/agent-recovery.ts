/**
 * After a restart: which of the checkpointed tasks still run, and an end to every process of a task that no checkpoint
 * speaks of (frameworks that do not checkpoint, launches that were under way when the agent died).
 */
import type { AgentEntry, AgentExecutor, AgentInput } from '../model/agent-io.ts';
import type { AgentCheckpoint } from './agent-checkpoint.ts';
import type { LocalMesosReport } from './agent-options.ts';
import { isAlive, readEnd } from './process-run.ts';
import { processesUnder, send } from './process-tree.ts';
import { executorSandboxOf, sandboxOf } from './sandbox.ts';

type AgentRecovered = Omit<Extract<AgentInput, { kind: 'recovered' }>, 'kind' | 'at'>;

export function recoverRuns(
  workDir: string,
  checkpoint: AgentCheckpoint,
  report: (report: LocalMesosReport) => void,
): AgentRecovered | undefined {
  const saved = checkpoint.load();
  const entries = (saved?.entries ?? []).map((entry) => ({ entry, ...fateOf(entry, checkpoint) }));
  const executors = (saved?.executors ?? []).map((executor) => ({ executor, ...fateOf(executor, checkpoint) }));
  const kept = new Set<string>();
  if (saved !== undefined) {
    for (const { entry, alive } of entries) if (alive) kept.add(sandboxOf(workDir, saved.agentId, entry).path);
    for (const { executor, alive } of executors)
      if (alive) kept.add(executorSandboxOf(workDir, saved.agentId, executor).path);
  }
  const ended = killStrays(workDir, kept);
  if (ended > 0) report({ level: 'info', text: `ended ${ended} processes that an earlier agent left behind` });
  if (saved === undefined) return undefined;
  const alive = entries.filter((one) => one.alive).length;
  report({ level: 'info', text: `recovered agent ${saved.agentId}: ${alive} of ${entries.length} tasks still run` });
  return { ...saved, entries, executors };
}

/** Whether its process still lives; if not, how it ended, where its shim could write it down. */
function fateOf({ process, phase, runId }: AgentEntry | AgentExecutor, checkpoint: AgentCheckpoint) {
  const isOver = process === undefined || phase === 'ended' || phase === 'absent';
  const alive = !isOver && isAlive(process);
  return alive ? { alive } : { alive, end: readEnd(checkpoint.statusFile(runId)) };
}

function killStrays(workDir: string, kept: ReadonlySet<string>): number {
  let ended = 0;
  for (let round = 0; round < 20; round += 1) {
    const strays = processesUnder(`${workDir}/slaves`).filter(([, sandbox]) => !kept.has(sandbox));
    const hit = strays.filter(([pid]) => send(pid, 'SIGKILL')).length;
    if (hit === 0) break;
    ended += hit;
  }
  return ended;
}
