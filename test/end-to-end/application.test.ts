/**
 * Application clusters: one program, its own cluster, and its end the end of the cluster, with real Flink on Mesos. The
 * jar comes by upload, by URI and from a path of the agents.
 */
import test, { type ExecutionContext } from 'ava';
import { exampleClasses } from '../../examples/build.ts';
import type { ClusterView, JobView } from '../../src/dispatcher/dispatcher.ts';
import { provenJobManager } from './support/api.ts';
import { jobsOf, uploadJar } from './support/flink-jobs.ts';
import { eventually } from './support/process.ts';
import { exampleJar, pidOfTask, type Stack, startStack } from './support/stack.ts';

for (const version of [undefined, '1.20.5']) {
  const name = version ?? 'newest';

  test.serial(`how an application ended is known when its processes are gone (Flink ${name})`, async (t) => {
    const { stack, jar } = await prepare(t, version);
    const upload = await uploadJar(stack.api, jar);
    const create = (cluster: string, application: object, configuration: object = {}) =>
      stack.api.send<ClusterView>('POST', '/v1/clusters', { name: cluster, application, configuration });
    const sums = { jar: { id: upload }, entryClass: exampleClasses.sumOnce };
    await create('finite', { ...sums, args: ['--count', '2000', '--keys', '3'] });
    await create('batch', { ...sums, parallelism: 2 }, { 'execution.runtime-mode': 'BATCH' });
    await create('wrong-argument', { ...sums, args: ['--count', "it's ; many"] });
    await create('wrong-class', { ...sums, entryClass: 'no.such.Thing' });

    for (const cluster of ['finite', 'batch']) {
      const { application, taskManagers } = await stack.api.clusterEnded(cluster);
      t.like(application, { state: 'FINISHED' });
      t.is(application?.failure, undefined);
      t.deepEqual(taskManagers, { wanted: 0, registered: 0 });
    }
    t.true((await stack.api.tasks('batch')).some(({ part }) => part === 'taskmanager'));
    const wrong = (await stack.api.clusterEnded('wrong-argument')).application;
    t.is(wrong?.state, 'FAILED');
    t.regex(wrong?.failure ?? '', /--count must be a whole number, not "it's ; many"/);
    const unknown = (await stack.api.clusterEnded('wrong-class')).application;
    t.is(unknown?.state, 'FAILED');
    t.regex(unknown?.failure ?? '', /no\.such\.Thing/);
    t.is((await stack.api.tasks('wrong-class')).filter(({ part }) => part === 'jobmanager').length, 1, 'tried once');
    await eventually('no task of them runs', async () => (await tasksThatRun(stack)) === 0);

    await stack.scheduler.kill('SIGKILL');
    await stack.startScheduler();
    const [job] = await stack.api.jobs('finite');
    t.like(await stack.api.cluster('finite'), { phase: 'ended', application: { job: job?.id, state: 'FINISHED' } });
    await stack.api.send('DELETE', '/v1/clusters/finite');
    await stack.api.clusterGone('finite');
    t.is((await stack.api.cluster('batch')).phase, 'ended');
  });

  test.serial(
    `an application is cancelled, stopped, started from its savepoint and resumed (Flink ${name})`,
    async (t) => {
      const { stack, jar } = await prepare(t, version);
      const { api } = stack;
      const create = async (cluster: string, application: object): Promise<JobView> => {
        await api.send('POST', '/v1/clusters', {
          name: cluster,
          application: { entryClass: exampleClasses.stateWitness, parallelism: 2, ...application },
          configuration: { 'execution.checkpointing.interval': '1 s' },
        });
        return (await api.jobs(cluster))[0] as JobView;
      };
      const first = await create('stopped', { jar: { uri: `file://${jar}` } });
      const second = await create('cancelled', { jar: { path: jar }, parallelism: 1 });
      await jobsOf(api, 'cancelled').running();
      t.is((await api.tasks('cancelled')).filter(({ part }) => part === 'taskmanager').length, 1);
      await t.throwsAsync(api.send('POST', '/v1/clusters/cancelled/jobs', { jar: 'any' }), { message: /no jar|alone/ });
      await api.send('DELETE', `/v1/clusters/cancelled/jobs/${second.id}`);
      t.like((await stack.api.clusterEnded('cancelled')).application, { job: second.id, state: 'CANCELED' });

      await jobsOf(api, 'stopped').running();
      await eventually('a checkpoint', async () => (await api.jobs('stopped'))[0]?.lastCheckpoint);
      await api.send('POST', `/v1/clusters/stopped/jobs/${first.id}/stop`, {});
      const { application } = await stack.api.clusterEnded('stopped');
      t.like(application, { state: 'FINISHED' });
      t.truthy(application?.savepointPath);

      await create('resumed', { jar: { uri: `file://${jar}` }, savepointPath: application?.savepointPath });
      await jobsOf(api, 'resumed').running();
      t.like(await jobsOf(api, 'resumed').testimony(), { starts: 2, violations: 0 });
      const checkpointed = async () => (await api.jobs('resumed'))[0]?.lastCheckpoint?.includes('/chk-');
      await eventually('a checkpoint of its own', checkpointed);
      const victim = await provenJobManager(api, 'resumed');
      process.kill(await pidOfTask(victim.id), 'SIGKILL');
      await eventually('another attempt', async () => (await api.jobs('resumed'))[0]?.resumed === 1);
      await jobsOf(api, 'resumed').running();
      t.like(await jobsOf(api, 'resumed').testimony(), { starts: 3, violations: 0 });
      t.is((await api.jobs('resumed')).length, 1, 'it was not run twice');
      t.is((await api.launched('resumed', 'taskmanager')).length, 2);

      const [job] = await api.jobs('resumed');
      await api.change(`/v1/clusters/resumed/jobs/${job?.id}/parallelism`, { parallelism: 1 });
      await eventually('a third attempt', async () => (await api.jobs('resumed'))[0]?.resumed === 2);
      await jobsOf(api, 'resumed').running();
      t.like(await jobsOf(api, 'resumed').testimony(), { starts: 4, violations: 0 });
      t.is((await api.jobs('resumed'))[0]?.parallelism, 1);

      await api.send('DELETE', '/v1/clusters/resumed');
      await api.clusterGone('resumed');
      t.is(await tasksThatRun(stack), 0);
    },
  );
}

async function prepare(t: ExecutionContext, version: string | undefined) {
  const { jar, version: flinkVersion } = await exampleJar(version);
  const stack = await startStack({ scheduler: ['--flink-version', flinkVersion] });
  t.teardown(() => stack.close());
  return { stack, jar };
}

async function tasksThatRun(stack: Stack): Promise<number> {
  const tasks = await stack.api.get<{ state: string }[]>('/v1/tasks');
  return tasks.filter(({ state }) => state === 'TASK_RUNNING').length;
}
