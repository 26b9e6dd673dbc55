/** Old sandboxes go when something has ended: one collection at a time; what ends meanwhile asks for one more. */
import type { AgentView } from '../model/agent.ts';
import type { LocalMesosReport } from './agent-options.ts';
import { collectSandboxes, executorSandboxOf, sandboxOf } from './sandbox.ts';

export interface SandboxCollection {
  ask(): void;
  settled(): Promise<void>;
}

export interface CollectionParts {
  readonly workDir: string;
  readonly keepSandboxes: number;
  readonly inUse: () => ReadonlySet<string>;
  readonly report: (report: LocalMesosReport) => void;
}

export function createSandboxCollection({ workDir, keepSandboxes, inUse, report }: CollectionParts): SandboxCollection {
  let running: Promise<void> | undefined;
  let asked = false;
  async function collectAll(): Promise<void> {
    while (asked) {
      asked = false;
      try {
        await collectSandboxes(workDir, (sandbox) => inUse().has(sandbox), keepSandboxes);
      } catch (error) {
        report({ level: 'warn', text: `old sandboxes could not be removed: ${String(error)}` });
      }
    }
  }
  return {
    ask() {
      asked = true;
      running ??= collectAll().finally(() => {
        running = undefined;
      });
    },
    settled: () => running ?? Promise.resolve(),
  };
}

export function sandboxesInUse(workDir: string, { agentId, entries, executors }: AgentView): Set<string> {
  if (agentId === undefined) return new Set();
  const own = entries.filter(({ executor }) => executor === undefined);
  return new Set([
    ...own.map((entry) => sandboxOf(workDir, agentId, entry).path),
    ...executors.map((executor) => executorSandboxOf(workDir, agentId, executor).path),
  ]);
}
