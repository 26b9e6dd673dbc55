/**
 * The tables of the embedded store and their history. user_version counts the migrations that a file has seen; each runs
 * once, in one transaction with its count, so a process killed in the middle finds the old schema again.
 */
import type { DatabaseSync } from 'node:sqlite';
import { Problem } from '../lib/problem.ts';

export type Migration = (database: DatabaseSync) => void;

/** Marks a SQLite file as ours ("FLMS"), so that a database of something else is never taken for a store. */
const applicationId = 0x464c4d53;

/** Append only: the position of a migration is its version. */
export const migrations: readonly Migration[] = [
  (database) =>
    database.exec(`
      PRAGMA application_id = ${applicationId};
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

/** Whether a file is one that we may write to: ours, whole, and not of a newer version. Writes nothing. */
export function refuseUnfit(database: DatabaseSync, file: string, steps: readonly Migration[] = migrations): void {
  const faults = database.prepare('PRAGMA quick_check(3)').all();
  const texts = faults.map((row) => String(row.quick_check)).join('; ');
  if (texts !== 'ok') {
    throw new Problem('STORE_CORRUPT', `${file} is damaged: ${texts}`);
  }
  if (database.prepare('PRAGMA application_id').get()?.application_id !== applicationId) {
    throw new Problem('STORE_CORRUPT', `${file} is the database of another application`);
  }
  const version = schemaVersion(database);
  if (version > steps.length) {
    throw new Problem(
      'STORE_CORRUPT',
      `${file} has schema version ${version}, this flink-mesos knows versions up to ${steps.length}: it was written by a newer one`,
    );
  }
  const broken = database.prepare('SELECT collection, key FROM records WHERE NOT json_valid(value) LIMIT 1').get();
  if (broken !== undefined) {
    throw new Problem(
      'STORE_CORRUPT',
      `${file} is damaged: the value of ${broken.collection}/${broken.key} is no JSON`,
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
