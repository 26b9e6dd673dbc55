/** Against a server that plays a JobManager: its answers are shaped as Flink 2.3.0 and 1.20.5 gave them. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import test, { type ExecutionContext } from 'ava';
import { createFlinkRest } from '../../../src/flink/rest/flink-rest.ts';
import { Problem, type ProblemCode } from '../../../src/lib/problem.ts';
import { job, taskId } from '../cluster-fixture.ts';

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly type: string;
}

type Answer = unknown | ((request: IncomingMessage, response: ServerResponse) => void);

/** `routes`: "GET /path" to a JSON answer, or to a function that answers by itself. */
async function jobManager(t: ExecutionContext, routes: Readonly<Record<string, Answer>>) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const { method = '', url = '' } = request;
    asked.push({ method, path: url, body, type: request.headers['content-type'] ?? '' });
    const answer = routes[`${method} ${url}`];
    if (typeof answer === 'function') answer(request, response);
    else if (answer === undefined) response.writeHead(404).end(JSON.stringify({ errors: [`Not found: ${url}`] }));
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const rest = createFlinkRest();
  t.teardown(async () => {
    await rest.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { rest, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const refusal =
  (status: number, ...errors: string[]) =>
  (_: IncomingMessage, response: ServerResponse) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ errors }));

async function problemOf(t: ExecutionContext, code: ProblemCode, promise: Promise<unknown>): Promise<string> {
  const error = await t.throwsAsync(promise, { instanceOf: Problem });
  t.is(error?.code, code);
  return error?.message ?? '';
}

const oneTaskManager = {
  taskmanagers: [{ id: 'tm-1', path: 'pekko.tcp://x', dataPort: 1, slotsNumber: 2, freeSlots: 1, hardware: {} }],
};

const listed = (end: string, state: string) => ({
  jid: job(end),
  name: `job ${end}`,
  state,
  'start-time': 7,
  'end-time': -1,
  tasks: { total: 3, running: 2, finished: 0 },
});

const checkpoints = (completed: unknown, restored: unknown = null) => ({
  counts: { restored: 0, total: 4, in_progress: 0, completed: 4, failed: 0 },
  summary: {},
  latest: { completed, savepoint: null, failed: null, restored },
  history: [],
});

test('a JobManager proves who it is by its configuration', async (t) => {
  const { rest, url } = await jobManager(t, {
    'GET /jobmanager/config': [
      { key: 'rest.port', value: '31000' },
      { key: 'jobmanager.resource-id', value: 'words-a1-jobmanager-1' },
    ],
  });
  await t.notThrowsAsync(rest.prove(url, taskId('words-a1-jobmanager-1')));
  const words = await problemOf(t, 'UNREACHABLE', rest.prove(url, taskId('words-a1-jobmanager-2')));
  t.is(words, `JobManager words-a1-jobmanager-1 answers at ${url}, where words-a1-jobmanager-2 should`);
});

test('another Flink, or no Flink at all, is nobody to ask: that is no refusal', async (t) => {
  const strange = await jobManager(t, { 'GET /jobmanager/config': [{ key: 'rest.port', value: '31000' }] });
  const other = await jobManager(t, {});
  const id = taskId('words-a1-jobmanager-1');
  t.regex(await problemOf(t, 'UNREACHABLE', strange.rest.prove(strange.url, id)), /^a Flink without a resource id/);
  t.regex(await problemOf(t, 'UNREACHABLE', other.rest.prove(other.url, id)), /^something that is no JobManager/);
});

test('a job that is INITIALIZING is not asked after its checkpoints: Flink would remember its refusal', async (t) => {
  const { rest, url, asked } = await jobManager(t, {
    'GET /taskmanagers': oneTaskManager,
    'GET /jobs/overview': { jobs: [listed('1', 'INITIALIZING')] },
  });
  const { jobs } = await rest.observe(url);
  t.like(jobs, [{ id: job('1'), state: 'INITIALIZING' }]);
  t.deepEqual(asked.map(({ path }) => path).sort(), ['/jobs/overview', '/taskmanagers']);
});

