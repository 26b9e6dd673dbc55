/** The shell's part of class archives: a java that is a script plays the JVM's. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import test, { type ExecutionContext } from 'ava';
import { classStoreVariable } from '../../../src/flink/render/class-archive.ts';
import { createRenderer } from '../../../src/flink/render/renderer.ts';
import type { TaskSpec } from '../../../src/scheduler/model/task.ts';
import { eventually } from '../../end-to-end/support/process.ts';
import { aCluster, taskId } from '../cluster-fixture.ts';

const renderer = createRenderer({
  artifactUrl: ({ fileName }) => `http://127.0.0.1/${fileName}`,
  storage: 'file:///s',
});

/** Notes its classes and makes archives as the JVM does. It ends when it is told to, or when it has said its flags. */
const java = `#!/bin/sh
for each in "$@"; do
  case "$each" in
    -Xshare:dump) dump=yes ;;
    -XX:SharedArchiveFile=*) archive="\${each#*=}" ;;
    -XX:DumpLoadedClassList=*) printf 'a/A\\nb/B\\nb/' > "\${each#*=}" ;;
  esac
done
if [ -n "$dump" ]; then
  if [ -n "$CANNOT_DUMP" ]; then echo half > "$archive"; exit 1; fi
  cp tmp/archive.classes "$archive"
  exit
fi
echo "$1 $2"
trap 'exit 143' TERM
if [ -n "$STAYS" ]; then while :; do sleep 0.01; done; fi
exit 7
`;

class Agent {
  readonly directory: string;
  /** On the standard error of the last process that ended by itself. */
  said = '';

  constructor(directory: string) {
    this.directory = directory;
  }

  get store(): string {
    return join(this.directory, `flink-mesos-${userInfo().uid}`);
  }

  archives(): Promise<string[]> {
    return readdir(this.store);
  }

