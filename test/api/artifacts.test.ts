/** Files for agents, from a real artifact store. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { request } from 'undici';
import { openArtifactStore } from '../../src/artifacts/files.ts';
import { listen, testApi, tokenRules } from './support/api.ts';

async function withArtifact(t: ExecutionContext, content: Buffer, token?: string) {
  const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-artifacts-'));
  t.teardown(() => rm(directory, { recursive: true }));
  const artifacts = await openArtifactStore(directory, randomBytes(32));
  const artifact = await artifacts.put('flink.tar', content, content.length);
  const { app } = await testApi(t, { artifacts, ...(token === undefined ? {} : { access: tokenRules(token) }) });
  return { app, artifact, directory, path: artifacts.signedPath(artifact) };
}

test('AS-1, AS-2: a signed address gives the file with its length, without a token', async (t) => {
  const content = randomBytes(3 * 1024 * 1024);
  const { app, path, artifact } = await withArtifact(t, content, 'a-token');
  const url = await listen(app);
  const answer = await request(`${url}${path}`);
  t.is(answer.statusCode, 200);
  t.is(answer.headers['content-length'], String(content.length));
  t.is(answer.headers['content-type'], 'application/octet-stream');
  t.is(answer.headers.etag, `"${artifact.digest}"`);
  t.true(content.equals(Buffer.from(await answer.body.arrayBuffer())));

  const head = await request(`${url}${path}`, { method: 'HEAD' });
  t.is(head.statusCode, 200);
  t.is(head.headers['content-length'], String(content.length));
  await head.body.dump();
});

test('AS-4, AS-9: whatever is wrong with an address, the answer is the same 404', async (t) => {
  const { app, path, artifact } = await withArtifact(t, Buffer.from('content'));
  const signature = path.slice(path.indexOf('?'));
  const other = 'f'.repeat(64);
  const wrong = [
    path.slice(0, -1),
    `${path}0`,
    path.slice(0, path.indexOf('?')),
    `${path.slice(0, path.indexOf('?'))}?signature=`,
    `${path}&signature=${'0'.repeat(64)}`,
    `/v1/artifacts/${artifact.digest}/other.tar${signature}`,
    `/v1/artifacts/${other}/flink.tar${signature}`,
    `/v1/artifacts/${artifact.digest.toUpperCase()}/flink.tar${signature}`,
    `/v1/artifacts/${artifact.digest.slice(1)}/flink.tar${signature}`,
    `/v1/artifacts/..%2f..%2fetc/passwd${signature}`,
    `/v1/artifacts/%00/flink.tar${signature}`,
    `/v1/artifacts/${artifact.digest}/..%2f..%2fetc%2fpasswd${signature}`,
  ];
  const bodies = new Set<string>();
  for (const url of wrong) {
    const answer = await app.inject(url);
    t.is(answer.statusCode, 404, url);
    bodies.add(answer.body);
  }
  t.is(bodies.size, 1);
  t.is(JSON.parse([...bodies][0] ?? '').code, 'NOT_FOUND');
  t.is((await app.inject(path)).statusCode, 200, 'the right one still works');
});

test('AS-3: an address is for reading alone', async (t) => {
  const { app, path } = await withArtifact(t, Buffer.from('content'));
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH'] as const) {
    t.is((await app.inject({ method, url: path })).statusCode, 404, method);
  }
  t.is((await app.inject(path)).body, 'content');
});

test('AS-5: a file that was deleted is missing, and nothing else', async (t) => {
  const { app, path, artifact, directory } = await withArtifact(t, Buffer.from('content'));
  await rm(join(directory, artifact.digest));
  const answer = await app.inject(path);
  t.is(answer.statusCode, 404);
  t.is(answer.json().code, 'NOT_FOUND');
});

test('a file that a slow agent gives up on is let go', async (t) => {
  const { app, path } = await withArtifact(t, Buffer.alloc(16 * 1024 * 1024));
  const url = await listen(app);
  const controller = new AbortController();
  const answer = await request(`${url}${path}`, { signal: controller.signal });
  controller.abort();
  await t.throwsAsync(answer.body.text(), { name: 'AbortError' });
  await t.notThrowsAsync(async () => (await request(`${url}${path}`)).body.dump({ limit: 32 * 1024 * 1024 }));
});
