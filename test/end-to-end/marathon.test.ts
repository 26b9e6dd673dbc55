/**
 * The app for plain Marathon, as it is shipped: fetched from a web server as the one archive, started by an offer of the
 * embedded Mesos, healthy; a cluster comes up through it and a job runs; the scheduler killed with -9 is started again by
 * the runner, on another sandbox and the same volume, and is the same framework with the same tasks.
 */
import { execFile } from 'node:child_process';
import { createReadStream, openAsBlob } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { buildArchive } from '../../bin/archive/build-archive.ts';
import { exampleClasses } from '../../examples/build.ts';
import { fillApp, type MarathonApp } from '../../marathon/app.ts';
import { checkApp } from '../../marathon/check-app.ts';
import type { ClusterView, InfoView, JobView, TaskView } from '../../src/dispatcher/dispatcher.ts';
import { type LocalMesos, startLocalMesos } from '../../src/local-mesos/server/start-local-mesos.ts';
import { type Marathon, startMarathon } from './support/marathon.ts';
import { eventually, repository } from './support/process.ts';
import { exampleJar, processesOf } from './support/stack.ts';

const run = promisify(execFile);
const token = 'a-token-of-the-test';
const flinkName = 'flink-2.3.0';

let directory: string;
let files: Server;
let mesos: LocalMesos;
let marathon: Marathon;
let jar: string;

test.before(async (t) => {
  t.timeout(300_000);
  directory = await mkdtemp(join(tmpdir(), 'flink-mesos-marathon-'));
  const artifacts = join(directory, 'artifacts');
  await mkdir(artifacts);
  const flink = await exampleJar();
  jar = flink.jar;
  await Promise.all([
    buildArchive(repository.replace(/\/$/, ''), artifacts, { level: 1 }),
    packFlink(flink.home, artifacts),
  ]);
  await writeFile(join(directory, 'token-of-mine'), `${token}\n`);
  files = await serve(artifacts);
  mesos = await startLocalMesos({ host: '127.0.0.1', port: 0, agents: 1, workDir: join(directory, 'mesos') });
  const app = fillApp(await readFile(join(repository, 'marathon/flink-mesos.json'), 'utf8'), {
    masters: new URL(mesos.masterUrl).host,
    storage: `file://${directory}/storage`,
    token: `file://${directory}/token-of-mine`,
    artifacts: `http://127.0.0.1:${(files.address() as AddressInfo).port}`,
  });
  marathon = await startMarathon(new URL(mesos.masterUrl).host, app, join(directory, 'volumes'));
});

test.after.always(async () => {
  await marathon?.close();
  await mesos?.close();
  files?.close();
  await eventually('no process left', 20_000, async () => (await processesOf(directory)).length === 0);
  await rm(directory, { recursive: true, force: true });
});

test.serial('the app becomes healthy, on the port of its offer', async (t) => {
  await healthy(1);
  const { ports } = marathon.instances[0] ?? {};
  t.is(ports?.length, 1);
  t.is((await fetch(url('/v1/info'))).status, 401);
  t.is((await call<InfoView>('GET', '/v1/info')).mesos.state, 'subscribed');
});

test.serial('a cluster comes up through it, and a job runs', async (t) => {
  await call('POST', '/v1/clusters', { name: 'default', taskManagers: { mode: 'fixed', count: 1 } });
  await eventually('the cluster', 90_000, async () => {
    const cluster = await call<ClusterView>('GET', '/v1/clusters/default');
    return cluster.phase === 'running' && cluster.taskManagers.registered === 1;
  });
  const form = new FormData();
  form.append('jarfile', await openAsBlob(jar), 'examples.jar');
  const { id } = await call<{ id: string }>('POST', '/v1/clusters/default/jars', form);
  await call('POST', '/v1/clusters/default/jobs', { jar: id, entryClass: exampleClasses.clickCounter });
  await eventually('the job', 60_000, async () =>
    (await call<JobView[]>('GET', '/v1/clusters/default/jobs')).some(({ state }) => state === 'RUNNING'),
  );
  t.pass();
});

test.serial('killed with -9 it is started again, and is the same framework with the same tasks', async (t) => {
  const before = await call<InfoView>('GET', '/v1/info');
  const tasks = await launched();
  const [first] = marathon.instances;
  process.kill(await pidOfInstance(first?.taskId ?? ''), 'SIGKILL');
  await healthy(2);
  t.is(first?.state, 'TASK_FAILED');
  await eventually('reconciled', 60_000, async () => (await call<InfoView>('GET', '/v1/info')).reconciled);
  t.is((await call<InfoView>('GET', '/v1/info')).frameworkId, before.frameworkId);
  t.deepEqual(await launched(), tasks);
  await call('DELETE', '/v1/clusters/default');
  await eventually('the cluster gone', 60_000, async () => (await launched()).length === 0);
});

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
  const other = await startMarathon(new URL(mesos.masterUrl).host, app, join(directory, 'volumes'));
  try {
    await eventually('a second healthy instance', 30_000, async () => other.instances[1]?.healthy);
    t.is(other.instances[0]?.state, 'TASK_KILLED');
  } finally {
    await other.close();
  }
});

async function healthy(instances: number): Promise<void> {
  await eventually(`instance ${instances} healthy`, 120_000, async () => {
    const failed = marathon.instances.find(({ state }) => state === 'TASK_FAILED' && instances === 1);
    if (failed !== undefined) throw new Error(`${failed.taskId}: ${failed.message}`);
    return marathon.instances.length >= instances && marathon.current()?.healthy;
  });
}

async function launched(): Promise<string[]> {
  const tasks = await call<TaskView[]>('GET', '/v1/tasks');
  return tasks.flatMap(({ id, phase }) => (phase === 'launched' ? [id] : [])).sort();
}

function url(path: string): string {
  const instance = marathon.current();
  return `http://${instance?.host}:${instance?.ports[0]}${path}`;
}

async function call<T>(method: string, path: string, body?: object): Promise<T> {
  const json = body === undefined || body instanceof FormData ? {} : { 'content-type': 'application/json' };
  const answer = await fetch(url(path), {
    method,
    headers: { authorization: `token=${token}`, ...json } as Record<string, string>,
    ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** By its sandbox, which has the task's id in its path. */
async function pidOfInstance(taskId: string): Promise<number> {
  for (const pid of await processesOf(`MESOS_EXECUTOR_ID=${taskId}`)) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes('src/main.js')) return pid;
  }
  throw new Error(`no process of ${taskId}`);
}

/** The name and the inner directory of Apache's own archive; not compressed, for jars are already (tar looks itself). */
async function packFlink(home: string, directoryOfArtifacts: string): Promise<void> {
  const archive = join(directoryOfArtifacts, `${flinkName}-bin-scala_2.12.tgz`);
  const parts = ['lib', 'plugins', 'LICENSE'];
  await run('tar', ['-cf', archive, `--transform=s,^,${flinkName}/,`, '-C', home, ...parts]);
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
