/** A project of its own in a temporary directory: the real bin/, a small lockfile, and tools that do as told. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { ExecutionContext } from 'ava';

const bin = fileURLToPath(new URL('../../bin', import.meta.url));

export interface Project {
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  /** A shell script on the path; `undefined` takes it away. */
  tool(name: string, script: string | undefined): Promise<void>;
  run(args: readonly string[], env?: NodeJS.ProcessEnv): ChildProcess;
  /** Runs to its end. */
  ran(args: readonly string[], env?: NodeJS.ProcessEnv, stdin?: string): Promise<Ran>;
  npmCalls(): Promise<string[]>;
  lock(version: string): Promise<void>;
}

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Nothing is on the path but what the test puts there. */
export async function project(t: ExecutionContext): Promise<Project> {
  const root = await mkdtemp(join(tmpdir(), 'flink-mesos-run-'));
  t.teardown(() => rm(root, { recursive: true, force: true }));
  const tools = join(root, 'tools');
  await mkdir(tools);
  await cp(bin, join(root, 'bin'), { recursive: true });
  await writeFile(join(root, 'package.json'), '{"type":"module"}');
  for (const name of ['cat', 'cp', 'mkdir', 'rm']) await symlink(`/bin/${name}`, join(tools, name));
  const env = { PATH: tools, HOME: root };
  const made: Project = {
    root,
    env,
    tool: async (name, script) => {
      if (script === undefined) return rm(join(tools, name), { force: true });
      await writeFile(join(tools, name), `#!/bin/sh\n${script}\n`);
      await chmod(join(tools, name), 0o755);
    },
    run: (args, more = {}) =>
      spawn(process.execPath, [join(root, 'bin', 'run.mjs'), ...args], { cwd: root, env: { ...env, ...more } }),
    ran: async (args, more, stdin = '') => {
      const child = made.run(args, more);
      // One that ends without reading its input is judged by what it says and its exit code.
      child.stdin?.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EPIPE') throw error;
      });
      child.stdin?.end(stdin);
      const ended = once(child, 'close');
      const [stdout, stderr] = await Promise.all([said(child.stdout), said(child.stderr)]);
      await ended;
      return { code: child.exitCode, stdout, stderr };
    },
    npmCalls: async () => (await readFile(join(root, 'npm-calls'), 'utf8').catch(() => '')).split('\n').filter(Boolean),
    lock: async (version) => {
      const installed = { 'node_modules/ava': { version, integrity: `sha512-${version}` } };
      const elsewhere = { 'node_modules/for-elsewhere': { version, optional: true, os: ['plan9'] } };
      const locked = { '': { name: 'fixture' }, ...installed, ...elsewhere };
      await writeFile(join(root, 'package-lock.json'), JSON.stringify({ packages: locked }));
      await writeFile(join(root, 'installed.json'), JSON.stringify({ packages: installed }));
    },
  };
  await made.lock('1.0.0');
  await mkdir(join(root, 'ava-package', 'entrypoints'), { recursive: true });
  await writeFile(join(root, 'ava-package', 'entrypoints', 'cli.mjs'), childScript);
  await made.tool('npm', npmScript(root));
  return made;
}

function said(stream: ChildProcess['stdout']): Promise<string> {
  return stream === null ? Promise.resolve('') : text(stream);
}

/** As npm does: what was there goes first, its own record of what is installed comes last. */
function npmScript(root: string): string {
  return `echo "$@" >> ${root}/npm-calls
rm -rf ${root}/node_modules && mkdir ${root}/node_modules && cp -r ${root}/ava-package ${root}/node_modules/ava
[ "$NPM_DIES" ] && kill -9 $$
[ "$NPM_FAILS" ] && { echo 'npm error network' >&2; exit 1; }
cp ${root}/installed.json ${root}/node_modules/.package-lock.json`;
}

/** Stands for ava: says what it is given, and what happens to it. */
const childScript = `
const [what, ...rest] = process.argv.slice(2);
console.log('child', process.pid, JSON.stringify(process.argv.slice(2)));
if (what === 'stdin') process.stdin.pipe(process.stdout);
if (what === 'exit') process.exit(Number(rest[0]));
if (what === 'wait') {
  const alive = setInterval(() => {}, 1000);
  let heard = 0;
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {
    heard += 1;
    // Whatever else was sent meanwhile would be heard before it ends.
    if (heard === 1) setTimeout(() => { console.log('heard', signal, heard); clearInterval(alive); process.exitCode = 42; }, 300);
  });
  console.log('ready');
}
`;
