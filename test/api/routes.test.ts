/** Every route, as it is meant to be used. */
import test from 'ava';
import type { TSchema } from 'typebox';
import Value from 'typebox/value';
import {
  Cluster,
  Endpoint,
  Event,
  FileList,
  FilePiece,
  Health,
  Info,
  Jar,
  Job,
  listOf,
  ProblemAnswer,
  Task,
} from '../../src/api/schemas.ts';
import { MesosAgent, OfferRound, TaskWhy } from '../../src/api/why-schemas.ts';
import { form, testApi, withCluster } from './support/api.ts';
import { agentExample, roundExample, whyExample } from './support/fake-dispatcher.ts';

interface Answer {
  readonly statusCode: number;
  json(): unknown;
}

function schemaViolations(answer: Answer, schema: TSchema): unknown[] {
  return [...Value.Errors(schema, answer.json())];
}

test('health is 200 and says why it is 503', async (t) => {
  const { app, dispatcher } = await testApi(t);
  const healthy = await app.inject('/v1/health');
  t.is(healthy.statusCode, 200);
  t.deepEqual(healthy.json(), { healthy: true });
  dispatcher.healthy = false;
  const unhealthy = await app.inject('/v1/health');
  t.is(unhealthy.statusCode, 503);
  t.deepEqual(unhealthy.json(), { healthy: false, why: 'no master for a minute' });
  t.deepEqual(schemaViolations(unhealthy, Health), []);
});

test('info, metrics and the list of tasks', async (t) => {
  const { app, dispatcher } = await withCluster(t);
  const info = await app.inject('/v1/info');
  t.deepEqual(schemaViolations(info, Info), []);
  t.deepEqual(info.json(), dispatcher.info());

  const metrics = await app.inject('/metrics');
  t.is(metrics.body, 'flink_mesos_up 1\n');
  t.regex(String(metrics.headers['content-type']), /^text\/plain; version=0\.0\.4/);

  dispatcher.addTask({ id: 'task-1', cluster: 'default' });
  await dispatcher.createCluster({ name: 'other' });
  dispatcher.addTask({ id: 'task-2', cluster: 'other' });
  const idsAt = async (url: string) => {
    const answer = await app.inject(url);
    t.deepEqual(schemaViolations(answer, listOf(Task)), []);
    return answer.json<{ id: string }[]>().map(({ id }) => id);
  };
  t.deepEqual(await idsAt('/v1/tasks'), ['task-1', 'task-2']);
  t.deepEqual(await idsAt('/v1/clusters/other/tasks'), ['task-2']);
});

test('the endpoints of a cluster', async (t) => {
  const { app, dispatcher } = await withCluster(t);
  dispatcher.addTask({ id: 'task-1', cluster: 'default', hostname: 'host-1', ports: { rest: 31000 } });
  const answer = await app.inject('/v1/clusters/default/endpoints');
  t.deepEqual(schemaViolations(answer, listOf(Endpoint)), []);
  t.deepEqual(answer.json(), [{ name: 'rest', part: 'taskmanager', task: 'task-1', hostname: 'host-1', port: 31000 }]);
  t.is((await app.inject('/v1/clusters/none/endpoints')).statusCode, 404);
});

test('a cluster is created with 201 and its place, listed, shown and deleted with 202', async (t) => {
  const { app, dispatcher } = await testApi(t);
  const spec = {
    name: 'wordcount',
    flink: { version: '2.3.0' },
    taskManager: { slots: 2, cpus: 0.5 },
    taskManagers: { mode: 'fixed', count: 3 },
    configuration: { 'state.backend.type': 'hashmap' },
  };
  const created = await app.inject({ method: 'POST', url: '/v1/clusters', payload: spec });
  t.is(created.statusCode, 201);
  t.is(created.headers.location, '/v1/clusters/wordcount');
  t.deepEqual(schemaViolations(created, Cluster), []);
  t.deepEqual(dispatcher.specs, [spec as never], 'the specification arrives as it was sent');

  const listed = await app.inject('/v1/clusters');
  t.deepEqual(schemaViolations(listed, listOf(Cluster)), []);
  t.deepEqual(listed.json(), [created.json()]);
  t.deepEqual((await app.inject('/v1/clusters/wordcount')).json(), created.json());

  const deleted = await app.inject({ method: 'DELETE', url: '/v1/clusters/wordcount' });
  t.is(deleted.statusCode, 202);
  t.is(deleted.json().phase, 'deleting');
  t.deepEqual(dispatcher.calls, ['deleteCluster wordcount']);
});

