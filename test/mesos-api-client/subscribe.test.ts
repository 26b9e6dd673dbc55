import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import test from 'ava';
import { basicAuthentication } from '../../src/mesos-api-client/authentication.ts';
import { answer, obliging, openStream, sendEvent } from './fake-master.ts';
import { failure, opened, readAll, startClient, startMaster, subscribeCall } from './harness.ts';

test('MA-1 SUBSCRIBE goes out as written, with the exact headers and without a stream id', async (t) => {
  const master = await startMaster(t, obliging());
  const stream = await opened(startClient(t), master);
  t.is(stream.streamId, 'stream-1');
  const [seen] = master.seen;
  t.is(seen?.method, 'POST');
  t.is(seen?.path, '/api/v1/scheduler');
  t.deepEqual(seen?.body, subscribeCall);
  t.is(seen?.headers['content-type'], 'application/json');
  t.is(seen?.headers.accept, 'application/json');
  t.is(seen?.headers['mesos-stream-id'], undefined);
  t.is(seen?.headers.authorization, undefined);
});

test('a master on an IPv6 address', async (t) => {
  const master = await startMaster(t, obliging(), '::1');
  t.regex(master.address, /^\[::1\]:\d+$/);
  t.is((await opened(startClient(t), master)).streamId, 'stream-1');
});

for (const [form, to] of [
  ['//leader:5050/master/api/v1/scheduler', 'leader:5050'],
  ['//leader:5050/api/v1/scheduler', 'leader:5050'],
  ['leader:5050', 'leader:5050'],
  ['http://leader:5050', 'leader:5050'],
] as const) {
  test(`MA-12 MA-13 307 to ${form} is told, not followed`, async (t) => {
    const master = await startMaster(t, (_, response) => answer(response, 307, '', { location: form }));
    t.deepEqual(await startClient(t).subscribe(master.address, subscribeCall), { kind: 'redirected', to });
    t.is(master.seen.length, 1);
    await master.allSocketsClosed();
  });
}

test('MA-12 the address of a redirect can be subscribed at with the same call', async (t) => {
  const leader = await startMaster(t, obliging());
  const location = `//${leader.address}/master/api/v1/scheduler`;
  const standby = await startMaster(t, (_, response) => answer(response, 307, '', { location }));
  const client = startClient(t);
  const result = await client.subscribe(standby.address, subscribeCall);
  t.is(result.kind, 'redirected');
  await opened(client, { address: result.kind === 'redirected' ? result.to : '' });
  t.deepEqual(leader.seen[0]?.body, standby.seen[0]?.body);
});

for (const location of [undefined, '', 'nonsense', '/api/v1/scheduler']) {
  test(`MA-13 307 to ${location === undefined ? 'nowhere' : `"${location}"`} is an error that can be tried again`, async (t) => {
    const headers = location === undefined ? {} : { location };
    const master = await startMaster(t, (_, response) => answer(response, 307, '', headers));
    const error = await failure(t, startClient(t).subscribe(master.address, subscribeCall));
    t.is(error.code, 'unavailable');
    t.is(error.status, 307);
  });
}

test('MA-14 two masters that redirect to each other are asked once a call', async (t) => {
  const addresses: string[] = [];
  const first = await startMaster(t, (_, response) => answer(response, 307, '', { location: `//${addresses[1]}` }));
  const second = await startMaster(t, (_, response) => answer(response, 307, '', { location: `//${addresses[0]}` }));
  addresses.push(first.address, second.address);
  const client = startClient(t);
  t.deepEqual(await client.subscribe(first.address, subscribeCall), { kind: 'redirected', to: second.address });
  t.deepEqual(await client.subscribe(second.address, subscribeCall), { kind: 'redirected', to: first.address });
  t.is(first.seen.length + second.seen.length, 2);
});

for (const [id, status, sentence, code] of [
  ['MA-15', 503, 'Master has not finished recovery', 'unavailable'],
  ['MA-15', 404, '404 Not Found.', 'unavailable'],
  ['', 500, 'oops', 'unavailable'],
  ['', 502, 'a proxy without its master', 'unavailable'],
  ['', 429, 'slower', 'unavailable'],
  ['', 501, 'not implemented', 'rejected'],
  ['', 400, "Failed to validate scheduler::Call: Expecting 'type' to be present", 'rejected'],
  ['', 403, 'forbidden', 'rejected'],
  ['', 406, "Expecting 'Accept' to allow 'application/json'", 'rejected'],
  ['', 415, 'Expecting Content-Type of application/json', 'rejected'],
  ['', 202, '', 'protocol'],
  ['', 302, '', 'protocol'],
] as const) {
  test(`${id} SUBSCRIBE answered ${status} "${sentence}" is ${code}`.trim(), async (t) => {
    const master = await startMaster(t, (_, response) => answer(response, status, sentence));
    const error = await failure(t, startClient(t).subscribe(master.address, subscribeCall));
    t.is(error.code, code);
    t.is(error.status, status);
    t.true(error.message.includes(sentence) && error.message.includes(master.address), error.message);
    t.is(master.seen.length, 1);
    await master.allSocketsClosed();
  });
}

