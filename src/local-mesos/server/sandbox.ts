/**
 * Where a task or an executor lives: `<work_dir>/slaves/<agent>/frameworks/<framework>/executors/<executor>/runs/<uuid>`,
 * with `runs/latest` pointing at the newest run, as on a Mesos agent. A task of the default executor lives in
 * `containers/<uuid>` of its executor's, which has a link `tasks/<task>` to it. Sandboxes of what has ended are kept for
 * reading, the newest ones only.
 */
import { globSync } from 'node:fs';
import { lstat, mkdir, open, rename, rm, rmdir, stat, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { AgentId } from '../../mesos-api-client/protocol/ids.ts';
import type { AgentEntry, AgentExecutor } from '../model/agent-io.ts';
import { executorIdOf } from '../model/agent-status.ts';

/** A directory, and the link by which it is found, if there is one. */
export interface Sandbox {
  readonly path: string;
  readonly link?: string;
}

/** Of a task of a custom executor: the executor's. */
export function sandboxOf(workDir: string, agentId: AgentId, entry: AgentEntry): Sandbox {
  const { executor, frameworkId, runId, taskId } = entry;
  const run = { frameworkId, executorId: executorIdOf(entry), runId: executor?.runId ?? runId };
  const outer = executorSandboxOf(workDir, agentId, run);
  if (executor?.type !== 'DEFAULT') return outer;
  checkParts([taskId, runId]);
  return { path: join(outer.path, 'containers', runId), link: join(outer.path, 'tasks', taskId) };
}

export function executorSandboxOf(
  workDir: string,
  agentId: AgentId,
  { frameworkId, executorId, runId }: Pick<AgentExecutor, 'frameworkId' | 'executorId' | 'runId'>,
): Sandbox {
  const parts = ['slaves', agentId, 'frameworks', frameworkId, 'executors', executorId, 'runs', runId];
  checkParts(parts);
  const path = join(workDir, ...parts);
  return { path, link: join(dirname(path), 'latest') };
}

/** The master has checked them already; a path is not built on somebody else's word. */
function checkParts(parts: readonly string[]): void {
  const bad = parts.find((part) => part === '' || part === '.' || part === '..' || /[/\\\0]/.test(part));
  if (bad !== undefined) throw new Error(`'${bad}' cannot be part of a path`);
}

export async function createSandbox({ path, link }: Sandbox): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o750 });
  for (const name of ['stdout', 'stderr']) await (await open(join(path, name), 'a', 0o644)).close();
  if (link === undefined) return;
  await mkdir(dirname(link), { recursive: true, mode: 0o750 });
  const fresh = `${path}.latest`;
  await symlink(path, fresh);
  await rename(fresh, link);
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
