/** The contract once more, on a store whose records share a part; and what is written of such records. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { openEmbeddedStore } from '../../src/store/embedded-store.ts';
import { sharingParts } from '../../src/store/shared-parts.ts';
import type { Store, StoredRecord, StoreWrite } from '../../src/store/store.ts';
import { put, remove, storeContract } from './contract.ts';
import { open, part } from './sharing.ts';

async function location(t: ExecutionContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-shared-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  return join(directory, 'data');
}

const module = new URL('./sharing.ts', import.meta.url).href;
storeContract(test, { name: 'WS-1, WS-4 to WS-7, sharing', open, module, location });

const task = (command: string, life = 'waiting') => ({ version: 1, spec: { name: 'n', process: { command } }, life });

/** In memory: commits are taken whole, or refused. */
function memory(): Store & { readonly records: Map<string, StoredRecord>; refuses: boolean } {
  const records = new Map<string, StoredRecord>();
  return {
    records,
    refuses: false,
    async load() {
      return [...records.values()];
    },
    async commit(writes) {
      if (this.refuses) throw new Error('full');
      for (const write of writes) {
        const id = `${write.collection}/${write.key}`;
        if (write.kind === 'delete') records.delete(id);
        else records.set(id, { collection: write.collection, key: write.key, value: structuredClone(write.value) });
      }
    },
    close: () => Promise.resolve(),
  };
}

test('a part is written once, however many records have it, and goes with the last of them', async (t) => {
  const below = memory();
  const store = sharingParts(below, part);
  await store.commit([put('a', task('x')), put('b', task('x')), put('c', task('y'))]);
  const parts = () => [...below.records.values()].filter(({ collection }) => collection === 'processes');
  t.deepEqual(
    parts().map(({ value }) => value),
    [
      { version: 1, part: { command: 'x' } },
      { version: 1, part: { command: 'y' } },
    ],
  );
  t.like(below.records.get('tasks/a')?.value, { spec: { name: 'n', process: parts()[0]?.key } });
  await store.commit([put('a', task('x', 'running')), remove('b')]);
  t.is(parts().length, 2);
  await store.commit([put('a', task('y')), remove('c')]);
  t.deepEqual(
    parts().map(({ value }) => value),
    [{ version: 1, part: { command: 'y' } }],
  );
});

test('records that were read share the part itself; one that nobody names goes with the next commit', async (t) => {
  const below = memory();
  await sharingParts(below, part).commit([put('a', task('x')), put('b', task('x'))]);
  below.records.set('processes/lost', { collection: 'processes', key: 'lost', value: { version: 1, part: {} } });
  const store = sharingParts(below, part);
  const [first, second] = (await store.load()) as readonly { value: ReturnType<typeof task> }[];
  t.is(first?.value.spec.process, second?.value.spec.process);
  await store.commit([put('port', 1, 'settings')]);
  t.true(below.records.has('processes/lost'));
  await store.commit([put('a', { ...first?.value, life: 'running' })]);
  t.false(below.records.has('processes/lost'));
});

test('WS-9: a name that leads nowhere is damage', async (t) => {
  const below = memory();
  below.records.set('tasks/a', { collection: 'tasks', key: 'a', value: { spec: { process: 'gone' } } });
  await t.throwsAsync(sharingParts(below, part).load(), { code: 'STORE_CORRUPT', message: /processes\/gone/ });
});

test('whatever is written, deleted, refused and read again: what is seen is what was committed, and every part is named', async (t) => {
  const key = fc.constantFrom('a', 'b', 'c', 'd');
  const write: fc.Arbitrary<StoreWrite> = fc.oneof(
    fc.tuple(key, fc.constantFrom('x', 'y', 'z'), fc.constantFrom('1', '2')).map(([k, c, l]) => put(k, task(c, l))),
    key.map((each) => put(each, ['no such part'])),
    key.map((each) => remove(each)),
  );
  const step = fc.oneof(
    fc.record({ kind: fc.constant('commit' as const), writes: fc.array(write, { maxLength: 6 }), fails: fc.boolean() }),
    fc.constant({ kind: 'reopen' as const }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const below = memory();
      let store = sharingParts(below, part);
      const seen = new Map<string, unknown>();
      for (const each of steps) {
        if (each.kind === 'reopen') {
          store = sharingParts(below, part);
          await store.load();
          continue;
        }
        below.refuses = each.fails;
        const taken = await store.commit(each.writes).then(
          () => true,
          () => false,
        );
        if (taken) for (const one of each.writes) apply(seen, one);
      }
      const loaded = await sharingParts(below, part).load();
      const found = Object.fromEntries(loaded.map((record) => [record.key, record.value]));
      t.deepEqual(found, Object.fromEntries(seen));
      const stored = [...below.records.values()].filter(({ collection }) => collection === 'processes').length;
      const commands = new Set(
        Object.values(found).flatMap((value) => (value as ReturnType<typeof task>).spec?.process.command ?? []),
      );
      t.is(stored, commands.size);
    }),
  );
});

function apply(seen: Map<string, unknown>, write: StoreWrite): void {
  if (write.kind === 'delete') seen.delete(write.key);
  else seen.set(write.key, write.value);
}

test('an embedded store that was written before parts were shared is read, and shares from the next write on', async (t) => {
  const place = await location(t);
  const plain = await openEmbeddedStore(place);
  await plain.commit([put('a', task('x'))]);
  await plain.close();
  const store = await open(place);
  t.teardown(() => store.close());
  t.deepEqual(await store.load(), [{ collection: 'tasks', key: 'a', value: task('x') }]);
  await store.commit([put('a', task('x', 'running'))]);
  t.deepEqual(await store.load(), [{ collection: 'tasks', key: 'a', value: task('x', 'running') }]);
});
