/**
 * Which file a path of the files API means. Reachable are sandboxes only: by the absolute path of a run or of
 * `runs/latest`, and by the virtual `/frameworks/…/executors/…/runs/latest`. `..` and links may not lead out.
 */
import { realpath } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import type { AgentId } from '../../mesos-api-client/protocol/ids.ts';

export type FileFound =
  | { readonly kind: 'found'; readonly file: string }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'inaccessible'; readonly path: string };

const sandboxPattern =
  /^(?:\/slaves\/(?<agent>[^/]+))?\/frameworks\/(?<framework>[^/]+)\/executors\/(?<executor>[^/]+)\/runs\/(?<run>[^/]+)(?<rest>\/.*)?$/;

export async function findFile(workDir: string, agentId: AgentId | undefined, path: string): Promise<FileFound> {
  const asked = mapped(workDir, agentId, path);
  if (asked === undefined) return { kind: 'unknown' };
  const meant = mapped(workDir, agentId, normalize(path));
  if (meant === undefined) return { kind: 'inaccessible', path };
  const root = await realpathIfThere(meant.sandbox);
  const file = await realpathIfThere(join(meant.sandbox, meant.rest));
  if (root === undefined || file === undefined) return { kind: 'unknown' };
  const inside = file === root || file.startsWith(`${root}/`);
  const isSandbox = root.startsWith(`${await realpath(join(workDir, 'slaves'))}/`);
  return inside && isSandbox ? { kind: 'found', file } : { kind: 'inaccessible', path };
}

function mapped(workDir: string, agentId: AgentId | undefined, path: string) {
  if (path.includes('\0')) return undefined;
  const groups = sandboxPattern.exec(path.startsWith(`${workDir}/`) ? path.slice(workDir.length) : path)?.groups;
  if (groups === undefined || (groups.agent !== undefined) !== path.startsWith(`${workDir}/`)) return undefined;
  const { agent = agentId, framework = '', executor = '', run = '', rest = '' } = groups;
  if (agent === undefined || (groups.agent === undefined && run !== 'latest')) return undefined;
  if ([agent, framework, executor, run].some((part) => part === '.' || part === '..')) return undefined;
  return { sandbox: join(workDir, 'slaves', agent, 'frameworks', framework, 'executors', executor, 'runs', run), rest };
}

async function realpathIfThere(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return undefined;
    throw error;
  }
}
