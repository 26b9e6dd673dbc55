/**
 * One process at a time in a data directory. The lock is the exclusive lock that SQLite puts on a file of no other use:
 * the kernel drops it when its holder ends, however it ends, so a lock never outlives a killed process and no stale file
 * has to be judged. A second file tells people and messages which process holds it.
 *
 * The lock file must never be opened in any other way: closing any descriptor of it drops the lock of the whole process
 * (POSIX record locks, sqlite.org/howtocorrupt.html §2.2).
 */
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { DatabaseSync } from 'node:sqlite';
import { Problem } from '../lib/problem.ts';
import { isBusy, storeProblem } from './sqlite-problems.ts';

export interface DirectoryLock {
  release(): void;
}

export function lockDirectory(directory: string): DirectoryLock {
  const lockFile = join(directory, 'lock');
  const holderFile = join(directory, 'lock.pid');
  let lock: DatabaseSync | undefined;
  try {
    createPrivateFile(lockFile);
    lock = new DatabaseSync(lockFile);
    lock.exec('PRAGMA journal_mode = MEMORY'); // nothing is written, so no journal shall lie beside it
    lock.exec('BEGIN EXCLUSIVE');
    writeFileSync(holderFile, `${process.pid}\n`, { mode: 0o600 });
  } catch (error) {
    lock?.close();
    throw isBusy(error) ? lockedProblem(directory, holderFile) : storeProblem(error, `locking ${lockFile}`);
  }
  const held = lock;
  return {
    release() {
      rmSync(holderFile, { force: true });
      held.close();
    },
  };
}

/** Leaves a file that is there alone. SQLite gives its -wal and -shm the same mode. */
export function createPrivateFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      throw error;
    }
  }
}

function lockedProblem(directory: string, holderFile: string): Problem {
  const pid = holderOf(holderFile);
  const who = pid === undefined ? 'another process' : `process ${pid}`;
  return new Problem('STORE_LOCKED', `the data directory ${directory} is in use by ${who}`, {
    details: { directory, ...(pid === undefined ? {} : { pid }) },
  });
}

/** Undefined in the moment between a holder's lock and its note of it. */
function holderOf(holderFile: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(holderFile, 'utf8'), 10);
    return pid > 0 ? pid : undefined;
  } catch {
    return undefined; // the lock says enough: somebody holds it
  }
}
