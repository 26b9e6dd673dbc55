/**
 * The whole tree of a task: every process of its session or group, every child of one of these, and every process that
 * carries the task's sandbox in its environment, wherever it went (double forks, sessions of their own). Mesos' posix
 * launcher lets the last ones live; we don't.
 *
 * The task's shim (process-run) is its root and is spared: it has to write down how the command ended.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { environmentOf, listProcesses, type ProcessRow } from './process-table.ts';

export interface TreeRoot {
  /** Leader of the task's session; absent when only the environment can tell. */
  readonly pid?: number;
  readonly sandbox: string;
}

/** The variable that names a task's processes: Mesos sets it in every task. */
export const sandboxVariable = 'MESOS_DIRECTORY';

export function processesOf(root: TreeRoot): number[] {
  const rows = listProcesses();
  const members = new Set<number>();
  for (const row of rows) if (belongs(row, root)) members.add(row.pid);
  if (root.pid !== undefined) members.add(root.pid);
  addDescendants(rows, members);
  if (root.pid !== undefined) members.delete(root.pid);
  return [...members];
}

export function signalTree(root: TreeRoot, signal: NodeJS.Signals): number {
  return processesOf(root).filter((pid) => send(pid, signal)).length;
}

/** Repeated until nobody is left: what forks while it is being killed is found in the next round. */
export async function killTree(root: TreeRoot): Promise<void> {
  for (let round = 0; round < 100 && signalTree(root, 'SIGKILL') > 0; round += 1) await sleep(round < 10 ? 2 : 20);
}

/** Processes of tasks whose sandboxes lie under a directory, as `[pid, sandbox]`. */
export function processesUnder(directory: string): [number, string][] {
  return listProcesses().flatMap(({ pid }) => {
    const sandbox = environmentOf(pid, sandboxVariable);
    return sandbox?.startsWith(`${directory}/`) ? [[pid, sandbox] as [number, string]] : [];
  });
}

/** False when it is gone already, or has become another user's (a set-uid program) and out of our reach. */
export function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ESRCH' || code === 'EPERM') return false;
    throw error;
  }
}

function belongs(row: ProcessRow, root: TreeRoot): boolean {
  if (row.pid === process.pid) return false;
  if (root.pid !== undefined && (row.session === root.pid || row.group === root.pid)) return true;
  return environmentOf(row.pid, sandboxVariable) === root.sandbox;
}

function addDescendants(rows: readonly ProcessRow[], members: Set<number>): void {
  const children = Map.groupBy(rows, (row) => row.parent);
  const open = [...members];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop())
    for (const child of children.get(pid) ?? []) {
      if (members.has(child.pid)) continue;
      members.add(child.pid);
      open.push(child.pid);
    }
}
