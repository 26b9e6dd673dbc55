/**
 * Application clusters of a fixed size, by Flink's own entry points: no driver in the JobManager, as many TaskManagers as were
 * said. Their ends are told apart, and in reactive mode the job grows with them.
 */
import { readdir, readFile, readlink } from 'node:fs/promises';
import test, { type ExecutionContext } from 'ava';
import { exampleClasses } from '../../examples/build.ts';
import type { ClusterView } from '../../src/dispatcher/dispatcher.ts';
import type { ClusterSpec } from '../../src/flink/spec.ts';
import { provenJobManager } from './support/api.ts';
import { jobsOf, uploadJar } from './support/flink-jobs.ts';
import { eventually } from './support/process.ts';
import { exampleJar, pidOfTask, type Stack, startStack } from './support/stack.ts';

test.serial('applications of a fixed size end as they should, and grow in reactive mode', async (t) => {
  const { jar, version: flinkVersion } = await exampleJar();
  const stack = await startStack({ scheduler: ['--flink-version', flinkVersion] });
  t.teardown(() => stack.close());
  const id = await uploadJar(stack.api, jar);
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
  const endOf = async (name: string) => (await stack.api.clusterEnded(name)).application;
  const sums = { entryClass: exampleClasses.sumOnce };
  const witness = { entryClass: exampleClasses.stateWitness };
  const odd = '--count=a "größe" \\ $HOME; --jars';
  await create('finite', { ...sums, args: ['--count', '2000', '--keys', '3'] });
  await create('wrong-class', { entryClass: 'no.such.Thing' });
  await create('wrong-argument', { ...sums, args: ['--count', odd] });
  await create('stopped', { ...witness, jar: { uri: `file://${jar}` } });

  t.like(await endOf('finite'), { state: 'FINISHED', failure: undefined });
  const unknown = await endOf('wrong-class');
  t.is(unknown?.state, 'FAILED');
  t.regex(unknown?.failure ?? '', /no class no\.such\.Thing with a main method/);
  t.is((await stack.api.tasks('wrong-class')).filter(({ part }) => part === 'jobmanager').length, 1, 'tried once');
  const wrong = await endOf('wrong-argument');
  t.is(wrong?.state, 'FAILED');
  t.true(wrong?.failure?.includes(`not "${odd}"`), wrong?.failure);

  await jobsOf(stack.api, 'stopped').checkpointed();
  const [first] = await stack.api.jobs('stopped');
  await stack.api.send('POST', `/v1/clusters/stopped/jobs/${first?.id}/stop`, {});
  const stopped = await endOf('stopped');
  t.is(stopped?.state, 'FINISHED');

  await create(
    'reactive',
    { ...witness, args: ['--seed', '7'], savepointPath: stopped?.savepointPath ?? '' },
    { 'scheduler-mode': 'reactive' },
  );
  const reactive = jobsOf(stack.api, 'reactive');
  await reactive.runsOn(1);
  t.like(await reactive.testimony(), { starts: 2, violations: 0 });
  await withoutDriver(t, stack);
  await stack.api.change('/v1/clusters/reactive/task-managers', { count: 2 });
  await reactive.runsOn(2);
  await reactive.checkpointed();
  const victim = await provenJobManager(stack.api, 'reactive');
  process.kill(await pidOfTask(victim.id), 'SIGKILL');
  await eventually('another attempt', async () => (await stack.api.jobs('reactive'))[0]?.resumed === 1);
  await reactive.runsOn(2);
  const { starts, violations } = await reactive.testimony();
  t.true(starts > 2, 'it went on');
  t.is(violations, 0);
  const [job] = await stack.api.jobs('reactive');
  const path = `/v1/clusters/reactive/jobs/${job?.id}`;
  const scaled = stack.api.change(`${path}/parallelism`, { parallelism: 1 });
  await t.throwsAsync(scaled, { message: /scale cluster reactive instead/ });
  await stack.api.send('DELETE', path);
  t.is((await endOf('reactive'))?.state, 'CANCELED');
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
