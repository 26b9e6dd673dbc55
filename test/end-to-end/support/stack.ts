/** A Mesos and a scheduler as processes of their own on free ports, in a temporary directory that goes with the test. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildExampleJar } from '../../../examples/build.ts';
import { obtainDistribution } from '../../../src/flink/distribution/obtain.ts';
import { defaultCacheDir } from '../../../src/main/directories.ts';
import { type Api, apiAt, apiOf } from './api.ts';
import { type Ends, eventually, flinkMesos, type Running } from './process.ts';

export interface Stack {
  readonly directory: string;
  api: Api;
  scheduler: Running;
  master: Running;
  mesosMaster: string;
  startScheduler(extra?: readonly string[]): Promise<void>;
  /** Ends what runs, and fails if a process of this stack is left. */
  close(): Promise<void>;
  ends(process: Running): Running;
}

/** Master and agents each a process of their own (so a master can be restarted under its tasks), then the scheduler. */
export async function startStack(options: { scheduler?: readonly string[]; agents?: number } = {}): Promise<Stack> {
  const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-'));
  const processes: Ends[] = [];
  const started = (process: Running): Running => {
    processes.push(process);
    return process;
  };
  const { master, agents, mesosMaster } = await startMesos(directory, processes, options.agents);
  const stack: Stack = {
    directory,
    mesosMaster,
    master,
    scheduler: agents,
    api: apiAt(''),
    ends: started,
    startScheduler: async (extra = []) => {
      stack.scheduler = started(
        flinkMesos([
          'scheduler',
          '--mesos-master',
          mesosMaster,
          '--data-dir',
          join(directory, 'scheduler'),
          '--listen',
          '127.0.0.1:0',
          ...(options.scheduler ?? []),
          ...extra,
        ]),
      );
      stack.api = await apiOf(stack.scheduler);
    },
    close: () => endAll(processes, directory),
  };
  await stack.startScheduler();
  return stack;
}

/** What is started is noted at once, to be ended even if it does not get ready. */
export async function startMesos(directory: string, processes: Ends[], count = 2) {
  const master = startMaster(directory, '127.0.0.1:0');
  processes.push(master);
  const mesosMaster = (await master.said(/master at http:\/\/(\S+:\d+)/))[1] ?? '';
  const agents = startAgents(directory, mesosMaster, count);
  processes.push(agents);
  await agents.said(/agents? ready/);
  return { master, agents, mesosMaster };
}

export function startMaster(directory: string, listen: string): Running {
  return flinkMesos(['local-mesos', '--only', 'master', '--listen', listen, '--work-dir', join(directory, 'master')]);
}

export function startAgents(directory: string, master: string, count: number): Running {
  return flinkMesos([
    ...['local-mesos', '--only', 'agents', '--master', master, '--agents', String(count)],
    ...['--work-dir', join(directory, 'agents')],
  ]);
}

/** The last one first; fails if a process is left that has to do with the directory, which goes with them. */
export async function endAll(processes: readonly Ends[], directory: string): Promise<void> {
  for (const process of processes.toReversed()) await process.kill('SIGTERM');
  await leaveNothing(directory);
}

export async function leaveNothing(directory: string): Promise<void> {
  await eventually('no process left', async () => (await processesOf(directory)).length === 0);
  await rm(directory, { recursive: true, force: true });
}

/** Processes whose environment or command line names a directory: the tasks of its agents, and their children. */
export async function processesOf(directory: string): Promise<number[]> {
  const found: number[] = [];
  for (const entry of await readdir('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const read = (file: string): Promise<string> => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
    if (`${await read('environ')}\0${await read('cmdline')}`.includes(directory)) found.push(pid);
  }
  return found;
}

/** The pid of a task's java process: the one that has its task id in the environment. */
export async function pidOfTask(taskId: string): Promise<number> {
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const environment = await readFile(`/proc/${entry}/environ`, 'utf8').catch(() => '');
    const command = await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '');
    if (environment.split('\0').includes(`TASK_ID=${taskId}`) && /\bjava\0/.test(command)) return Number(entry);
  }
  throw new Error(`no process of task ${taskId}`);
}

/** Unless a test names one: the newest Flink, or the one that all tests of a run are told; and the example jobs built with it. */
export async function exampleJar(
  version = process.env.FLINK_MESOS_TEST_FLINK,
): Promise<{ home: string; version: string; jar: string }> {
  const distribution = await obtainDistribution(
    { ...(version === undefined ? {} : { version }), cacheDir: defaultCacheDir() },
    () => {},
  );
  return { ...distribution, jar: await buildExampleJar(distribution.home, join(defaultCacheDir(), 'examples')) };
}
