/**
 * Watches how much memory the processes of tasks use, where an agent was told to: the resident size of each task's tree,
 * held against the task's limit once a second. Pages that processes share count for each of them, as in Mesos' posix/mem
 * isolator; a cgroup would count them once.
 */

import type { AgentEntry, ProcessRef, RunId } from '../model/agent-io.ts';
import { memLimitMiB } from '../model/agent-status.ts';
import { residentBytes } from './process-table.ts';
import { treesOf } from './process-tree.ts';

export interface Watched {
  readonly entry: AgentEntry;
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
    const tasks = watched();
    if (tasks.length === 0) return;
    for (const [index, members] of treesOf(tasks).entries()) {
      const entry = tasks[index]?.entry;
      const limitMiB = memLimitMiB(entry?.info);
      const usedMiB = Math.ceil(members.reduce((sum, pid) => sum + residentBytes(pid), 0) / 2 ** 20);
      if (entry !== undefined && limitMiB !== undefined && usedMiB > limitMiB) exceeded(entry.runId, usedMiB);
    }
  }, everyMs);
  return { close: () => clearInterval(timer) };
}
