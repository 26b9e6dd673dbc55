import { DatabaseSync } from 'node:sqlite';
import test from 'ava';
import { Problem } from '../../src/lib/problem.ts';
import { type Migration, migrate, migrations, refuseUnfit, schemaVersion } from '../../src/store/schema.ts';

const addColumn: Migration = (database) => database.exec(`ALTER TABLE records ADD COLUMN tag TEXT DEFAULT 'none'`);

test('each migration runs once, in order, and keeps what is there', (t) => {
  const database = new DatabaseSync(':memory:');
  migrate(database);
  t.is(schemaVersion(database), migrations.length);
  database.exec(`INSERT INTO records (collection, key, value) VALUES ('c', 'k', '1')`);
  migrate(database, [...migrations, addColumn]);
  migrate(database, [...migrations, addColumn]);
  t.is(schemaVersion(database), migrations.length + 1);
  t.like(database.prepare('SELECT * FROM records').get(), { key: 'k', value: '1', tag: 'none' });
});

test('a migration that fails leaves schema and version as they were', (t) => {
  const database = new DatabaseSync(':memory:');
  migrate(database);
  const failing: Migration = (it) => {
    addColumn(it);
    throw new Error('power cut');
  };
  t.throws(() => migrate(database, [...migrations, failing]), { message: 'power cut' });
  t.is(schemaVersion(database), migrations.length);
  t.throws(() => database.prepare('SELECT tag FROM records'), { message: /no such column/ });
  migrate(database, [...migrations, addColumn]);
  t.notThrows(() => database.prepare('SELECT tag FROM records'));
});

test('a schema of a newer version is refused, one of an older version is not', (t) => {
  const database = new DatabaseSync(':memory:');
  migrate(database);
  t.notThrows(() => refuseUnfit(database, 'f'));
  t.notThrows(() => refuseUnfit(database, 'f', [...migrations, addColumn]));
  migrate(database, [...migrations, addColumn]);
  const error = t.throws(() => refuseUnfit(database, 'f'), { instanceOf: Problem });
  t.is(error.code, 'STORE_CORRUPT');
  t.regex(error.message, /newer/);
});
