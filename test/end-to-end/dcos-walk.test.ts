/**
 * A new user's walk on a DC/OS cluster of tests: the repository is added, the package installed (rendered as Cosmos does, run as
 * Marathon does, on the embedded Mesos), the plugin comes with it; `dcos flink` makes a cluster, uploads and runs a job on real
 * Flink; what DC/OS lets through gets in and nobody else; uninstalled, nothing is left.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants } from 'node:zlib';
import ava from 'ava';
import { buildArchive } from '../../bin/archive/build-archive.ts';
import { buildPlugin, platformOf } from '../../bin/dcos-plugin/build-plugin.ts';
import { writeZip } from '../../bin/dcos-plugin/zip.ts';
import { exampleClasses } from '../../examples/build.ts';
import { type LocalMesos, startLocalMesos } from '../../src/local-mesos/server/start-local-mesos.ts';
import { defaultCacheDir } from '../../src/main/directories.ts';
import { version } from '../../src/main/version.ts';
import { cliBinaries } from '../../universe/cli-binaries.ts';
import { packagedFlink, readPackage } from '../../universe/package.ts';
import { buildRepository } from '../../universe/repository.ts';
import { serveRepository } from '../../universe/serve.ts';
import { type DcosCluster, startDcos } from './support/dcos/cluster.ts';
import { canHaveDcos } from './support/dcos/dcos-binary.ts';
import { type DcosCli, openDcosCli, type Said } from './support/dcos/dcos-cli.ts';
import { createMarathonOfCosmos, type MarathonOfCosmos } from './support/dcos/marathon-of-cosmos.ts';
import { freePort } from './support/free-port.ts';
import { eventually, repository as root } from './support/process.ts';
import { exampleJar, processesOf } from './support/stack.ts';

const test = canHaveDcos ? ava.serial : ava.serial.skip;
const run = promisify(execFile);
const MiB = 2 ** 20;

let directory: string;
let catalog: Server;
let mesos: LocalMesos;
let marathon: MarathonOfCosmos;
let cluster: DcosCluster;
let dcos: DcosCli;
let jar: string;

ava.before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flink-mesos-walk-'));
  const artifacts = join(directory, 'artifacts');
  await mkdir(artifacts);
  const flink = await exampleJar(packagedFlink);
  jar = flink.jar;
  await Promise.all([buildArchive(root.replace(/\/$/, ''), artifacts, { level: 1 }), packFlink(flink.home, artifacts)]);
  await buildLinuxPlugin(artifacts);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const definition = await readPackage(url, version);
  const cli = await cliBinaries(url, artifacts, version);
  const resource = { ...definition.resource, ...(cli && { cli }) };
  const repository = buildRepository({ ...definition, resource });
  catalog = await serveRepository({ host: '127.0.0.1', port, repository, directory: artifacts });
  await writeFile(join(directory, 'token'), 'a-token-for-scripts\n');
  mesos = await startLocalMesos({ host: '127.0.0.1', port: 0, agents: 1, workDir: join(directory, 'mesos') });
  marathon = createMarathonOfCosmos(new URL(mesos.masterUrl).host, join(directory, 'volumes'));
  cluster = await startDcos(marathon);
  marathon.attach(cluster);
  dcos = await openDcosCli();
});

ava.after.always(async () => {
  await dcos?.close();
  await marathon?.close();
  await cluster?.close();
  await mesos?.close();
  catalog?.close();
  await eventually('no process left', 20_000, async () => (await processesOf(directory)).length === 0);
  await rm(directory, { recursive: true, force: true });
});

test('the repository is added, and the package installed', async (t) => {
  const { port } = catalog.address() as AddressInfo;
  await cosmos('/package/repository/add', { name: 'flink', uri: `http://127.0.0.1:${port}/`, index: 0 });
  await cosmos('/package/install', {
    packageName: 'flink',
    options: {
      service: { user: userInfo().username, token_uri: `file://${directory}/token`, dcos_url: cluster.url },
      mesos: { masters: new URL(mesos.masterUrl).host },
      // The walk makes its own.
      flink: { storage: `file://${directory}/storage`, clusters: '' },
    },
  });
  await eventually('the service', 180_000, async () => {
    const failed = marathon.of('/flink')?.instances.find(({ state }) => state === 'TASK_FAILED');
    if (failed !== undefined) throw new Error(failed.message);
    return marathon.of('/flink')?.current()?.healthy;
  });
  t.pass();
});

test('the command line of DC/OS is set up with a login, and the plugin comes with the package', async (t) => {
  const key = join(directory, 'alice.pem');
  await writeFile(key, cluster.identity.addAccount('alice'), { mode: 0o600 });
  const setup = ['cluster', 'setup', cluster.url, '--username', 'alice', '--private-key', key];
  const said = await dcos.run(setup, {
    DCOS_CLUSTER_SETUP_SKIP_CANONICAL_URL_INSTALL: '1',
    DCOS_CLI_EXPERIMENTAL_AUTOINSTALL_PACKAGE_CLIS: '1',
  });
  t.is(said.exitCode, 0, said.stderr);
  t.regex((await dcos.run('plugin list')).stdout, /flink +flink/);
});

test('dcos flink creates a cluster, uploads a jar and runs it: the job is RUNNING', async (t) => {
  await flink('info');
  await flink('clusters create --task-managers 1 --wait --timeout 180');
  const { id } = JSON.parse((await flink(`upload ${jar} --json`)).stdout) as { id: string };
  await flink(`run --wait --timeout 120 -c ${exampleClasses.clickCounter} ${id}`);
  t.regex((await flink('list')).stdout, /RUNNING/);
  t.regex((await flink('taskmanagers')).stdout, /TASK_RUNNING/);
  t.regex((await flink('plan status deploy')).stdout, /^deploy \(.*\) \(COMPLETE\)/);
  t.regex((await flink('pod list')).stdout, /default-taskmanager-0/);
  t.regex((await flink('log --all')).stdout, /Starting|JobManager/);
  t.deepEqual(JSON.parse((await flink('describe')).stdout).service.name, 'flink');
});

test('a jar of 300 MB goes through all of it as a stream: the scheduler holds none of it', async (t) => {
  const large = join(directory, 'large.jar');
  await writeZip(
    large,
    [
      { name: 'META-INF/MANIFEST.MF', content: Buffer.from('Manifest-Version: 1.0\n') },
      { name: 'filler', content: Buffer.alloc(300 * MiB) },
    ],
    constants.Z_NO_COMPRESSION,
  );
  const scheduler = await pidOfScheduler();
  const before = await peakMiB(scheduler);
  const { bytes } = JSON.parse((await flink(`upload ${large} --json`)).stdout) as { bytes: number };
  const grown = (await peakMiB(scheduler)) - before;
  t.true(bytes > 300 * MiB);
  t.log(`the scheduler's memory at its peak grew by ${grown} MiB`);
  t.true(grown < 150, String(grown));
  await rm(large);
});

test('who acted is the user of DC/OS', async (t) => {
  t.regex((await flink('events')).stdout, /alice \(dcos\): POST \/v1\/clusters done \(201\)/);
});

test('whom DC/OS does not let through does not get in past Admin Router either', async (t) => {
  const instance = marathon.of('/flink')?.current();
  const direct = `http://${instance?.host}:${instance?.ports[0]}/v1/clusters`;
  const status = async (url: string, headers: Record<string, string>) => (await fetch(url, { headers })).status;
  const token = cluster.identity.tokenOf('mallory');
  cluster.router.forbidden.add('mallory flink');
  t.is(await status(direct, {}), 401);
  t.is(await status(direct, { authorization: `token=${token}` }), 403);
  t.is(await status(direct, { authorization: `token=${forged(token)}` }), 401);
  t.is(await status(direct, { authorization: 'token=a-token-for-scripts' }), 200);
  t.is(await status(direct, { authorization: `token=${cluster.identity.tokenOf('alice')}` }), 200);
  // Its own UI: the browser sends DC/OS' cookie.
  const cookie = `dcos-acs-auth-cookie=${cluster.identity.tokenOf('alice')}`;
  t.is(await status(`${cluster.url}/service/flink/v1/clusters/default/flink/overview`, { cookie }), 200);
  t.is(await status(`${cluster.url}/service/flink/v1/clusters/default/flink/overview`, {}), 401);
});

test('uninstalled, nothing is left: no task, no framework, no process, no app', async (t) => {
  await cosmos('/package/uninstall', { packageName: 'flink', appId: '/flink' });
  const state = (await (await fetch(`${mesos.masterUrl}/master/state`)).json()) as {
    frameworks: { name: string; active: boolean }[];
    completed_frameworks: { name: string }[];
    slaves: { reserved_resources: object }[];
  };
  t.deepEqual(
    state.frameworks.filter(({ name, active }) => name === 'flink' || active),
    [],
  );
  t.true(state.completed_frameworks.some(({ name }) => name === 'flink'));
  t.deepEqual(
    state.slaves.flatMap((slave) => Object.keys(slave.reserved_resources)),
    [],
  );
  t.is(marathon.of('/flink'), undefined);
  t.is(cluster.cosmos.installed.size, 0);
  await eventually(
    'no process of a task',
    20_000,
    async () => (await processesOf(join(directory, 'mesos'))).length === 0,
  );
  const said = await dcos.run('flink list');
  t.is(said.exitCode, 3);
  t.regex(said.stderr, /dcos package install flink/);
});

async function flink(args: string): Promise<Said> {
  const said = await dcos.run(`flink ${args}`);
  if (said.exitCode !== 0) throw new Error(`dcos flink ${args}: ${said.exitCode}\n${said.stdout}${said.stderr}`);
  return said;
}

async function pidOfScheduler(): Promise<number> {
  for (const pid of await processesOf(join(directory, 'mesos'))) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes('src/main.js\0scheduler')) return pid;
  }
  throw new Error('there is no scheduler');
}

async function peakMiB(pid: number): Promise<number> {
  return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024);
}

/** As `dcos package …` asks, whose plugin cannot be had here (docs/dcos.md). */
async function cosmos(path: string, body: object): Promise<void> {
  const response = await fetch(`${cluster.url}${path}`, {
    method: 'POST',
    headers: { authorization: `token=${cluster.identity.tokenOf('alice')}` },
    body: JSON.stringify(body),
  });
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
}

/** The same claims with another signature. */
function forged(token: string): string {
  const [header, payload, signature = ''] = token.split('.');
  return `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
}

async function buildLinuxPlugin(outDir: string) {
  const platform = platformOf('linux');
  if (platform === undefined) throw new Error('there is no Linux');
  return buildPlugin(platform, { root, outDir, cacheDir: defaultCacheDir(), level: 1 });
}

/** The name and the inner directory of Apache's own archive; not compressed, for jars are already. */
async function packFlink(home: string, artifacts: string): Promise<void> {
  const name = `flink-${packagedFlink}`;
  const archive = join(artifacts, `${name}-bin-scala_2.12.tgz`);
  await run('tar', ['-cf', archive, `--transform=s,^,${name}/,`, '-C', home, 'lib', 'plugins', 'LICENSE']);
}
