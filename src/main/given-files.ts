/**
 * What every process of every cluster is given to prove who it is and to find others: key table, krb5.conf, Hadoop's
 * configuration, stores of keys with their passwords. The scheduler reads them where it runs (a secret that is mounted, a file
 * that was fetched) and puts them into each cluster's configuration, which agents fetch from a signed address. Nothing of it
 * stands in a command, a label, a record or an answer.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Command } from 'commander';
import type { GivenToAll } from '../flink/render/configuration.ts';
import { Problem } from '../lib/problem.ts';
import { readSecretFile } from './mesos-client.ts';

export interface GivenFileSettings {
  readonly kerberosKeytab?: string;
  readonly kerberosPrincipal?: string;
  readonly kerberosUseTicketCache?: string;
  readonly kerberosContexts?: string;
  readonly krb5Conf?: string;
  readonly hadoopConf?: string;
  readonly tlsKeystore?: string;
  readonly tlsTruststore?: string;
  readonly tlsKeystorePasswordFile?: string;
  readonly tlsKeyPasswordFile?: string;
  readonly tlsTruststorePasswordFile?: string;
  readonly tlsAlgorithms?: string;
}

export function addGivenFileOptions(command: Command): Command {
  return command
    .option('--kerberos-keytab <file>', 'clusters: a key table for all processes')
    .option('--kerberos-principal <name>', 'clusters: the principal of the key table')
    .option('--kerberos-use-ticket-cache <true|false>', "clusters: log in from the user's ticket cache")
    .option('--kerberos-contexts <name,...>', 'clusters: what the login is for, such as Client, KafkaClient')
    .option('--krb5-conf <file>', 'clusters: the configuration of Kerberos')
    .option('--hadoop-conf <file,...>', 'clusters: core-site.xml, hdfs-site.xml and what else belongs to them')
    .option('--tls-keystore <file>', "clusters: keys for Flink's own traffic, with the stores below")
    .option('--tls-truststore <file>', 'clusters: whom they trust')
    .option('--tls-keystore-password-file <file>', 'clusters: a file with the password of the keys')
    .option('--tls-key-password-file <file>', 'clusters: of the key in them (default: the same)')
    .option('--tls-truststore-password-file <file>', 'clusters: of the trusted certificates (default: the same)')
    .option('--tls-algorithms <suite,...>', 'clusters: cipher suites');
}

/** Old packages gave whole files in the environment, and passwords too: `FLINK_MESOS_KERBEROS_KEYTAB_BASE64`. */
export const givenVariables = [
  'FLINK_MESOS_KERBEROS_KEYTAB_BASE64',
  'FLINK_MESOS_KRB5_CONF_BASE64',
  'FLINK_MESOS_TLS_KEYSTORE_BASE64',
  'FLINK_MESOS_TLS_TRUSTSTORE_BASE64',
  'FLINK_MESOS_TLS_KEYSTORE_PASSWORD',
  'FLINK_MESOS_TLS_KEY_PASSWORD',
  'FLINK_MESOS_TLS_TRUSTSTORE_PASSWORD',
] as const;
type GivenVariable = (typeof givenVariables)[number];
type Environment = Readonly<Record<string, string | undefined>>;

export interface GivenFiles {
  readonly given?: GivenToAll;
  /** Says whether anything has changed, and nothing of what it is. */
  readonly fingerprint?: string;
}

export async function readGivenFiles(settings: GivenFileSettings, environment: Environment): Promise<GivenFiles> {
  const parts = [await kerberos(settings, environment), await hadoop(settings), await stores(settings, environment)];
  const given = {
    files: parts.flatMap((part) => part.files ?? []),
    options: Object.assign({}, ...parts.map((part) => part.options ?? {})) as GivenToAll['options'],
    jvmFlags: parts.flatMap((part) => part.jvmFlags ?? []),
  };
  if (given.files.length === 0 && Object.keys(given.options).length === 0) return {};
  const hash = createHash('sha256').update(JSON.stringify([given.options, given.jvmFlags]));
  for (const { name, content } of given.files) hash.update(`\0${name}\0`).update(content);
  return { given, fingerprint: hash.digest('hex').slice(0, 16) };
}

