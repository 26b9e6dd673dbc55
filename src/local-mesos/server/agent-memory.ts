/**
 * Watches how much memory the processes of containers use, where an agent was told to: the resident size of each tree,
 * held against the container's limit once a second. Pages that processes share count for each of them, as in Mesos' posix/mem
 * isolator; a cgroup would count them once.
 */

import type { AgentView } from '../model/agent.ts';
import type { ProcessRef, RunId } from '../model/agent-io.ts';
import { executorLimitMiB, memLimitMiB } from '../model/agent-status.ts';
import { residentBytes } from './process-table.ts';
import { treesOf } from './process-tree.ts';
import { executorSandboxOf, sandboxOf } from './sandbox.ts';

/** A container with a limit: that of a task, or of an executor with its tasks. */
export interface Watched {
  readonly runId: RunId;
  readonly limitMiB: number;
  readonly process: ProcessRef;
  readonly sandbox: string;
}

export interface MemoryWatch {
  close(): void;
}

const everyMs = 1_000;

export function watchMemory(
  watched: () => readonly Watched[],
  exceeded: (runId: RunId, usedMiB: number) => void,
): MemoryWatch {
  const timer = setInterval(() => {
    const containers = watched();
    if (containers.length === 0) return;
    for (const [index, members] of treesOf(containers).entries()) {
      const container = containers[index];
      const usedMiB = Math.ceil(members.reduce((sum, pid) => sum + residentBytes(pid), 0) / 2 ** 20);
      if (container !== undefined && usedMiB > container.limitMiB) exceeded(container.runId, usedMiB);
    }
  }, everyMs);
  return { close: () => clearInterval(timer) };
}

/** Those of the tasks, and of the executors that are programs. */
export function limitedContainers(workDir: string, { agentId, entries, executors }: AgentView): Watched[] {
  if (agentId === undefined) return [];
  const tasks = entries.flatMap((entry): Watched[] => {
    const { runId, process, phase, kill } = entry;
    const limitMiB = memLimitMiB(entry.info);
    return process === undefined || limitMiB === undefined || phase !== 'running' || kill !== undefined
      ? []
      : [{ runId, limitMiB, process, sandbox: sandboxOf(workDir, agentId, entry).path }];
  });
  const programs = executors.flatMap((executor): Watched[] => {
    const { runId, process, phase } = executor;
    const limitMiB = executorLimitMiB(executor, entries);
    return process === undefined || limitMiB === undefined || phase === 'terminating' || phase === 'ended'
      ? []
      : [{ runId, limitMiB, process, sandbox: executorSandboxOf(workDir, agentId, executor).path }];
  });
  return [...tasks, ...programs];
}
