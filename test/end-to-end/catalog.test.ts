/**
 * A new user's walk through the catalog: the repository added to a cluster, the package installed with options, the plugin of
 * the real `dcos` installed by its hash, the deployment followed, a job run through Admin Router, the service uninstalled by the
 * protocol that DC/OS has for it. Then nothing of it is left: no task, no reservation, no framework, no node in ZooKeeper.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ava from 'ava';
import { buildArchive } from '../../bin/archive/build-archive.ts';
import { buildPlugin, platformOf } from '../../bin/dcos-plugin/build-plugin.ts';
import { exampleClasses } from '../../examples/build.ts';
import { type LocalMesos, startLocalMesos } from '../../src/local-mesos/server/start-local-mesos.ts';
import { defaultCacheDir } from '../../src/main/directories.ts';
import { version } from '../../src/main/version.ts';
import { connectZooKeeper } from '../../src/zookeeper/connect.ts';
import { cliBinaries } from '../../universe/cli-binaries.ts';
import { packagedFlink, readPackage } from '../../universe/package.ts';
import { buildRepository } from '../../universe/repository.ts';
import { serveRepository } from '../../universe/serve.ts';
import { type DcosCluster, startDcos } from './support/dcos/cluster.ts';
import { canHaveDcos } from './support/dcos/dcos-binary.ts';
import { type DcosCli, openDcosCli } from './support/dcos/dcos-cli.ts';
import { freePort } from './support/free-port.ts';
import { type MarathonOfDcos, marathonOfDcos } from './support/marathon-of-dcos.ts';
import { packFlink } from './support/pack-flink.ts';
import { eventually, repository } from './support/process.ts';
import { exampleJar, processesOf } from './support/stack.ts';
import { startZooKeeper, type ZooKeeperServer } from './support/zookeeper.ts';

const test = canHaveDcos ? ava.serial : ava.serial.skip;
const run = promisify(execFile);

let directory: string;
let mesos: LocalMesos;
let zooKeeper: ZooKeeperServer;
let catalog: Server;
let marathon: MarathonOfDcos;
let cluster: DcosCluster;
let dcos: DcosCli;
let token: string;
let jar: string;

ava.before(async (t) => {
  if (!canHaveDcos) return;
  t.timeout(400_000);
  directory = await mkdtemp(join(tmpdir(), 'flink-mesos-catalog-'));
  const artifacts = join(directory, 'artifacts');
  await mkdir(artifacts);
  const flink = await exampleJar(packagedFlink);
  jar = flink.jar;
  const linux = platformOf('linux');
  if (linux === undefined) throw new Error('there is no Linux');
  const root = repository.replace(/\/$/, '');
  await buildArchive(root, artifacts, { level: 1 });
  await packFlink(flink.home, artifacts, packagedFlink);
  await buildPlugin(linux, { root, outDir: artifacts, cacheDir: defaultCacheDir(), level: 1 });
  [mesos, zooKeeper] = await Promise.all([
    startLocalMesos({ workDir: join(directory, 'mesos'), agents: 1 }),
    startZooKeeper(directory),
  ]);
  marathon = marathonOfDcos(new URL(mesos.masterUrl).host, join(directory, 'volumes'));
  cluster = await startDcos(marathon);
  token = cluster.identity.tokenOf('alice');
  marathon.behind(cluster.router, token);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const description = await readPackage(url, version);
  const cli = await cliBinaries(url, artifacts, version);
  const resource = { ...description.resource, ...(cli && { cli }) };
  const packages = buildRepository({ ...description, resource });
  catalog = await serveRepository({ host: '127.0.0.1', port, directory: artifacts, repository: packages });
  dcos = await openDcosCli();
  await writeFile(join(directory, 'token-of-mine'), `alice ${token}\n`, { mode: 0o600 });
});

ava.after.always(async () => {
  if (!canHaveDcos) return;
  await marathon?.close();
  await cluster?.close();
  await dcos?.close();
  await mesos?.close();
  await zooKeeper?.kill();
  catalog?.close();
  await eventually('no process left', 30_000, async () => (await processesOf(directory)).length === 0);
  await rm(directory, { recursive: true, force: true });
});

/** As the core plugin of `dcos` asks for it, which cannot be had (dcos-core-cli is in no module proxy). */
async function ask(path: string, body: object): Promise<{ status: number; body: Record<string, unknown> }> {
  const headers = { authorization: `token=${token}` };
  const answer = await fetch(`${cluster.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

async function flink(args: string): Promise<string> {
  const { exitCode, stdout, stderr } = await dcos.run(['flink', ...args.split(' ')]);
  if (exitCode !== 0) throw new Error(`dcos flink ${args}: exit ${exitCode}\n${stdout}${stderr}`);
  return stdout;
}

interface MasterState {
  readonly frameworks: readonly { readonly name: string }[];
  readonly completed_frameworks: readonly { readonly name: string }[];
}

test('dcos package repo add: the repository is read with the type that DC/OS demands', async (t) => {
  const uri = `http://127.0.0.1:${(catalog.address() as AddressInfo).port}/`;
  t.is((await ask('/package/repository/add', { name: 'flink', uri, index: 0 })).status, 200);
});

