/** The way to a cluster's own REST and UI, against a Flink of a few lines. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { request } from 'undici';
import { form, listen, tokenRules, withCluster } from './support/api.ts';
import type { FakeDispatcher } from './support/fake-dispatcher.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

async function fakeFlink(t: ExecutionContext, handler: Handler): Promise<string> {
  const server = createServer((request, response) => {
    Promise.resolve(handler(request, response)).catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Answers with what it was asked. */
const mirror: Handler = async (request, response) => {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  const { method, url, headers } = request;
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ method, url, headers, bytes, sha256: hash.digest('hex') }));
};

interface Proxied {
  readonly url: string;
  readonly flink: string;
  readonly dispatcher: FakeDispatcher;
}

const prefix = '/v1/clusters/default/flink';

async function proxied(
  t: ExecutionContext,
  handler: Handler,
  parts: Parameters<typeof withCluster>[1] = {},
): Promise<Proxied> {
  const { app, dispatcher } = await withCluster(t, parts);
  const flink = await fakeFlink(t, handler);
  dispatcher.flink = flink;
  return { url: `${await listen(app)}${prefix}`, flink, dispatcher };
}

for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const) {
  test(`${method} goes through with its path, query and body`, async (t) => {
    const { url, flink } = await proxied(t, mirror);
    const body = method === 'GET' ? undefined : '{"a": [1, 2]}';
    const answer = await request(`${url}/v1/jobs/a%2Fb/x?mode=cancel&a=%20b&a=c`, {
      method,
      ...(body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } }),
    });
    t.is(answer.statusCode, 200);
    const seen = (await answer.body.json()) as Record<string, unknown> & { headers: Record<string, string> };
    t.is(seen.method, method);
    t.is(seen.url, '/v1/jobs/a%2Fb/x?mode=cancel&a=%20b&a=c');
    t.is(seen.headers.host, new URL(flink).host);
    t.is(seen.bytes, body?.length ?? 0);
  });
}

test('the root of the UI, and a body of no type', async (t) => {
  const { url } = await proxied(t, mirror);
  const root = (await (await request(`${url}/`)).body.json()) as { url: string };
  t.is(root.url, '/');
  const untyped = (await (await request(`${url}/x`, { method: 'POST', body: Buffer.from('abc') })).body.json()) as {
    bytes: number;
  };
  t.is(untyped.bytes, 3);
});

