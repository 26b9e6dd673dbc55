/** The npm package of the libraries, as somebody else meets it: packed, installed into an empty folder, used from there. */
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { buildPackage } from '../../bin/package/build-package.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

test('packed and installed elsewhere, the thirty-line framework runs on startLocalMesos(), and its types hold', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-package-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  await buildPackage(root, join(directory, 'package'));
  const { stdout: packed } = await run('npm', ['pack', '--silent', join(directory, 'package')], { cwd: directory });
  await writeFile(join(directory, 'package.json'), '{ "type": "module", "private": true }');
  // What the project itself was installed from is in npm's cache: the network is asked for nothing else.
  await run('npm', ['install', '--silent', '--prefer-offline', '--ignore-scripts', '--no-audit', packed.trim()], {
    cwd: directory,
  });
  await copyFile(join(root, 'examples/framework.ts'), join(directory, 'framework.ts'));

  const { MASTER: _, ...env } = process.env;
  const { stdout, stderr } = await run(process.execPath, ['framework.ts'], { cwd: directory, env });
  t.is(stderr, '');
  t.deepEqual(stdout.trim().split('\n'), ['TASK_STARTING', 'TASK_RUNNING', 'TASK_FINISHED']);

  const installed = JSON.parse(await readFile(join(directory, 'node_modules/flink-mesos/package.json'), 'utf8'));
  t.deepEqual(Object.keys(installed.exports), ['./mesos-api-client', './local-mesos']);
  t.true(Object.keys(installed.dependencies).length <= 5, 'the libraries need little');
  const names = await readdir(join(directory, 'node_modules/flink-mesos/src'), { recursive: true });
  t.deepEqual(
    names.filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.d.ts')),
    [],
  );

  const compilerOptions = {
    strict: true,
    module: 'nodenext',
    target: 'es2024',
    noEmit: true,
    typeRoots: [join(root, 'node_modules/@types')],
    types: ['node'],
  };
  await writeFile(join(directory, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['framework.ts'] }));
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const check = () => run(process.execPath, [compiler, '-p', directory]);
  await t.notThrowsAsync(check);
  const framework = await readFile(join(directory, 'framework.ts'), 'utf8');
  await writeFile(
    join(directory, 'framework.ts'),
    framework.replace("event.type === 'SUBSCRIBED'", "event.type === 'SUBSCRIBE'"),
  );
  await t.throwsAsync(check, undefined, 'the types of the package are looked at');
});
