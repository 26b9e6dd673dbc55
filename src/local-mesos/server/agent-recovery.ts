/**
 * After a restart: which of the checkpointed tasks still run, and an end to every process of a task that no checkpoint
 * speaks of (frameworks that do not checkpoint, launches that were under way when the agent died).
 */
import type { AgentInput } from '../model/agent-io.ts';
import type { AgentCheckpoint } from './agent-checkpoint.ts';
import type { LocalMesosReport } from './agent-options.ts';
import { isAlive } from './process-run.ts';
import { processesUnder, send } from './process-tree.ts';
import { sandboxOf } from './sandbox.ts';

type Recovered = Omit<Extract<AgentInput, { kind: 'recovered' }>, 'kind' | 'at'>;

export function recoverRuns(
  workDir: string,
  checkpoint: AgentCheckpoint,
  report: (report: LocalMesosReport) => void,
): Recovered | undefined {
  const saved = checkpoint.load();
  const entries = (saved?.entries ?? []).map((entry) => {
    const alive = entry.phase === 'running' && entry.process !== undefined && isAlive(entry.process);
    return { entry, alive };
  });
  const kept = new Set(
    entries.flatMap(({ entry, alive }) => (alive && saved ? [sandboxOf(workDir, saved.agentId, entry)] : [])),
  );
  const ended = killStrays(workDir, kept);
  if (ended > 0) report({ level: 'info', text: `ended ${ended} processes that an earlier agent left behind` });
  if (saved === undefined) return undefined;
  const alive = entries.filter((one) => one.alive).length;
  report({ level: 'info', text: `recovered agent ${saved.agentId}: ${alive} of ${entries.length} tasks still run` });
  return { ...saved, entries };
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