test('one look: TaskManagers, jobs, and the checkpoints of those that live', async (t) => {
  const { rest, url, asked } = await jobManager(t, {
    'GET /taskmanagers': oneTaskManager,
    'GET /jobs/overview': { jobs: [listed('1', 'RUNNING'), listed('2', 'FINISHED'), listed('3', 'FROZEN')] },
    [`GET /jobs/${job('1')}/checkpoints`]: checkpoints({ external_path: 'file:/c/chk-4' }),
    [`GET /jobs/${job('3')}/checkpoints`]: checkpoints(null, { external_path: 'file:/c/chk-2' }),
  });
  t.deepEqual(await rest.observe(url), {
    taskManagers: [{ id: 'tm-1', slots: 2, freeSlots: 1 }],
    jobs: [
      {
        id: job('1'),
        name: 'job 1',
        state: 'RUNNING',
        startedAt: 7,
        tasks: { total: 3, running: 2 },
        checkpointsCompleted: 4,
        lastCheckpoint: 'file:/c/chk-4',
      },
      { id: job('2'), name: 'job 2', state: 'FINISHED', startedAt: 7, tasks: { total: 3, running: 2 } },
      {
        id: job('3'),
        name: 'job 3',
        state: 'INITIALIZING',
        startedAt: 7,
        tasks: { total: 3, running: 2 },
        checkpointsCompleted: 4,
        lastCheckpoint: 'file:/c/chk-2',
      },
    ],
  });
  t.is(asked.length, 4);
});

test('a checkpoint without a place is none', async (t) => {
  const { rest, url } = await jobManager(t, {
    'GET /taskmanagers': oneTaskManager,
    'GET /jobs/overview': { jobs: [listed('1', 'RUNNING')] },
    [`GET /jobs/${job('1')}/checkpoints`]: checkpoints({ external_path: '<checkpoint-not-externally-addressable>' }),
  });
  const { jobs } = await rest.observe(url);
  t.false('lastCheckpoint' in (jobs[0] ?? {}));
});

test('why a job failed is asked once', async (t) => {
  const trace = [
    'org.apache.flink.runtime.JobException: Recovery is suppressed by NoRestartBackoffTimeStrategy',
    '\tat org.apache.flink.runtime.executiongraph.ExecutionFailureHandler.handleFailure(ExecutionFailureHandler.java:228)',
    'Caused by: java.lang.IllegalStateException: the third number was odd',
    '\tat example.Job$1.map(Job.java:12)',
  ].join('\n');
  const path = `/jobs/${job('1')}/exceptions`;
  const { rest, url, asked } = await jobManager(t, {
    'GET /taskmanagers': oneTaskManager,
    'GET /jobs/overview': { jobs: [listed('1', 'FAILED')] },
    [`GET ${path}`]: { exceptionHistory: { entries: [{ exceptionName: 'x', stacktrace: trace }], truncated: false } },
  });
  for (let look = 0; look < 3; look++) {
    const { jobs } = await rest.observe(url);
    t.is(jobs[0]?.failure, 'IllegalStateException: the third number was odd');
  }
  t.is(asked.filter((request) => request.path === path).length, 1);
});

test('of a job that restarts it is asked each time whether it lacks slots', async (t) => {
  const path = `/jobs/${job('1')}/exceptions`;
  const lacking =
    'org.apache.flink.runtime.jobmanager.scheduler.NoResourceAvailableException: Could not acquire the minimum';
  for (const [trace, lacksSlots] of [
    [`java.util.concurrent.CompletionException: ${lacking} required resources.`, true],
    ['java.lang.IllegalStateException: the third number was odd', false],
  ] as const) {
    const { rest, url, asked } = await jobManager(t, {
      'GET /taskmanagers': oneTaskManager,
      'GET /jobs/overview': { jobs: [listed('1', 'RESTARTING'), listed('2', 'RUNNING')] },
      [`GET ${path}`]: { 'root-exception': trace },
    });
    await rest.observe(url);
    const { jobs } = await rest.observe(url);
    t.is(jobs[0]?.lacksSlots, lacksSlots);
    t.false('lacksSlots' in (jobs[1] ?? {}));
    t.is(asked.filter((request) => request.path === path).length, 2);
  }
});

