/** Who a caller is, what he may, and what is told of what he did. */
import test from 'ava';
import type { FastifyInstance } from 'fastify';
import { type AccessRules, parseTokens } from '../../src/api/access/rules.ts';
import { createSessions } from '../../src/api/access/session.ts';
import type { ActFact } from '../../src/lib/act-fact.ts';
import { Problem } from '../../src/lib/problem.ts';
import { withCluster } from './support/api.ts';

const rules: AccessRules = {
  tokens: [
    { name: 'alice', role: 'act', token: 'token-of-alice' },
    { name: 'alice', role: 'act', token: 'new-token-of-alice' },
    { name: 'grafana', role: 'read', token: 'token-of-grafana' },
  ],
};
const alice = { authorization: 'token=token-of-alice' };
const grafana = { authorization: 'Bearer token-of-grafana' };

test('a reader sees everything and changes nothing', async (t) => {
  const { app, dispatcher } = await withCluster(t, { access: rules });
  for (const url of ['/v1/info', '/v1/clusters', '/metrics', '/v1/events', '/docs/json'])
    t.not((await app.inject({ url, headers: grafana })).statusCode, 403, url);
  const acts = [
    ['POST', '/v1/clusters'],
    ['DELETE', '/v1/clusters/default'],
    ['POST', '/v1/tasks/a/restart'],
    ['POST', '/v1/clusters/default/jars'],
    ['POST', '/v1/clusters/default/jobs'],
    ['PUT', '/v1/clusters/default/jobs/a/parallelism'],
    ['POST', '/v1/clusters/default/flink/jars/a/run'],
    ['GET', '/v1/clusters/default/flink/jobs/a/yarn-cancel'],
    ['PATCH', '/anything'],
  ] as const;
  for (const [method, url] of acts) {
    const answer = await app.inject({ method, url, headers: grafana });
    t.is(answer.statusCode, 403, url);
    t.regex(answer.body, /READ_ONLY/);
  }
  t.deepEqual([dispatcher.calls, dispatcher.uploads, dispatcher.jobSpecs], [[], [], []]);
});

test('acts are told with who, what and the result; looks are not', async (t) => {
  const told: ActFact[] = [];
  const { app } = await withCluster(t, { access: rules, audit: (fact) => told.push(fact) });
  await app.inject({ url: '/v1/clusters', headers: alice });
  await app.inject({ method: 'DELETE', url: '/v1/clusters/default?a=b', headers: alice });
  await app.inject({
    method: 'DELETE',
    url: '/v1/clusters/none',
    headers: { authorization: 'token=new-token-of-alice' },
  });
  await app.inject({ method: 'DELETE', url: '/v1/clusters/default', headers: grafana });
  const act = { kind: 'act.done', by: 'token', method: 'DELETE', path: '/v1/clusters/default' };
  t.like(told, [
    { ...act, who: 'alice', status: 202 },
    { ...act, who: 'alice', status: 404, path: '/v1/clusters/none' },
    { ...act, who: 'grafana', status: 403 },
  ]);
  t.is(told.length, 3);
  t.notRegex(JSON.stringify(told), /token-of/);
});

test('without rules the audit names this machine', async (t) => {
  const told: ActFact[] = [];
  const { app } = await withCluster(t, { audit: (fact) => told.push(fact) });
  await app.inject({ method: 'DELETE', url: '/v1/clusters/default' });
  t.like(told, [{ who: 'this machine', by: 'machine', status: 202 }]);
});

test('who is turned away is counted, not told of one by one', async (t) => {
  const told: ActFact[] = [];
  const { app } = await withCluster(t, { access: rules, audit: (fact) => told.push(fact) });
  for (let n = 0; n < 50; n++) await app.inject({ method: 'POST', url: `/v1/clusters?n=${n}` });
  t.deepEqual(told, [{ kind: 'access.refused', times: 1, method: 'POST', path: '/v1/clusters' }]);
});

