/**
 * Persistent volumes: directories of the agent that outlive the tasks that use them (docs/persistent-volume.md of Mesos).
 * A task finds its own under the paths that it asked for, as links in its sandbox. On the agent's own disk they lie below
 * `<work_dir>/volumes/roles/ROLE/ID`, on a PATH disk below its root, and a MOUNT disk is one itself.
 */
import { mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { Resource } from '../../mesos-api-client/protocol/mesos.ts';
import { internalForm, internalResource } from '../model/resource-forms.ts';

/** Makes what is not there yet, and links it. */
export function linkVolumes(workDir: string, sandbox: string, resources: readonly Resource[]): void {
  for (const volume of internalForm(resources)) {
    const path = volume.disk?.volume?.container_path;
    if (volume.disk?.persistence === undefined || path === undefined) continue;
    const link = resolve(sandbox, path);
    if (relative(sandbox, link).startsWith('..') || link === sandbox)
      throw new Error(`the volume's path '${path}' does not lie in the sandbox`);
    const directory = directoryOf(workDir, volume);
    mkdirSync(directory, { recursive: true, mode: 0o755 });
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(directory, link);
  }
}

/** A MOUNT disk is emptied, and stays. */
export function removeVolume(workDir: string, volume: Resource): void {
  const internal = internalResource(volume);
  const directory = directoryOf(workDir, internal);
  if (internal.disk?.source?.type !== 'MOUNT') {
    rmSync(directory, { recursive: true, force: true });
    return;
  }
  for (const name of readdirSync(directory)) rmSync(join(directory, name), { recursive: true, force: true });
}

function directoryOf(workDir: string, { disk, reservations }: Resource): string {
  const id = disk?.persistence?.id;
  const role = reservations?.at(-1)?.role;
  if (id === undefined || role === undefined) throw new Error('a volume has an id and a role');
  const source = disk?.source;
  if (source?.type === 'MOUNT' && source.mount?.root !== undefined) return resolve(workDir, source.mount.root);
  const root = source?.type === 'PATH' ? resolve(workDir, source.path?.root ?? '') : workDir;
  const parts = [...role.split('/'), id];
  // The master has checked them already; a path is not built on somebody else's word.
  const bad = parts.find((part) => part === '' || part === '.' || part === '..' || /[/\\\0]/.test(part));
  if (bad !== undefined) throw new Error(`'${bad}' cannot be part of a path`);
  return join(root, 'volumes', 'roles', role.replaceAll('/', ' '), id);
}
