/**
 * The apps for plain Marathon, as they are shipped: fetched from a web server as the one archive, started by an offer of the
 * embedded Mesos, healthy; a cluster comes up through it on agents that have no Java, and a job runs; the scheduler killed with
 * -9 is started again by the runner, on another sandbox and the same volume, and is the same framework with the same tasks. Each
 * is uninstalled as its page says, and nothing of it is left.
 */
import { execFile } from 'node:child_process';
import { createReadStream, openAsBlob } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import _ from 'lodash';
import { buildArchive } from '../../bin/archive/build-archive.ts';
import { exampleClasses } from '../../examples/build.ts';
import { fillApp, type MarathonApp } from '../../marathon/app.ts';
import { checkApp } from '../../marathon/check-app.ts';
import type { ClusterView, InfoView, JobView, TaskView } from '../../src/dispatcher/dispatcher.ts';
import { type LocalMesos, startLocalMesos } from '../../src/local-mesos/server/start-local-mesos.ts';
import { connectZooKeeper } from '../../src/zookeeper/connect.ts';
import { packagedFlink } from '../../universe/package.ts';
import { jreArchive, pathWithoutJava } from './support/jre-archive.ts';
import { type Instance, type Marathon, pidOfInstance, startMarathon } from './support/marathon.ts';
import type { VolumeBook } from './support/marathon-volumes.ts';
import { noFrameworks, reservedRoles } from './support/master-state.ts';
import { packFlink } from './support/pack-flink.ts';
import { eventually, repository } from './support/process.ts';
import { exampleJar, leaveNothing, pidOfTask, processesOf } from './support/stack.ts';
import { startZooKeeper, type ZooKeeperServer } from './support/zookeeper.ts';

const run = promisify(execFile);
const token = 'a-token-of-the-test';

let directory: string;
let files: Server;
let mesos: LocalMesos;
let zooKeeper: ZooKeeperServer;
let marathon: Marathon;
let jar: string;
const volumes: VolumeBook = new Map();

test.before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flink-mesos-marathon-'));
  const artifacts = join(directory, 'artifacts');
  await mkdir(artifacts);
  const flink = await exampleJar(packagedFlink);
  jar = flink.jar;
  await Promise.all([
    buildArchive(repository.replace(/\/$/, ''), artifacts, { level: 1 }),
    packFlink(flink.home, artifacts, packagedFlink),
    copyFile(await jreArchive(), join(artifacts, 'jre.tar.gz')),
  ]);
  await writeFile(join(directory, 'token-of-mine'), `${token}\n`);
  files = await serve(artifacts);
  zooKeeper = await startZooKeeper(directory);
  const taskPath = await pathWithoutJava(directory);
  mesos = await startLocalMesos({
    host: '127.0.0.1',
    zooKeeper: { hosts: [zooKeeper.address], path: '/mesos' },
    agents: ['127.0.0.2', '127.0.0.3', '127.0.0.4'].map((hostname) => ({ hostname, taskPath })),
    workDir: join(directory, 'mesos'),
  });
  marathon = await started('flink-mesos');
});

/**
 * The app as it is shipped, filled in as its page says; the two places that every machine has are below our directory. To that
 * comes what its page says of agents without Java, and a role, for volumes that are kept need one.
 */
async function appNamed(name: string): Promise<MarathonApp> {
  const template = await readFile(join(repository, `marathon/${name}.json`), 'utf8');
  const artifacts = `http://127.0.0.1:${(files.address() as AddressInfo).port}`;
  const app = fillApp(template, {
    zookeeper: zooKeeper.address,
    artifacts,
    image: 'registry.example/flink-mesos:1',
  });
  const here = JSON.stringify(app)
    .replace('file:///shared/flink-mesos', `file://${directory}/storage-of-${name}`)
    .replace('file:///etc/flink-mesos/token', `file://${directory}/token-of-mine`);
  const env = { FLINK_MESOS_PROCESS_URIS: `${artifacts}/jre.tar.gz`, FLINK_MESOS_ROLE: 'flink' };
  return withVariables(JSON.parse(here) as MarathonApp, env);
}

function withVariables(app: MarathonApp, env: Record<string, string>): MarathonApp {
  return { ...app, env: { ...app.env, ...env } };
}

async function started(name: string, change: (app: MarathonApp) => MarathonApp = (app) => app): Promise<Marathon> {
  return await startMarathon(new URL(mesos.masterUrl).host, change(await appNamed(name)), volumes);
}

test.after.always(async () => {
  await marathon?.close();
  await mesos?.close();
  await zooKeeper?.kill();
  files?.close();
  await leaveNothing(directory);
});

test.serial('the app becomes healthy, on the port of its offer', async (t) => {
  await healthy(1);
  const { ports } = marathon.instances[0] ?? {};
  t.is(ports?.length, 1);
  t.is((await fetch(url('/v1/info'))).status, 401);
  t.is((await call<InfoView>('GET', '/v1/info')).mesos.state, 'subscribed');
});

