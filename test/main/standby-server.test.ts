/** What a standby answers: a leader of a few lines stands behind it. */
import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { type StandbyParts, startStandby } from '../../src/main/standby-server.ts';
import { tokenRules } from '../api/support/api.ts';

async function leaderServer(t: ExecutionContext) {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    response.writeHead(request.url === '/v1/none' ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ asked: request.url }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return { seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function standby(t: ExecutionContext, parts: Partial<StandbyParts> = {}): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  const listen = { host: '127.0.0.1', port };
  const advertiseUrl = `http://127.0.0.1:${port}`;
  const server = await startStandby({ listen, advertiseUrl, leader: async () => undefined, ...parts });
  t.teardown(() => server.close());
  return port;
}

interface Answer {
  readonly status: number | undefined;
  readonly location: string | undefined;
  readonly body: Record<string, unknown>;
}

/** With any Host header, which fetch would not let us set. */
async function ask(
  port: number,
  path: string,
  options: { method?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const asked = httpRequest({ host: '127.0.0.1', port, path, ...options }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const text = (await response.toArray()).join('');
  return {
    status: response.statusCode,
    location: response.headers.location,
    body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
  };
}

test('reads are passed on, with the token of who asks and the answer of the leader', async (t) => {
  const { seen, url } = await leaderServer(t);
  const port = await standby(t, { leader: async () => url, access: tokenRules('abc') });
  const headers = { authorization: 'token=abc' };
  t.like(await ask(port, '/v1/clusters?a=b', { headers }), { status: 200, body: { asked: '/v1/clusters?a=b' } });
  t.is(seen[0]?.headers.authorization, 'token=abc');
  t.is((await ask(port, '/v1/none', { headers })).status, 404);
  t.is((await ask(port, '/v1/info')).status, 401);
  t.is((await ask(port, '/v1/info', { headers: { authorization: 'token=abd' } })).status, 401);
  t.is(seen.length, 2);
});

test('what changes something, streams, files and the pages of Flink are sent on', async (t) => {
  const { seen, url } = await leaderServer(t);
  const port = await standby(t, { leader: async () => url });
  const targets = [
    ['POST', '/v1/clusters'],
    ['DELETE', '/v1/clusters/a'],
    ['GET', '/v1/events?after=1'],
    ['GET', '/v1/artifacts/abc/job.jar?signature=x'],
    ['GET', '/v1/clusters/a/flink/jobs'],
    ['GET', '/'],
  ] as const;
  for (const [method, path] of targets) {
    t.like(await ask(port, path, { method }), { status: 307, location: `${url}${path}`, body: { code: 'NOT_READY' } });
  }
  t.deepEqual(seen, []);
});

test('without a token it is as careful as the leader: no other name, no page of another origin', async (t) => {
  const { seen, url } = await leaderServer(t);
  const port = await standby(t, { leader: async () => url });
  const strangers: Record<string, string>[] = [
    { host: 'rebound.example' },
    { origin: 'http://elsewhere.example' },
    { 'sec-fetch-site': 'cross-site' },
  ];
  for (const headers of strangers) {
    t.like(await ask(port, '/v1/info', { headers }), { status: 403, body: { code: 'FORBIDDEN' } });
  }
  t.deepEqual(seen, []);
});

test('health is its own; without a leader, or one that answers, the rest has to wait', async (t) => {
  const alone = await standby(t);
  t.like(await ask(alone, '/v1/health'), { status: 200, body: { healthy: true, role: 'standby' } });
  t.like(await ask(alone, '/v1/info'), { status: 503, body: { code: 'NOT_READY' } });
  const behindNobody = await standby(t, { leader: async () => 'http://127.0.0.1:1' });
  t.like(await ask(behindNobody, '/v1/info'), { status: 503, body: { code: 'NOT_READY' } });
});

test('while nobody leads it says so, and when to ask again', async (t) => {
  const port = await standby(t);
  for (const path of ['/v1/clusters', '/']) {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { redirect: 'manual' });
    t.is(answer.status, 503);
    t.is(answer.headers.get('retry-after'), '5');
    t.like(await answer.json(), { code: 'NOT_READY', message: 'no scheduler leads at present' });
  }
  t.is((await fetch(`http://127.0.0.1:${port}/v1/health`)).status, 200);
});

test('who comes through a proxy is relayed: bodies and answers as they are, and the leader judges', async (t) => {
  const seen: { url: string | undefined; headers: IncomingMessage['headers']; body: string }[] = [];
  const leader = createServer(async (request, response) => {
    seen.push({ url: request.url, headers: request.headers, body: (await request.toArray()).join('') });
    response.writeHead(201, { 'content-type': 'application/json', 'x-of-leader': 'yes' });
    response.end('{"made":true}');
  });
  leader.listen(0, '127.0.0.1');
  await once(leader, 'listening');
  t.teardown(() => leader.close());
  const url = `http://127.0.0.1:${(leader.address() as AddressInfo).port}`;
  const port = await standby(t, { leader: async () => url, access: tokenRules('abc') });
  const headers = { 'x-forwarded-for': '10.0.0.1', authorization: 'token=abc', host: 'dcos.example', 'x-any': '1' };
  const asked = httpRequest({ host: '127.0.0.1', port, path: '/v1/clusters?a=b', method: 'POST', headers });
  asked.write('one ');
  asked.end('two');
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  t.is(response.statusCode, 201);
  t.is(response.headers['x-of-leader'], 'yes');
  t.is((await response.toArray()).join(''), '{"made":true}');
  t.is(seen.length, 1);
  t.like(seen[0], { url: '/v1/clusters?a=b', body: 'one two' });
  t.like(seen[0]?.headers, headers);
});

test('relayed to a leader that does not answer: NOT_READY', async (t) => {
  const port = await standby(t, { leader: async () => 'http://127.0.0.1:1' });
  const headers = { 'x-forwarded-for': '10.0.0.1' };
  t.like(await ask(port, '/v1/clusters', { method: 'POST', headers }), { status: 503, body: { code: 'NOT_READY' } });
});
