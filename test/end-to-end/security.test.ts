/**
 * Everything encrypted: the API speaks TLS, agents fetch from it and the JobManager's driver asks it, both trusting the
 * authority of this test; the cluster's own processes speak TLS with each other by one switch, on the newest Flink and on the
 * oldest. A real job runs in between.
 */
import { mkdtemp, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import test, { type ExecutionContext } from 'ava';
import { exampleClasses } from '../../examples/build.ts';
import type { ClusterView, JobView, TaskView } from '../../src/dispatcher/dispatcher.ts';
import { createAuthority } from '../mesos-api-client/certificates.ts';
import { eventually, flinkMesos, patienceMs } from './support/process.ts';
import { exampleJar, pidOfTask, type Stack, startStack } from './support/stack.ts';

let stack: Stack;
let directory: string;
let newest: Example;
let oldest: Example;

type Example = Awaited<ReturnType<typeof exampleJar>>;

test.before(async () => {
  newest = await exampleJar();
  oldest = await exampleJar('1.20.5');
  directory = await mkdtemp(join(tmpdir(), 'flink-mesos-security-'));
  const authority = createAuthority('of tests');
  const { cert, key } = authority.issue('scheduler', [{ ip: [127, 0, 0, 1] }]);
  const files = {
    'ca.pem': authority.cert,
    'cert.pem': cert,
    'key.pem': key,
    tokens: 'alice act-token\n',
    readers: 'bob read-token\n',
  };
  for (const [name, content] of Object.entries(files)) await writeFile(path(name), content, { mode: 0o600 });
  // As an operator puts it into the trust store of every agent.
  process.env.NODE_EXTRA_CA_CERTS = path('ca.pem');
  const tls = ['--tls-cert', path('cert.pem'), '--tls-key', path('key.pem'), '--tls-ca', path('ca.pem')];
  const tokens = ['--token-file', path('tokens'), '--read-token-file', path('readers')];
  stack = await startStack({
    scheduler: [...tls, ...tokens, '--flink-version', `${newest.version},${oldest.version}`],
  });
});

test.after.always(async () => {
  await stack?.close();
  await rm(directory, { recursive: true, force: true });
});

function path(name: string): string {
  return join(directory, name);
}

interface Said {
  readonly code: unknown;
  readonly output: string;
}

async function client(command: string, token = 'act-token'): Promise<Said> {
  const env = { FLINK_MESOS_URL: stack.api.url, FLINK_MESOS_TOKEN: token, FLINK_MESOS_CA_FILE: path('ca.pem') };
  const running = flinkMesos(command.split(' '), env);
  const code = await running.exited();
  return { code, output: running.output() };
}

async function view<View>(t: ExecutionContext, command: string): Promise<View> {
  const { code, output } = await client(`${command} --json`, 'read-token');
  t.is(code, 0, output);
  return JSON.parse(output) as View;
}

test.serial('an elastic cluster comes up over https: files for agents, and what its driver asks', async (t) => {
  t.regex(stack.api.url, /^https:/);
  const { code, output } = await client('clusters create safe --elastic 0:2 --internal-tls --wait');
  t.is(code, 0, output);
});

test.serial('a job runs on TaskManagers that speak TLS with their JobManager and with each other', async (t) => {
  await runsOverTls(t, 'safe', newest);
});

test.serial('the same on the oldest Flink', async (t) => {
  const how = `--flink-version ${oldest.version} --task-managers 2 --internal-tls --wait`;
  const { code, output } = await client(`clusters create older ${how}`);
  t.is(code, 0, output);
  await runsOverTls(t, 'older', oldest);
  t.is((await client('clusters delete older --wait')).code, 0);
});

async function runsOverTls(t: ExecutionContext, cluster: string, { jar }: Example): Promise<void> {
  const run = `run --cluster ${cluster} --wait -p 2 -c ${exampleClasses.clickCounter} ${jar}`;
  const { code, output } = await client(run);
  t.is(code, 0, output);
  const [job] = await view<JobView[]>(t, `jobs list --cluster ${cluster}`);
  t.is(job?.state, 'RUNNING');
  // Flink calls a job RUNNING already while it waits for slots.
  const taskManagers = await eventually('two TaskManagers', async () => {
    const all = await view<TaskView[]>(t, `taskmanagers --cluster ${cluster}`);
    const running = all.filter(({ state }) => state === 'TASK_RUNNING');
    return running.length === 2 && running;
  });
  const jobManager = (await view<ClusterView>(t, `clusters show ${cluster}`)).jobManager?.taskId;
  const { ports } = await view<TaskView>(t, `tasks show ${jobManager}`);
  const key = await keyOf(jobManager ?? '');
  // Flink listens there where a task's output is fetched from.
  const data = await eventually('a data port', () =>
    Promise.any(
      taskManagers.map(async ({ ports: own }) => {
        await certificateAt(own?.data ?? 0, key);
        return own?.data;
      }),
    ).catch(() => false as const),
  );
  const used = [ports?.rpc ?? 0, ports?.blob ?? 0, data || 0];
  const nameAt = (port: number) => eventually(`a certificate at ${port}`, () => certificateAt(port, key));
  const names = await Promise.all(used.map(nameAt));
  for (const name of names) t.regex(name, new RegExp(`^${cluster}-[0-9a-f]{6}$`));
  t.is(new Set(names).size, 1);
  for (const port of used) t.true(await isRefused(port), `${port} takes who shows no certificate`);
}

interface Key {
  readonly pfx: Buffer;
  readonly passphrase: string;
}

/** Of the cluster, from where its JobManager has it. */
async function keyOf(taskId: string): Promise<Key> {
  const conf = join(await readlink(`/proc/${await pidOfTask(taskId)}/cwd`), 'conf');
  const configuration = await readFile(join(conf, 'config.yaml'), 'utf8');
  const passphrase = /internal\.keystore-password: "([^"]+)"/.exec(configuration)?.[1] ?? '';
  return { pfx: await readFile(join(conf, 'internal.p12')), passphrase };
}

