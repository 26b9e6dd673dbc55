/**
 * What is done with a job while it runs, on the newest Flink and on the oldest: savepoints, a stop with one, a start from
 * one, another parallelism by savepoint and in place, all through the command line. Real Flink; TaskManagers come as needed.
 */
import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import type { JobView, SavepointView } from '../../src/api/views.ts';
import { jobsOf, witnessOptions } from './support/flink-jobs.ts';
import { answerOf, eventually } from './support/process.ts';
import { exampleJar, type Stack, startStack } from './support/stack.ts';

for (const version of [undefined, '1.20.5']) {
  const name = version ?? 'newest';

  test.serial(`savepoints, stop, start from a savepoint and another parallelism by one (Flink ${name})`, async (t) => {
    const { stack, jar } = await withCluster(t, version);
    const job = await run(stack, ['--wait', '--parallelism', '1', ...witnessOptions, jar]);
    await jobsOf(stack.api, 'jobs').runsOn(1, job.id);

    const saved = await jobs<JobView>(stack, 'savepoint', job.id, '--wait');
    const [savepoint] = saved.savepoints;
    if (savepoint === undefined) throw new Error('no savepoint');
    t.like(saved, { state: 'RUNNING', operation: { kind: 'savepoint', state: 'completed' } });
    t.deepEqual(await jobs<SavepointView[]>(stack, 'savepoints', job.id), [savepoint]);
    await access(filePath(savepoint.path));

    const rescaled = await jobs<JobView>(stack, 'rescale', job.id, '--parallelism', '2', '--wait');
    t.is(rescaled.operation?.state, 'completed');
    await jobsOf(stack.api, 'jobs').runsOn(2, job.id);
    t.like(await stack.api.get<JobView>(pathOf(job.id)), { parallelism: 2, resumed: 1, state: 'RUNNING' });
    const from = await eventually('restored from it', async () => (await restoredFrom(stack, job)) ?? false);
    t.is(withoutSlash(from), withoutSlash(rescaled.operation?.path));

    const stopped = await jobs<JobView>(stack, 'stop', job.id, '--wait');
    await stack.api.jobInState('jobs', job.id, 'FINISHED');
    const last = stopped.operation?.path ?? '';
    const again = await run(stack, ['--wait', '--from-savepoint', last, '--parallelism', '2', ...witnessOptions, jar]);
    await jobsOf(stack.api, 'jobs').runsOn(2, again.id);
    t.is(withoutSlash(await restoredFrom(stack, again)), withoutSlash(last));

    await jobs(stack, 'dispose', job.id, savepoint.path);
    await t.throwsAsync(access(filePath(savepoint.path)));
    t.false((await jobs<SavepointView[]>(stack, 'savepoints', job.id)).some(({ path }) => path === savepoint.path));
    t.true(Array.isArray((await jobs<{ vertices: object[] }>(stack, 'details', again.id)).vertices));
    t.true('counts' in (await jobs<object>(stack, 'checkpoints', again.id)));
    t.true('exceptionHistory' in (await jobs<object>(stack, 'exceptions', again.id)));
  });

  test.serial(`an adaptive scheduler takes another parallelism in place (Flink ${name})`, async (t) => {
    const options = ['-D', 'jobmanager.scheduler=adaptive', ...settling.flatMap((option) => ['-D', option])];
    const { stack, jar } = await withCluster(t, version, options);
    const job = await run(stack, ['--wait', '--parallelism', '1', ...witnessOptions, jar]);
    await jobsOf(stack.api, 'jobs').runsOn(1, job.id);
    await jobs<JobView>(stack, 'rescale', job.id, '--parallelism', '2', '--wait');
    await jobsOf(stack.api, 'jobs').runsOn(2, job.id);
    const { operation, resumed, savepoints } = await stack.api.get<JobView>(pathOf(job.id));
    t.like(operation, { state: 'completed' });
    t.is(resumed, 0);
    t.deepEqual(savepoints, []);
  });
}

const settling = [
  'jobmanager.adaptive-scheduler.executing.cooldown-after-rescaling=1 s',
  'jobmanager.adaptive-scheduler.executing.resource-stabilization-timeout=1 s',
];

async function withCluster(t: ExecutionContext, version: string | undefined, options: readonly string[] = []) {
  const { jar, version: flinkVersion } = await exampleJar(version);
  const stack = await startStack({ scheduler: ['--flink-version', flinkVersion] });
  t.teardown(() => stack.close());
  await answerOf(stack.api.url, ['clusters', 'create', 'jobs', '--elastic', '0:3', '--wait', ...options]);
  return { stack, jar };
}

function run(stack: Stack, args: readonly string[]): Promise<JobView> {
  return answerOf(stack.api.url, ['run', '--cluster', 'jobs', ...args]);
}

function jobs<Answer>(stack: Stack, ...args: readonly string[]): Promise<Answer> {
  return answerOf(stack.api.url, ['jobs', ...args, '--cluster', 'jobs']);
}

function withoutSlash(uri: string | undefined): string | undefined {
  return uri?.replace(/\/+$/, '');
}

/** Flink writes file:/x where others write file:///x. */
function filePath(uri: string): string {
  return fileURLToPath(uri.replace(/^file:\/(?!\/)/, 'file:///'));
}

function pathOf(id: string): string {
  return `/v1/clusters/jobs/jobs/${id}`;
}

async function restoredFrom(stack: Stack, { id }: JobView): Promise<string | undefined> {
  const path = `${pathOf(id)}/checkpoints`;
  const { latest } = await stack.api.get<{ latest: { restored?: { external_path: string } | null } }>(path);
  return latest.restored?.external_path;
}