async function kerberos(settings: GivenFileSettings, environment: Environment): Promise<Partial<GivenToAll>> {
  const { kerberosKeytab, krb5Conf, kerberosPrincipal, kerberosUseTicketCache, kerberosContexts } = settings;
  const keytab = await content(kerberosKeytab, '--kerberos-keytab', environment, 'FLINK_MESOS_KERBEROS_KEYTAB_BASE64');
  const krb5 = await content(krb5Conf, '--krb5-conf', environment, 'FLINK_MESOS_KRB5_CONF_BASE64');
  if ((keytab === undefined) !== (kerberosPrincipal === undefined)) {
    throw new Problem('USAGE', 'give --kerberos-keytab and --kerberos-principal together: whose keys they are');
  }
  if (kerberosUseTicketCache !== undefined && !/^(true|false)$/.test(kerberosUseTicketCache)) {
    throw new Problem('USAGE', `--kerberos-use-ticket-cache ${kerberosUseTicketCache}: expected true or false`);
  }
  return {
    files: [...file('krb5.keytab', keytab), ...file('krb5.conf', krb5)],
    options: {
      ...(kerberosPrincipal !== undefined && {
        'security.kerberos.login.keytab': 'conf/krb5.keytab',
        'security.kerberos.login.principal': kerberosPrincipal,
      }),
      ...(kerberosUseTicketCache !== undefined && {
        'security.kerberos.login.use-ticket-cache': kerberosUseTicketCache,
      }),
      ...(kerberosContexts !== undefined && { 'security.kerberos.login.contexts': kerberosContexts }),
    },
    jvmFlags: krb5 === undefined ? [] : ['-Djava.security.krb5.conf=conf/krb5.conf'],
  };
}

/** The command of each process points HADOOP_CONF_DIR there (commands.ts). */
async function hadoop({ hadoopConf }: GivenFileSettings): Promise<Partial<GivenToAll>> {
  const paths = (hadoopConf ?? '')
    .split(',')
    .map((path) => path.trim())
    .filter(Boolean);
  const files = await Promise.all(
    paths.map(async (path) => {
      const name = basename(path);
      if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) {
        throw new Problem('USAGE', `--hadoop-conf ${path}: a file name is of letters, digits and "._-"`);
      }
      return { name: `hadoop/${name}`, content: await readWhole(path, '--hadoop-conf') };
    }),
  );
  return { files };
}

/** Between Flink's own processes, each of which must show a certificate that the others trust. */
async function stores(settings: GivenFileSettings, environment: Environment): Promise<Partial<GivenToAll>> {
  const keystore = await content(
    settings.tlsKeystore,
    '--tls-keystore',
    environment,
    'FLINK_MESOS_TLS_KEYSTORE_BASE64',
  );
  const truststore = await content(
    settings.tlsTruststore,
    '--tls-truststore',
    environment,
    'FLINK_MESOS_TLS_TRUSTSTORE_BASE64',
  );
  if (keystore === undefined && truststore === undefined) return {};
  const password = await secret(
    settings.tlsKeystorePasswordFile,
    '--tls-keystore-password-file',
    environment,
    'FLINK_MESOS_TLS_KEYSTORE_PASSWORD',
  );
  if (keystore === undefined || truststore === undefined || password === undefined) {
    throw new Problem('USAGE', 'give --tls-keystore, --tls-truststore and --tls-keystore-password-file together');
  }
  const key = await secret(
    settings.tlsKeyPasswordFile,
    '--tls-key-password-file',
    environment,
    'FLINK_MESOS_TLS_KEY_PASSWORD',
  );
  const trust = await secret(
    settings.tlsTruststorePasswordFile,
    '--tls-truststore-password-file',
    environment,
    'FLINK_MESOS_TLS_TRUSTSTORE_PASSWORD',
  );
  return {
    files: [...file('tls.keystore', keystore), ...file('tls.truststore', truststore)],
    options: {
      'security.ssl.internal.enabled': 'true',
      'security.ssl.internal.keystore': 'conf/tls.keystore',
      'security.ssl.internal.keystore-password': password,
      'security.ssl.internal.key-password': key ?? password,
      'security.ssl.internal.truststore': 'conf/tls.truststore',
      'security.ssl.internal.truststore-password': trust ?? password,
      ...(settings.tlsAlgorithms !== undefined && { 'security.ssl.algorithms': settings.tlsAlgorithms }),
    },
  };
}

function file(name: string, content: Buffer | undefined): GivenToAll['files'] {
  return content === undefined ? [] : [{ name, content }];
}

async function content(
  path: string | undefined,
  option: string,
  environment: Environment,
  variable: GivenVariable,
): Promise<Buffer | undefined> {
  if (path !== undefined) return await readWhole(path, option);
  const text = environment[variable]?.trim() ?? '';
  if (text === '') return undefined;
  if (!/^[A-Za-z0-9+/\s]+={0,2}$/.test(text)) throw new Problem('USAGE', `${variable}: it is not base64`);
  return Buffer.from(text, 'base64');
}

async function secret(
  path: string | undefined,
  option: string,
  environment: Environment,
  variable: GivenVariable,
): Promise<string | undefined> {
  if (path !== undefined) return await readSecretFile(path, option);
  const text = environment[variable] ?? '';
  return text === '' ? undefined : text;
}

/** As much as a configuration may hold beside what it needs itself. */
const LARGEST_BYTES = 4 * 1024 * 1024;

async function readWhole(path: string, option: string): Promise<Buffer> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new Problem('USAGE', `${option} ${path}: ${error.code ?? 'it cannot be read'}`);
  });
  if (bytes.length > 0 && bytes.length <= LARGEST_BYTES) return bytes;
  throw new Problem('USAGE', `${option} ${path}: a file of 1 byte to ${LARGEST_BYTES} bytes is expected`);
}
