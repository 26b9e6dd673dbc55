/**
 * State in one SQLite file of the data directory. Write-ahead log with synchronous=FULL: a commit is one append and one
 * fsync, durable when it returns, and a process or machine that dies at any moment leaves either all of it or nothing.
 * (A rollback journal needs three fsyncs, and one more of the directory, for the same promise.)
 *
 * A file that is broken, missing beside its log, or newer than we are is refused before anything writes to it.
 */
import { Buffer } from 'node:buffer';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Problem } from '../lib/problem.ts';
import { createPrivateFile, type DirectoryLock, lockDirectory } from './directory-lock.ts';
import { migrate, refuseUnfit } from './schema.ts';
import { storeProblem } from './sqlite-problems.ts';
import type { Store, StoredRecord, StoreWrite } from './store.ts';

/** SQLite's limit for one value is 10^9 bytes; a record near it would be a mistake. */
const maxValueBytes = 256 * 1024 * 1024;

export async function openEmbeddedStore(dataDir: string): Promise<Store> {
  const directory = resolve(dataDir);
  const file = join(directory, 'state.sqlite');
  let lock: DirectoryLock | undefined;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    lock = lockDirectory(directory);
    if (!existsSync(file)) {
      createDatabase(file);
    }
    checkDatabase(file);
    return storeOn(openDatabase(file), file, lock);
  } catch (error) {
    lock?.release();
    throw storeProblem(error, `opening the store ${file}`);
  }
}

function storeOn(database: DatabaseSync, file: string, lock: DirectoryLock): Store {
  const select = database.prepare('SELECT collection, key, value FROM records ORDER BY collection, key');
  const put = database.prepare(
    'INSERT INTO records (collection, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
  );
  const remove = database.prepare('DELETE FROM records WHERE collection = ? AND key = ?');
  let open = true;

  function refuseClosed(): void {
    if (!open) {
      throw new Problem('PERSIST_FAILED', `the store ${file} is closed`);
    }
  }

  return {
    async load() {
      refuseClosed();
      try {
        return select.all().map((row) => recordOf(row, file));
      } catch (error) {
        throw storeProblem(error, `reading ${file}`);
      }
    },
    // Synchronous to its end, so that commits happen in the order of their calls.
    async commit(writes) {
      refuseClosed();
      const rows = writes.map(rowOf);
      if (rows.length === 0) {
        return;
      }
      try {
        inTransaction(database, () => {
          for (const { collection, key, value } of rows) {
            value === undefined ? remove.run(collection, key) : put.run(collection, key, value);
          }
        });
      } catch (error) {
        throw storeProblem(error, `writing ${file}`);
      }
    },
    async close() {
      if (!open) {
        return;
      }
      open = false;
      try {
        database.close();
      } catch (error) {
        throw storeProblem(error, `closing ${file}`);
      } finally {
        lock.release();
      }
    },
  };
}

/** Made under another name and renamed when whole, so that an empty file is always a broken one, never a fresh one. */
function createDatabase(file: string): void {
  if (existsSync(`${file}-wal`)) {
    throw new Problem(
      'STORE_CORRUPT',
      `${file} is missing, but ${file}-wal, which holds its latest changes, is there: put ${file} back, or move both away`,
    );
  }
  const fresh = `${file}.new`;
  for (const leftover of [fresh, `${fresh}-wal`, `${fresh}-shm`, `${fresh}-journal`]) {
    rmSync(leftover, { force: true });
  }
  createPrivateFile(fresh);
  openDatabase(fresh).close();
  renameSync(fresh, file);
  syncDirectory(join(file, '..'));
}

/** Through a connection that cannot write: what is broken stays as it was found, its log included. */
function checkDatabase(file: string): void {
  if (statSync(file).size === 0) {
    throw new Problem('STORE_CORRUPT', `${file} is empty: its content was lost`);
  }
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    refuseUnfit(database, file);
  } finally {
    database.close();
  }
}

function openDatabase(file: string): DatabaseSync {
  const database = new DatabaseSync(file);
  try {
    database.exec('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = FULL');
    migrate(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function inTransaction(database: DatabaseSync, act: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    act();
    database.exec('COMMIT');
  } catch (error) {
    // A full disk may have rolled back already (sqlite.org/lang_transaction.html §3).
    if (database.isTransaction) {
      database.exec('ROLLBACK');
    }
    throw error;
  }
}

/** `value` is undefined for a deletion. */
function rowOf(write: StoreWrite): { collection: string; key: string; value: string | undefined } {
  const { collection, key } = write;
  if (write.kind === 'delete') {
    return { collection, key, value: undefined };
  }
  const value: string | undefined = JSON.stringify(write.value);
  if (value === undefined) {
    throw new Problem('PERSIST_FAILED', `the value of ${collection}/${key} is no JSON`);
  }
  if (Buffer.byteLength(value) > maxValueBytes) {
    throw new Problem('PERSIST_FAILED', `the value of ${collection}/${key} is larger than ${maxValueBytes} bytes`);
  }
  return { collection, key, value };
}

function recordOf(row: Record<string, unknown>, file: string): StoredRecord {
  const collection = String(row.collection);
  const key = String(row.key);
  try {
    return { collection, key, value: JSON.parse(String(row.value)) };
  } catch (cause) {
    throw new Problem('STORE_CORRUPT', `${file} is damaged: the value of ${collection}/${key} is no JSON`, { cause });
  }
}

function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
