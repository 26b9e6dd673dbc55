import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { completeSpec } from '../../../src/flink/render/complete-spec.ts';
import { type OfThisCluster, renderConfiguration, secretsOf } from '../../../src/flink/render/configuration.ts';
import { filesOf as read, tarOf } from '../../../src/flink/render/tar.ts';
import type { ClusterSpec } from '../../../src/flink/spec.ts';

const own = { incarnation: 'a1' };
const storage = 'file:///srv/flink/';

async function unpack(t: ExecutionContext, archive: Uint8Array): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-test-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  await writeFile(join(directory, 'archive.tar'), archive);
  await promisify(execFile)('tar', ['xf', 'archive.tar'], { cwd: directory });
  return directory;
}

function complete(spec: Partial<ClusterSpec> = {}) {
  const source = { version: '2.3.0' };
  return completeSpec({ name: 'words', ...spec }, { version: '2.3.0', source });
}

async function filesOf(t: ExecutionContext, spec: Partial<ClusterSpec>): Promise<Record<string, string>> {
  const directory = await unpack(t, renderConfiguration(complete(spec), storage, own));
  const names = ['config.yaml', 'log4j.properties', 'jobmanager.jvm', 'taskmanager.jvm'];
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(directory, 'conf', name), 'utf8')])),
  );
}

test('what we pack is read back, with what a cluster is given once', (t) => {
  const keyStore = { content: Buffer.from([1, 2, 3]), password: 'secret' };
  const archive = renderConfiguration(complete(), storage, { ...own, driverSecret: 'abc', keyStore });
  t.deepEqual(secretsOf(archive), { driverSecret: 'abc', keyStore });
  t.deepEqual(secretsOf(renderConfiguration(complete(), storage, own)), {});
  t.deepEqual([...read(archive).keys()].sort(), [
    'conf/config.yaml',
    'conf/driver-secret',
    'conf/internal.p12',
    'conf/jobmanager.jvm',
    'conf/log4j.properties',
    'conf/taskmanager.jvm',
  ]);
});

test('with TLS of their own, processes are trusted by their key: no certificate names their hosts (Netty 4.2 of Flink 2.3)', (t) => {
  const keyStore = { content: Buffer.alloc(1), password: 'secret' };
  const flags = (ofCluster: Partial<OfThisCluster>) =>
    read(renderConfiguration(complete(), storage, { ...own, ...ofCluster }))
      .get('conf/taskmanager.jvm')
      ?.toString() ?? '';
  t.regex(flags({ keyStore }), /defaultEndpointVerificationAlgorithm=NONE/);
  const options = { 'security.ssl.internal.enabled': 'true' };
  t.regex(flags({ given: { files: [], jvmFlags: [], options } }), /defaultEndpointVerificationAlgorithm=NONE/);
  t.notRegex(flags({}), /EndpointVerification/);
});

test('tar unpacks what we pack, of any length', async (t) => {
  const texts = ['', 'one line\n', 'x'.repeat(511), 'x'.repeat(512), 'ä'.repeat(400)];
  const files = texts.map((text, index) => ({ path: `a/b/${index}.txt`, content: text }));
  const directory = await unpack(t, tarOf(files));
  for (const { path, content } of files) t.is(await readFile(join(directory, path), 'utf8'), content);
  t.throws(() => tarOf([{ path: 'x'.repeat(101), content: '' }]));
});

test('the same specification gives the same bytes', (t) => {
  t.deepEqual(renderConfiguration(complete(), storage, own), renderConfiguration(complete(), storage, own));
});

test('checkpoints are taken, kept and put where all agents reach them', async (t) => {
  const { 'config.yaml': yaml = '' } = await filesOf(t, {});
  t.regex(yaml, /^execution\.checkpointing\.dir: "file:\/\/\/srv\/flink\/words\/checkpoints"$/m);
  t.regex(yaml, /^execution\.checkpointing\.savepoint-dir: "file:\/\/\/srv\/flink\/words\/savepoints"$/m);
  t.regex(yaml, /^execution\.checkpointing\.externalized-checkpoint-retention: "RETAIN_ON_CANCELLATION"$/m);
  t.regex(yaml, /^execution\.checkpointing\.interval: "10 s"$/m);
  t.regex(yaml, /^slot\.request\.timeout: "100 d"$/m);
});

test('what the user sets wins over what a cluster gets anyway', async (t) => {
  const configuration = { 'execution.checkpointing.interval': '1 min', 'heartbeat.timeout': '50 s' };
  const { 'config.yaml': yaml = '' } = await filesOf(t, { configuration });
  t.regex(yaml, /^execution\.checkpointing\.interval: "1 min"$/m);
  t.regex(yaml, /^heartbeat\.timeout: "50 s"$/m);
  t.is(yaml.match(/^heartbeat\.timeout:/gm)?.length, 1);
});

