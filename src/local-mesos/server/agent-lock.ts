/**
 * One process for one work directory. The lock is SQLite's on an empty database file: the operating system takes it
 * back when its process ends, however it ends, and it also keeps two users within one process apart.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Problem } from '../../lib/problem.ts';

export function lockDirectory(directory: string): { release(): void } {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'lock');
  const database = new DatabaseSync(file);
  try {
    database.exec('PRAGMA journal_mode=OFF; PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    throw new Problem('STORE_LOCKED', `another local Mesos uses ${directory}`, { cause, details: { directory } });
  }
  return { release: () => database.close() };
}
