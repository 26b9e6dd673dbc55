/** Every key of the old package (revisions 0 to 10), and what the scheduler makes of it. */
import test from 'ava';
import { Command } from 'commander';
import _ from 'lodash';
import { addClusterOptions, clusterOptionNames, readClusterSettings } from '../../src/main/cluster-options.ts';
import { environmentName } from '../../src/main/environment.ts';
import { addGivenFileOptions, type GivenFileSettings, readGivenFiles } from '../../src/main/given-files.ts';
import { version } from '../../src/main/version.ts';
import { readPackage } from '../../universe/package.ts';
import { type Options, OptionsRefused, renderPackage } from '../../universe/render.ts';

const definition = await readPackage('http://files.example/flink', version);
const needed = { service: { token_uri: 'file:///etc/token' }, flink: { storage: 'file:///shared' } };

function appOf(options: Options) {
  return renderPackage(definition, _.merge({}, needed, options));
}

/** What the scheduler reads of the environment. */
async function readBy(options: Options) {
  const app = appOf(options);
  const env = Object.fromEntries(Object.entries(app.env ?? {}).map(([name, value]) => [name, String(value)]));
  const command = addGivenFileOptions(addClusterOptions(new Command()));
  const args = command.options.flatMap(({ long = '' }) => {
    const value = env[environmentName(long.slice(2))];
    return value === undefined || value === '' ? [] : [`${long}=${value}`];
  });
  const told = command.parse(args, { from: 'user' }).opts<GivenFileSettings>();
  const files = await readGivenFiles(_.omit(told, 'hadoopConf'), env);
  const { clusterDefaults, clusters, clusterFaults } = readClusterSettings({ ...told });
  return { app, env, spec: clusterDefaults, clusters, faults: clusterFaults, given: files.given };
}

type Read = Awaited<ReturnType<typeof readBy>>;
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const file = ({ given }: Read, name: string) => given?.files.find((each) => each.name === name)?.content.toString();

const ssl = {
  enabled: true,
  keyStoreBase64: base64('keys'),
  trustStoreBase64: base64('trust'),
  keyStorePassword: 'one',
};

/** Key, value, what is found, and by what it is found. */
const rows: [string, unknown, (read: Read) => unknown, unknown, object?][] = [
  [
    'service.name',
    'prod/flink',
    ({ app, env }) => [app.id, env.FLINK_MESOS_FRAMEWORK_NAME],
    ['prod/flink', 'prod/flink'],
  ],
  ['service.slots', 4, ({ spec }) => spec.taskManager?.slots, 4],
  ['service.parallelism-default', 3, ({ spec }) => spec.configuration?.['parallelism.default'], '3'],
  ['service.role', 'dev', ({ env }) => env.FLINK_MESOS_ROLE, 'dev'],
  ['service.principal', 'me', ({ env }) => env.FLINK_MESOS_PRINCIPAL, 'me'],
  ['service.secret', 'word', ({ env }) => env.FLINK_MESOS_SECRET, 'word'],
  ['service.user', 'root', ({ app, env }) => [app.user, env.FLINK_MESOS_USER], ['root', 'root']],
  ['service.log-level', 'DEBUG', ({ spec }) => spec.logging?.level, 'DEBUG'],
  ['service.extra-args', '-Dakka.ask.timeout=20s', ({ spec }) => spec.configuration?.['akka.ask.timeout'], '20s'],
  [
    'service.hostattribute',
    'az:x',
    ({ spec }) => [spec.jobManager?.constraints, spec.taskManager?.constraints],
    [[['az', 'IS', 'x']], [['az', 'IS', 'x']]],
  ],
  ['app-master.cpus', 2.5, ({ spec }) => spec.jobManager?.cpus, 2.5],
  ['app-master.memory', 3000, ({ spec }) => spec.jobManager?.memoryMiB, 3000],
  ['app-master.heap', 4000, ({ spec }) => (spec.jobManager?.memoryMiB ?? 0) > 4000, true],
  ['task-managers.count', 7, ({ spec }) => spec.taskManagers, { mode: 'elastic', min: 7, max: 100, spare: 0 }],
  [
    'task-managers.count',
    7,
    ({ spec }) => spec.taskManagers,
    { mode: 'fixed', count: 7 },
    { 'task-managers': { elastic: false } },
  ],
  ['task-managers.cpus', 0.5, ({ spec }) => spec.taskManager?.cpus, 0.5],
  ['task-managers.memory', 4096, ({ spec }) => spec.taskManager?.memoryMiB, 4096],
  ['task-managers.heap', 8000, ({ spec }) => (spec.taskManager?.memoryMiB ?? 0) > 8000, true],
  [
    'task-managers.memory-preallocation',
    false,
    ({ spec }) => spec.configuration?.['taskmanager.memory.preallocate'],
    'false',
  ],
  ['security.kerberos.krb5conf', base64('[realms]'), (read) => file(read, 'krb5.conf'), '[realms]'],
  [
    'security.kerberos.keytab',
    base64('keys'),
    (read) => file(read, 'krb5.keytab'),
    'keys',
    { security: { kerberos: { principal: 'p' } } },
  ],
  [
    'security.kerberos.principal',
    'p',
    ({ given }) => given?.options['security.kerberos.login.principal'],
    'p',
    { security: { kerberos: { keytab: base64('k') } } },
  ],
  [
    'security.kerberos.use-ticket-cache',
    false,
    ({ given }) => given?.options['security.kerberos.login.use-ticket-cache'],
    'false',
  ],
  [
    'security.ssl.enabled',
    true,
    ({ given }) => given?.options['security.ssl.internal.enabled'],
    'true',
    { security: { ssl } },
  ],
  ['security.ssl.keyStoreBase64', base64('keys'), (read) => file(read, 'tls.keystore'), 'keys', { security: { ssl } }],
  [
    'security.ssl.trustStoreBase64',
    base64('trust'),
    (read) => file(read, 'tls.truststore'),
    'trust',
    { security: { ssl } },
  ],
  [
    'security.ssl.keyStorePassword',
    'one',
    ({ given }) => given?.options['security.ssl.internal.keystore-password'],
    'one',
    { security: { ssl } },
  ],
  [
    'security.ssl.keyPassword',
    'two',
    ({ given }) => given?.options['security.ssl.internal.key-password'],
    'two',
    { security: { ssl } },
  ],
  [
    'security.ssl.trustStorePassword',
    'three',
    ({ given }) => given?.options['security.ssl.internal.truststore-password'],
    'three',
    { security: { ssl } },
  ],
  [
    'security.ssl.enabledAlgorithms',
    'A,B',
    ({ given }) => given?.options['security.ssl.algorithms'],
    'A,B',
    { security: { ssl } },
  ],
  [
    'hdfs.config-url',
    'http://hdfs/v1',
    ({ app, env }) => [
      app.fetch?.filter(({ uri }) => uri.startsWith('http://hdfs/')).map(({ uri }) => uri),
      env.FLINK_MESOS_HADOOP_CONF,
    ],
    [['http://hdfs/v1/core-site.xml', 'http://hdfs/v1/hdfs-site.xml'], 'core-site.xml,hdfs-site.xml'],
  ],
];

