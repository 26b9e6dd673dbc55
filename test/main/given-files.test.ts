/** What processes are given to prove who they are: read where the scheduler runs, packed, and shown nowhere. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { completeSpec } from '../../src/flink/render/complete-spec.ts';
import { renderConfiguration } from '../../src/flink/render/configuration.ts';
import { type GivenFileSettings, readGivenFiles } from '../../src/main/given-files.ts';

const spec = completeSpec({ name: 'words' }, { version: '2.3.0', source: { version: '2.3.0' } });

async function filesIn(t: { teardown(end: () => Promise<void>): void }, texts: Record<string, string>) {
  const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-given-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(texts)) await writeFile(join(directory, name), text);
  return (name: string): string => join(directory, name);
}

const texts = {
  'my.keytab': '\u0000keys',
  'krb5.conf': '[libdefaults]',
  'core-site.xml': '<configuration/>',
  'hdfs-site.xml': '<configuration></configuration>',
  keys: 'KEYS',
  trusted: 'TRUSTED',
  password: 'secret-of-keys\n',
};

test('OV-6, OV-8, OV-12, OV-15, OV-17, OV-19, OV-20: all of it is in the archive of a cluster, for its user alone, and Flink is told where', async (t) => {
  const at = await filesIn(t, texts);
  const { given, fingerprint } = await readGivenFiles(
    {
      kerberosKeytab: at('my.keytab'),
      kerberosPrincipal: 'flink@EXAMPLE',
      kerberosUseTicketCache: 'false',
      krb5Conf: at('krb5.conf'),
      hadoopConf: `${at('core-site.xml')},${at('hdfs-site.xml')}`,
      tlsKeystore: at('keys'),
      tlsTruststore: at('trusted'),
      tlsKeystorePasswordFile: at('password'),
    },
    {},
  );
  const unpacked = await filesIn(t, {});
  const own = { incarnation: 'abc', ...(given && { given }) };
  await writeFile(unpacked('c.tar'), renderConfiguration(spec, 'file:///s', own));
  execFileSync('tar', ['-xf', unpacked('c.tar'), '-C', unpacked('.')]);
  for (const [name, text] of [
    ['krb5.keytab', texts['my.keytab']],
    ['krb5.conf', texts['krb5.conf']],
    ['hadoop/core-site.xml', texts['core-site.xml']],
    ['hadoop/hdfs-site.xml', texts['hdfs-site.xml']],
    ['tls.keystore', 'KEYS'],
    ['tls.truststore', 'TRUSTED'],
  ] as const) {
    t.is(await readFile(unpacked(`conf/${name}`), 'utf8'), text, name);
    t.is((await stat(unpacked(`conf/${name}`))).mode & 0o777, 0o600, name);
  }
  const config = await readFile(unpacked('conf/config.yaml'), 'utf8');
  for (const line of [
    'security.kerberos.login.keytab: "conf/krb5.keytab"',
    'security.kerberos.login.principal: "flink@EXAMPLE"',
    'security.kerberos.login.use-ticket-cache: "false"',
    'security.ssl.internal.enabled: "true"',
    'security.ssl.internal.keystore-password: "secret-of-keys"',
    'security.ssl.internal.truststore-password: "secret-of-keys"',
  ])
    t.true(config.includes(line), line);
  t.true(
    (await readFile(unpacked('conf/taskmanager.jvm'), 'utf8')).includes('-Djava.security.krb5.conf=conf/krb5.conf'),
  );
  t.regex(fingerprint ?? '', /^[0-9a-f]{16}$/);
});

test('OV-13, OV-16: the environment gives the same as old packages did', async (t) => {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  const { given } = await readGivenFiles(
    { kerberosPrincipal: 'p' },
    {
      FLINK_MESOS_KERBEROS_KEYTAB_BASE64: base64('keys'),
      FLINK_MESOS_KRB5_CONF_BASE64: base64('conf'),
      FLINK_MESOS_TLS_KEYSTORE_BASE64: base64('store'),
      FLINK_MESOS_TLS_TRUSTSTORE_BASE64: base64('trust'),
      FLINK_MESOS_TLS_KEYSTORE_PASSWORD: 'a',
      FLINK_MESOS_TLS_KEY_PASSWORD: 'b',
      FLINK_MESOS_TLS_TRUSTSTORE_PASSWORD: 'c',
    },
  );
  t.deepEqual(
    given?.files.map(({ name, content }) => [name, content.toString()]),
    [
      ['krb5.keytab', 'keys'],
      ['krb5.conf', 'conf'],
      ['tls.keystore', 'store'],
      ['tls.truststore', 'trust'],
    ],
  );
  t.like(given?.options, {
    'security.ssl.internal.keystore-password': 'a',
    'security.ssl.internal.key-password': 'b',
    'security.ssl.internal.truststore-password': 'c',
  });
});

test('OV-7, OV-14, OV-18, OV-21: nothing given is nothing', async (t) => {
  t.deepEqual(await readGivenFiles({}, { FLINK_MESOS_TLS_KEYSTORE_BASE64: '' }), {});
});

const faulty: [string, (at: (name: string) => string) => [GivenFileSettings, Record<string, string>], RegExp][] = [
  ['a key table without its principal', (at) => [{ kerberosKeytab: at('keys') }, {}], /--kerberos-principal together/],
  ['a principal without its keys', () => [{ kerberosPrincipal: 'p' }, {}], /together/],
  ['a file that is not there', (at) => [{ krb5Conf: at('none') }, {}], /--krb5-conf .*ENOENT/],
  ['what is no base64', () => [{}, { FLINK_MESOS_KRB5_CONF_BASE64: '%%' }], /KRB5_CONF_BASE64: it is not base64/],
  ['a store alone', (at) => [{ tlsKeystore: at('keys') }, {}], /--tls-truststore/],
  ['a ticket cache that is neither', () => [{ kerberosUseTicketCache: 'maybe' }, {}], /true or false/],
];

for (const [what, given, says] of faulty) {
  test(`refused: ${what}`, async (t) => {
    const at = await filesIn(t, texts);
    const error = await t.throwsAsync(readGivenFiles(...given(at)), { code: 'USAGE' });
    t.regex(error?.message ?? '', says);
    t.notRegex(error?.message ?? '', /secret-of-keys/);
  });
}
