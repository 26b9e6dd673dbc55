/** The operator API over HTTP: codes, shapes, bodies that are not read. */
import test from 'ava';
import { world } from '../operator/support.ts';
import { testApi, tokenRules } from './support/api.ts';

async function operated(t: Parameters<typeof testApi>[0]) {
  const it = world();
  const { app, dispatcher } = await testApi(t, { operator: it.operator });
  return { ...it, app, dispatcher };
}

test('plans: 202 until complete, then 200; the steps without what is ours to know', async (t) => {
  const { app, cluster, task, seen, phase } = await operated(t);
  t.deepEqual((await app.inject('/v1/plans')).json(), ['deploy', 'update', 'recovery']);
  t.is((await app.inject('/v1/plans/deploy')).statusCode, 200);
  cluster();
  const open = await app.inject('/v1/plans/deploy');
  t.is(open.statusCode, 202);
  const [first] = open.json().phases;
  t.deepEqual(Object.keys(first).sort(), ['id', 'name', 'status', 'steps', 'strategy']);
  t.deepEqual(Object.keys(first.steps[0]).sort(), ['id', 'message', 'name', 'status']);
  for (const [id, part] of [
    ['jm', 'jobmanager'],
    ['a', 'taskmanager'],
    ['b', 'taskmanager'],
  ] as const)
    task(id, part, 'running');
  seen('a', 'b');
  phase('running');
  t.is((await app.inject('/v1/plans/deploy')).statusCode, 200);
  t.is((await app.inject('/v1/plans/backup')).statusCode, 404);
});

test('plans: 417 when options were refused', async (t) => {
  const all = [{ version: 1, id: 'c', at: 1, options: {} }] as const;
  const { operator } = world({ configurations: { all, target: all[0], errors: ['storage: no'] } });
  const { app } = await testApi(t, { operator });
  const answer = await app.inject('/v1/plans/deploy');
  t.is(answer.statusCode, 417);
  t.deepEqual(answer.json().errors, ['storage: no']);
});

for (const [word, kind] of [
  ['interrupt', 'pause'],
  ['stop', 'pause'],
  ['restart', undefined],
] as const) {
  test(`plans: ${word} by name of the phase, whatever body comes with it`, async (t) => {
    const { app, cluster, task, runtime, phase } = await operated(t);
    cluster();
    task('jm', 'jobmanager', 'running');
    phase('running');
    const bodies = [undefined, '', '{"a":1}', '[]'];
    for (const payload of bodies) {
      const sent = payload === undefined ? {} : { payload, headers: { 'content-type': 'application/json' } };
      const { statusCode, body } = await app.inject({
        method: 'POST',
        url: `/v1/plans/deploy/${word}?phase=words`,
        ...sent,
      });
      t.is(statusCode, 200, body);
    }
    if (kind === undefined) t.deepEqual(runtime.restarted, ['jm', 'jm', 'jm', 'jm']);
    else t.true(runtime.commands.every((command) => command.kind === kind));
    t.is((await app.inject({ method: 'POST', url: `/v1/plans/deploy/${word}?phase=x` })).statusCode, 404);
  });
}

test('plans: 208 where nothing was to do', async (t) => {
  const { app, cluster } = await operated(t);
  cluster();
  t.is((await app.inject({ method: 'POST', url: '/v1/plans/deploy/continue' })).statusCode, 208);
});

test('pods: names, status, info without environment, restart and replace', async (t) => {
  const { app, cluster, task, runtime } = await operated(t);
  cluster();
  task('jm', 'jobmanager', 'running');
  t.deepEqual((await app.inject('/v1/pod')).json(), [
    'words-jobmanager-0',
    'words-taskmanager-0',
    'words-taskmanager-1',
  ]);
  t.like((await app.inject('/v1/pod/status')).json(), { service: 'prod/flink' });
  t.deepEqual((await app.inject('/v1/pod/words-jobmanager-0/status')).json(), {
    name: 'words-jobmanager-0',
    tasks: [{ id: 'jm', name: 'words-jobmanager-0-node', status: 'RUNNING' }],
  });
  const info = await app.inject('/v1/pod/words-jobmanager-0/info');
  t.like(info.json()[0].info, { hostname: 'agent1', labels: { a: 'b' } });
  t.false(info.body.includes('SECRET'));
  for (const word of ['restart', 'replace']) {
    const answer = await app.inject({ method: 'POST', url: `/v1/pod/words-jobmanager-0/${word}` });
    t.deepEqual(answer.json(), { pod: 'words-jobmanager-0', tasks: ['words-jobmanager-0-node'] });
  }
  t.deepEqual(runtime.restarted, ['jm', 'jm']);
  t.is((await app.inject({ method: 'POST', url: '/v1/pod/words-taskmanager-1/restart' })).statusCode, 409);
});