test('a task is shown and restarted with 202', async (t) => {
  const { app, dispatcher } = await withCluster(t);
  dispatcher.addTask({ id: 'default.taskmanager.1-2f', cluster: 'default' });
  const shown = await app.inject('/v1/tasks/default.taskmanager.1-2f');
  t.is(shown.statusCode, 200);
  t.deepEqual(schemaViolations(shown, Task), []);
  const restarted = await app.inject({ method: 'POST', url: '/v1/tasks/default.taskmanager.1-2f/restart' });
  t.is(restarted.statusCode, 202);
  const replaced = await app.inject({ method: 'POST', url: '/v1/tasks/default.taskmanager.1-2f/replace' });
  t.is(replaced.statusCode, 202);
  t.deepEqual(dispatcher.calls, ['restartTask default.taskmanager.1-2f', 'replaceTask default.taskmanager.1-2f']);
});

test('a cluster gets another number of TaskManagers; one whose jobs decide is left alone', async (t) => {
  const { app, dispatcher } = await withCluster(t);
  const scale = (payload: object, name = 'default') =>
    app.inject({ method: 'PUT', url: `/v1/clusters/${name}/task-managers`, payload });
  const scaled = await scale({ count: 7 });
  t.deepEqual([scaled.statusCode, scaled.json().taskManagers.wanted], [202, 7]);
  t.deepEqual(schemaViolations(scaled, Cluster), []);
  for (const wrong of [{ count: -1 }, { count: 5001 }, { count: 1.5 }, {}, { count: 1, mode: 'fixed' }]) {
    t.is((await scale(wrong)).statusCode, 400, JSON.stringify(wrong));
  }
  t.is((await scale({ count: 1 }, 'nobody')).statusCode, 404);
  await dispatcher.createCluster({ name: 'elastic', taskManagers: { mode: 'elastic', min: 0, max: 2, spare: 0 } });
  t.is((await scale({ count: 1 }, 'elastic')).statusCode, 409);
});

test('a job is submitted with 201, listed, shown and cancelled with 202', async (t) => {
  const { app, dispatcher } = await withCluster(t);
  const spec = {
    jar: 'abc',
    args: ['--rate', '10'],
    parallelism: 2,
    configuration: { 'restart-strategy.type': 'none' },
  };
  const submitted = await app.inject({ method: 'POST', url: '/v1/clusters/default/jobs', payload: spec });
  t.is(submitted.statusCode, 201);
  t.is(submitted.headers.location, '/v1/clusters/default/jobs/job-1');
  t.deepEqual(schemaViolations(submitted, Job), []);
  t.deepEqual(dispatcher.jobSpecs, [spec]);

  const listed = await app.inject('/v1/clusters/default/jobs');
  t.deepEqual(schemaViolations(listed, listOf(Job)), []);
  t.deepEqual(listed.json(), [submitted.json()]);
  t.deepEqual((await app.inject('/v1/clusters/default/jobs/job-1')).json(), submitted.json());

  const cancelled = await app.inject({ method: 'DELETE', url: '/v1/clusters/default/jobs/job-1' });
  t.is(cancelled.statusCode, 202);
  t.is(cancelled.json().state, 'CANCELLING');
  t.deepEqual(dispatcher.calls, ['cancelJob default job-1']);
});

