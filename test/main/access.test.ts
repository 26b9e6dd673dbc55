/** Files of tokens and certificates, as the scheduler reads them when it starts. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { Problem } from '../../src/lib/problem.ts';
import { readAccess } from '../../src/main/access.ts';
import { readServerTls } from '../../src/main/server-tls.ts';
import { createAuthority } from '../mesos-api-client/certificates.ts';

async function files(t: ExecutionContext, contents: Record<string, string>): Promise<(name: string) => string> {
  const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-access-'));
  t.teardown(() => rm(directory, { recursive: true }));
  for (const [name, content] of Object.entries(contents)) await writeFile(join(directory, name), content);
  return (name) => join(directory, name);
}

const frameworkName = 'flink';

test('nobody has to name himself where no file is given', async (t) => {
  t.is(await readAccess({ frameworkName }), undefined);
});

test('tokens of two files have two roles', async (t) => {
  const path = await files(t, { act: 'alice a\n', read: 'b\n' });
  const rules = await readAccess({ frameworkName, tokenFile: path('act'), readTokenFile: path('read') });
  t.deepEqual(rules?.tokens, [
    { name: 'alice', role: 'act', token: 'a' },
    { name: 'read-token', role: 'read', token: 'b' },
  ]);
});

test('wrong options are refused with the reason', async (t) => {
  const path = await files(t, { act: 'a\n', read: 'a\n' });
  const wrong = [
    [{ readTokenFile: path('read') }, /needs --token-file/],
    [{ tokenFile: path('act'), readTokenFile: path('read') }, /stands twice/],
    [{ tokenFile: path('none') }, /ENOENT/],
    [{ dcosUrl: 'master.mesos' }, /--dcos-url master\.mesos/],
    [{ dcosUrl: 'https://master.mesos', dcosCa: path('act') }, /holds no CERTIFICATE/],
  ] as const;
  for (const [settings, words] of wrong) {
    const problem = await t.throwsAsync(readAccess({ frameworkName, ...settings }), { instanceOf: Problem });
    t.is(problem?.code, 'USAGE');
    t.regex(problem?.message ?? '', words);
  }
});

test('tokens of DC/OS alone are enough', async (t) => {
  const rules = await readAccess({ frameworkName, dcosUrl: 'http://127.0.0.1:1' });
  t.deepEqual(rules?.tokens, []);
  t.is(typeof rules?.elsewhere, 'function');
});

test('a certificate needs its own key', async (t) => {
  const authority = createAuthority('authority');
  const [one, other] = [authority.issue('one'), authority.issue('other')];
  const path = await files(t, { cert: one.cert, key: one.key, other: other.key, ca: authority.cert, none: 'x' });
  const tlsCert = path('cert');
  t.is(await readServerTls({}), undefined);
  t.deepEqual(await readServerTls({ tlsCert, tlsKey: path('key') }), { cert: one.cert, key: one.key, ca: one.cert });
  t.is((await readServerTls({ tlsCert, tlsKey: path('key'), tlsCa: path('ca') }))?.ca, authority.cert);
  const wrong = [
    [{ tlsCert }, /together/],
    [{ tlsCert, tlsKey: path('other') }, /not the key of/],
    [{ tlsCert, tlsKey: path('none') }, /holds no PRIVATE KEY/],
  ] as const;
  for (const [settings, words] of wrong) t.regex((await t.throwsAsync(readServerTls(settings)))?.message ?? '', words);
});
