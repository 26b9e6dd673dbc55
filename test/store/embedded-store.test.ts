import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { Problem, type ProblemCode } from '../../src/lib/problem.ts';
import { openEmbeddedStore } from '../../src/store/embedded-store.ts';
import { put, storeContract } from './contract.ts';

const module = new URL('./embedded.ts', import.meta.url).href;
const writer = fileURLToPath(new URL('./writer.ts', import.meta.url));

async function location(t: ExecutionContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-store-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  return join(directory, 'data');
}

storeContract(test, { name: 'WS-1, WS-4 to WS-7, embedded', open: openEmbeddedStore, module, location });

async function refusal(t: ExecutionContext, directory: string, code: ProblemCode): Promise<Problem> {
  const error = await t.throwsAsync(() => openEmbeddedStore(directory), { instanceOf: Problem });
  t.is(error.code, code, error.message);
  t.true(error.message.includes(directory), error.message);
  return error;
}

/** A process that holds the store of `directory`, once it has made `count` commits. */
async function startHolder(t: ExecutionContext, directory: string, count: number) {
  const child = spawn(process.execPath, [writer, module, directory, String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  for await (const text of child.stdout) {
    if (String(text).includes(String(count))) {
      break;
    }
  }
  return {
    pid: child.pid,
    async kill() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** A store with records that was closed in order. */
async function filled(t: ExecutionContext): Promise<{ directory: string; file: string }> {
  const directory = await location(t);
  const store = await openEmbeddedStore(directory);
  await store.commit(Array.from({ length: 200 }, (_, index) => put(`k${index}`, 'x'.repeat(500))));
  await store.close();
  return { directory, file: join(directory, 'state.sqlite') };
}

test('only the owner may read the directory and its files', async (t) => {
  const directory = await location(t);
  const store = await openEmbeddedStore(directory);
  await store.commit([put('a', 1)]);
  t.is((await stat(directory)).mode & 0o777, 0o700);
  const files = await readdir(directory);
  t.true(files.includes('state.sqlite'));
  for (const file of files) {
    t.is((await stat(join(directory, file))).mode & 0o777, 0o600, file);
  }
  await store.close();
});

test('a second opener in the same process is refused, and the first one works on', async (t) => {
  const directory = await location(t);
  const store = await openEmbeddedStore(directory);
  const error = await refusal(t, directory, 'STORE_LOCKED');
  t.is(error.details.pid, process.pid);
  await store.commit([put('a', 1)]);
  await refusal(t, directory, 'STORE_LOCKED');
  await store.close();
  await (await openEmbeddedStore(directory)).close();
});

test('a second process is refused and told who holds the store; kill -9 of that one frees it', async (t) => {
  const directory = await location(t);
  const holder = await startHolder(t, directory, 3);
  const error = await refusal(t, directory, 'STORE_LOCKED');
  t.is(error.details.pid, holder.pid);
  t.true(error.message.includes(`process ${holder.pid}`));
  await holder.kill();
  const store = await openEmbeddedStore(directory);
  t.is((await store.load()).find((record) => record.key === 'last')?.value, 3);
  await store.close();
});

test('a pid file left behind by a killed process locks nothing', async (t) => {
  const { directory } = await filled(t);
  await writeFile(join(directory, 'lock.pid'), `${process.ppid}\n`);
  await (await openEmbeddedStore(directory)).close();
  t.false((await readdir(directory)).includes('lock.pid'));
});

const damages: readonly [string, (file: string) => Promise<void>][] = [
  ['text', (file) => writeFile(file, 'this is no database\n'.repeat(100))],
  ['JSON', (file) => writeFile(file, '{}')],
  ['nothing', (file) => truncate(file, 0)],
  ['half of it', async (file) => truncate(file, Math.floor((await stat(file)).size / 2))],
  ['a page of zeros', async (file) => overwrite(file, 4096 * 3, Buffer.alloc(4096))],
  ['noise in its pages', async (file) => overwrite(file, 5000, Buffer.alloc(20_000, 'noise'))],
  [
    'another application’s tables',
    async (file) => {
      await rm(file);
      const database = new DatabaseSync(file);
      database.exec('CREATE TABLE other (a); PRAGMA user_version = 1');
      database.close();
    },
  ],
  [
    'a newer version’s schema',
    async (file) => {
      const database = new DatabaseSync(file);
      database.exec('PRAGMA user_version = 99');
      database.close();
    },
  ],
  [
    'a value that is no JSON',
    async (file) => {
      const database = new DatabaseSync(file);
      database.exec(`UPDATE records SET value = '{' WHERE key = 'k7'`);
      database.close();
    },
  ],
];

for (const [name, damage] of damages) {
  test(`a file that holds ${name} is refused and left as it was`, async (t) => {
    const { directory, file } = await filled(t);
    await damage(file);
    const before = await readFile(file);
    await refusal(t, directory, 'STORE_CORRUPT');
    await refusal(t, directory, 'STORE_CORRUPT'); // the lock was given back
    t.deepEqual(await readFile(file), before);
  });
}

test('a damaged file is left as it was together with the log that a killed process left', async (t) => {
  const directory = await location(t);
  const file = join(directory, 'state.sqlite');
  const first = await openEmbeddedStore(directory);
  await first.commit(Array.from({ length: 200 }, (_, index) => put(`k${index}`, 'x'.repeat(500))));
  await first.close();
  const holder = await startHolder(t, directory, 3);
  await holder.kill();
  await overwrite(file, 4096, Buffer.alloc(60_000, 'noise'));
  const before = [await readFile(file), await readFile(`${file}-wal`)];
  t.true((before[1]?.length ?? 0) > 0);
  await refusal(t, directory, 'STORE_CORRUPT');
  t.deepEqual([await readFile(file), await readFile(`${file}-wal`)], before);
});

test('a missing file whose log is there is refused; with both away there is a new store', async (t) => {
  const directory = await location(t);
  const holder = await startHolder(t, directory, 3);
  await holder.kill();
  const file = join(directory, 'state.sqlite');
  await rm(file);
  await refusal(t, directory, 'STORE_CORRUPT');
  await rm(`${file}-wal`);
  const store = await openEmbeddedStore(directory);
  t.deepEqual(await store.load(), []);
  await store.close();
});

test('the leftovers of a creation that was killed are no hindrance', async (t) => {
  const { directory, file } = await filled(t);
  await rm(file);
  await writeFile(`${file}.new`, 'half');
  await writeFile(`${file}.new-wal`, 'half');
  const store = await openEmbeddedStore(directory);
  await store.commit([put('a', 1)]);
  await store.close();
  t.deepEqual((await readdir(directory)).sort(), ['lock', 'state.sqlite']);
});

test('a data directory that is a file is refused', async (t) => {
  const { file } = await filled(t);
  await refusal(t, file, 'PERSIST_FAILED');
});

test('a disk that is full: PERSIST_FAILED, and what was committed before stays whole', async (t) => {
  const directory = await location(t);
  // The limit on the size of files (in KiB) stands for a full disk: the write fails. SIGXFSZ would end the process first.
  const script = `trap '' XFSZ; ulimit -f 600; exec "$0" "$@"`;
  const full = fileURLToPath(new URL('./fill-disk.ts', import.meta.url));
  const { stdout } = await promisify(execFile)('bash', ['-c', script, process.execPath, full, directory]);
  const { code, committed } = JSON.parse(stdout);
  t.is(code, 'PERSIST_FAILED');
  t.true(committed > 0);
  const store = await openEmbeddedStore(directory);
  t.is((await store.load()).length, committed * 2);
  await store.close();
});

async function overwrite(file: string, at: number, bytes: Buffer): Promise<void> {
  const content = await readFile(file);
  bytes.copy(content, at);
  await writeFile(file, content);
}
