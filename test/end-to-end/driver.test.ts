/** The driver's jar in a real JobManager, on the oldest and the newest Flink: workers come and go with what jobs need. */
import { copyFile, mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { exampleClasses } from '../../examples/build.ts';
import { buildDriverJar, entryPoints } from '../../src/flink/driver/driver-jar.ts';
import { defaultCacheDir } from '../../src/main/directories.ts';
import { type Harness, startHarness } from './support/driver-harness.ts';
import { freePort } from './support/free-port.ts';
import { eventually } from './support/process.ts';
import { exampleJar } from './support/stack.ts';

for (const version of ['2.3.0', '1.20.5']) {
  test.serial(`workers of a session cluster come and go with what jobs need (Flink ${version})`, async (t) => {
    const { harness, jar } = await prepare(t, version);
    const { told, taskManagers } = harness;
    const jobManager = harness.startJobManager(entryPoints.session);
    const flink = await flinkAt(await harness.web(), jar);
    t.deepEqual(told.request, [], 'an idle cluster wants nobody');

    const first = await flink.run();
    await flink.running(first);
    t.is(told.request.length, 2, 'as many as the parallelism');
    t.deepEqual(told.launch, told.request);

    // The scheduler is away, and comes back with what it knew: nobody is started or lost.
    await harness.stopServing();
    await harness.serveAgain('kept');
    const [victim] = taskManagers.keys();
    taskManagers.get(String(victim))?.kill('SIGKILL');
    await eventually('a replacement', async () => told.request.length > 2);
    const replacement = String(told.request[2]);
    await eventually('the replacement registered', async () => (await flink.ids()).includes(replacement));
    await flink.running(first);
    t.is(told.request.length, 3, 'one TaskManager that was lost is one that is asked for');
    t.is(taskManagers.size, 2);
    t.deepEqual(told.kill, []);

    await flink.cancel(first);
    await eventually('idle TaskManagers given back', async () => taskManagers.size === 0);
    t.is(told.kill.length, 2);
    t.is(told.request.length, 3);

    // A job comes while the scheduler is away, and waits while there is no place.
    harness.places = false;
    await harness.stopServing();
    const second = await flink.run();
    await harness.serveAgain('kept');
    await eventually('the requests of the time without a scheduler', async () => told.request.length === 5);
    // The scheduler comes back without any memory: the driver attaches again and states all of it.
    const { session } = harness.state().session ?? {};
    await harness.stopServing();
    await harness.serveAgain('lost');
    await eventually('the requests stated again', async () => told.request.length === 7);
    t.is(harness.state().session?.session, session);
    t.deepEqual(told.request.slice(5), told.request.slice(3, 5));

    // What is withdrawn and asked for again a moment later, as by a job that restarts, stays one request.
    t.is(told.request.length, 7);
    t.deepEqual(told.withdraw, []);
    let waiting = second;
    let asked: number;
    let withdrawn: number;
    let quick: boolean;
    do {
      [asked, withdrawn] = [told.request.length, told.withdraw.length];
      const began = performance.now();
      await flink.cancel(waiting);
      waiting = await flink.run();
      // A machine that was busy elsewhere is given another chance.
      quick = performance.now() - began < 1000;
      await eventually('the next job waits for its slots', () => flink.waits(waiting));
      // Longer than the driver keeps what was withdrawn.
      await setTimeout(2500);
    } while (!quick);
    t.is(told.request.length, asked);
    t.is(told.withdraw.length, withdrawn);

    await flink.cancel(waiting);
    await eventually('requests withdrawn with no TaskManager', async () => told.withdraw.length === withdrawn + 2);
    t.is(harness.state().workers.size, 0);
    t.is(told.launch.length, 3);

    await flink.end();
    t.is(await jobManager.exited(), 0);
    t.deepEqual(told.finished, ['SUCCEEDED']);
    t.notRegex(jobManager.output(), /a-secret-of-this-cluster/);
  });

  test.serial(`an application tells its end, and its workers go with it (Flink ${version})`, async (t) => {
    const { harness, jar } = await prepare(t, version);
    const home = join(harness.directory, 'home');
    await mkdir(join(home, 'lib'), { recursive: true });
    await mkdir(join(home, 'usrlib'));
    await copyFile(jar, join(home, 'usrlib', basename(jar)));
    const jobManager = harness.startJobManager(
      entryPoints.application,
      { '$internal.application.main': exampleClasses.sumOnce, 'parallelism.default': '1' },
      { FLINK_LIB_DIR: join(home, 'lib') },
    );
    t.is(await jobManager.exited(), 0, jobManager.output());
    t.deepEqual(harness.told.finished, ['SUCCEEDED']);
    t.is(harness.told.launch.length, 1);
    await eventually('no TaskManager left', async () => harness.taskManagers.size === 0);
  });
}

test.serial('a JobManager that comes back takes its workers over, and counts them right (Flink 2.2.1)', async (t) => {
  const { harness, jar } = await prepare(t, '2.2.1');
  const { told, taskManagers } = harness;
  // Without high availability its TaskManagers find it by its old address. They are back before they have given up
  // the slots of the job before, as they are with high availability.
  const place = {
    'jobmanager.rpc.port': String(await freePort()),
    'heartbeat.interval': '1 s',
    'heartbeat.timeout': '15 s',
    'cluster.registration.error-delay': '300 ms',
    'cluster.registration.max-timeout': '1 s',
    'taskmanager.slot.timeout': '45 s',
    'resourcemanager.previous-worker.recovery.timeout': '60 s',
  };
  const first = harness.startJobManager(entryPoints.session, place);
  const before = await flinkAt(await harness.web(), jar);
  await before.running(await before.run());
  await first.kill('SIGKILL');

  harness.startJobManager(entryPoints.session, place);
  const after = await flinkAt(await harness.web(1), jar);
  await eventually('its TaskManagers are back', async () => (await after.ids()).length === 2);
  t.is(await after.freeSlots(), 0, 'with their slots in use');
  t.deepEqual((await after.ids()).sort(), [...told.launch].sort());
  // It needs the slots that are about to come free, and must not take them for missing.
  const job = await after.run();
  await after.running(job);
  t.is(told.request.length, 2, 'nobody is asked for beside those that are there');
  t.deepEqual(told.kill, []);

  await after.cancel(job);
  await eventually('idle TaskManagers given back', async () => taskManagers.size === 0);
  t.is(told.request.length, 2);
  t.is(harness.state().fenced.length, 1);
});

async function prepare(t: ExecutionContext, version: string): Promise<{ harness: Harness; jar: string }> {
  const { home, jar } = await exampleJar(version);
  const harness = await startHarness(home, await driverJarOfOldest());
  t.teardown(() => harness.close());
  return { harness, jar };
}

/** One jar for all: the one that was compiled with the oldest Flink. */
async function driverJarOfOldest(): Promise<string> {
  const { home } = await exampleJar('1.20.5');
  return buildDriverJar(home, join(defaultCacheDir(), 'driver'));
}

interface JobAnswer {
  readonly state: string;
  readonly vertices: readonly { readonly parallelism: number; readonly tasks: { readonly RUNNING: number } }[];
}

async function flinkAt(url: string, jar: string) {
  const ask = async <T>(path: string, init?: RequestInit): Promise<T> => {
    const answer = await fetch(`${url}${path}`, init);
    const body = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${body}`);
    return JSON.parse(body) as T;
  };
  await eventually('Flink answers', () => ask('/overview'));
  const form = new FormData();
  form.append('jarfile', new Blob([await readFile(jar)]), basename(jar));
  const { filename } = await ask<{ filename: string }>('/jars/upload', { method: 'POST', body: form });
  return {
    run: async (): Promise<string> => {
      const body = JSON.stringify({ entryClass: exampleClasses.clickCounter, parallelism: 2 });
      const headers = { 'content-type': 'application/json' };
      const path = `/jars/${basename(filename)}/run`;
      return (await ask<{ jobid: string }>(path, { method: 'POST', headers, body })).jobid;
    },
    running: (job: string) =>
      eventually(`job ${job} with all its tasks`, async () => {
        const { state, vertices } = await ask<JobAnswer>(`/jobs/${job}`);
        return state === 'RUNNING' && vertices.every(({ parallelism, tasks }) => tasks.RUNNING === parallelism);
      }),
    /** Without a slot the tasks of a job are scheduled, and that is all. */
    waits: async (job: string) => {
      const { jobs } = await ask<{ jobs: { jid: string; tasks: { scheduled: number } }[] }>('/jobs/overview');
      return jobs.some(({ jid, tasks }) => jid === job && tasks.scheduled > 0);
    },
    cancel: (job: string) => ask(`/jobs/${job}?mode=cancel`, { method: 'PATCH' }),
    freeSlots: async () =>
      (await ask<{ taskmanagers: { freeSlots: number }[] }>('/taskmanagers')).taskmanagers.reduce(
        (sum, { freeSlots }) => sum + freeSlots,
        0,
      ),
    ids: async () => (await ask<{ taskmanagers: { id: string }[] }>('/taskmanagers')).taskmanagers.map(({ id }) => id),
    end: () => ask('/cluster', { method: 'DELETE' }),
  };
}
