/**
 * What every home for state promises, as tests to be run on each implementation. Besides the implementation a module is
 * named that exports `open(location): Promise<Store>`, because some of the promises are about processes that are killed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ExecutionContext, TestFn } from 'ava';
import fc from 'fast-check';
import { Problem } from '../../src/lib/problem.ts';
import type { Store, StoredRecord, StoreWrite } from '../../src/store/store.ts';

export interface Implementation {
  readonly name: string;
  readonly open: (location: string) => Promise<Store>;
  /** The URL of a module that exports the same `open`. */
  readonly module: string;
  /** A fresh place; what is there ends with the test. */
  readonly location: (t: ExecutionContext) => Promise<string>;
}

export const put = (key: string, value: unknown, collection = 'tasks'): StoreWrite => ({
  kind: 'put',
  collection,
  key,
  value,
});
export const remove = (key: string, collection = 'tasks'): StoreWrite => ({ kind: 'delete', collection, key });

export function storeContract(test: TestFn, implementation: Implementation): void {
  const { name, open } = implementation;

  async function fresh(t: ExecutionContext): Promise<{ store: Store; location: string }> {
    const location = await implementation.location(t);
    return { store: await opened(t, location), location };
  }

  async function opened(t: ExecutionContext, location: string): Promise<Store> {
    const store = await open(location);
    t.teardown(() => store.close());
    return store;
  }

  async function reopened(t: ExecutionContext, store: Store, location: string): Promise<Store> {
    await store.close();
    return opened(t, location);
  }

  test(`${name}: a new store is empty`, async (t) => {
    t.deepEqual(await (await fresh(t)).store.load(), []);
  });

  test(`${name}: what was put is there, now and after a reload`, async (t) => {
    const { store, location } = await fresh(t);
    await store.commit([put('id', { version: 1 }, 'framework'), put('a', [1, null, 'x'])]);
    const records = [
      { collection: 'framework', key: 'id', value: { version: 1 } },
      { collection: 'tasks', key: 'a', value: [1, null, 'x'] },
    ];
    t.deepEqual(sorted(await store.load()), records);
    t.deepEqual(sorted(await (await reopened(t, store, location)).load()), records);
  });

  test(`${name}: a later put replaces, a delete removes, and deleting what is not there is no fault`, async (t) => {
    const { store, location } = await fresh(t);
    await store.commit([put('a', 1), put('b', 1), put('b', 1, 'clusters')]);
    await store.commit([put('a', 2), remove('b'), remove('never')]);
    const records = [
      { collection: 'clusters', key: 'b', value: 1 },
      { collection: 'tasks', key: 'a', value: 2 },
    ];
    t.deepEqual(sorted(await store.load()), records);
    t.deepEqual(sorted(await (await reopened(t, store, location)).load()), records);
  });

  test(`${name}: within one commit the last write to a key wins`, async (t) => {
    const { store } = await fresh(t);
    await store.commit([put('a', 1), put('a', 2), remove('b'), put('b', 3), put('c', 1), remove('c')]);
    t.deepEqual(sorted(await store.load()), [
      { collection: 'tasks', key: 'a', value: 2 },
      { collection: 'tasks', key: 'b', value: 3 },
    ]);
  });

  test(`${name}: an empty commit changes nothing`, async (t) => {
    const { store } = await fresh(t);
    await store.commit([]);
    t.deepEqual(await store.load(), []);
  });

  test(`${name}: a commit with one bad write changes nothing at all`, async (t) => {
    const { store } = await fresh(t);
    await store.commit([put('a', 1)]);
    const error = await t.throwsAsync(() => store.commit([put('a', 2), put('b', undefined), remove('a')]), {
      instanceOf: Problem,
    });
    t.is(error.code, 'PERSIST_FAILED');
    t.deepEqual(await store.load(), [{ collection: 'tasks', key: 'a', value: 1 }]);
    await store.commit([put('b', 1)]);
    t.is((await store.load()).length, 2);
  });

  test(`${name}: keys of any characters stay apart`, async (t) => {
    const { store, location } = await fresh(t);
    const keys = ['tâche-✓-😀', 'e\u0301', 'é', 'a/b', 'a%2Fb', '..', ' ', '"', "'; DROP TABLE records; --", 'A', 'a'];
    await store.commit(keys.map((key) => put(key, key)));
    const records = await (await reopened(t, store, location)).load();
    t.deepEqual(records.map((record) => record.value).sort(), keys.toSorted());
    t.true(records.every((record) => record.key === record.value));
  });

  test(`${name}: large values and many records`, async (t) => {
    const { store, location } = await fresh(t);
    const large = '✓'.repeat(300_000);
    const many = Array.from({ length: 5000 }, (_, index) => put(`task-${index}`, { index }));
    await store.commit([put('large', large, 'settings'), ...many]);
    const records = await (await reopened(t, store, location)).load();
    t.is(records.length, 5001);
    t.is(records.find((record) => record.key === 'large')?.value, large);
  });

  test(`${name}: commits called at once happen in the order of their calls`, async (t) => {
    const { store } = await fresh(t);
    const done: number[] = [];
    const numbers = Array.from({ length: 100 }, (_, index) => index);
    await Promise.all(
      numbers.map((number) => store.commit([put('last', number), put(`n${number}`, 0)]).then(() => done.push(number))),
    );
    t.deepEqual(done, numbers);
    t.is((await store.load()).find((record) => record.key === 'last')?.value, 99);
  });

  test(`${name}: property: any commits leave what a plain map would hold, also after a reload`, async (t) => {
    const writes = fc.oneof(
      fc.record({ key: keys, collection: collections, value: fc.jsonValue() }).map((write) => ({ kind: 'put' as const, ...write })), // biome-ignore format: one line
      fc.record({ key: keys, collection: collections }).map((write) => ({ kind: 'delete' as const, ...write })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(writes, { maxLength: 6 }), { maxLength: 6 }), async (commits) => {
        const { store, location } = await fresh(t);
        for (const commit of commits) {
          await store.commit(commit);
        }
        const again = await reopened(t, store, location);
        t.deepEqual(sorted(await again.load()), replayed(commits));
        await again.close();
      }),
      { numRuns: 25 },
    );
  });

  test(`${name}: a closed store says so, and may be closed again`, async (t) => {
    const { store } = await fresh(t);
    await store.close();
    await store.close();
    for (const act of [() => store.load(), () => store.commit([put('a', 1)])]) {
      t.is((await t.throwsAsync(act, { instanceOf: Problem })).code, 'PERSIST_FAILED');
    }
  });

  test(`${name}: kill -9 between commits loses nothing that was committed`, async (t) => {
    const location = await implementation.location(t);
    const writer = startWriter(t, implementation.module, location, 25);
    t.is(await writer.committed(25), 25);
    await writer.kill();
    t.is(await commitsFound(t, await opened(t, location)), 25);
  });

  for (const after of [1, 7, 40, 120]) {
    test(`${name}: kill -9 during commits (after ${after}) leaves whole commits, none of them lost`, async (t) => {
      const location = await implementation.location(t);
      const writer = startWriter(t, implementation.module, location, Number.MAX_SAFE_INTEGER);
      await writer.committed(after);
      const told = await writer.kill();
      const store = await opened(t, location);
      t.true((await commitsFound(t, store)) >= told);
      await store.commit([put('after', 1)]);
    });
  }
}