test.serial('a cluster comes up through it on agents without Java, and a job runs', async (t) => {
  await startCluster('default');
  for (const task of await launched()) {
    const java = await readlink(`/proc/${await pidOfTask(task)}/exe`);
    t.regex(java, /\/jre\/bin\/java$/);
    t.true(java.startsWith(join(directory, 'mesos')), java);
  }
  const form = new FormData();
  form.append('jarfile', await openAsBlob(jar), 'examples.jar');
  const { id } = await call<{ id: string }>('POST', '/v1/clusters/default/jars', form);
  await call('POST', '/v1/clusters/default/jobs', { jar: id, entryClass: exampleClasses.clickCounter });
  await eventually('the job', async () =>
    (await call<JobView[]>('GET', '/v1/clusters/default/jobs')).some(({ state }) => state === 'RUNNING'),
  );
  t.pass();
});

test.serial('killed with -9 it is started again, and is the same framework with the same tasks', async (t) => {
  const before = await call<InfoView>('GET', '/v1/info');
  const tasks = await launched();
  const [first] = marathon.instances;
  process.kill(await pidOfInstance(first), 'SIGKILL');
  await healthy(2);
  t.is(first?.state, 'TASK_FAILED');
  await eventually('reconciled', async () => (await call<InfoView>('GET', '/v1/info')).reconciled);
  t.is((await call<InfoView>('GET', '/v1/info')).frameworkId, before.frameworkId);
  t.deepEqual(await launched(), tasks);
});

test.serial('uninstalled with its cluster at work: nothing is left', async (t) => {
  t.deepEqual(_.uniq(await reservedRoles(mesos.masterUrl)), ['flink', 'marathon']);
  await uninstall('flink-mesos');
  await nothingLeft(t);
});

test.serial(
  'highly available: three schedulers on three hosts, one leads, and another takes over when it is killed',
  async (t) => {
    await marathon.close();
    marathon = await started('flink-mesos-ha');
    await eventually('three healthy instances', async () => live().filter(({ healthy: well }) => well).length === 3);
    t.is(new Set(live().map(({ host }) => host)).size, 3);
    const first = await leader();
    const spec = { name: 'kept', taskManagers: { mode: 'fixed', count: 0 } };
    await call('POST', '/v1/clusters', spec, first);
    const { frameworkId } = await call<InfoView>('GET', '/v1/info', undefined, first);
    process.kill(await pidOfInstance(first), 'SIGKILL');
    const second = await eventually('another leader', async () => {
      const found = await leader();
      return found.taskId !== first.taskId && found;
    });
    t.is((await call<InfoView>('GET', '/v1/info', undefined, second)).frameworkId, frameworkId);
    t.is((await call<ClusterView>('GET', '/v1/clusters/kept', undefined, second)).name, 'kept');
    await eventually('a third instance again', async () => live().filter(({ healthy: well }) => well).length === 3);
    await uninstall('flink-mesos-ha');
    await nothingLeft(t);
  },
);

for (const name of ['flink-mesos-container', 'flink-mesos-ha-container']) {
  test.serial(
    `${name}: starts on the files that its image holds, and leaves nothing when it is uninstalled`,
    async (t) => {
      await marathon.close();
      const image = join(directory, 'image');
      await unpackImage(image);
      marathon = await started(name, (app) => withoutImage(app, image));
      await eventually('a healthy instance', async () => live().some(({ healthy: well }) => well));
      const first = await leader();
      t.is((await call<InfoView>('GET', '/v1/info', undefined, first)).mesos.state, 'subscribed');
      if (name === 'flink-mesos-container') {
        await startCluster('default', first);
        t.deepEqual(_.uniq(await reservedRoles(mesos.masterUrl)), ['flink', 'marathon']);
      }
      await uninstall(name, (app) => withoutImage(app, image));
      await nothingLeft(t);
    },
  );
}

/** What marathon/Dockerfile puts below /opt. The embedded Mesos runs no images: so their files are looked for elsewhere. */
async function unpackImage(image: string): Promise<void> {
  await mkdir(join(image, 'opt'), { recursive: true });
  const artifacts = join(directory, 'artifacts');
  const archive = (await readdir(artifacts)).find((file) => file.startsWith('flink-mesos-')) ?? '';
  await run('tar', ['-xzf', join(artifacts, archive), '-C', join(image, 'opt')]);
  await rm(join(image, 'opt/flink'), { force: true });
  await symlink((await exampleJar(packagedFlink)).home, join(image, 'opt/flink'));
}

function withoutImage({ container, ...app }: MarathonApp, image: string): MarathonApp {
  const moved = JSON.parse(JSON.stringify(app).replaceAll('/opt/', `${image}/opt/`)) as MarathonApp;
  const { docker: _, ...rest } = container ?? { type: 'MESOS' };
  return { ...moved, container: rest };
}

