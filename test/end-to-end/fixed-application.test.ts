/**
 * Application clusters of a fixed size, by Flink's own entry points: no driver in the JobManager, as many TaskManagers as were
 * said. Their ends are told apart, and in reactive mode the job grows with them.
 */
import { openAsBlob } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';
import test, { type ExecutionContext } from 'ava';
import { exampleClasses } from '../../examples/build.ts';
import type { ClusterView, JobView } from '../../src/dispatcher/dispatcher.ts';
import type { ClusterSpec } from '../../src/flink/spec.ts';
import { provenJobManager } from './support/api.ts';
import { eventually } from './support/process.ts';
import { exampleJar, pidOfTask, type Stack, startStack } from './support/stack.ts';

test.serial('applications of a fixed size end as they should, and grow in reactive mode', async (t) => {
  const { jar, version: flinkVersion } = await exampleJar();
  const stack = await startStack({ scheduler: ['--flink-version', flinkVersion] });
  t.teardown(() => stack.close());
  const id = await uploadShared(stack, jar);
  const create = (name: string, application: Partial<ClusterSpec['application']>, configuration = {}) =>
    stack.api.send<ClusterView>('POST', '/v1/clusters', {
      name,
      application: { jar: { id }, ...application },
      taskManagers: { mode: 'fixed', count: 1 },
      taskManager: { cpus: 0.5, memoryMiB: 1024 },
      jobManager: { cpus: 0.25 },
      configuration: {
        'execution.checkpointing.interval': '1 s',
        'taskmanager.memory.managed.fraction': '0.1',
        ...configuration,
      },
    });
  const sums = { entryClass: exampleClasses.sumOnce };
  const witness = { entryClass: exampleClasses.stateWitness };
  const odd = '--count=a "größe" \\ $HOME; --jars';
  await create('finite', { ...sums, args: ['--count', '2000', '--keys', '3'] });
  await create('wrong-class', { entryClass: 'no.such.Thing' });
  await create('wrong-argument', { ...sums, args: ['--count', odd] });
  await create('stopped', { ...witness, jar: { uri: `file://${jar}` } });

  t.like(await ended(stack, 'finite'), { state: 'FINISHED', failure: undefined });
  const unknown = await ended(stack, 'wrong-class');
  t.is(unknown.state, 'FAILED');
  t.regex(unknown.failure ?? '', /no class no\.such\.Thing with a main method/);
  t.is((await stack.api.tasks('wrong-class')).filter(({ part }) => part === 'jobmanager').length, 1, 'tried once');
  const wrong = await ended(stack, 'wrong-argument');
  t.is(wrong.state, 'FAILED');
  t.true(wrong.failure?.includes(`not "${odd}"`), wrong.failure);

  await checkpointed(stack, 'stopped', 1);
  const [first] = await stack.api.jobs('stopped');
  await stack.api.send('POST', `/v1/clusters/stopped/jobs/${first?.id}/stop`, {});
  const stopped = await ended(stack, 'stopped');
  t.is(stopped.state, 'FINISHED');

  await create(
    'reactive',
    { ...witness, args: ['--seed', '7'], savepointPath: stopped.savepointPath ?? '' },
    { 'scheduler-mode': 'reactive' },
  );
  await runsOn(stack, 'reactive', 1);
  t.like(await testimony(stack, 'reactive'), { starts: 2, violations: 0 });
  await withoutDriver(t, stack);
  await scale(stack, 'reactive', 2);
  await runsOn(stack, 'reactive', 2);
  await checkpointed(stack, 'reactive', 1);
  const victim = await provenJobManager(stack.api, 'reactive');
  process.kill(await pidOfTask(victim.id), 'SIGKILL');
  await eventually('another attempt', async () => (await stack.api.jobs('reactive'))[0]?.resumed === 1);
  await runsOn(stack, 'reactive', 2);
  const { starts = 0, violations } = await testimony(stack, 'reactive');
  t.true(starts > 2, 'it went on');
  t.is(violations, 0);
  const [job] = await stack.api.jobs('reactive');
  await t.throwsAsync(scaleJob(stack, job), { message: /scale cluster reactive instead/ });
  await stack.api.send('DELETE', `/v1/clusters/reactive/jobs/${job?.id}`);
  t.is((await ended(stack, 'reactive')).state, 'CANCELED');
  const running = async () =>
    (await stack.api.get<{ state: string }[]>('/v1/tasks')).some(({ state }) => state === 'TASK_RUNNING');
  await eventually('nothing runs any more', async () => !(await running()));
});