test('the docs name whatever a cluster gets without being asked', async (t) => {
  const docs = await readFile('docs/clusters.md', 'utf8');
  const ofOptions = [...docs.matchAll(/`([a-z][a-z0-9-]*(?:\.[a-z0-9-]+)+|\.[a-z][a-z-]+)`/g)].map(
    ([, option = '']) => option,
  );
  const named = new Set(ofOptions);
  const highAvailability = { mode: 'zookeeper', quorum: 'zk1:2181' } as const;
  const { 'config.yaml': yaml = '' } = await filesOf(t, { highAvailability });
  const given = [...yaml.matchAll(/^([\w.-]+):/gm)].map(([, option = '']) => option);
  // Sizes, and what `highAvailability` says.
  const said =
    /^(jobmanager\.memory|taskmanager\.(memory|cpu|numberOfTaskSlots)|high-availability\.(type|storageDir|cluster-id|zookeeper\.(quorum|path)))/;
  const unnamed = given.filter(
    (option) => !said.test(option) && !named.has(option) && !named.has(`.${option.split('.').at(-1)}`),
  );
  t.deepEqual(unnamed, []);
  t.true(given.length > 30);
});

test('no value can break out of its line', async (t) => {
  const configuration = { 'pipeline.name': 'a: "b"\nrest.port: 1 # c' };
  const { 'config.yaml': yaml = '' } = await filesOf(t, { configuration });
  t.regex(yaml, /^pipeline\.name: "a: \\"b\\"\\nrest\.port: 1 # c"$/m);
  t.notRegex(yaml, /^rest\.port/m);
});

test('a part of the memory given as a fraction stands there as a size only', async (t) => {
  const configuration = { 'taskmanager.memory.managed.fraction': '0.1' };
  const { 'config.yaml': yaml = '' } = await filesOf(t, { configuration });
  t.notRegex(yaml, /fraction/);
  t.regex(yaml, /^taskmanager\.memory\.managed\.size: "134217730b"$/m);
});

test('the flags of the JVM carry its sizes and what the user adds', async (t) => {
  const configuration = { 'env.java.opts.all': '-Da=b', 'env.java.opts.taskmanager': '-XX:+UseParallelGC' };
  const files = await filesOf(t, { configuration });
  t.regex(files['jobmanager.jvm'] ?? '', /^-Xmx469762048\n[\s\S]*-XX:\+UseSerialGC\n[\s\S]*-Da=b\n$/);
  t.regex(files['taskmanager.jvm'] ?? '', /^-Xmx536870902\n[\s\S]*-Da=b\n-XX:\+UseParallelGC\n$/);
  t.notRegex(files['taskmanager.jvm'] ?? '', /UseG1GC/);
});

test('a big JobManager and every TaskManager collect with G1', async (t) => {
  const files = await filesOf(t, { jobManager: { memoryMiB: 4096 } });
  t.regex(files['jobmanager.jvm'] ?? '', /UseG1GC/);
  t.regex(files['taskmanager.jvm'] ?? '', /UseG1GC/);
});

test('logs go to stdout and to a file of bounded size', async (t) => {
  const { 'log4j.properties': log = '' } = await filesOf(t, {});
  t.regex(log, /appender\.rolling\.fileName = \$\{sys:log\.file\}/);
  t.regex(log, /size\.size = 20MB/);
  t.regex(log, /appender\.stdout\.type = Console/);
});

test('with ZooKeeper Flink is told where it keeps what a JobManager must not forget, below a name of its own', async (t) => {
  const highAvailability = { mode: 'zookeeper', quorum: 'zk1:2181,zk2:2181', path: '/flink' } as const;
  const { 'config.yaml': yaml = '' } = await filesOf(t, { highAvailability });
  t.regex(yaml, /^high-availability\.type: "zookeeper"$/m);
  t.regex(yaml, /^high-availability\.zookeeper\.quorum: "zk1:2181,zk2:2181"$/m);
  t.regex(yaml, /^high-availability\.zookeeper\.path\.root: "\/flink"$/m);
  t.regex(yaml, /^high-availability\.cluster-id: "\/words-a1"$/m);
  t.regex(yaml, /^high-availability\.storageDir: "file:\/\/\/srv\/flink\/words\/ha"$/m);
  t.regex(yaml, /^high-availability\.zookeeper\.client\.session-timeout: "6 s"$/m);
  t.notRegex((await filesOf(t, {}))['config.yaml'] ?? '', /high-availability/);
});
