/** An elastic cluster of ours on the embedded Mesos, two agents in a process each, highly available by a real ZooKeeper. */
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterView, JobView, TaskView } from '../../src/api/views.ts';
import type { ClusterSpec } from '../../src/flink/spec.ts';
import { flinkMesos, type Running } from '../../test/end-to-end/support/process.ts';
import { pidOfTask, startMaster } from '../../test/end-to-end/support/stack.ts';
import { startZooKeeper } from '../../test/end-to-end/support/zookeeper.ts';
import { allRun, ask, post, taskManagersOf, until, uploadJar } from './flink.ts';

export interface Ours {
  /** From the posting of a job that needs so many until it runs. */
  scaleUp(taskManagers: number): Promise<number>;
  /** Until the agents keep Flink's classes, which is made of those of a TaskManager that works. */
  classesKept(): Promise<unknown>;
  /** From `kill -9` of a TaskManager until the job runs again; untold: the agent has no chance to say so. */
  loseTaskManager(told: boolean): Promise<number>;
  /** From `kill -9` of the JobManager until the job runs again, and how many TaskManagers were launched for it. */
  loseJobManager(): Promise<{ readonly seconds: number; readonly taskManagersRestarted: number }>;
  /** From the cancellation of the job until all TaskManagers have ended. */
  release(): Promise<number>;
  close(): Promise<void>;
}

export interface OursOptions {
  readonly version: string;
  readonly spec: ClusterSpec;
  readonly jar: string;
  readonly entryClass: string;
}

const CLUSTER = 'bench';

export async function startOurs({ version, spec, jar, entryClass }: OursOptions): Promise<Ours> {
  const world = await startWorld(version);
  const { url, agents } = world;
  const cluster = `${url}/v1/clusters/${CLUSTER}`;
  const highAvailability = { mode: 'zookeeper', quorum: world.quorum } as const;
  await post(`${url}/v1/clusters`, { ...spec, name: CLUSTER, highAvailability });
  const flink = await until('the cluster runs', async () => {
    const { phase, jobManager } = await ask<ClusterView>(cluster);
    return phase === 'running' && jobManager?.url;
  });
  const jarId = (await uploadJar<{ id: string }>(`${cluster}/jars`, jar)).id;
  const tasks = async (part: string): Promise<readonly TaskView[]> =>
    (await ask<TaskView[]>(`${cluster}/tasks`)).filter((task) => task.part === part && task.launchedAt !== undefined);
  const present = async (part: string) => (await tasks(part)).filter(({ phase }) => phase === 'launched');
  const pidOfOne = async (part: string) => pidOfTask((await present(part))[0]?.id ?? '');
  let job: RunningJob;
  return {
    async scaleUp(parallelism) {
      const began = performance.now();
      const configuration = { 'execution.checkpointing.interval': '1 s' };
      const wish = { jar: jarId, entryClass, parallelism, configuration };
      const { id, flinkJobId } = await post<JobView>(`${cluster}/jobs`, wish);
      await allRun(flink, flinkJobId, parallelism);
      job = { flink: `${cluster}/flink`, path: `${cluster}/jobs/${id}`, flinkJobId, parallelism };
      return (performance.now() - began) / 1000;
    },
    classesKept: () => until('an archive of classes', world.classesKept),
    loseTaskManager: (told) =>
      secondsUntilRestored(job, async () => {
        const before = await taskManagersOf(flink);
        const pid = await pidOfOne('taskmanager');
        if (!told) for (const agent of agents) process.kill(agent.pid, 'SIGSTOP');
        process.kill(pid, 'SIGKILL');
        if (told) return;
        // Somebody has to start the successor: they may go on when Flink knows by itself.
        await until('Flink has missed it', async () => (await taskManagersOf(flink)).length < before.length);
        for (const agent of agents) process.kill(agent.pid, 'SIGCONT');
      }),
    async loseJobManager() {
      const before = new Set((await tasks('taskmanager')).map(({ id }) => id));
      const seconds = await secondsUntilRestored(job, async () => {
        process.kill(await pidOfOne('jobmanager'), 'SIGKILL');
      });
      const fresh = (await tasks('taskmanager')).filter(({ id }) => !before.has(id));
      return { seconds, taskManagersRestarted: fresh.length };
    },
    async release() {
      const began = performance.now();
      await ask(job.path, { method: 'DELETE' });
      await until('no TaskManager', async () => (await present('taskmanager')).length === 0);
      return (performance.now() - began) / 1000;
    },
    async close() {
      try {
        await ask(cluster, { method: 'DELETE' });
        await until('the cluster gone', async () => (await ask<ClusterView[]>(`${url}/v1/clusters`)).length === 0);
      } finally {
        await world.close();
      }
    },
  };
}

interface RunningJob {
  /** Flink's REST by way of the scheduler, which follows the JobManager. */
  readonly flink: string;
  /** The scheduler's own of it. */
  readonly path: string;
  readonly flinkJobId: string;
  readonly parallelism: number;
}

async function secondsUntilRestored(job: RunningJob, lose: () => Promise<void>): Promise<number> {
  const counts = async () =>
    (await ask<{ counts: { completed: number; restored: number } }>(`${job.path}/checkpoints`)).counts;
  await until('a checkpoint', async () => (await counts()).completed > 0);
  const before = (await counts()).restored;
  const began = performance.now();
  await lose();
  // Another JobManager counts anew.
  await until('restored', async () => {
    const { restored } = await counts();
    return restored > 0 && restored !== before;
  });
  await allRun(job.flink, job.flinkJobId, job.parallelism);
  return (performance.now() - began) / 1000;
}

interface World {
  readonly url: string;
  readonly quorum: string;
  readonly agents: readonly Running[];
  classesKept(): Promise<boolean>;
  close(): Promise<void>;
}

async function startWorld(version: string): Promise<World> {
  const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-bench-'));
  const classArchives = join(directory, 'classes');
  await mkdir(classArchives);
  const zooKeeper = await startZooKeeper(directory);
  const master = startMaster(directory, '127.0.0.1:0');
  const mesosMaster = (await master.said(/master at http:\/\/(\S+:\d+)/))[1] ?? '';
  const agents = [0, 1].map((number) =>
    flinkMesos([
      ...['local-mesos', '--only', 'agents', '--master', mesosMaster, '--agents', '1'],
      ...['--work-dir', join(directory, `agents-${number}`)],
    ]),
  );
  for (const agent of agents) await agent.said(/agents? ready/);
  const scheduler = flinkMesos([
    ...['scheduler', '--mesos-master', mesosMaster, '--data-dir', join(directory, 'scheduler')],
    ...['--listen', '127.0.0.1:0', '--flink-version', version, '--class-archives', classArchives],
  ]);
  const url = (await scheduler.said(/API at (http:\/\/[^\s,]+)/))[1] ?? '';
  return {
    url,
    quorum: zooKeeper.address,
    agents,
    classesKept: async () => (await readdir(classArchives, { recursive: true })).some((name) => name.endsWith('.jsa')),
    async close() {
      for (const process of [scheduler, ...agents, master]) await process.kill('SIGTERM');
      await zooKeeper.kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