  async start(spec: TaskSpec, environment: Record<string, string>, jvm = '-XX:+UseG1GC\n'): Promise<ChildProcess> {
    const cwd = await mkdtemp(join(this.directory, 'sandbox '));
    await mkdir(join(cwd, 'conf'));
    for (const part of ['jobmanager', 'taskmanager']) await writeFile(join(cwd, 'conf', `${part}.jvm`), jvm);
    const env = {
      ...spec.process.environment,
      ...(spec.process.environment[classStoreVariable] !== undefined && { [classStoreVariable]: this.directory }),
      ...{ PATH: process.env.PATH, JAVA_HOME: join(this.directory, 'jdk'), HOST: '127.0.0.1', TASK_ID: spec.taskId },
      ...environment,
    };
    const command = `sleep() { command sleep 0.05; }\n${spec.process.command}`;
    return spawn('sh', ['-c', command], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  }

  /** The first flags of the JVM, of a process that ends by itself. */
  async flags(spec: TaskSpec, environment: Record<string, string> = {}, jvm?: string): Promise<string> {
    const { stdout, stderr } = await this.start(spec, environment, jvm);
    if (stdout === null || stderr === null) throw new Error('it says nothing');
    const [flags = '', said = ''] = await Promise.all([text(stdout), text(stderr)]);
    this.said = said;
    return flags.trim();
  }

  /** A TaskManager that has said its flags and stays. */
  async stay(spec: TaskSpec, environment: Record<string, string> = {}): Promise<ChildProcess> {
    const child = await this.start(spec, { STAYS: 'yes', ...environment });
    const [line] = await once(child.stdout ?? child, 'data');
    if (!String(line).startsWith(notes)) throw new Error(`it makes no archive: ${line}`);
    return child;
  }

  /** An archive by the first TaskManager. */
  async make(spec: TaskSpec): Promise<void> {
    const child = await this.stay(spec);
    await eventually('an archive', async () => (await this.archives()).some((name) => /^\d+\.jsa$/.test(name)));
    await end(child);
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<unknown> {
  const ended = once(child, 'exit');
  if (signal === 'SIGKILL') process.kill(-(child.pid ?? 0), signal);
  else child.kill(signal);
  return (await ended)[0];
}

async function anAgent(t: ExecutionContext): Promise<Agent> {
  const agent = new Agent(await mkdtemp(join(tmpdir(), 'flink-mesos-')));
  t.teardown(() => rm(agent.directory, { recursive: true, force: true }));
  const bin = join(agent.directory, 'jdk', 'bin');
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, 'java'), java);
  await chmod(join(bin, 'java'), 0o755);
  await mkdir(join(agent.directory, 'flink', 'lib'), { recursive: true });
  await writeFile(join(agent.directory, 'flink', 'lib', 'flink-dist-2.3.0.jar'), '');
  return agent;
}

function tasksOf({ directory }: Agent, spec: Parameters<typeof aCluster>[1] = {}) {
  const distribution = { kind: 'home', version: '2.3.0', path: join(directory, 'flink') } as const;
  const cluster = aCluster({ distribution }, spec);
  return {
    taskManager: renderer.taskManager(cluster, taskId('tm'), { hostname: 'agent1', rpcPort: 31000 }),
    jobManager: renderer.jobManager(cluster, taskId('jm'), undefined),
  };
}

function after(line: string, spec: TaskSpec): TaskSpec {
  return { ...spec, process: { ...spec.process, command: `${line}\n${spec.process.command}` } };
}

const notes = '-XX:DumpLoadedClassList=tmp/classes @conf/taskmanager.jvm';
const plain = '@conf/taskmanager.jvm -Djava.io.tmpdir';
const startsPlain = (t: ExecutionContext, flags: string): unknown => t.true(flags.startsWith(plain), flags);

test('beside the first TaskManager an archive is made, later ones and JobManagers use it', async (t) => {
  const agent = await anAgent(t);
  const { taskManager, jobManager } = tasksOf(agent);
  t.regex(await agent.flags(jobManager), /^@conf\/jobmanager\.jvm /);
  await agent.make(taskManager);
  t.is((await stat(agent.store)).mode & 0o777, 0o700);
  const [archive = '', ...others] = await agent.archives();
  t.deepEqual(others, []);
  t.is((await stat(join(agent.store, archive))).size, 'a/A\nb/B\n'.length, 'of the whole lines');
  const used = `-XX:SharedArchiveFile=${join(agent.store, archive)} -XX:+VerifySharedSpaces`;
  t.is(await agent.flags(taskManager), used);
  t.is(await agent.flags(jobManager), used);
});

test('other jars, or another choice of the collector, want another archive', async (t) => {
  const agent = await anAgent(t);
  const { taskManager } = tasksOf(agent);
  await agent.make(taskManager);
  t.is(await agent.flags(taskManager, {}, '-XX:+UseParallelGC\n'), notes);
  await writeFile(join(agent.directory, 'flink', 'lib', 'another.jar'), '');
  t.is(await agent.flags(taskManager), notes);
});

test('one makes it at a time; who ends before it was made, by itself or told, leaves that to another, and ends as it ended', async (t) => {
  const agent = await anAgent(t);
  const { taskManager } = tasksOf(agent);
  const first = await agent.stay(taskManager, { CANNOT_DUMP: 'yes' });
  startsPlain(t, await agent.flags(taskManager));
  t.is(await end(first), 143);
  const failed = await agent.start(taskManager, {});
  t.deepEqual(await once(failed, 'exit'), [7, null]);
  await agent.make(taskManager);
});

test('what a killed maker left, and archives that nobody used for a month, are cleared away', async (t) => {
  const agent = await anAgent(t);
  const { taskManager } = tasksOf(agent);
  await end(await agent.stay(taskManager, { CANNOT_DUMP: 'yes' }), 'SIGKILL');
  const claim = (await agent.archives()).find((name) => /^\d+\.jsa\.writer$/.test(name)) ?? '';
  for (const each of ['old.jsa', 'used.jsa', 'half.jsa.tm-2']) await writeFile(join(agent.store, each), '');
  const ago = (minutes: number): Date => new Date(Date.now() - minutes * 60_000);
  await utimes(join(agent.store, 'old.jsa'), ago(32 * 24 * 60), ago(32 * 24 * 60));
  for (const each of [claim, 'half.jsa.tm-2']) await utimes(join(agent.store, each), ago(62), ago(62));
  await agent.make(taskManager);
  t.deepEqual((await agent.archives()).sort(), [claim.replace('.writer', ''), 'used.jsa']);
});

test('a directory of somebody else, a link, or one that others may look into is not used, and said so', async (t) => {
  const agent = await anAgent(t);
  const { taskManager } = tasksOf(agent);
  await mkdir(agent.store, { mode: 0o755 });
  startsPlain(t, await agent.flags(taskManager));
  t.regex(agent.said, /flink-mesos-\d+ is not used: it has to be a directory of user/);
  await rm(agent.store, { recursive: true });
  await mkdir(join(agent.directory, 'elsewhere'), { mode: 0o700 });
  await symlink(join(agent.directory, 'elsewhere'), agent.store);
  startsPlain(t, await agent.flags(taskManager));
  await mkdir(join(agent.directory, 'flink-mesos-12345'), { mode: 0o700 });
  startsPlain(t, await agent.flags(after('id() { echo 12345; }', taskManager)));
});

test('without a place to write processes start as ever', async (t) => {
  const agent = await anAgent(t);
  const { taskManager, jobManager } = tasksOf(agent);
  startsPlain(t, await agent.flags(taskManager, { [classStoreVariable]: '/dev/null' }));
  t.regex(await agent.flags(jobManager, { [classStoreVariable]: '/dev/null' }), /^@conf\/jobmanager\.jvm /);
});

test('who chooses archives of the JVM is left alone; so is who wants none, who brings a container, and who is too large to share one', async (t) => {
  const agent = await anAgent(t);
  const { taskManager } = tasksOf(agent);
  startsPlain(t, await agent.flags(taskManager, {}, '-Xshare:off\n'));
  startsPlain(t, await agent.flags(taskManager, {}, '-XX:SharedArchiveFile=/srv/own.jsa\n'));
  for (const processes of [{ classArchives: false }, { container: {} }] as const) {
    startsPlain(t, await agent.flags(tasksOf(agent, { processes }).taskManager));
  }
  startsPlain(t, await agent.flags(tasksOf(agent, { taskManager: { memoryMiB: 65_536 } }).taskManager));
});

test('a cluster with libraries uses archives and makes none: their place is another one each time', async (t) => {
  const agent = await anAgent(t);
  const { taskManager } = tasksOf(agent);
  const withLibraries = after('mkdir libraries', taskManager);
  startsPlain(t, await agent.flags(withLibraries));
  await agent.make(taskManager);
  t.regex(await agent.flags(withLibraries), /^-XX:SharedArchiveFile/);
});
