import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import test, { type ExecutionContext } from 'ava';
import { openArtifactStore } from '../../src/artifacts/files.ts';

const secret = Buffer.alloc(32, 7);
const limit = 1024;

async function setUp(t: ExecutionContext) {
  const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-artifacts-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  return { directory, store: await openArtifactStore(directory, secret) };
}

/** What lies in the store, and what is on its way in. */
async function contents(directory: string): Promise<string[]> {
  const names = await readdir(directory, { recursive: true });
  return names.filter((name) => name !== 'incoming').sort();
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

test('a file is kept under its digest, whole and readable by its owner alone', async (t) => {
  const { directory, store } = await setUp(t);
  const artifact = await store.put('job.jar', Readable.from([Buffer.from('hel'), Buffer.from('lo')]), limit);
  t.deepEqual(artifact, { digest: sha256('hello'), fileName: 'job.jar', bytes: 5 });
  const path = store.path(artifact.digest) ?? '';
  t.is(await readFile(path, 'utf8'), 'hello');
  t.is((await store.read(artifact.digest))?.toString(), 'hello');
  t.is(await store.read(sha256('nobody')), undefined);
  t.is((await stat(path)).mode & 0o077, 0);
  t.deepEqual(await contents(directory), [artifact.digest]);
});

test('AS-6: the same content is kept once, under any name', async (t) => {
  const { directory, store } = await setUp(t);
  const [one, two] = await Promise.all([
    store.put('a.jar', Buffer.from('same'), limit),
    store.put('b.jar', Buffer.from('same'), limit),
  ]);
  t.is(one.digest, two.digest);
  t.deepEqual([one.fileName, two.fileName], ['a.jar', 'b.jar']);
  t.deepEqual(await contents(directory), [one.digest]);
});

test('one byte over the limit is refused while it streams, and nothing is left', async (t) => {
  const { directory, store } = await setUp(t);
  const exact = await store.put('exact', randomBytes(limit), limit);
  t.is(exact.bytes, limit);
  let pulled = 0;
  const endless = Readable.from(
    (function* () {
      for (;;) {
        pulled += 100;
        yield randomBytes(100);
      }
    })(),
  );
  const error = await t.throwsAsync(store.put('much', endless, limit), { message: /much is larger than .*1024 bytes/ });
  t.like(error, { code: 'TOO_LARGE' });
  t.true(endless.destroyed && pulled < 100 * limit);
  t.deepEqual(await contents(directory), [exact.digest]);
});

test('an upload that breaks off, or whose check fails, leaves nothing', async (t) => {
  const { directory, store } = await setUp(t);
  const broken = Readable.from(
    (async function* () {
      yield Buffer.from('half');
      throw new Error('connection reset');
    })(),
  );
  await t.throwsAsync(store.put('half', broken, limit), { message: 'connection reset' });
  const check = async (path: string) => {
    t.is(await readFile(path, 'utf8'), 'bad');
    throw new Error('no jar');
  };
  await t.throwsAsync(store.put('bad', Buffer.from('bad'), limit, check), { message: 'no jar' });
  t.deepEqual(await contents(directory), []);
  t.is(store.path(sha256('bad')), undefined);
});

test('after a crash half of a file is never taken for a whole one', async (t) => {
  const { directory, store } = await setUp(t);
  const { digest } = await store.put('whole', Buffer.from('whole'), limit);
  await mkdir(join(directory, 'incoming'), { recursive: true });
  await writeFile(join(directory, 'incoming', 'abc'), 'ha');
  const again = await openArtifactStore(directory, secret);
  t.deepEqual(await contents(directory), [digest]);
  t.truthy(again.path(digest));
});

test('only digests have a path: what a request names never becomes one', async (t) => {
  const { directory, store } = await setUp(t);
  await writeFile(join(directory, 'stray.txt'), 'x');
  const again = await openArtifactStore(directory, secret);
  for (const name of ['stray.txt', '../x', 'incoming', '', sha256('unknown')]) {
    t.is(store.path(name), undefined);
    t.is(again.path(name), undefined);
  }
});

test('AS-7: file names that are more than a plain name are refused', async (t) => {
  const { directory, store } = await setUp(t);
  for (const name of ['../x', 'a/b', '', '.hidden', 'a b', 'ü.jar', 'x'.repeat(201)]) {
    await t.throwsAsync(store.put(name, Buffer.from('x'), limit), { message: /no plain file name/ });
    await t.throwsAsync(store.adopt('/etc/hostname', name), { message: /no plain file name/ });
  }
  t.deepEqual(await contents(directory), []);
});

test('a file of this machine is taken in as it is, and stays where it was', async (t) => {
  const { directory, store } = await setUp(t);
  const elsewhere = await mkdtemp(join(tmpdir(), 'flink-mesos-source-'));
  t.teardown(() => rm(elsewhere, { recursive: true, force: true }));
  const path = join(elsewhere, 'flink.tar');
  await writeFile(path, 'archive');
  const artifact = await store.adopt(path, 'flink.tar');
  t.deepEqual(artifact, { digest: sha256('archive'), fileName: 'flink.tar', bytes: 7 });
  t.is(await readFile(path, 'utf8'), 'archive');
  t.deepEqual(await store.adopt(path, 'flink.tar'), artifact);
  t.deepEqual(await contents(directory), [artifact.digest]);
  await t.throwsAsync(store.adopt(join(elsewhere, 'none'), 'none'), { message: /there is no file/ });
  t.deepEqual(await contents(directory), [artifact.digest]);
});

test('AS-10: a signature is for one digest and one name, under one secret', async (t) => {
  const { directory, store } = await setUp(t);
  const artifact = await store.put('conf.tar', Buffer.from('x'), limit);
  const url = new URL(store.signedPath(artifact), 'http://host');
  const signature = url.searchParams.get('signature') ?? '';
  t.is(url.pathname, `/v1/artifacts/${artifact.digest}/conf.tar`);
  t.true(store.verify(artifact.digest, 'conf.tar', signature));
  t.false(store.verify(artifact.digest, 'other.tar', signature));
  t.false(store.verify(sha256('other'), 'conf.tar', signature));
  const flipped = signature.replace(/^./, (first) => (first === '0' ? '1' : '0'));
  for (const wrong of [
    '',
    'x',
    flipped,
    signature.slice(1),
    `${signature}0`,
    signature.toUpperCase(),
    'ü'.repeat(32),
  ]) {
    t.false(store.verify(artifact.digest, 'conf.tar', wrong), wrong);
  }
  const other = await openArtifactStore(directory, Buffer.alloc(32, 8));
  t.false(other.verify(artifact.digest, 'conf.tar', signature));
});