test('a job that is gone between two questions does not spoil the look', async (t) => {
  const { rest, url } = await jobManager(t, {
    'GET /taskmanagers': oneTaskManager,
    'GET /jobs/overview': { jobs: [listed('1', 'RUNNING')] },
  });
  const { jobs } = await rest.observe(url);
  t.is(jobs[0]?.state, 'RUNNING');
});

test('an uploaded jar: its name is what Flink takes, its id what Flink calls it', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-test-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  await writeFile(join(directory, 'content'), 'PK jar');
  const { rest, url, asked } = await jobManager(t, {
    'POST /jars/upload': { filename: '/tmp/flink-web-upload/0-1_words.jar', status: 'success' },
  });
  t.is(await rest.uploadJar(url, join(directory, 'content'), 'words'), '0-1_words.jar');
  t.regex(asked[0]?.type ?? '', /^multipart\/form-data/);
  t.regex(asked[0]?.body ?? '', /name="jarfile"; filename="words\.jar"[\s\S]*PK jar/);
});

test('a job is run as it was specified, under our id', async (t) => {
  const { rest, url, asked } = await jobManager(t, { 'POST /jars/a%20b.jar/run': { jobid: job('1') } });
  await rest.run(url, 'a b.jar', {
    jobId: job('1'),
    entryClass: 'example.Words',
    args: ['--in', 'a b'],
    parallelism: 2,
    savepointPath: 'file:/s/savepoint-1',
    allowNonRestoredState: true,
    configuration: { 'restart-strategy.type': 'none' },
  });
  t.deepEqual(JSON.parse(asked[0]?.body ?? ''), {
    jobId: job('1'),
    entryClass: 'example.Words',
    programArgsList: ['--in', 'a b'],
    parallelism: 2,
    savepointPath: 'file:/s/savepoint-1',
    allowNonRestoredState: true,
    flinkConfiguration: { 'restart-strategy.type': 'none' },
  });
});

test("a job's own checkpoint is handed back to it", async (t) => {
  const { rest, url, asked } = await jobManager(t, { 'POST /jars/j/run': { jobid: job('1') } });
  for (const claim of [true, false]) {
    await rest.run(url, 'j', { jobId: job('1'), savepointPath: 'file:/c/chk-12', claim });
  }
  t.deepEqual(
    asked.map(({ body }) => JSON.parse(body).claimMode),
    ['CLAIM', undefined],
  );
});

test('Flink says no: its innermost words, and FLINK_REFUSED', async (t) => {
  const trace = [
    '<Exception on server side:',
    'org.apache.flink.runtime.rest.handler.RestHandlerException: Could not execute application.',
    '\tat org.apache.flink.runtime.webmonitor.handlers.JarRunHandler.lambda$handleRequest$3(JarRunHandler.java:114)',
    'Caused by: java.util.concurrent.CompletionException: org.apache.flink.util.FlinkRuntimeException: Could not execute application.',
    '\tat java.base/java.util.concurrent.CompletableFuture.encodeThrowable(CompletableFuture.java:314)',
    "Caused by: org.apache.flink.client.program.ProgramInvocationException: The program's entry point class 'no.Such' was not found in the jar file.",
    '\tat org.apache.flink.client.program.PackagedProgram.loadMainClass(PackagedProgram.java:481)',
    'Caused by: java.lang.ClassNotFoundException: no.Such',
    '\t... 10 more',
    '',
    'End of exception on server side>',
  ].join('\n');
  const { rest, url } = await jobManager(t, { 'POST /jars/j/run': refusal(400, 'Internal server error.', trace) });
  const words = await problemOf(t, 'FLINK_REFUSED', rest.run(url, 'j', { jobId: job('1') }));
  t.is(words, 'ClassNotFoundException: no.Such');
  t.regex(await problemOf(t, 'FLINK_REFUSED', rest.cancel(url, job('2'))), /^Not found/);
});

test('Flink itself waited in vain: nobody knows', async (t) => {
  const words =
    'org.apache.flink.X: no\n\tat a.b(C.java:1)\nCaused by: java.util.concurrent.TimeoutException: Ask timed out';
  const { rest, url } = await jobManager(t, { 'POST /jars/j/run': refusal(500, 'Internal server error.', words) });
  await problemOf(t, 'TIMED_OUT', rest.run(url, 'j', { jobId: job('1') }));
});