const keys = fc.constantFrom('a', 'b', 'ü', '');
const collections = fc.constantFrom('tasks', 'clusters');

interface Writer {
  /** Resolves with the number of commits once the writer has told of that many. */
  committed(count: number): Promise<number>;
  /** The number of commits that the writer had told of when it died. */
  kill(): Promise<number>;
}

/** A process that commits, each time two equal records and the number of the commit, and tells after each. */
function startWriter(t: ExecutionContext, module: string, location: string, count: number): Writer {
  const script = fileURLToPath(new URL('./writer.ts', import.meta.url));
  const child: ChildProcess = spawn(process.execPath, [script, module, location, String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  t.teardown(() => child.kill('SIGKILL'));
  let told = 0;
  const waiting: { count: number; resolve: (count: number) => void }[] = [];
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  lines.on('line', (line) => {
    told = Number(line);
    for (const { count: wanted, resolve } of waiting) {
      if (told >= wanted) {
        resolve(told);
      }
    }
  });
  const read = once(lines, 'close');
  return {
    committed: (wanted) =>
      Promise.race([
        new Promise<number>((resolve) => waiting.push({ count: wanted, resolve })),
        ended.then(([code]) => Promise.reject(new Error(`the writer ended with ${code}`))),
      ]),
    async kill() {
      child.kill('SIGKILL');
      await Promise.all([ended, read]);
      return told;
    },
  };
}

/** How many commits of the writer are there; fails if a part of one is. */
async function commitsFound(t: ExecutionContext, store: Store): Promise<number> {
  const records = await store.load();
  const last = Number(records.find((record) => record.key === 'last')?.value);
  for (const side of ['left', 'right']) {
    const numbers = records.filter((record) => record.collection === side).map((record) => Number(record.key));
    t.deepEqual(
      numbers.sort((a, b) => a - b),
      Array.from({ length: last }, (_, index) => index + 1),
    );
  }
  return last;
}

function replayed(commits: readonly (readonly StoreWrite[])[]): StoredRecord[] {
  const records = new Map<string, StoredRecord>();
  for (const write of commits.flat()) {
    const { collection, key } = write;
    const place = JSON.stringify([collection, key]);
    if (write.kind === 'put') {
      records.set(place, { collection, key, value: JSON.parse(JSON.stringify(write.value)) });
    } else {
      records.delete(place);
    }
  }
  return sorted([...records.values()]);
}

function sorted(records: readonly StoredRecord[]): StoredRecord[] {
  const place = (record: StoredRecord) => JSON.stringify([record.collection, record.key]);
  return records.toSorted((a, b) => (place(a) < place(b) ? -1 : 1));
}
