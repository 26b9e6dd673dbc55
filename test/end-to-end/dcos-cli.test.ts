/**
 * `dcos flink` under the real `dcos`: added from its zip, and installed by hash through a cluster's package manager; every
 * kind of command and refusal through Admin Router; uploads that stream. The service is the API around a fake dispatcher.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ava, { type ExecutionContext } from 'ava';
import { buildPlugin, type Plugin, platformOf } from '../../bin/dcos-plugin/build-plugin.ts';
import { defaultCacheDir } from '../../src/main/directories.ts';
import { version } from '../../src/main/version.ts';
import { readPackage } from '../../universe/package.ts';
import { buildRepository } from '../../universe/repository.ts';
import { serveRepository } from '../../universe/serve.ts';
import { listen, withCluster } from '../api/support/api.ts';
import type { FakeDispatcher } from '../api/support/fake-dispatcher.ts';
import { type DcosCluster, startDcos } from './support/dcos/cluster.ts';
import { canHaveDcos } from './support/dcos/dcos-binary.ts';
import { type DcosCli, openDcosCli } from './support/dcos/dcos-cli.ts';
import { freePort } from './support/free-port.ts';
import { repository as root } from './support/process.ts';

const test = canHaveDcos ? ava : ava.skip;
const MiB = 2 ** 20;
let directory: string;
let plugin: Plugin;

ava.before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flink-mesos-plugin-'));
  const platform = platformOf('linux');
  if (platform === undefined) throw new Error('there is no Linux');
  plugin = await buildPlugin(platform, { root, outDir: directory, cacheDir: defaultCacheDir(), level: 1 });
});

ava.after.always(() => rm(directory, { recursive: true, force: true }));

interface World {
  readonly cluster: DcosCluster;
  readonly dispatcher: FakeDispatcher;
  readonly dcos: DcosCli;
  readonly flink: DcosCli['run'];
}

async function world(t: ExecutionContext): Promise<World> {
  const cluster = await startDcos();
  const dcos = await openDcosCli();
  t.teardown(() => Promise.all([cluster.close(), dcos.close()]).then(() => {}));
  const { app, dispatcher } = await withCluster(t);
  cluster.router.services.set('flink', { url: await listen(app) });
  return {
    cluster,
    dispatcher,
    dcos,
    flink: (args, environment) =>
      dcos.run(['flink', ...(typeof args === 'string' ? args.split(' ') : args)], environment),
  };
}

async function withPlugin(t: ExecutionContext): Promise<World> {
  const made = await world(t);
  await made.dcos.attach(made.cluster.url, made.cluster.identity.tokenOf('alice'));
  const added = await made.dcos.run(['plugin', 'add', plugin.path]);
  t.is(added.exitCode, 0, added.stderr);
  return made;
}

test('added from its zip: it is listed, runs, tells its version, and goes again', async (t) => {
  const { dcos, flink } = await withPlugin(t);
  t.regex((await dcos.run('plugin list')).stdout, /flink +flink/);
  t.regex((await flink('--version')).stdout, /^\d+\.\d+\.\d+\n$/);
  t.regex((await dcos.run('help flink')).stdout, /^Usage: dcos flink /);
  t.is((await dcos.run(['plugin', 'add', plugin.path])).exitCode, 1);
  t.is((await dcos.run('plugin remove flink')).exitCode, 0);
  t.notRegex((await dcos.run('plugin list')).stdout, /flink/);
});

test('the spellings of the old package hold', async (t) => {
  const { dispatcher, flink, dcos } = await withPlugin(t);
  const file = join(dcos.home, 'job.jar');
  await writeFile(file, 'PK\u0003\u0004');
  const uploaded = await flink(['upload', file, '--json']);
  t.is(uploaded.exitCode, 0, uploaded.stderr);
  const { id } = JSON.parse(uploaded.stdout) as { id: string };
  t.regex((await flink('jars')).stdout, new RegExp(id));
  t.is((await flink(`run ${id}`)).exitCode, 0);
  t.deepEqual(dispatcher.jobSpecs.at(-1), { jar: id });
  t.regex((await flink('list')).stdout, /job-1/);
  t.regex((await flink('info')).stdout, /^version /);
  t.regex((await flink('info job-1')).stdout, /^id +job-1/);
  t.is((await flink('cancel job-1')).exitCode, 0);
});

test('what is new: clusters, runs with class and arguments, savepoints, scaling, TaskManagers', async (t) => {
  const { dispatcher, flink, dcos } = await withPlugin(t);
  t.is((await flink('clusters create big --task-managers 2')).exitCode, 0);
  t.is(dispatcher.specs.at(-1)?.name, 'big');
  await dispatcher.submitJob('default', { jar: 'a' });
  for (const command of ['savepoint job-1', 'stop job-1', 'scale job-1 -p 3', 'status job-1', 'taskmanagers', 'health'])
    t.is((await flink(command)).exitCode, 0, command);
  await writeFile(join(dcos.home, 'a.jar'), 'PK\u0003\u0004');
  const run =
    'run --class org.example.Job --parallelism 3 --savepoint s3://a/b --allow-non-restored-state --cluster big';
  const { exitCode, stderr } = await flink([...run.split(' '), '--args', '--in x', 'a.jar', '--out', 'y z']);
  t.is(exitCode, 0, stderr);
  const { jar: _, ...job } = dispatcher.jobSpecs.at(-1) ?? {};
  t.deepEqual(job, {
    entryClass: 'org.example.Job',
    args: ['--in', 'x', '--out', 'y z'],
    parallelism: 3,
    savepointPath: 's3://a/b',
    allowNonRestoredState: true,
  });
  t.regex((await flink('webui --json')).stdout, /\/service\/flink\/v1\/clusters\/default\/flink\//);
});

test('the service is named by option, by the configuration of dcos, or is flink', async (t) => {
  const { cluster, flink, dcos } = await withPlugin(t);
  const service = cluster.router.services.get('flink');
  cluster.router.services.clear();
  if (service !== undefined) cluster.router.services.set('prod/flink', service);
  t.is((await flink('list')).exitCode, 3);
  t.is((await flink('list --name prod/flink')).exitCode, 0);
  t.is((await flink('--name=prod/flink list')).exitCode, 0);
  t.is((await flink('list --name ../x')).exitCode, 2);
  t.is((await dcos.run('config set flink.service_name prod/flink')).exitCode, 0);
  t.is((await flink('list')).exitCode, 0);
});

test('401, 403, 404 and 502 say what to do', async (t) => {
  const { cluster, flink, dcos } = await withPlugin(t);
  const refused = async (args: string) => {
    const { exitCode, stderr, stdout } = await flink(args);
    t.is(stdout, '');
    return { exitCode, stderr };
  };
  const missing = await refused('list --name nothing');
  t.is(missing.exitCode, 3);
  t.regex(missing.stderr, /no service nothing at .*\n.*--name.*dcos package install flink/);
  cluster.router.services.set('dead', { url: 'http://127.0.0.1:1' });
  const dead = await refused('list --name dead');
  t.is(dead.exitCode, 7);
  t.regex(dead.stderr, /HTTP 502.*\n.*dcos service log dead/);
  cluster.router.forbidden.add('alice flink');
  const forbidden = await refused('list');
  t.is(forbidden.exitCode, 5);
  t.regex(forbidden.stderr, /dcos:adminrouter:service:flink full/);
  await dcos.attach(cluster.url, cluster.identity.tokenOf('alice', -10));
  const unknown = await refused('list');
  t.is(unknown.exitCode, 5);
  t.regex(unknown.stderr, /does not know who you are\n +dcos auth login/);
});

test("a problem of the service is told in the service's own words", async (t) => {
  const { flink } = await withPlugin(t);
  const { exitCode, stderr } = await flink('clusters show nope');
  t.is(exitCode, 3);
  t.regex(stderr, /^error NOT_FOUND: .*nope/);
});

test('bash completes commands and options', async (t) => {
  const { dcos } = await withPlugin(t);
  const complete = async (...words: string[]) => {
    // Of the package bash-completion, which dcos asks for.
    const reference = `cur=\${COMP_WORDS[COMP_CWORD]} words=("\${COMP_WORDS[@]}") cword=$COMP_CWORD`;
    const script = `source <(dcos completion bash); _get_comp_words_by_ref() { ${reference}; }; COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})
      COMP_CWORD=${words.length - 1}; COMP_LINE="\${COMP_WORDS[*]}"; COMP_POINT=\${#COMP_LINE}; __dcos_main; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = await dcos.bash(script);
    return stdout.split('\n').map((line) => line.trim());
  };
  t.deepEqual(await complete('dcos', 'flink', 'jo'), ['jobs', '']);
  t.true((await complete('dcos', 'flink', 'jobs', '')).includes('savepoint'));
  t.true((await complete('dcos', 'flink', 'run', '--')).includes('--entry-class'));
  t.true((await complete('dcos', 'flink', 'clusters', 'create', '--')).includes('--name'));
});

async function serveCatalog(t: ExecutionContext, sha256: string): Promise<string> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const definition = await readPackage(url, version);
  const binary = { kind: 'zip', url: `${url}/${plugin.name}`, contentHash: [{ algo: 'sha256', value: sha256 }] };
  const resource = { ...definition.resource, cli: { binaries: { linux: { 'x86-64': binary } } } };
  const repository = buildRepository({ ...definition, resource });
  const server = await serveRepository({ host: '127.0.0.1', port, repository, directory });
  t.teardown(() => server.close());
  return url;
}

/** `dcos cluster setup` installs the CLIs of the packages that run there. */
async function setUp(t: ExecutionContext, sha256: string) {
  const { cluster, dcos, flink } = await world(t);
  const catalog = await serveCatalog(t, sha256);
  const ask = async (path: string, body: object) => {
    const response = await fetch(`${cluster.url}${path}`, {
      method: 'POST',
      headers: { authorization: `token=${cluster.identity.tokenOf('root')}` },
      body: JSON.stringify(body),
    });
    t.is(response.status, 200, await response.text());
  };
  await ask('/package/repository/add', { name: 'flink', uri: `${catalog}/`, index: 0 });
  const options = { service: { token_uri: 'file:///token' }, flink: { storage: 'file:///storage' } };
  await ask('/package/install', { packageName: 'flink', options });
  const key = join(dcos.home, 'account.pem');
  await writeFile(key, cluster.identity.addAccount('operator'), { mode: 0o600 });
  const said = await dcos.run(['-v', 'cluster', 'setup', cluster.url, '--username', 'operator', '--private-key', key], {
    DCOS_CLUSTER_SETUP_SKIP_CANONICAL_URL_INSTALL: '1',
    DCOS_CLI_EXPERIMENTAL_AUTOINSTALL_PACKAGE_CLIS: '1',
  });
  t.is(said.exitCode, 0, said.stderr);
  return { cluster, dcos, flink };
}

