import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { loadOrCreateSecret } from '../../src/artifacts/secret.ts';

async function dataDir(t: ExecutionContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-secret-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  return join(directory, 'data');
}

test('I13: the first start makes a random secret that only its owner can read; later ones find it', async (t) => {
  const directory = await dataDir(t);
  const secret = await loadOrCreateSecret(directory, 'artifacts');
  t.is(secret.length, 32);
  t.deepEqual(await loadOrCreateSecret(directory, 'artifacts'), secret);
  t.deepEqual(await readdir(directory), ['artifacts.secret']);
  t.is((await stat(join(directory, 'artifacts.secret'))).mode & 0o777, 0o600);
  t.notDeepEqual(await loadOrCreateSecret(directory, 'other'), secret);
});

test('a damaged secret is not replaced behind the back of those who hold signatures', async (t) => {
  const directory = await dataDir(t);
  await loadOrCreateSecret(directory, 'artifacts');
  const path = join(directory, 'artifacts.secret');
  await writeFile(path, 'cafe\n');
  const error = await t.throwsAsync(loadOrCreateSecret(directory, 'artifacts'), { message: /does not hold a secret/ });
  t.like(error, { code: 'STORE_CORRUPT' });
  t.is(await readFile(path, 'utf8'), 'cafe\n');
});
