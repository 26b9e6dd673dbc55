/**
 * Secrets that a task wants as files (volumes whose source is a SECRET). They lie beside the checkpoints, where nobody else
 * may read, and the sandbox has links to them: so the files API, which follows no link out of a sandbox, never shows one.
 * They go when the task is forgotten; those of a former agent that was never told to forget go with its next start.
 */
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { ContainerInfo } from '../../mesos-api-client/protocol/mesos.ts';
import type { RunId } from '../model/agent-io.ts';

export function writeSecrets(
  workDir: string,
  runId: RunId,
  sandbox: string,
  container: ContainerInfo | undefined,
): void {
  for (const [index, { container_path: path, source }] of (container?.volumes ?? []).entries()) {
    const data = source?.secret?.value?.data;
    // The master has refused all other volumes.
    if (data === undefined) throw new Error(`the volume '${path}' holds no secret`);
    const link = resolve(sandbox, path);
    if (relative(sandbox, link).startsWith('..') || link === sandbox)
      throw new Error(`the secret's path '${path}' does not lie in the sandbox`);
    const directory = directoryOf(workDir, runId);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const file = join(directory, String(index));
    writeFileSync(file, Buffer.from(data, 'base64'), { mode: 0o600 });
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(file, link);
  }
}

export function removeSecrets(workDir: string, runId: RunId): void {
  rmSync(directoryOf(workDir, runId), { recursive: true, force: true });
}

export function removeSecretsBut(workDir: string, kept: ReadonlySet<string>): void {
  const root = join(workDir, 'meta', 'secrets');
  mkdirSync(root, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(root)) if (!kept.has(name)) removeSecrets(workDir, name as RunId);
}

function directoryOf(workDir: string, runId: RunId): string {
  return join(workDir, 'meta', 'secrets', runId);
}
