import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { startMaster } from '../../src/local-mesos/server/master-server.ts';
import { readCredentials } from '../../src/main/credentials.ts';

function directory(t: ExecutionContext): string {
  const path = mkdtempSync(join(tmpdir(), 'authentication-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test('LM-17 every operator page but /health, /version and /redirect wants credentials', async (t) => {
  const master = await startMaster({
    port: 0,
    workDir: directory(t),
    credentials: [{ principal: 'ops', secret: 'a:b ü' }],
  });
  t.teardown(() => master.close());
  const status = async (path: string, credentials?: string) => {
    const headers =
      credentials === undefined ? {} : { Authorization: `Basic ${Buffer.from(credentials).toString('base64')}` };
    return (await fetch(master.url + path, { headers, redirect: 'manual' })).status;
  };
  for (const path of [
    '/state',
    '/flags',
    '/metrics/snapshot',
    '/master/state',
    '/state/',
    '/api/v1',
    '/api/v1/x',
    '/teardown',
  ]) {
    t.is(await status(path), 401, path);
    t.is(await status(path, 'ops:wrong'), 401, path);
    t.not(await status(path, 'ops:a:b ü'), 401, path);
  }
  t.deepEqual(await Promise.all(['/health', '/version', '/redirect'].map((path) => status(path))), [200, 200, 307]);
});

test('a file of credentials is read; one that is none is refused without quoting it', (t) => {
  const file = join(directory(t), 'credentials.json');
  const read = (text: string) => {
    writeFileSync(file, text);
    return readCredentials(file);
  };
  t.deepEqual(read('{"credentials": [{"principal": "p", "secret": "s"}]}'), [{ principal: 'p', secret: 's' }]);
  for (const text of [
    '',
    'p hidden',
    '{"credentials": []}',
    '{"credentials": [{"principal": "", "secret": "hidden"}]}',
    'null',
  ]) {
    const error = t.throws(() => read(text), undefined, text);
    t.false(error?.message.includes('hidden'));
  }
});
