/**
 * A new user's walk on a DC/OS cluster of tests, all of it by the real `dcos`: logged in, the repository added, the package
 * installed (rendered as Cosmos does, run as Marathon does, on the embedded Mesos with a real ZooKeeper), two schedulers that speak
 * TLS and have a service account, keys and passwords from the secret store; `dcos flink` comes by its hash and runs a job on real Flink, a scheduler is lost, what DC/OS lets through gets in and nobody
 * else; uninstalled by the protocol that DC/OS has for it, nothing is left: no task, no reservation, no framework, no node in
 * ZooKeeper. `dcos package` is the one of dcos-package.ts.
 */
import { mkdtemp, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { constants } from 'node:zlib';
import ava from 'ava';
import { writeZip } from '../../bin/dcos-plugin/zip.ts';
import { exampleClasses } from '../../examples/build.ts';
import type { TaskView } from '../../src/dispatcher/dispatcher.ts';
import { type LocalMesos, startLocalMesos } from '../../src/local-mesos/server/start-local-mesos.ts';
import { connectZooKeeper } from '../../src/zookeeper/connect.ts';
import { packagedFlink } from '../../universe/package.ts';
import { type DcosCluster, startDcos } from './support/dcos/cluster.ts';
import { canHaveDcos } from './support/dcos/dcos-binary.ts';
import { type DcosCli, openDcosCli, type Said } from './support/dcos/dcos-cli.ts';
import { dcosPackage } from './support/dcos/dcos-package.ts';
import { createMarathonOfCosmos, type MarathonOfCosmos } from './support/dcos/marathon-of-cosmos.ts';
import { wordsOf, writeKeys } from './support/dcos/secrets.ts';
import { type Instance, pidOfInstance } from './support/marathon.ts';
import { noFrameworks, reservedRoles } from './support/master-state.ts';
import { eventually } from './support/process.ts';
import { serveCatalog } from './support/served-catalog.ts';
import { exampleJar, leaveNothing, pidOfTask, processesOf } from './support/stack.ts';
import { startZooKeeper, type ZooKeeperServer } from './support/zookeeper.ts';

const test = canHaveDcos ? ava.serial : ava.serial.skip;
const MiB = 2 ** 20;

let directory: string;
let mesos: LocalMesos;
let zooKeeper: ZooKeeperServer;
let catalog: Server;
let marathon: MarathonOfCosmos;
let cluster: DcosCluster;
let dcos: DcosCli;
let jar: string;

ava.before(async () => {
  if (!canHaveDcos) return;
  directory = await mkdtemp(join(tmpdir(), 'flink-mesos-catalog-'));
  const flink = await exampleJar(packagedFlink);
  jar = flink.jar;
  catalog = await serveCatalog(directory, flink.home);
  const keys = await writeKeys(directory);
  [mesos, zooKeeper] = await Promise.all([
    startLocalMesos({
      workDir: join(directory, 'mesos'),
      agents: ['127.0.0.2', '127.0.0.3'].map((hostname) => ({ hostname })),
    }),
    startZooKeeper(directory),
  ]);
  const secrets = new Map<string, string>();
  marathon = createMarathonOfCosmos(new URL(mesos.masterUrl).host, secrets);
  cluster = await startDcos(marathon, await dcosPackage());
  for (const [name, content] of Object.entries({ ...keys, ...wordsOf(cluster) })) secrets.set(`flink/${name}`, content);
  marathon.attach(cluster);
  dcos = await openDcosCli();
});

ava.after.always(async () => {
  if (!canHaveDcos) return;
  await marathon?.close();
  await cluster?.close();
  await dcos?.close();
  await mesos?.close();
  await zooKeeper?.kill();
  catalog?.close();
  await leaveNothing(directory);
});

/** What lies on every agent, beside the key store. */
const given = {
  'krb5.conf': '[libdefaults]\n',
  'core-site.xml': '<configuration/>',
  'hdfs-site.xml': '<configuration/>',
};

const file = (name: string): string => `file://${join(directory, name)}`;

function options() {
  return {
    service: {
      user: userInfo().username,
      role: 'flink',
      instances: 2,
      token_secret: 'flink/token',
      service_account_secret: 'flink/account',
      dcos_url: cluster.url,
    },
    flink: { storage: file('storage') },
    'app-master': { cpus: 0.5 },
    'task-managers': { count: 0, max: 4, cpus: 0.5 },
    zookeeper: { uri: `zk://${zooKeeper.address}/flink` },
    security: {
      api_tls: { enabled: true, cert_secret: 'flink/cert', key_secret: 'flink/key', ca_secret: 'flink/ca' },
      kerberos: {
        principal: 'flink@EXAMPLE.ORG',
        keytab_secret: 'flink/keytab',
        krb5conf_uri: file('krb5.conf'),
      },
      ssl: {
        enabled: true,
        keystore_uri: file('internal.p12'),
        truststore_uri: file('internal.p12'),
        keystore_password_secret: 'flink/password',
      },
    },
    hdfs: { 'config-url': `file://${directory}` },
    mesos: { masters: new URL(mesos.masterUrl).host },
  };
}

test('dcos cluster setup: logged in with a key', async (t) => {
  const key = join(directory, 'alice.pem');
  await writeFile(key, cluster.identity.addAccount('alice'), { mode: 0o600 });
  const said = await dcos.run(['cluster', 'setup', cluster.url, '--username', 'alice', '--private-key', key], {
    DCOS_CLUSTER_SETUP_SKIP_CANONICAL_URL_INSTALL: '1',
  });
  t.is(said.exitCode, 0, said.stderr);
});

test('dcos package repo add: the repository is read with the type that DC/OS demands', async (t) => {
  const uri = `http://127.0.0.1:${(catalog.address() as AddressInfo).port}/`;
  await succeeds(`package repo add --index=0 flink ${uri}`);
  t.regex((await succeeds('package repo list')).stdout, new RegExp(uri));
});

test('dcos package install: options that lack something are refused before anything is started', async (t) => {
  await writeFile(join(directory, 'faulty.json'), JSON.stringify({ service: {} }));
  const said = await dcos.run(`package install flink --yes --options=${directory}/faulty.json`);
  t.is(said.exitCode, 1);
  t.regex(`${said.stdout}${said.stderr}`, /Options JSON failed validation/);
  t.is(marathon.of('/flink'), undefined);
});

test('dcos package install: two schedulers on two agents, of which one leads, and the plugin by its hash', async (t) => {
  for (const [name, content] of Object.entries(given)) await writeFile(join(directory, name), content);
  await writeFile(join(directory, 'options.json'), JSON.stringify(options()));
  const said = await succeeds(`package install flink --yes --options=${directory}/options.json`);
  t.regex(said.stdout, /New command available: dcos flink/);
  t.regex((await succeeds('plugin list')).stdout, /flink +flink/);
  await bothHealthy();
  t.is(new Set(schedulers().map(({ host }) => host)).size, 2);
  await eventually(
    'one leads',
    async () => (await Promise.all(schedulers().map(roleOf))).sort().join() === 'leader,standby',
  );
});

test('dcos flink plan: the deployment is followed until it is complete', async (t) => {
  await eventually('the deployment', async () =>
    /^deploy \(.*\) \(COMPLETE\)/.test((await flink('plan status deploy')).stdout),
  );
  t.regex((await flink('endpoints')).stdout, /default-rest/);
  t.is(JSON.parse((await flink('describe')).stdout).service.role, 'flink');
});

test('dcos flink run: a job is RUNNING, over TLS between its processes', async (t) => {
  const { id } = JSON.parse((await flink(`upload ${jar} --json`)).stdout) as { id: string };
  await flink(`run --wait -c ${exampleClasses.clickCounter} ${id}`);
  t.regex((await flink('list')).stdout, /RUNNING/);
  // Flink calls a job RUNNING already while it waits for slots.
  await eventually('its TaskManager', async () => /TASK_RUNNING/.test((await flink('taskmanagers')).stdout));
  t.regex((await flink('pod list')).stdout, /default-taskmanager-0/);
  t.regex((await flink('log --all')).stdout, /Starting|JobManager/);
  await flink('clusters create second --task-managers 1 --volume 64 --wait');
  t.deepEqual(await reservedRoles(mesos.masterUrl), ['flink']);
});

test('key table, krb5.conf and the configuration of Hadoop are where each process looks for them', async (t) => {
  const tasks = (await (await marathon.ask('/flink', '/v1/tasks')).body) as TaskView[];
  const running = tasks.filter(({ state, cluster: of }) => state === 'TASK_RUNNING' && of === 'default');
  t.deepEqual([...new Set(running.map(({ part }) => part))].sort(), ['jobmanager', 'taskmanager']);
  for (const { id } of running) {
    const pid = await pidOfTask(id);
    const sandbox = await readlink(`/proc/${pid}/cwd`);
    const content = (name: string): Promise<string> => readFile(join(sandbox, 'conf', name), 'utf8');
    t.is(await content('krb5.keytab'), 'a key table');
    t.is((await stat(join(sandbox, 'conf/krb5.keytab'))).mode & 0o077, 0);
    t.is(await content('krb5.conf'), given['krb5.conf']);
    t.is(await content('hadoop/core-site.xml'), given['core-site.xml']);
    t.is(await content('hadoop/hdfs-site.xml'), given['hdfs-site.xml']);
    t.regex(await content('config.yaml'), /security\.kerberos\.login\.principal/);
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8');
    t.regex(environment, /(^|\0)HADOOP_CONF_DIR=[^\0]*conf\/hadoop/);
    for (const secret of ['a key table', 'of-the-test', 'a-token-for-scripts']) t.false(environment.includes(secret));
  }
});

test('a jar of 300 MB goes through all of it as a stream: no scheduler holds it', async (t) => {
  const large = join(directory, 'large.jar');
  await writeZip(
    large,
    [
      { name: 'META-INF/MANIFEST.MF', content: Buffer.from('Manifest-Version: 1.0\n') },
      { name: 'filler', content: Buffer.alloc(300 * MiB) },
    ],
    constants.Z_NO_COMPRESSION,
  );
  const pids = await Promise.all(schedulers().map(pidOfInstance));
  const before = await Promise.all(pids.map(peakMiB));
  const { bytes } = JSON.parse((await flink(`upload ${large} --json`)).stdout) as { bytes: number };
  const grown = (await Promise.all(pids.map(peakMiB))).map((peak, index) => peak - (before[index] ?? 0));
  t.true(bytes > 300 * MiB);
  t.log(`the peaks of their memory grew by ${grown.join(' and ')} MiB`);
  t.true(Math.max(...grown) < 150, String(grown));
  await rm(large);
});

test('who acted is the user of DC/OS', async (t) => {
  t.regex((await flink('events')).stdout, /alice \(dcos\): POST \/v1\/clusters done \(201\)/);
});

test('whom DC/OS does not let through does not get in past Admin Router either', async (t) => {
  const direct = `https://${schedulers()[0]?.host}:${schedulers()[0]?.ports[0]}/v1/clusters`;
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
  const pages = `${cluster.url}/service/flink/v1/clusters/default/flink/overview`;
  t.is(await status(pages, { cookie }), 200);
  t.is(await status(pages, {}), 401);
});

test('the leading scheduler is killed: the other one leads, with the same framework and the same job', async (t) => {
  const before = await frameworkId();
  const roles = await Promise.all(schedulers().map(async (each) => [await roleOf(each), each] as const));
  const leader = roles.find(([role]) => role === 'leader')?.[1];
  if (leader === undefined) throw new Error('nobody leads');
  process.kill(await pidOfInstance(leader), 'SIGKILL');
  await eventually('another leader', async () => {
    const others = schedulers().filter(({ taskId }) => taskId !== leader.taskId);
    return (await Promise.all(others.map(roleOf))).includes('leader');
  });
  await bothHealthy();
  t.deepEqual(await frameworkId(), before);
  await eventually('the job', async () => /RUNNING/.test((await flink('list')).stdout));
});

test('dcos package uninstall: nothing of it is left', async (t) => {
  const said = await succeeds('package uninstall flink --app --yes');
  t.regex(`${said.stdout}${said.stderr}`, /Uninstalled package \[flink\] version/);
  await eventually('the app is removed', async () => marathon.of('/flink') === undefined);
  const { completed_frameworks } = await noFrameworks(mesos.masterUrl);
  t.true(completed_frameworks.some(({ name }) => name === 'flink'));
  t.deepEqual(await reservedRoles(mesos.masterUrl), []);
  const session = await connectZooKeeper({ hosts: [zooKeeper.address], sessionTimeoutMs: 5_000 });
  t.deepEqual(await session.getChildren('/'), ['zookeeper']);
  await session.close();
  await eventually('no task left', async () => (await processesOf(`${directory}/mesos`)).length === 0);
});

test('after that `dcos flink` says what to do, and goes too', async (t) => {
  const said = await dcos.run('flink list');
  t.is(said.exitCode, 3);
  t.regex(said.stderr, /dcos package install flink/);
  await succeeds('package uninstall flink --cli');
  t.notRegex((await succeeds('plugin list')).stdout, /flink/);
});

async function succeeds(args: string): Promise<Said> {
  const said = await dcos.run(args);
  if (said.exitCode !== 0) throw new Error(`dcos ${args}: exit ${said.exitCode}\n${said.stdout}${said.stderr}`);
  return said;
}

function flink(args: string): Promise<Said> {
  return succeeds(`flink ${args}`);
}

function schedulers(): readonly Instance[] {
  return (marathon.of('/flink')?.instances ?? []).filter(({ state }) => state === 'TASK_RUNNING');
}

async function bothHealthy(): Promise<void> {
  await eventually('two healthy schedulers', () => marathon.deployed('/flink'));
}

async function roleOf({ host, ports }: Instance): Promise<string> {
  const answer = await fetch(`https://${host}:${ports[0]}/v1/health`).catch(() => undefined);
  const health = (await answer?.json().catch(() => undefined)) as { role?: string } | undefined;
  return health === undefined ? 'none' : (health.role ?? 'leader');
}

async function frameworkId(): Promise<unknown> {
  return (await marathon.ask('/flink', '/v1/state/frameworkId')).body;
}

async function peakMiB(pid: number): Promise<number> {
  return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024);
}

/** The same claims with another signature. */
function forged(token: string): string {
  const [header, payload, signature = ''] = token.split('.');
  return `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
}
