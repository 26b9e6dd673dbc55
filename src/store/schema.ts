/**
 * The tables of the embedded store and their history. user_version counts the migrations that a file has seen; each runs
 * once, in one transaction with its count, so a process killed in the middle finds the old schema again.
 */
import type { DatabaseSync } from 'node:sqlite';
import { Problem } from '../lib/problem.ts';

export type Migration = (database: DatabaseSync) => void;

/** Append only: the position of a migration is its version. */
export const migrations: readonly Migration[] = [
  (database) =>
    database.exec(`
      CREATE TABLE records (
        collection TEXT NOT NULL,
        key TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (collection, key)
      ) STRICT
    `),
];

export function schemaVersion(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.user_version ?? 0);
}

/** Told before anything is written: a file of a newer version must not be touched. */
export function refuseNewerSchema(version: number, file: string, steps: readonly Migration[] = migrations): void {
  if (version > steps.length) {
    throw new Problem(
      'STORE_CORRUPT',
      `${file} has schema version ${version}, this flink-mesos knows versions up to ${steps.length}: it was written by a newer one`,
    );
  }
}

export function migrate(database: DatabaseSync, steps: readonly Migration[] = migrations): void {
  for (const [index, step] of steps.entries()) {
    if (index < schemaVersion(database)) {
      continue;
    }
    database.exec('BEGIN IMMEDIATE');
    try {
      step(database);
      database.exec(`PRAGMA user_version = ${index + 1}`);
      database.exec('COMMIT');
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    }
  }
}
