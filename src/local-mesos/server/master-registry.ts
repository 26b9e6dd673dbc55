/**
 * The registry of a master as a file in its work directory: which agents it admitted, which are unreachable. Written
 * whole beside the old one and renamed over it, so that a crash leaves the one or the other.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../../lib/problem.ts';
import { emptyRegistry, type Registry } from '../model/master-io.ts';

export interface RegistryFile {
  read(): Registry;
  write(registry: Registry): void;
  /**
   * The same for the leader of that number: what a master of a higher number has written since is not overwritten. It is
   * how one that was stopped for a while and has not noticed its end is kept from the registry.
   */
  fenced(number: number): RegistryFile;
}

const version = 1;

export function openRegistry(workDir: string): RegistryFile {
  mkdirSync(workDir, { recursive: true, mode: 0o700 });
  return registryAt(join(workDir, 'registry.json'), undefined);
}

function registryAt(file: string, leader: number | undefined): RegistryFile {
  return {
    read: () => readRegistry(file),
    write: (registry) => {
      try {
        if (leader !== undefined && leaderIn(file) > leader) throw new Error('another master leads');
        replaceFile(file, JSON.stringify({ version, ...(leader === undefined ? {} : { leader }), ...registry }));
      } catch (cause) {
        throw new Problem('PERSIST_FAILED', `the registry of the local Mesos master, ${file}, cannot be written`, {
          cause,
        });
      }
    },
    fenced: (number) => registryAt(file, number),
  };
}

function replaceFile(file: string, text: string): void {
  const next = `${file}.next`;
  const descriptor = openSync(next, 'w', 0o600);
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(next, file);
}

function readRegistry(file: string): Registry {
  const text = textOf(file);
  if (text === undefined) {
    return emptyRegistry;
  }
  const registry = parse(text);
  if (registry?.version !== version || !Array.isArray(registry.admitted) || !Array.isArray(registry.unreachable)) {
    throw new Problem('STORE_CORRUPT', `the registry of the local Mesos master, ${file}, cannot be read`);
  }
  const { version: _version, ...known } = registry;
  return known;
}

function leaderIn(file: string): number {
  const leader = parse(textOf(file) ?? '{}')?.leader;
  return typeof leader === 'number' ? leader : Number.NEGATIVE_INFINITY;
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

function parse(text: string): (Registry & { version?: unknown; leader?: unknown }) | undefined {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the caller says so, with the file's name.
    return undefined;
  }
}
