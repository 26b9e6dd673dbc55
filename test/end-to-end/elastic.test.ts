/**
 * A session cluster that holds a JobManager and nothing else until a job needs more: Flink's own requests, through Mesos,
 * as real processes. One stack serves the whole file.
 */
import { readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { exampleClasses } from '../../examples/build.ts';
import type { JobView } from '../../src/dispatcher/dispatcher.ts';
import { idsOf, provenJobManager } from './support/api.ts';
import { jobsOf } from './support/flink-jobs.ts';
import { alive, eventually } from './support/process.ts';
import { exampleJar, pidOfTask, type Stack, startStack } from './support/stack.ts';

let stack: Stack;
let job: JobView;

test.before(async () => {
  const { version } = await exampleJar();
  stack = await startStack({ scheduler: ['--flink-version', version] });
});

test.after.always(async () => {
  await stack?.close();
});

test.serial('without a job there is a JobManager and no TaskManager', async (t) => {
  await stack.api.send('POST', '/v1/clusters', {
    name: 'tides',
    taskManagers: { mode: 'elastic', min: 0, max: 3, spare: 0 },
    configuration: { 'resourcemanager.taskmanager-timeout': '5 s' },
  });
  await stack.api.clusterRunning('tides', 0);
  t.deepEqual(
    (await stack.api.tasks('tides')).map(({ part, state, message = '' }) => `${part} ${state} ${message}`.trim()),
    ['jobmanager TASK_RUNNING'],
  );
});

test.serial('the secret is in a file that only its user reads, and nowhere else', async (t) => {
  const [jobManager] = await stack.api.running('tides', 'jobmanager');
  const pid = await pidOfTask(jobManager?.id ?? '');
  const file = join(await readlink(`/proc/${pid}/cwd`), 'conf', 'driver-secret');
  const secret = (await readFile(file, 'utf8')).trim();
  t.is((await stat(file)).mode & 0o777, 0o600);
  t.is(secret.length, 64);
  const shown = [
    await readFile(`/proc/${pid}/cmdline`, 'utf8'),
    await readFile(`/proc/${pid}/environ`, 'utf8'),
    ...(await Promise.all(
      ['clusters', 'tasks', 'events?limit=1000'].map(async (path) =>
        JSON.stringify(await stack.api.get(`/v1/${path}`)),
      ),
    )),
  ];
  t.deepEqual(
    shown.filter((text) => text.includes(secret)),
    [],
  );
  const call = (headers: Record<string, string>) =>
    fetch(`${stack.api.url}/v1/clusters/tides/driver/events?session=${'0'.repeat(32)}&after=0&wait=0`, { headers });
  t.is((await call({})).status, 401);
  t.is((await call({ authorization: `Bearer ${'0'.repeat(64)}` })).status, 401);
  t.is((await call({ authorization: `Bearer ${secret}` })).status, 409);
});

test.serial('a job of parallelism 2 gets two TaskManagers, and exactly two', async (t) => {
  job = await tides().witness((await exampleJar()).jar);
  await tides().running(job.id);
  await stack.api.clusterRunning('tides', 2);
  t.is((await launchedTaskManagers()).length, 2);
});

test.serial('a TaskManager killed with -9 is replaced by one, and the job runs again', async (t) => {
  await tides().checkpointed(job.id);
  const restored = await tides().restores(job.id);
  const victim = (await launchedTaskManagers())[0] ?? '';
  process.kill(await pidOfTask(victim), 'SIGKILL');
  await eventually('two TaskManagers without the victim', async () => {
    const present = await presentTaskManagers();
    return present.length === 2 && !present.includes(victim);
  });
  await eventually('a restore', async () => (await tides().restores(job.id)) > restored);
  await tides().running(job.id);
  await stack.api.clusterRunning('tides', 2);
  t.is((await launchedTaskManagers()).length, 3);
  t.is((await stack.api.cluster('tides')).taskManagers.wanted, 2);
});

test.serial('I7: the scheduler killed with -9 comes back, nothing is launched and the job is untouched', async (t) => {
  const before = await launchedTaskManagers();
  const restored = await tides().restores(job.id);
  await stack.scheduler.kill('SIGKILL');
  await stack.startScheduler();
  await stack.api.reconciled();
  await stack.api.clusterRunning('tides', 2);
  await tides().running(job.id);
  t.deepEqual(await launchedTaskManagers(), before);
  t.is(await tides().restores(job.id), restored);
});

test.serial(
  'I9: a JobManager killed with -9 comes back, its two TaskManagers are taken over and the job resumes on them',
  async (t) => {
    const before = await launchedTaskManagers();
    const victim = await provenJobManager(stack.api, 'tides');
    process.kill(await pidOfTask(victim.id), 'SIGKILL');
    await eventually('another JobManager', async () =>
      (await stack.api.running('tides', 'jobmanager')).some(({ id }) => id !== victim.id),
    );
    await eventually('the job resumed', async () => (await stack.api.jobs('tides'))[0]?.resumed === 1);
    await tides().running(job.id);
    await stack.api.clusterRunning('tides', 2);
    t.deepEqual(await launchedTaskManagers(), before, 'nobody was started beside those that were there');
    t.is((await presentTaskManagers()).length, 2);
    t.is((await stack.api.jobs('tides'))[0]?.state, 'RUNNING');
  },
);

test.serial('what is idle goes back when the job is cancelled', async (t) => {
  const pids = await Promise.all((await presentTaskManagers()).map(pidOfTask));
  await stack.api.send('DELETE', `/v1/clusters/tides/jobs/${job.id}`);
  await eventually('no TaskManager', async () => (await presentTaskManagers()).length === 0);
  await eventually('their processes gone', async () => pids.every((pid) => !alive(pid)));
  await stack.api.clusterRunning('tides', 0);
  t.deepEqual((await stack.api.cluster('tides')).taskManagers, { wanted: 0, registered: 0 });
});

test.serial(
  'what no agent has room for waits, visible with its reason, and vanishes when the job is cancelled',
  async (t) => {
    await stack.api.send('POST', '/v1/clusters', {
      name: 'giants',
      taskManager: { cpus: 999 },
      taskManagers: { mode: 'elastic', min: 0, max: 2, spare: 0 },
    });
    await stack.api.clusterRunning('giants', 0);
    const jar = await jobsOf(stack.api, 'giants').upload((await exampleJar()).jar);
    const wish = { jar, entryClass: exampleClasses.clickCounter, parallelism: 2 };
    const { id } = await stack.api.send<JobView>('POST', '/v1/clusters/giants/jobs', wish);
    const waiting = async () => (await stack.api.tasks('giants')).filter(({ phase }) => phase === 'waiting');
    const [task] = await eventually('two that wait, with a reason', async () => {
      const found = await waiting();
      return found.length === 2 && found.every(({ whyWaiting }) => /cpus/.test(whyWaiting ?? '')) && found;
    });
    t.regex(task?.whyWaiting ?? '', /999/);
    t.regex((await stack.api.cluster('giants')).waitingFor ?? '', /2 of 2 TaskManagers \(2 without an offer yet\)/);
    await stack.api.send('DELETE', `/v1/clusters/giants/jobs/${id}`);
    await eventually('nobody waits', async () => (await waiting()).length === 0);
    await eventually('nobody is wanted', async () => (await stack.api.cluster('giants')).taskManagers.wanted === 0);
    await stack.api.send('DELETE', '/v1/clusters/giants');
  },
);

/** Of the scheduler of now: one that is started again has another address. */
function tides() {
  return jobsOf(stack.api, 'tides');
}

/** All that ever ran. */
async function launchedTaskManagers(): Promise<string[]> {
  return idsOf(await stack.api.launched('tides', 'taskmanager'));
}

async function presentTaskManagers(): Promise<string[]> {
  return idsOf(await stack.api.present('tides', 'taskmanager'));
}
