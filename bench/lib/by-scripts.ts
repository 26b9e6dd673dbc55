/**
 * The same by hand, as Flink's own quick start has it: bin/start-cluster.sh, bin/flink run -d. Configuration, logs and
 * pid files lie in a temporary directory; what the scripts started is ended by the pids that they wrote.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { CompleteClusterSpec } from '../../src/flink/spec.ts';
import { freePort } from '../../test/end-to-end/support/free-port.ts';

export interface ByScripts {
  readonly home: string;
  readonly jar: string;
  /** The sizes that `npm start` gives its cluster. */
  readonly spec: CompleteClusterSpec;
  readonly taskManagers: number;
  readonly signal: AbortSignal;
}

const execute = promisify(execFile);

export async function secondsByScripts(options: ByScripts): Promise<number> {
  options.signal.throwIfAborted();
  const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-bench-'));
  try {
    const restPort = await freePort();
    const env = await configure(directory, options, restPort);
    const startedAt = performance.now();
    await script(options, 'start-cluster.sh', [], env);
    await script(options, 'flink', ['run', '-d', '-p', String(options.taskManagers), options.jar], env);
    await jobRuns(`http://127.0.0.1:${restPort}`, options.signal);
    return (performance.now() - startedAt) / 1000;
  } finally {
    await endAll(directory);
    await rm(directory, { recursive: true, force: true });
  }
}

async function configure(
  directory: string,
  { home, spec, taskManagers }: ByScripts,
  restPort: number,
): Promise<NodeJS.ProcessEnv> {
  const conf = join(directory, 'conf');
  await cp(join(home, 'conf'), conf, { recursive: true });
  // The scripts take Java's module options from here; without them `flink run` dies on Java 17.
  const shipped = await readFile(join(conf, 'config.yaml'), 'utf8');
  const javaOptions = /^env:\n +java:\n +opts:\n +all: (.+)$/m.exec(shipped)?.[1];
  if (javaOptions === undefined) throw new Error(`${home}/conf/config.yaml has no env.java.opts.all`);
  const settings = {
    'env.java.opts.all': javaOptions,
    'jobmanager.rpc.address': '127.0.0.1',
    'jobmanager.rpc.port': await freePort(),
    'jobmanager.bind-host': '127.0.0.1',
    'jobmanager.memory.process.size': `${spec.jobManager.memoryMiB}m`,
    'taskmanager.bind-host': '127.0.0.1',
    'taskmanager.host': '127.0.0.1',
    'taskmanager.memory.process.size': `${spec.taskManager.memoryMiB}m`,
    'taskmanager.numberOfTaskSlots': spec.taskManager.slots,
    'rest.address': '127.0.0.1',
    'rest.bind-address': '127.0.0.1',
    'rest.port': restPort,
    'io.tmp.dirs': join(directory, 'tmp'),
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key}: ${value}\n`);
  await writeFile(join(conf, 'config.yaml'), lines.join(''));
  await writeFile(join(conf, 'workers'), 'localhost\n'.repeat(taskManagers));
  const log = join(directory, 'log');
  // The scripts don't make it, and start nothing without it.
  await mkdir(log);
  return { ...process.env, FLINK_CONF_DIR: conf, FLINK_LOG_DIR: log, FLINK_PID_DIR: directory };
}

async function script({ home, signal }: ByScripts, name: string, args: readonly string[], env: NodeJS.ProcessEnv) {
  await execute(join(home, 'bin', name), args, { env, signal });
}

/** All its subtasks run: Flink calls a job RUNNING already while it waits for slots. */
async function jobRuns(rest: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    const { jobs } = (await (await fetch(`${rest}/jobs/overview`, { signal })).json()) as {
      jobs: { state: string; tasks: { total: number; running: number } }[];
    };
    const [job] = jobs;
    if (job?.state === 'RUNNING' && job.tasks.total > 0 && job.tasks.running === job.tasks.total) return;
    if (job !== undefined && job.state === 'FAILED') throw new Error("the job failed under Flink's scripts");
    await sleep(50, undefined, { signal });
  }
}

async function endAll(directory: string): Promise<void> {
  const pids: number[] = [];
  for (const name of (await readdir(directory)).filter((file) => file.endsWith('.pid'))) {
    // One pid a line: the scripts append those of further TaskManagers.
    const text = await readFile(join(directory, name), 'utf8');
    pids.push(...text.trim().split('\n').map(Number));
  }
  const signalAll = (signal: NodeJS.Signals | 0) => pids.filter((pid) => signalled(pid, signal));
  signalAll('SIGTERM');
  for (let attempt = 0; attempt < 200 && signalAll(0).length > 0; attempt += 1) await sleep(50);
  signalAll('SIGKILL');
}

function signalled(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    // It has ended.
    return false;
  }
}