test('dcos package install: faulty options are refused before anything is started', async (t) => {
  const { status, body } = await ask('/package/install', { packageName: 'flink', options: { service: {} } });
  t.is(status, 400);
  t.is(body.type, 'JsonSchemaMismatch');
  t.deepEqual(marathon.apps(), []);
});

test('dcos package install: the app runs, and the plugin comes by its hash', async (t) => {
  t.timeout(300_000);
  const keys = await keyStores(directory);
  const options = {
    service: {
      name: 'flink',
      user: userInfo().username,
      role: 'flink',
      token_uri: `file://${directory}/token-of-mine`,
    },
    flink: { storage: `file://${directory}/storage`, clusters: 'default' },
    'app-master': { cpus: 0.5 },
    'task-managers': { elastic: true, count: 0, max: 4, cpus: 0.5 },
    zookeeper: { uri: `zk://${zooKeeper.address}/flink` },
    security: { ssl: { enabled: true, keystore_uri: keys, truststore_uri: keys, keyStorePassword: 'of-the-test' } },
    mesos: { masters: new URL(mesos.masterUrl).host },
  };
  const { status, body } = await ask('/package/install', { packageName: 'flink', options });
  t.is(status, 200, JSON.stringify(body));
  const setUp = await dcos.run(['cluster', 'setup', cluster.url], {
    DCOS_CLUSTER_SETUP_ACS_TOKEN: token,
    DCOS_CLUSTER_SETUP_SKIP_CANONICAL_URL_INSTALL: '1',
    DCOS_CLI_EXPERIMENTAL_AUTOINSTALL_PACKAGE_CLIS: '1',
  });
  t.is(setUp.exitCode, 0, setUp.stderr);
  t.regex((await dcos.run('plugin list')).stdout, /flink +flink/);
});

test('dcos flink plan: the deployment is followed until it is complete', async (t) => {
  t.timeout(200_000);
  await eventually('the deployment', 150_000, async () =>
    /COMPLETE/.test((await flink('plan show deploy')).split('\n')[0] ?? ''),
  );
  t.regex(await flink('endpoints'), /default-rest/);
});

test('dcos flink run: a job runs, over TLS between its processes', async (t) => {
  t.timeout(200_000);
  const started = await dcos.run(['flink', 'run', '--wait', '-c', exampleClasses.clickCounter, jar]);
  t.is(started.exitCode, 0, started.stderr);
  t.regex(await flink('list'), /RUNNING/);
  const kept = await dcos.run([
    'flink',
    'clusters',
    'create',
    'second',
    '--task-managers',
    '1',
    '--volume',
    '64',
    '--wait',
  ]);
  t.is(kept.exitCode, 0, kept.stderr);
  t.deepEqual(await reserved(), ['flink']);
});

test('dcos package uninstall: nothing of it is left', async (t) => {
  t.timeout(200_000);
  const { status, body } = await ask('/package/uninstall', { packageName: 'flink' });
  t.is(status, 200, JSON.stringify(body));
  t.deepEqual(marathon.apps(), []);
  t.deepEqual(await reserved(), []);
  const state = (await (await fetch(`${mesos.masterUrl}/master/state`)).json()) as MasterState;
  t.deepEqual(
    state.frameworks.filter(({ name }) => name === 'flink'),
    [],
  );
  t.true(state.completed_frameworks.some(({ name }) => name === 'flink'));
  const session = await connectZooKeeper({ hosts: [zooKeeper.address], sessionTimeoutMs: 5_000 });
  t.deepEqual(await session.getChildren('/'), ['zookeeper']);
  await session.close();
  await eventually('no task left', 20_000, async () => (await processesOf(`${directory}/mesos`)).length === 0);
});

async function reserved(): Promise<string[]> {
  const state = (await (await fetch(`${mesos.masterUrl}/slaves`)).json()) as {
    slaves: { reserved_resources: object }[];
  };
  return state.slaves.flatMap((slave) => Object.keys(slave.reserved_resources));
}

/** One store with one key that trusts itself: what Flink's documentation makes for its internal traffic. */
async function keyStores(into: string): Promise<string> {
  const file = join(into, 'internal.p12');
  const names = ['-alias', 'flink.internal', '-dname', 'CN=flink.internal', '-storetype', 'PKCS12'];
  const key = ['-keyalg', 'RSA', '-keysize', '2048', '-validity', '2'];
  const store = ['-keystore', file, '-storepass', 'of-the-test'];
  await run('keytool', ['-genkeypair', ...names, ...key, ...store]);
  return `file://${file}`;
}