test('a multipart job graph passes untouched and in pieces', async (t) => {
  const firstPiece = Promise.withResolvers<void>();
  const { url } = await proxied(t, (incoming, response) => {
    incoming.once('readable', () => firstPiece.resolve());
    return mirror(incoming, response);
  });
  const { headers, payload } = form('file_0', 'job.jar', Buffer.alloc(12 * 1024 * 1024, 'job graph '));
  const sending = httpRequest(`${url}/v1/jobs`, { method: 'POST', headers });
  sending.write(payload.subarray(0, 1024 * 1024));
  await firstPiece.promise;
  sending.end(payload.subarray(1024 * 1024));
  const [answer] = (await once(sending, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += chunk;
  const seen = JSON.parse(text);
  t.is(seen.bytes, payload.length);
  t.is(seen.sha256, createHash('sha256').update(payload).digest('hex'));
  t.is(seen.headers['content-type'], headers['content-type']);
});

test('our token and what belongs to one connection stay behind', async (t) => {
  const token = 'the-token-of-the-api';
  const { url } = await proxied(t, mirror, { access: tokenRules(token) });
  const sending = httpRequest(`${url}/v1/jobs`, {
    method: 'POST',
    headers: {
      authorization: `token=${token}`,
      cookie: 'a=b',
      connection: 'keep-alive, x-private',
      'x-private': 'yes',
      te: 'trailers',
      expect: '100-continue',
      'x-kept': 'yes',
    },
  });
  sending.end('body');
  const [answer] = (await once(sending, 'response')) as [IncomingMessage];
  t.is(answer.statusCode, 200);
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += chunk;
  t.false(text.includes(token));
  const { headers, bytes } = JSON.parse(text);
  t.is(bytes, 4);
  t.is(headers['x-kept'], 'yes');
  for (const dropped of ['authorization', 'cookie', 'x-private', 'te', 'expect'])
    t.is(headers[dropped], undefined, dropped);
});

test('answers pass with their status and type; policies about other origins do not', async (t) => {
  const { url } = await proxied(t, (_request, response) => {
    response.writeHead(202, {
      'content-type': 'text/html; charset=UTF-8',
      'content-encoding': 'identity',
      etag: '"1"',
      'access-control-allow-origin': '*',
      'x-frame-options': 'ALLOWALL',
      'keep-alive': 'timeout=1',
      'cache-control': 'public, max-age=60',
    });
    response.end('<base href="./">');
  });
  const { statusCode, headers, body } = await request(`${url}/`);
  t.is(statusCode, 202);
  t.is(await body.text(), '<base href="./">');
  t.is(headers['content-type'], 'text/html; charset=UTF-8');
  t.is(headers.etag, '"1"');
  t.is(headers['cache-control'], 'public, max-age=60');
  t.is(headers['access-control-allow-origin'], undefined);
  t.is(headers['x-frame-options'], undefined);
  t.is(headers['content-security-policy'], "frame-ancestors 'self'");
  t.is(headers['x-content-type-options'], 'nosniff');
});

const locations: readonly (readonly [says: (flink: string) => string, leads: string])[] = [
  [(flink) => `${flink}/overview?a=b`, `${prefix}/overview?a=b`],
  [(flink) => flink, `${prefix}/`],
  [() => '/jobs/1', `${prefix}/jobs/1`],
  [() => 'jobs/1', 'jobs/1'],
  [() => 'https://flink.apache.org/', 'https://flink.apache.org/'],
  [() => '//elsewhere/x', '//elsewhere/x'],
  [(flink) => `${flink}0/x`, ''],
];

for (const [index, [says, leads]] of locations.entries()) {
  test(`a redirect of Flink stays below our address where it leads to Flink (${index + 1})`, async (t) => {
    const { url, flink } = await proxied(t, (request, response) => {
      response.writeHead(307, { location: says(`http://${request.headers.host}`) }).end();
    });
    const answer = await request(`${url}/`);
    t.is(answer.statusCode, 307);
    t.is(answer.headers.location, leads === '' ? `${flink}0/x` : leads);
    await answer.body.dump();
  });
}

test('without its slash the UI is redirected, relatively and with its query', async (t) => {
  const { url } = await proxied(t, mirror);
  const answer = await request(`${url}?a=b`);
  t.is(answer.statusCode, 307);
  t.is(new URL(String(answer.headers.location), `${url}?a=b`).href, `${url}/?a=b`);
  await answer.body.dump();
});

async function errorsOf(answer: Awaited<ReturnType<typeof request>>): Promise<string[]> {
  const body = (await answer.body.json()) as Record<string, unknown>;
  return Object.keys(body).join() === 'errors'
    ? (body.errors as string[])
    : [`not Flink's form: ${JSON.stringify(body)}`];
}

test('no JobManager: 503 in the form that the Flink CLI prints', async (t) => {
  const { url, dispatcher } = await proxied(t, mirror);
  dispatcher.flink = undefined;
  const answer = await request(`${url}/v1/jobs`, { method: 'POST', body: '{}' });
  t.is(answer.statusCode, 503);
  t.regex((await errorsOf(answer))[0] ?? '', /^NOT_READY: cluster default has no JobManager/);
});

test('a JobManager that does not listen: 503', async (t) => {
  const { url, dispatcher } = await proxied(t, mirror);
  const gone = createServer().listen(0, '127.0.0.1');
  await once(gone, 'listening');
  dispatcher.flink = `http://127.0.0.1:${(gone.address() as AddressInfo).port}`;
  gone.close();
  await once(gone, 'close');
  const answer = await request(`${url}/overview`);
  t.is(answer.statusCode, 503);
  t.regex((await errorsOf(answer))[0] ?? '', /^NOT_READY: the JobManager of cluster "default" cannot be reached/);
});

test('a JobManager that ends in the middle of a request: 503', async (t) => {
  const { url } = await proxied(t, (incoming) => {
    incoming.socket.destroy();
  });
  const answer = await request(`${url}/overview`);
  t.is(answer.statusCode, 503);
  t.regex((await errorsOf(answer))[0] ?? '', /^NOT_READY/);
});

/** Whoever is not silent is heard in less, on a machine that is busy too. */
const flinkSilenceMs = 5_000;

test('a JobManager that takes a request and never answers: 504 when its time is over', async (t) => {
  const { url } = await proxied(t, () => {}, { limits: { flinkSilenceMs } });
  const answer = await request(`${url}/overview`);
  t.is(answer.statusCode, 504);
  t.regex((await errorsOf(answer))[0] ?? '', /^TIMED_OUT: the JobManager of cluster "default" took too long/);
});

test('a JobManager that falls silent within its answer: the answer is broken off', async (t) => {
  const handler: Handler = (_request, response) => void response.write('beginning');
  const { url } = await proxied(t, handler, { limits: { flinkSilenceMs } });
  const answer = await request(`${url}/log`);
  t.is(answer.statusCode, 200);
  await t.throwsAsync(answer.body.text());
});

test('what Flink itself refuses passes as it said it, and is asked once', async (t) => {
  let asked = 0;
  const { url } = await proxied(t, (_request, response) => {
    asked++;
    response.writeHead(503, { 'content-type': 'application/json' }).end('{"errors":["leader election"]}');
  });
  const answer = await request(`${url}/overview`);
  t.is(answer.statusCode, 503);
  t.deepEqual(await errorsOf(answer), ['leader election']);
  t.is(asked, 1);
});

test('an unknown cluster: 404 in Flink’s form', async (t) => {
  const { url } = await proxied(t, mirror);
  const answer = await request(url.replace('/default/', '/nope/').concat('/v1/jobs'));
  t.is(answer.statusCode, 404);
  t.regex((await errorsOf(answer))[0] ?? '', /^NOT_FOUND: .*nope/);
});

test('a body over the limit is refused, declared or not', async (t) => {
  const { url } = await proxied(t, mirror, { limits: { proxiedBytes: 1000 } });
  const declared = await request(`${url}/v1/jobs`, { method: 'POST', body: Buffer.alloc(1001) });
  t.is(declared.statusCode, 413);
  t.regex((await errorsOf(declared))[0] ?? '', /^TOO_LARGE.*1000 bytes/);

  const sending = httpRequest(`${url}/v1/jobs`, { method: 'POST', headers: { 'transfer-encoding': 'chunked' } });
  sending.on('error', () => {});
  sending.write(Buffer.alloc(600));
  sending.end(Buffer.alloc(600));
  const [answer] = (await once(sending, 'response')) as [IncomingMessage];
  t.is(answer.statusCode, 413);
  answer.resume();

  const within = await request(`${url}/v1/jobs`, { method: 'POST', body: Buffer.alloc(1000) });
  t.is(within.statusCode, 200);
  await within.body.dump();
});

for (const path of [
  '/../../../../v1/info',
  '/%2e%2e/%2e%2e/x',
  '//evil.example/x',
  '/@evil.example/x',
  '/http://evil.example/',
]) {
  test(`a path like ${path} leads to this Flink or nowhere`, async (t) => {
    const { url } = await proxied(t, mirror);
    const target = new URL(url);
    const sending = httpRequest({ host: target.hostname, port: target.port, path: `${target.pathname}${path}` });
    sending.end();
    const [answer] = (await once(sending, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of answer.setEncoding('utf8')) text += chunk;
    if (answer.statusCode === 200) t.truthy(JSON.parse(text).headers.host.startsWith('127.0.0.1:'), text);
    else t.is(answer.statusCode, 400, text);
  });
}

test('a client that goes away takes its request to Flink with it', async (t) => {
  const arrived = Promise.withResolvers<IncomingMessage>();
  const { url } = await proxied(t, (incoming, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.write('beginning');
    arrived.resolve(incoming);
  });
  const controller = new AbortController();
  const answer = await request(`${url}/log`, { signal: controller.signal });
  const incoming = await arrived.promise;
  const closed = once(incoming.socket, 'close');
  controller.abort();
  await t.throwsAsync(answer.body.text());
  await closed;
  t.pass();
});