/** Whose certificate is shown there. */
function certificateAt(port: number, key: Key): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, timeout: 10_000, ...key });
    socket.once('secureConnect', () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    });
    socket.once('error', reject);
    socket.once('timeout', () => reject(new Error(`nothing at port ${port} for ten seconds`)));
  });
}

/** Without a certificate: an alert comes, in the handshake or right after it. */
function isRefused(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, timeout: patienceMs });
    socket.once('error', ({ message }) => resolve(/alert|reset/i.test(message)));
    socket.once('end', () => resolve(true));
    socket.once('timeout', () => resolve(false));
  });
}

test.serial('the key lies in a file that only its user reads, its password in no view and no argument', async (t) => {
  const jobManager = (await view<ClusterView>(t, 'clusters show safe')).jobManager?.taskId ?? '';
  const pid = await pidOfTask(jobManager);
  const sandbox = await readlink(`/proc/${pid}/cwd`);
  t.is((await stat(join(sandbox, 'conf/internal.p12'))).mode & 0o777, 0o600);
  const { passphrase: password } = await keyOf(jobManager);
  t.true(password.length >= 32);
  const shown = [
    await readFile(`/proc/${pid}/cmdline`, 'utf8'),
    await readFile(`/proc/${pid}/environ`, 'utf8'),
    (await client('clusters show safe --json')).output,
    (await client('events --json')).output,
    stack.scheduler.output(),
  ];
  t.deepEqual(
    shown.filter((text) => text.includes(password)),
    [],
  );
});

test.serial('who acted stands in events and log; a reader does not act', async (t) => {
  const refused = await client('clusters delete safe', 'read-token');
  t.is(refused.code, 5);
  t.regex(refused.output, /READ_ONLY/);
  const { code } = await client('clusters delete safe --wait');
  t.is(code, 0);
  const { output } = await client('events');
  t.regex(output, /alice \(token\): POST \/v1\/clusters done \(201\)/);
  t.regex(output, /bob \(token\): DELETE \/v1\/clusters\/safe refused \(403\)/);
  t.regex(output, /alice \(token\): DELETE \/v1\/clusters\/safe done \(202\)/);
  t.regex(stack.scheduler.output(), /"fact":"act\.done".*"who":"bob"/);
  t.notRegex(stack.scheduler.output(), /act-token|read-token/);
});
