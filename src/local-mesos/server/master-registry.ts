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
}

const version = 1;

export function openRegistry(workDir: string): RegistryFile {
  mkdirSync(workDir, { recursive: true, mode: 0o700 });
  const file = join(workDir, 'registry.json');
  return {
    read: () => readRegistry(file),
    write: (registry) => {
      try {
        replaceFile(file, JSON.stringify({ version, ...registry }));
      } catch (cause) {
        throw new Problem('PERSIST_FAILED', `the registry of the local Mesos master, ${file}, cannot be written`, {
          cause,
        });
      }
    },
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

function parse(text: string): (Registry & { version?: unknown }) | undefined {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the caller says so, with the file's name.
    return undefined;
  }
}