/** One TaskManager, with a volume that is kept for its successor. */
async function startCluster(name: string, instance?: Instance): Promise<void> {
  const taskManager = { kept: { volumeMiB: 64 } };
  const spec = { name, taskManagers: { mode: 'fixed', count: 1 }, taskManager };
  await call('POST', '/v1/clusters', spec, instance);
  await eventually('the cluster', async () => {
    const { phase, taskManagers } = await call<ClusterView>('GET', `/v1/clusters/${name}`, undefined, instance);
    return phase === 'running' && taskManagers.registered === 1;
  });
}

/** As the page says: one more variable, and then the app goes when its plan is complete. */
async function uninstall(name: string, change: (app: MarathonApp) => MarathonApp = (app) => app): Promise<void> {
  await marathon.close();
  marathon = await started(name, (app) => change(withVariables(app, { FLINK_MESOS_UNINSTALL: 'true' })));
  await eventually('the plan deploy', async () => {
    const answer = await fetch(url('/v1/plans/deploy'), { headers: { authorization: `token=${token}` } });
    return answer.status === 200;
  });
  // With the app Marathon destroys its volumes.
  await marathon.destroy();
}

async function nothingLeft(t: ExecutionContext): Promise<void> {
  const { completed_frameworks } = await noFrameworks(mesos.masterUrl);
  t.true(completed_frameworks.some(({ name }) => name === 'flink-mesos'));
  t.deepEqual(_.uniq(await reservedRoles(mesos.masterUrl)), []);
  const session = await connectZooKeeper({ hosts: [zooKeeper.address], sessionTimeoutMs: 5_000 });
  t.deepEqual((await session.getChildren('/')).sort(), ['mesos', 'zookeeper']);
  await session.close();
  const left = (): Promise<number[]> => processesOf(join(directory, 'mesos'));
  await eventually('no process of a task', async () => (await left()).length === 0);
}

function live(): readonly Instance[] {
  return marathon.instances.filter(({ state }) => state === 'TASK_RUNNING');
}

async function leader(): Promise<Instance> {
  return await eventually('a leader', async () => {
    for (const instance of live()) {
      const answer = await fetch(url('/v1/health', instance)).catch(() => undefined);
      const health = (await answer?.json().catch(() => undefined)) as { role?: string; healthy?: boolean } | undefined;
      if (health?.healthy === true && health.role !== 'standby') return instance;
    }
    return undefined;
  });
}

test.serial('the runner itself: an app that fails its health check is killed and started again', async (t) => {
  const server = "let asked=0;require('http').createServer((_,r)=>{r.statusCode=asked++<3?200:503;r.end()})";
  const app: MarathonApp = {
    id: '/ailing',
    cmd: `exec '${process.execPath}' -e "${server}.listen(process.env.PORT_WEB,'127.0.0.1')"`,
    cpus: 0.1,
    mem: 64,
    portDefinitions: [{ port: 0, name: 'web' }],
    healthChecks: [{ protocol: 'MESOS_HTTP', path: '/', portIndex: 0, maxConsecutiveFailures: 2 }],
    backoffSeconds: 0,
  };
  t.deepEqual(checkApp(app), []);
  const other = await startMarathon(new URL(mesos.masterUrl).host, app);
  try {
    await eventually('a second healthy instance', async () => other.instances[1]?.healthy);
    t.is(other.instances[0]?.state, 'TASK_KILLED');
  } finally {
    await other.close();
  }
});

async function healthy(instances: number): Promise<void> {
  await eventually(`instance ${instances} healthy`, async () => {
    const failed = marathon.instances.find(({ state }) => state === 'TASK_FAILED' && instances === 1);
    if (failed !== undefined) throw new Error(`${failed.taskId}: ${failed.message}`);
    return marathon.instances.length >= instances && marathon.current()?.healthy;
  });
}

async function launched(): Promise<string[]> {
  const tasks = await call<TaskView[]>('GET', '/v1/tasks');
  return tasks.flatMap(({ id, phase }) => (phase === 'launched' ? [id] : [])).sort();
}

function url(path: string, instance = marathon.current()): string {
  return `http://${instance?.host}:${instance?.ports[0]}${path}`;
}

async function call<T>(method: string, path: string, body?: object, instance?: Instance): Promise<T> {
  const json = body === undefined || body instanceof FormData ? {} : { 'content-type': 'application/json' };
  const answer = await fetch(url(path, instance), {
    method,
    headers: { authorization: `token=${token}`, ...json } as Record<string, string>,
    ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

async function serve(artifacts: string): Promise<Server> {
  const server = createServer(async (request, response) => {
    const file = join(artifacts, basename(request.url ?? ''));
    const found = await stat(file).catch(() => undefined);
    if (found === undefined) return response.writeHead(404).end();
    response.writeHead(200, { 'content-length': found.size });
    return createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