test('a jar is uploaded with 201 and listed', async (t) => {
  const { app } = await withCluster(t);
  const uploaded = await app.inject({
    method: 'POST',
    url: '/v1/clusters/default/jars',
    ...form('jarfile', 'job.jar', 'PK-content'),
  });
  t.is(uploaded.statusCode, 201);
  t.deepEqual(schemaViolations(uploaded, Jar), []);
  const listed = await app.inject('/v1/clusters/default/jars');
  t.deepEqual(schemaViolations(listed, listOf(Jar)), []);
  t.deepEqual(listed.json(), [uploaded.json()]);
});

test('events come oldest first, after a number, at most so many', async (t) => {
  const { app, dispatcher } = await testApi(t);
  for (const kind of ['a', 'b', 'c', 'd']) dispatcher.addFact(kind);
  const all = await app.inject('/v1/events');
  t.deepEqual(schemaViolations(all, listOf(Event)), []);
  const kindsAt = async (url: string) => (await app.inject(url)).json<{ kind: string }[]>().map(({ kind }) => kind);
  t.deepEqual(await kindsAt('/v1/events'), ['a', 'b', 'c', 'd']);
  t.deepEqual(await kindsAt('/v1/events?after=1&limit=2'), ['b', 'c']);
  t.deepEqual(await kindsAt('/v1/events?after=4'), []);
});

test('every GET answers HEAD with the same status and no body', async (t) => {
  const { app } = await withCluster(t);
  for (const url of [
    '/',
    '/v1/health',
    '/v1/info',
    '/v1/clusters',
    '/v1/clusters/default',
    '/v1/tasks',
    '/metrics',
    '/openapi.json',
  ]) {
    const head = await app.inject({ method: 'HEAD', url });
    t.is(head.statusCode, 200, url);
    t.is(head.body, '', url);
  }
});

test('an unexpected failure is logged and answered as INTERNAL, without its own words', async (t) => {
  const logged: unknown[] = [];
  const { app, dispatcher } = await testApi(t, { logger: collectingLogger(logged) });
  dispatcher.clusters = () => {
    throw new Error('password=hunter2');
  };
  const answer = await app.inject('/v1/clusters?signature=secret');
  t.is(answer.statusCode, 500);
  t.is(answer.json().code, 'INTERNAL');
  t.deepEqual(schemaViolations(answer, ProblemAnswer), []);
  t.notRegex(answer.body, /hunter2|stack|\.ts/);
  t.is(logged.length, 1);
  const [entry] = logged as [{ err: Error; route: string }];
  t.is(entry.err.message, 'password=hunter2');
  t.is(entry.route, '/v1/clusters');
  t.false(JSON.stringify(logged).includes('secret'), 'no query in the log');
});

function collectingLogger(logged: unknown[]) {
  const nothing = () => {};
  const logger = {
    level: 'info',
    fatal: nothing,
    error: (entry: unknown) => logged.push(entry),
    warn: nothing,
    info: nothing,
    debug: nothing,
    trace: nothing,
    silent: nothing,
    child: () => logger,
  };
  return logger as never;
}

test('why tasks wait, the last offers, and the agents', async (t) => {
  const { app, dispatcher } = await withCluster(t);
  for (const [url, schema, example] of [
    ['/v1/why', listOf(TaskWhy), [whyExample]],
    ['/v1/tasks/w-1/why', TaskWhy, whyExample],
    ['/v1/offers', listOf(OfferRound), [roundExample]],
    ['/v1/agents', listOf(MesosAgent), [agentExample]],
  ] as const) {
    const answer = await app.inject(url);
    t.is(answer.statusCode, 200, url);
    t.deepEqual(answer.json(), example as unknown, url);
    t.deepEqual(schemaViolations(answer, schema), [], url);
  }
  t.is((await app.inject('/v1/tasks/none/why')).statusCode, 404);
  dispatcher.addTask({ id: 'runs', cluster: 'default' });
  t.is((await app.inject('/v1/tasks/runs/why')).statusCode, 409);
});

