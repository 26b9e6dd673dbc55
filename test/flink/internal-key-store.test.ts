/** The key store of a cluster, as the JDK's own tool reads it. */
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { createInternalKeyStore } from '../../src/flink/tls/internal-key-store.ts';

const run = promisify(execFile);

test('it holds one key with its certificate, behind its password', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-key-store-'));
  t.teardown(() => rm(directory, { recursive: true }));
  const now = Date.UTC(2026, 5, 1);
  const { content, password } = await createInternalKeyStore('safe-0a1b2c', now);
  const file = join(directory, 'internal.p12');
  await writeFile(file, content);
  const keytool = (...args: string[]) => run('keytool', ['-keystore', file, ...args]);
  const { stdout: listed } = await keytool('-list', '-storepass', password);
  t.regex(listed, /^internal, .*PrivateKeyEntry/m);
  t.regex(listed, /contains 1 entry/);
  const { stdout: pem } = await keytool('-exportcert', '-rfc', '-alias', 'internal', '-storepass', password);
  const certificate = new X509Certificate(pem);
  t.is(certificate.subject, 'CN=safe-0a1b2c');
  t.true(certificate.verify(certificate.publicKey));
  t.is(Date.parse(certificate.validFrom), now - 86_400_000);
  t.is(certificate.publicKey.asymmetricKeyDetails?.modulusLength, 3072);
  await t.throwsAsync(keytool('-list', '-storepass', `${password}x`));
});

test('each cluster has a key and a password of its own', async (t) => {
  const [one, other] = await Promise.all([createInternalKeyStore('a', 0), createInternalKeyStore('a', 0)]);
  t.not(one.password, other.password);
  t.false(one.content.equals(other.content));
});