/** Neither the driver nor anything that the user says stands on its command line. */
async function withoutDriver(t: ExecutionContext, stack: Stack): Promise<void> {
  const [jobManager] = await stack.api.running('reactive', 'jobmanager');
  const pid = await pidOfTask(jobManager?.id ?? '');
  t.false((await readdir(await readlink(`/proc/${pid}/cwd`))).some((name) => name.includes('driver')));
  t.false((await readFile(`/proc/${pid}/cmdline`, 'utf8')).includes('--seed'));
}

async function uploadShared(stack: Stack, jar: string): Promise<string> {
  const form = new FormData();
  form.append('jarfile', await openAsBlob(jar), 'examples.jar');
  const answer = await fetch(`${stack.api.url}/v1/jars`, { method: 'POST', body: form });
  if (!answer.ok) throw new Error(await answer.text());
  return ((await answer.json()) as { id: string }).id;
}

function ended(stack: Stack, cluster: string): Promise<NonNullable<ClusterView['application']>> {
  return eventually(`the end of ${cluster}`, async () => {
    const { phase, waitingFor, application } = await stack.api.cluster(cluster);
    return phase === 'ended' && waitingFor === undefined && application;
  });
}

/** All its subtasks run, as many of each as there are slots. */
async function runsOn(stack: Stack, cluster: string, slots: number): Promise<void> {
  await eventually(`the job of ${cluster} on ${slots} slots`, async () => {
    const { state, vertices } = await flink<Details>(stack, cluster, '');
    const all = vertices.length > 0 && vertices.every(({ status }) => status === 'RUNNING');
    return state === 'RUNNING' && all && Math.max(...vertices.map(({ parallelism }) => parallelism)) === slots;
  });
}

interface Details {
  readonly state: string;
  readonly vertices: readonly { readonly status: string; readonly parallelism: number }[];
}

async function flink<T>(stack: Stack, cluster: string, path: string): Promise<T> {
  const [job] = await stack.api.jobs(cluster);
  return stack.api.get<T>(`/v1/clusters/${cluster}/flink/jobs/${job?.flinkJobId}${path}`);
}

async function checkpointed(stack: Stack, cluster: string, more: number): Promise<void> {
  const completed = async () =>
    (await flink<{ counts: { completed: number } }>(stack, cluster, '/checkpoints')).counts.completed;
  const before = await eventually('checkpoints', async () => ({ count: await completed() }));
  await eventually('another checkpoint', async () => (await completed()) >= before.count + more);
  await eventually('it was seen', async () => (await stack.api.jobs(cluster))[0]?.lastCheckpoint?.includes('/chk-'));
}

/** What the job says of its own life; it says so with its heartbeats. */
function testimony(stack: Stack, cluster: string): Promise<Record<string, number>> {
  return eventually(`a testimony of ${cluster}`, async () => {
    const answer = await flink<{ 'user-task-accumulators': { name: string; value: string }[] }>(
      stack,
      cluster,
      '/accumulators',
    );
    const entries = answer['user-task-accumulators'].map(({ name, value }) => [name, Number(value)] as const);
    return entries.some(([name]) => name === 'starts') && Object.fromEntries(entries);
  });
}

async function scale(stack: Stack, cluster: string, count: number): Promise<void> {
  await put(stack, `/v1/clusters/${cluster}/task-managers`, { count });
}

async function scaleJob(stack: Stack, job: JobView | undefined): Promise<void> {
  await put(stack, `/v1/clusters/reactive/jobs/${job?.id}/parallelism`, { parallelism: 1 });
}

async function put(stack: Stack, path: string, body: object): Promise<void> {
  const answer = await fetch(`${stack.api.url}${path}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(await answer.text());
}