test('files of a sandbox: listed, read in pieces, and whole', async (t) => {
  const { app, dispatcher } = await withCluster(t);
  dispatcher.addTask({ id: 'runs', cluster: 'default' });
  const listed = await app.inject('/v1/tasks/runs/files');
  t.deepEqual(schemaViolations(listed, FileList), []);
  t.like(listed.json(), { path: '', more: 0, files: [{ path: 'stdout', bytes: 8 }] });
  const piece = await app.inject('/v1/tasks/runs/files/text?path=stdout&offset=4&length=2');
  t.deepEqual(schemaViolations(piece, FilePiece), []);
  t.deepEqual(piece.json(), { path: 'stdout', size: 8, offset: 4, next: 6, text: 'tw' });
  t.like((await app.inject('/v1/tasks/runs/files/text?path=stdout&offset=-4')).json(), { offset: 4, text: 'two\n' });
  const whole = await app.inject('/v1/tasks/runs/files/content?path=log/jobmanager.log');
  t.deepEqual(
    [whole.body, whole.headers['content-disposition'], whole.headers['content-type']],
    ['started\n', 'attachment; filename="jobmanager.log"', 'application/octet-stream'],
  );
  t.regex(String(whole.headers['content-security-policy']), /default-src 'none'/);
  t.is((await app.inject('/v1/tasks/runs/files/content?path=none')).statusCode, 404);
  t.is((await app.inject('/v1/tasks/nobody/files')).statusCode, 404);
  t.is((await app.inject('/v1/tasks/runs/files/text?path=stdout&length=65537')).statusCode, 400);
  t.is((await app.inject('/v1/tasks/runs/files/text')).statusCode, 400);
});

test('what is done with a job while it runs, and what Flink says of it', async (t) => {
  const { app, dispatcher } = await testApi(t);
  await dispatcher.createCluster({ name: 'default' });
  await dispatcher.submitJob('default', { jar: 'a' });
  const path = '/v1/clusters/default/jobs/job-1';
  const ask = async (method: 'POST' | 'PUT' | 'DELETE' | 'GET', below: string, payload?: object) => {
    const answer = await app.inject({ method, url: `${path}/${below}`, ...(payload && { payload }) });
    return [answer.statusCode, answer.json()] as const;
  };
  dispatcher.calls.length = 0;
  t.like((await ask('POST', 'savepoints', {}))[1], { operation: { kind: 'savepoint', state: 'running' } });
  t.is((await ask('POST', 'stop', { drain: true, directory: 's3://b/x' }))[0], 202);
  t.is((await ask('PUT', 'parallelism', { parallelism: 8 }))[0], 202);
  t.is((await ask('DELETE', 'savepoints?path=s3%3A%2F%2Fb%2Fx'))[0], 202);
  t.deepEqual(await ask('GET', 'savepoints'), [200, []]);
  t.deepEqual(await ask('GET', 'exceptions'), [200, { report: 'exceptions' }]);
  t.deepEqual(dispatcher.calls, [
    'operateJob default job-1 {"kind":"savepoint"}',
    'operateJob default job-1 {"kind":"stop","drain":true,"directory":"s3://b/x"}',
    'operateJob default job-1 {"kind":"rescale","parallelism":8}',
    'disposeSavepoint default job-1 s3://b/x',
    'jobReport default job-1 exceptions',
  ]);
  t.is((await ask('PUT', 'parallelism', { parallelism: 0 }))[0], 400);
  t.is((await ask('POST', 'stop', { now: true }))[0], 400);
  t.is((await ask('GET', 'secrets'))[0], 400);
  t.is((await ask('DELETE', 'savepoints'))[0], 400);
});
