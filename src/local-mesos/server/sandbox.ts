/**
 * Where a task lives: `<work_dir>/slaves/<agent>/frameworks/<framework>/executors/<task>/runs/<uuid>`, with `runs/latest`
 * pointing at the newest run, as on a Mesos agent. Sandboxes of ended tasks are kept for reading, the newest ones only.
 */
import { globSync } from 'node:fs';
import { lstat, mkdir, open, rename, rm, rmdir, stat, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AgentId } from '../../mesos-api-client/protocol/ids.ts';
import type { AgentEntry } from '../model/agent-io.ts';

export function sandboxOf(workDir: string, agentId: AgentId, entry: AgentEntry): string {
  const parts = ['slaves', agentId, 'frameworks', entry.frameworkId, 'executors', entry.taskId, 'runs', entry.runId];
  // The master has checked them already; a path is not built on somebody else's word.
  const bad = parts.find((part) => part === '' || part === '.' || part === '..' || /[/\\\0]/.test(part));
  if (bad !== undefined) throw new Error(`'${bad}' cannot be part of a path`);
  return join(workDir, ...parts);
}

export async function createSandbox(sandbox: string): Promise<void> {
  await mkdir(sandbox, { recursive: true, mode: 0o750 });
  for (const name of ['stdout', 'stderr']) await (await open(join(sandbox, name), 'a', 0o644)).close();
  const latest = join(dirname(sandbox), 'latest');
  const fresh = `${sandbox}.latest`;
  await symlink(sandbox, fresh);
  await rename(fresh, latest);
}

/** Removes the oldest sandboxes that are not in use when their turn comes. */
export async function collectSandboxes(
  workDir: string,
  isInUse: (sandbox: string) => boolean,
  keep: number,
): Promise<void> {
  const idle: { sandbox: string; mtimeMs: number }[] = [];
  for (const sandbox of listSandboxes(workDir)) {
    if (isInUse(sandbox)) continue;
    const { mtimeMs } = await stat(sandbox);
    idle.push({ sandbox, mtimeMs });
  }
  idle.sort((a, b) => b.mtimeMs - a.mtimeMs);
  for (const { sandbox } of idle.slice(keep)) if (!isInUse(sandbox)) await removeSandbox(workDir, sandbox);
}

export function listSandboxes(workDir: string): string[] {
  return globSync('slaves/*/frameworks/*/executors/*/runs/*-*', { cwd: workDir })
    .filter((path) => !path.endsWith('.latest'))
    .map((path) => join(workDir, path));
}

async function removeSandbox(workDir: string, sandbox: string): Promise<void> {
  await rm(sandbox, { recursive: true, force: true });
  const runs = dirname(sandbox);
  const latest = join(runs, 'latest');
  const points = await stat(latest).then(
    () => true,
    () => false,
  );
  if (!points && (await isLink(latest))) await rm(latest, { force: true });
  // Parents that became empty go too, up to the work directory.
  for (let parent = runs; parent.startsWith(`${workDir}/slaves/`); parent = dirname(parent))
    if (!(await removeIfEmpty(parent))) return;
}

async function isLink(path: string): Promise<boolean> {
  return lstat(path).then(
    (status) => status.isSymbolicLink(),
    () => false,
  );
}

async function removeIfEmpty(directory: string): Promise<boolean> {
  try {
    await rmdir(directory);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOENT') return false;
    throw error;
  }
}
