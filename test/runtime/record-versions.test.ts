import test from 'ava';
import { type Migrations, newestShape } from '../../src/runtime/record-versions.ts';

/** As it would be after two changes of a task's shape. */
const steps: Migrations = {
  tasks: [({ host, ...rest }) => ({ ...rest, hostname: host }), (record) => ({ ...record, zone: 'none' })],
};

const record = (collection: string, value: unknown) => ({ collection, key: 'k', value });

test('WS-1, WS-9: a record of any earlier version is read in its newest shape, one of a later version is refused', (t) => {
  const newest = { version: 3, hostname: 'a', zone: 'none' };
  t.deepEqual(newestShape(record('tasks', { version: 1, host: 'a' }), steps), newest);
  t.deepEqual(newestShape(record('tasks', { version: 2, hostname: 'a' }), steps), newest);
  t.deepEqual(newestShape(record('tasks', newest), steps), newest);
  t.deepEqual(newestShape(record('jars', { version: 1 }), steps), { version: 1 });
  for (const version of [4, 0, 1.5, '1', undefined]) {
    const error = t.throws(() => newestShape(record('tasks', { version }), steps), {
      message: /reads versions 1 to 3/,
    });
    t.like(error, { code: 'STORE_CORRUPT' });
  }
});

test('what was stored is not changed by being read', (t) => {
  const stored = Object.freeze({ version: 1, host: 'a' });
  newestShape(record('tasks', stored), steps);
  t.deepEqual(stored, { version: 1, host: 'a' });
});