test("installed by a cluster's package manager, by its hash, with a login of a service account", async (t) => {
  const { dcos, flink } = await setUp(t, plugin.sha256);
  t.regex((await dcos.run('plugin list')).stdout, /flink +flink/);
  const { exitCode, stdout, stderr } = await flink('list');
  t.is(exitCode, 0, stderr);
  t.regex(stdout, /no jobs/);
});

test('a zip that is not the one of the hash is not installed', async (t) => {
  const { dcos } = await setUp(t, createHash('sha256').update('another').digest('hex'));
  t.notRegex((await dcos.run('plugin list')).stdout, /flink/);
});

test('an upload of 300 MB streams: neither the plugin nor what lies between holds it', async (t) => {
  const { cluster, flink, dcos } = await withPlugin(t);
  const file = join(dcos.home, 'large.jar');
  const handle = await open(file, 'w');
  await handle.truncate(300 * MiB);
  await handle.close();
  let bytes = 0;
  let peakMiB = 0;
  const sink = createServer((request, response) => {
    if (request.method !== 'POST') return response.end('{}');
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    request.on('end', async () => {
      peakMiB = await peakOf(dcos.home);
      response.end(JSON.stringify({ id: 'a', name: 'large.jar', bytes, uploadedAt: '2026-01-01T00:00:00Z' }));
    });
    return response;
  });
  await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve));
  t.teardown(() => sink.close());
  cluster.router.services.set('sink', { url: `http://127.0.0.1:${(sink.address() as AddressInfo).port}` });
  const { exitCode, stderr } = await flink(['upload', file, '--name', 'sink']);
  t.is(exitCode, 0, stderr);
  t.true(bytes > 300 * MiB && bytes < 301 * MiB, String(bytes));
  t.log(`the plugin's memory at its peak: ${peakMiB} MiB`);
  t.true(peakMiB > 10 && peakMiB < 200, String(peakMiB));
});

/** Of the Node process below a home. */
async function peakOf(home: string): Promise<number> {
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const command = await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '');
    if (!command.includes(home) || !command.includes('flink.mjs')) continue;
    const status = await readFile(`/proc/${entry}/status`, 'utf8');
    return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024);
  }
  throw new Error('the plugin does not run');
}