test('MA-16 401 is typed and names the principal, never the secret', async (t) => {
  const master = await startMaster(t, (_, response) => answer(response, 401, '401 Unauthorized.'));
  const authentication = basicAuthentication({ principal: 'flink', secret: 'hünter2' });
  const error = await failure(t, startClient(t, { authentication }).subscribe(master.address, subscribeCall));
  t.is(error.code, 'unauthorized');
  t.regex(error.message, /"flink"/);
  t.notRegex(error.message, /ünter2|aMO8bnRlcjI/);
  t.is(master.seen[0]?.headers.authorization, `Basic ${Buffer.from('flink:hünter2').toString('base64')}`);
  const anonymous = await failure(t, startClient(t).subscribe(master.address, subscribeCall));
  t.regex(anonymous.message, /no credentials/);
});

test('a 200 without a stream id is no Mesos master', async (t) => {
  for (const headers of [{}, { 'mesos-stream-id': 'x'.repeat(129) }]) {
    const master = await startMaster(t, (_, response) => answer(response, 200, '<html>', headers));
    const error = await failure(t, startClient(t).subscribe(master.address, subscribeCall));
    t.is(error.code, 'protocol');
    await master.allSocketsClosed();
  }
});

test('an explanation without end is cut short, made one line, and its connection ended', async (t) => {
  const master = await startMaster(t, (_, response) => {
    response.writeHead(400);
    const fill = (): void => {
      while (!response.destroyed && response.write('a\u0007b\n'.repeat(10_000))) {}
    };
    response.on('drain', fill);
    fill();
  });
  const error = await failure(t, startClient(t).subscribe(master.address, subscribeCall));
  t.is(error.code, 'rejected');
  t.true(error.message.length < 1000);
  t.regex(error.message, /: a b a b/);
  await master.allSocketsClosed();
});

test('nobody listens: unreachable', async (t) => {
  const master = await startMaster(t, obliging());
  await master.close();
  const error = await failure(t, startClient(t).subscribe(master.address, subscribeCall));
  t.is(error.code, 'unreachable');
  t.true(error.message.includes(master.address), error.message);
});

test('an address that is none: unreachable', async (t) => {
  t.is((await failure(t, startClient(t).subscribe('not an address', subscribeCall))).code, 'unreachable');
});

test('a connection that ends before an answer: unreachable', async (t) => {
  const master = await startMaster(t, (_, response) => response.destroy());
  t.is((await failure(t, startClient(t).subscribe(master.address, subscribeCall))).code, 'unreachable');
  t.is(master.seen.length, 1);
});

test('no answer in time: unreachable', async (t) => {
  const master = await startMaster(t, () => undefined);
  const client = startClient(t, { answerTimeoutMs: 10 });
  t.is((await failure(t, client.subscribe(master.address, subscribeCall))).code, 'unreachable');
  await master.allSocketsClosed();
});

test('what does not speak HTTP: protocol', async (t) => {
  const server = createServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')).listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  t.is((await failure(t, startClient(t).subscribe(address, subscribeCall))).code, 'protocol');
});

test('a signal that has fired sends nothing', async (t) => {
  const master = await startMaster(t, obliging());
  const signal = AbortSignal.abort();
  t.is((await failure(t, startClient(t).subscribe(master.address, subscribeCall, { signal }))).code, 'closed');
  t.is(master.seen.length, 0);
});

test('a signal ends an attempt that waits for its answer', async (t) => {
  const abort = new AbortController();
  const master = await startMaster(t, () => abort.abort());
  const attempt = startClient(t).subscribe(master.address, subscribeCall, { signal: abort.signal });
  t.is((await failure(t, attempt)).code, 'closed');
  await master.allSocketsClosed();
});

test('a signal ends an open stream and its calls', async (t) => {
  const abort = new AbortController();
  const master = await startMaster(
    t,
    obliging((response) => sendEvent(response, { type: 'HEARTBEAT' })),
  );
  const stream = await opened(startClient(t), master, { signal: abort.signal });
  const reading = (async () => {
    for await (const event of stream.events()) {
      t.is(event.type, 'HEARTBEAT');
      abort.abort();
    }
  })();
  t.is((await failure(t, reading)).code, 'closed');
  await master.allSocketsClosed();
});

test('close() ends attempts and streams, leaves no socket, and refuses what comes later', async (t) => {
  const waiting = Promise.withResolvers<void>();
  const silent = await startMaster(t, () => waiting.resolve());
  const master = await startMaster(t, (request, response) =>
    request.headers.accept === undefined ? undefined : openStream(response),
  );
  const client = startClient(t);
  const stream = await opened(client, master);
  const unread = await opened(client, master);
  const reading = readAll(stream);
  const attempt = failure(t, client.subscribe(silent.address, subscribeCall));
  await waiting.promise;
  await client.close();
  t.is((await reading).error.code, 'closed');
  t.is((await attempt).code, 'closed');
  t.is((await readAll(unread)).error.code, 'closed');
  await Promise.all([master.allSocketsClosed(), silent.allSocketsClosed()]);
  t.is((await failure(t, client.subscribe(master.address, subscribeCall))).code, 'closed');
  await client.close();
});