for (const [key, value, find, expected, more = {}] of rows) {
  test(`${key} = ${JSON.stringify(value)}${Object.keys(more).length > 0 ? ', with what belongs to it' : ''}`, async (t) => {
    const read = await readBy(_.merge({}, more, _.set({}, key, value)) as Options);
    t.deepEqual(read.faults, []);
    t.deepEqual(find(read), expected);
  });
}

for (const key of ['service.scala-2-11', 'security.ssl.enableArtifactServerSSL']) {
  test(`${key}: taken as false, refused as true`, (t) => {
    t.notThrows(() => appOf(_.set({}, key, false) as Options));
    t.throws(() => appOf(_.set({}, key, true) as Options), { instanceOf: OptionsRefused });
  });
}

test('the defaults are specifications that can be started, and a cluster of them is there from the start', async (t) => {
  const { faults, clusters, spec } = await readBy({});
  t.deepEqual(faults, []);
  t.deepEqual(clusters, ['default']);
  t.deepEqual(spec.taskManagers, { mode: 'elastic', min: 1, max: 100, spare: 0 });
});

test('every option of the scheduler for clusters is one of the package', (t) => {
  const { env = {} } = appOf({ 'app-master': { standbys: 1 }, zookeeper: { uri: 'zk://a:1/b' } });
  const missing = clusterOptionNames.filter((name) => env[environmentName(name.slice(2))] === undefined);
  t.deepEqual(missing, []);
});

const refused: [string, Options][] = [
  ['several schedulers without ZooKeeper', { service: { instances: 3 } }],
  ['standbys without ZooKeeper', { 'app-master': { standbys: 1 } }],
  [
    'several schedulers without a directory of all',
    { service: { instances: 3 }, zookeeper: { uri: 'zk://a:1/b' }, flink: { storage: 's3://x' } },
  ],
];

for (const [what, options] of refused) {
  test(`refused before anything is installed: ${what}`, (t) => {
    t.throws(() => appOf(options), { instanceOf: OptionsRefused });
  });
}

test('several schedulers: no volume, no label of a single one, others take over at once', (t) => {
  const app = appOf({ service: { instances: 3 }, zookeeper: { uri: 'zk://a:1/b' } });
  t.is(app.instances, 3);
  t.deepEqual(app.container?.volumes, []);
  t.is(app.labels?.MARATHON_SINGLE_INSTANCE_APP, undefined);
  t.is(app.env?.FLINK_MESOS_ZK, 'zk://a:1/b');
});