test('endpoints, configurations, state', async (t) => {
  const { app } = await operated(t);
  t.deepEqual((await app.inject('/v1/endpoints')).json(), ['api']);
  t.deepEqual((await app.inject('/v1/endpoints/api')).json(), { dns: [], address: ['10.0.0.9:8180'] });
  t.is((await app.inject('/v1/endpoints/x')).statusCode, 404);
  t.deepEqual((await app.inject('/v1/configurations')).json(), ['c1', 'c2']);
  t.deepEqual((await app.inject('/v1/configurations/targetId')).json(), ['c2']);
  t.deepEqual((await app.inject('/v1/configurations/c1')).json().options, { role: '*' });
  t.deepEqual((await app.inject('/v1/configurations/target')).json().options, { role: 'flink' });
  t.is((await app.inject('/v1/configurations/c9')).statusCode, 404);
  t.deepEqual((await app.inject('/v1/state/frameworkId')).json(), ['framework-1']);
  t.true((await app.inject('/v1/state/properties')).json().includes('version'));
  t.is((await app.inject('/v1/state/properties/version')).json(), '0.1.0');
  t.is((await app.inject('/v1/state/properties/x')).statusCode, 404);
  t.is((await app.inject({ method: 'PUT', url: '/v1/state/refresh' })).statusCode, 200);
});

test('a framework that is not registered has no id: 404, never an empty list', async (t) => {
  const { operator } = world();
  const { app } = await testApi(t, { operator: { ...operator, frameworkId: () => undefined } });
  t.is((await app.inject('/v1/state/frameworkId')).statusCode, 404);
});

test('debug: offers with their reasons in both versions, tasks, reservations, plans', async (t) => {
  const { app } = await operated(t);
  const offers = (await app.inject('/v2/debug/offers')).json();
  t.like(offers, { accepted_count: 0, rejected_count: 1, failure_reasons: { 'no task that waits fits': 1 } });
  t.like(offers.outcomes[0], { outcome: 'Fail', explanation: ['no task that waits fits'] });
  t.deepEqual((await app.inject('/v1/debug/offers')).json(), offers);
  t.is((await app.inject('/v1/debug/reservations')).json()[0].id, 'keep-t-1');
  t.deepEqual(Object.keys((await app.inject('/v1/debug/plans')).json()), ['deploy', 'update', 'recovery']);
  t.deepEqual((await app.inject('/v1/debug/taskStatuses')).json(), []);
});

test('health: the code and the word; reasons only when asked for', async (t) => {
  const { app, cluster } = await operated(t);
  t.deepEqual((await app.inject('/v1/health')).json(), { healthy: true, value: 'RUNNING' });
  cluster();
  const answer = await app.inject('/v1/health?verbose=true');
  t.is(answer.statusCode, 202);
  t.deepEqual(answer.json().reasons, ['deploying: 0 of 3 steps are complete']);
});

test('metrics as JSON and for Prometheus; all of it behind the token', async (t) => {
  const { operator } = world();
  const { app } = await testApi(t, { operator, access: tokenRules('secret') });
  const headers = { authorization: 'token=secret' };
  t.truthy((await app.inject({ url: '/v1/metrics', headers })).json().counters);
  t.is((await app.inject({ url: '/v1/metrics/prometheus', headers })).body, 'flink_mesos_up 1\n');
  for (const url of [
    '/v1/plans',
    '/v1/pod',
    '/v1/endpoints',
    '/v1/configurations',
    '/v1/state/frameworkId',
    '/v1/metrics',
  ])
    t.is((await app.inject(url)).statusCode, 401, url);
});