test('cancelling asks for just that', async (t) => {
  const { rest, url, asked } = await jobManager(t, { [`PATCH /jobs/${job('1')}?mode=cancel`]: {} });
  await rest.cancel(url, job('1'));
  t.is(asked.length, 1);
});

test('nobody knows: not there, closed half-way, not ready, not Flink', async (t) => {
  const { rest, url } = await jobManager(t, {
    'POST /jars/cut/run': (request: IncomingMessage) => request.socket.destroy(),
    'POST /jars/early/run': refusal(503, 'Service temporarily unavailable due to an ongoing leader election.'),
    'POST /jars/page/run': (_: IncomingMessage, response: ServerResponse) => response.end('<html>'),
  });
  for (const jar of ['cut', 'early', 'page']) {
    await problemOf(t, 'UNREACHABLE', rest.run(url, jar, { jobId: job('1') }));
  }
  await problemOf(t, 'UNREACHABLE', rest.observe('http://127.0.0.1:1'));
});

test('a look that is given up ends', async (t) => {
  const abort = new AbortController();
  const { rest, url } = await jobManager(t, {
    'GET /taskmanagers': () => abort.abort(),
    'GET /jobs/overview': { jobs: [] },
  });
  await problemOf(t, 'UNREACHABLE', rest.observe(url, abort.signal));
});

test('an answer of another shape is not believed', async (t) => {
  const { rest, url } = await jobManager(t, {
    'GET /taskmanagers': { taskmanagers: [{}] },
    'GET /jobs/overview': { jobs: [] },
  });
  await t.throwsAsync(rest.observe(url), { message: /taskmanagers has an unknown shape/ });
});

const trigger = 'f'.repeat(32);

test('a savepoint is begun under our id, and asked after until it is there', async (t) => {
  let looks = 0;
  const { rest, url, asked } = await jobManager(t, {
    [`POST /jobs/${job('1')}/savepoints`]: { 'request-id': trigger },
    [`GET /jobs/${job('1')}/savepoints/${trigger}`]: (_: IncomingMessage, response: ServerResponse) => {
      looks += 1;
      const over = { status: { id: 'COMPLETED' }, operation: { location: 'file:/s/1' } };
      response.end(JSON.stringify(looks < 3 ? { status: { id: 'IN_PROGRESS' }, operation: null } : over));
    },
  });
  t.is(await rest.savepoint(url, job('1'), { id: trigger, directory: 's3://b/s' }), 'file:/s/1');
  t.is(looks, 3);
  t.deepEqual(JSON.parse(asked[0]?.body ?? ''), {
    'cancel-job': false,
    triggerId: trigger,
    'target-directory': 's3://b/s',
  });
});

test('a stop that fails says why, in the words of the innermost cause', async (t) => {
  const stack =
    'java.util.concurrent.CompletionException: x\n\tat a.B\nCaused by: a.b.CheckpointException: no room\n\tat c.D';
  const { rest, url } = await jobManager(t, {
    [`POST /jobs/${job('1')}/stop`]: { 'request-id': trigger },
    [`GET /jobs/${job('1')}/savepoints/${trigger}`]: {
      status: { id: 'COMPLETED' },
      operation: { 'failure-cause': { class: 'x', 'stack-trace': stack } },
    },
  });
  const words = await problemOf(t, 'FLINK_REFUSED', rest.stop(url, job('1'), { id: trigger, drain: true }));
  t.is(words, 'CheckpointException: no room');
});

test('another parallelism in place is an upper bound of every vertex', async (t) => {
  const path = `/jobs/${job('1')}/resource-requirements`;
  const bound = (upperBound: number) => ({ parallelism: { lowerBound: 1, upperBound } });
  const { rest, url, asked } = await jobManager(t, {
    [`GET ${path}`]: { v1: bound(2), v2: bound(2) },
    [`PUT ${path}`]: {},
  });
  await rest.rescale(url, job('1'), 5);
  t.deepEqual(JSON.parse(asked[1]?.body ?? ''), { v1: bound(5), v2: bound(5) });
});