async function openSession(app: FastifyInstance, headers: Record<string, string>, name = 'default') {
  const answer = await app.inject({ method: 'POST', url: `/v1/clusters/${name}/session`, headers });
  return { answer, cookie: String(answer.headers['set-cookie'] ?? '').split(';')[0] ?? '' };
}

test("a session opens Flink's pages of its cluster, and nothing else", async (t) => {
  const { app, dispatcher } = await withCluster(t, { access: rules });
  await dispatcher.createCluster({ name: 'other' });
  const { answer, cookie } = await openSession(app, alice);
  t.is(answer.statusCode, 201);
  t.regex(String(answer.headers['set-cookie']), /; HttpOnly; SameSite=Strict$/);
  t.notRegex(String(answer.headers['set-cookie']), /path=|token-of/i);
  const status = async (url: string, headers: Record<string, string> = { cookie }) =>
    (await app.inject({ url, headers })).statusCode;
  t.is(await status('/v1/clusters/default/flink/'), 503);
  t.is(await status('/v1/clusters/default/flink/jobs?a=b'), 503);
  for (const url of ['/v1/clusters/other/flink/', '/v1/clusters', '/v1/clusters/default', '/v1/clusters/default/jars'])
    t.is(await status(url), 401, url);
  t.is(await status('/v1/clusters/default/flink/', { cookie: `${cookie}x` }), 401);
  t.is(await status('/v1/clusters/default/flink/', { cookie: `a=b; ${cookie}` }), 503);
  t.is(await status('/v1/clusters/default/flink/', { cookie, origin: 'https://evil.org' }), 403);
});

test('a session has the role of the token that opened it', async (t) => {
  const { app } = await withCluster(t, { access: rules });
  const post = async (cookie: string) =>
    (await app.inject({ method: 'POST', url: '/v1/clusters/default/flink/jars/a/run', headers: { cookie } }))
      .statusCode;
  t.is(await post((await openSession(app, grafana)).cookie), 403);
  t.is(await post((await openSession(app, alice)).cookie), 503);
});

test('behind a proxy that speaks TLS the cookie is Secure; the end of a session takes it away', async (t) => {
  const { app } = await withCluster(t, { access: rules });
  const { answer } = await openSession(app, { ...alice, 'x-forwarded-proto': 'https' });
  t.regex(String(answer.headers['set-cookie']), /; Secure$/);
  const ended = await app.inject({ method: 'DELETE', url: '/v1/clusters/default/session', headers: alice });
  t.regex(String(ended.headers['set-cookie']), /^flink-mesos-session=; Max-Age=0;/);
  t.is((await openSession(app, {})).answer.statusCode, 401);
  t.is((await openSession(app, alice, 'none')).answer.statusCode, 404);
});

test('a session ends with its time, and with its token', (t) => {
  let now = 1_000_000_000_000;
  const opened = createSessions(rules.tokens, () => now).open({ name: 'alice', role: 'act', by: 'token' }, 'a', false);
  const cookie = opened?.split(';')[0];
  const look = (tokens = rules.tokens) => createSessions(tokens, () => now).callerOf('/v1/clusters/a/flink/', cookie);
  t.deepEqual(look(), { name: 'alice', role: 'act', by: 'session' });
  t.is(look(rules.tokens.slice(1)), undefined);
  now += 8 * 3600 * 1000;
  t.is(look(), undefined);
});

test('files of tokens: one a line, with a name or without', (t) => {
  t.deepEqual(parseTokens('a-token\n', 'act', '-'), [{ name: 'token', role: 'act', token: 'a-token' }]);
  t.deepEqual(parseTokens('alice t1\n\n bob\tt2 \r\n', 'read', '-'), [
    { name: 'alice', role: 'read', token: 't1' },
    { name: 'bob', role: 'read', token: 't2' },
  ]);
  for (const text of ['a b c', '; x', `${'n'.repeat(65)} x`]) {
    const problem = t.throws(() => parseTokens(text, 'act', '--token-file'), { instanceOf: Problem });
    t.is(problem?.code, 'USAGE');
    t.regex(problem?.message ?? '', /^--token-file: /);
  }
});
