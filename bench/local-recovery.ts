/**
 * What does local recovery win? From `kill -9` of the TaskManager with all of a job's state until the job runs again on
 * its successor, with local recovery and without: the whole of it, and the part in which Flink brings the state (from the
 * deployment of the restored subtasks until they run). The state is RocksDB's; the storage is a directory of the same machine, so
 * what is read from it costs no network: elsewhere the difference is larger.
 *
 *   npm run bench:local-recovery [-- --state-mb 1024 --runs 1 --flink-version 2.3.0 --json]
 */
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { exampleClasses } from '../examples/build.ts';
import type { ClusterView, JobView, TaskView } from '../src/api/views.ts';
import { parseCount } from '../src/main/settings.ts';
import { exampleJar, pidOfTask, startStack } from '../test/end-to-end/support/stack.ts';
import { allRun, ask, post, until, uploadJar } from './elasticity/flink.ts';
import { median, table } from './lib/figures.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    'state-mb': { type: 'string', default: '1024' },
    runs: { type: 'string', default: '1' },
    'flink-version': { type: 'string' },
  },
});
const stateMb = parseCount(values['state-mb'], '--state-mb', 1, 16_384);
const runs = parseCount(values.runs, '--runs', 1, 20);

const { jar, version } = await exampleJar(values['flink-version']);
const rows = [await measure(true), await measure(false)];
console.log(
  table([
    [`${stateMb} MB of state`, 'seconds until the job runs', 'of these: bringing the state'],
    ...rows.map(({ local, seconds, restoreSeconds }) => [
      local ? 'with local recovery' : 'without',
      String(seconds),
      String(restoreSeconds),
    ]),
  ]),
);
if (values.json) console.log(JSON.stringify({ stateMb, rows }));

async function measure(local: boolean) {
  const stack = await startStack({ scheduler: ['--flink-version', version], agents: 1 });
  try {
    const classArchives = join(stack.directory, 'classes');
    await mkdir(classArchives);
    const job = await fill(stack.api.url, classArchives, local ? join(stack.directory, 'local') : undefined);
    await until('an archive of classes', async () =>
      (await readdir(classArchives, { recursive: true })).some((name) => name.endsWith('.jsa')),
    );
    const found: Loss[] = [];
    for (let run = 0; run < runs; run += 1) found.push(await lose(job));
    return {
      local,
      seconds: round(median(found.map(({ seconds }) => seconds))),
      restoreSeconds: round(median(found.map(({ restoreSeconds }) => restoreSeconds))),
    };
  } finally {
    await stack.close();
  }
}

interface Running {
  readonly cluster: string;
  readonly flinkJobId: string;
}

/** A job whose state is there and has been saved. */
async function fill(url: string, classArchives: string, directory: string | undefined): Promise<Running> {
  const cluster = `${url}/v1/clusters/large`;
  await post(`${url}/v1/clusters`, {
    name: 'large',
    taskManager: { cpus: 1, memoryMiB: 2048, diskMiB: 64, ...(directory && { localRecovery: { directory } }) },
    taskManagers: { mode: 'elastic', min: 0, max: 2, spare: 0 },
    processes: { classArchives },
    configuration: { 'state.backend.type': 'rocksdb', 'execution.checkpointing.interval': '5 s' },
  });
  await until('the cluster runs', async () => (await ask<ClusterView>(cluster)).phase === 'running');
  const jarId = (await uploadJar<{ id: string }>(`${cluster}/jars`, jar)).id;
  const wish = {
    jar: jarId,
    entryClass: exampleClasses.largeState,
    args: ['--state-mb', String(stateMb)],
    parallelism: 1,
  };
  const { flinkJobId } = await post<JobView>(`${cluster}/jobs`, wish);
  const job = { cluster, flinkJobId };
  await allRun(`${cluster}/flink`, flinkJobId, 1);
  await until('all of the state in a checkpoint', async () => {
    const { latest } = await checkpoints(job);
    return (latest.completed?.state_size ?? latest.completed?.full_size ?? 0) >= stateMb * 1024 * 1024 * 0.98;
  });
  return job;
}

interface Loss {
  readonly seconds: number;
  readonly restoreSeconds: number;
}

async function lose(job: Running): Promise<Loss> {
  const tasks = await ask<TaskView[]>(`${job.cluster}/tasks`);
  const victim = tasks.find(({ part, state }) => part === 'taskmanager' && state === 'TASK_RUNNING');
  const before = (await checkpoints(job)).counts.restored;
  const pid = await pidOfTask(victim?.id ?? '');
  const began = performance.now();
  process.kill(pid, 'SIGKILL');
  await until('restored', async () => (await checkpoints(job)).counts.restored > before);
  await allRun(`${job.cluster}/flink`, job.flinkJobId, 1);
  return { seconds: (performance.now() - began) / 1000, restoreSeconds: await slowestStart(job) };
}

/** Flink's own clock: a subtask is INITIALIZING while its state comes. */
async function slowestStart({ cluster, flinkJobId }: Running): Promise<number> {
  const job = `${cluster}/flink/jobs/${flinkJobId}`;
  const { vertices } = await ask<{ vertices: { id: string }[] }>(job);
  const durations = vertices.map(async ({ id }) => {
    const path = `${job}/vertices/${id}/subtasks/0`;
    const subtask = await ask<{ 'status-duration': Readonly<Record<string, number>> }>(path);
    return Math.max(0, subtask['status-duration'].INITIALIZING ?? 0);
  });
  return Math.max(...(await Promise.all(durations))) / 1000;
}

interface Checkpoints {
  readonly counts: { readonly restored: number };
  readonly latest: { readonly completed?: { readonly state_size?: number; readonly full_size?: number } | null };
}

function checkpoints({ cluster, flinkJobId }: Running): Promise<Checkpoints> {
  return ask<Checkpoints>(`${cluster}/flink/jobs/${flinkJobId}/checkpoints`);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
