/** Whoever answers on a master's address need not be a master: what it may do below and around the records. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { brotliCompressSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import type { MesosErrorCode } from '../../src/mesos-api-client/mesos-error.ts';
import { createMasterApi } from '../../src/mesos-api-client/operator-client.ts';
import { encodeRecord } from '../../src/mesos-api-client/protocol/recordio.ts';
import { failure, killCall, opened, readAll, startClient, subscribeCall } from './harness.ts';

const heartbeat = encodeRecord('{"type":"HEARTBEAT"}').toString();
const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nMesos-Stream-Id: s\r\n';

/** Acts on each connection once its request has begun. */
async function startStranger(t: ExecutionContext, act: (socket: Socket, stop: AbortSignal) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const gone = new AbortController();
    socket.on('error', () => undefined);
    socket.once('close', () => {
      gone.abort();
      sockets.delete(socket);
    });
    socket.once('data', () => act(socket, gone.signal));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Says `first`, then `text` again and again until the other side leaves. */
function flood(socket: Socket, stop: AbortSignal, first: string, text: string, everyMs?: number): void {
  socket.write(first);
  if (everyMs !== undefined) {
    const timer = setInterval(() => socket.write(text), everyMs);
    stop.addEventListener('abort', () => clearInterval(timer));
    return;
  }
  const more = (): void => {
    while (!stop.aborted && socket.write(text)) {}
  };
  socket.on('drain', more);
  more();
}

const beforeTheHead: readonly [string, (socket: Socket, stop: AbortSignal) => void, readonly MesosErrorCode[]][] = [
  [
    '100 Continue without end',
    (s, stop) => flood(s, stop, '', 'HTTP/1.1 100 Continue\r\n\r\n'),
    ['unreachable', 'protocol'],
  ],
  [
    '102 Processing without end',
    (s, stop) => flood(s, stop, '', 'HTTP/1.1 102 Processing\r\n\r\n', 1),
    ['unreachable', 'protocol'],
  ],
  [
    '101 Switching Protocols',
    (s) => s.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
    ['unreachable', 'protocol'],
  ],
  [
    'headers without end',
    (s, stop) => flood(s, stop, head, `X-A: ${'a'.repeat(500)}\r\n`),
    ['protocol', 'unreachable'],
  ],
  ['one header without end', (s, stop) => flood(s, stop, `${head}X-A: `, 'a'.repeat(500)), ['protocol', 'unreachable']],
  ['a head that trickles', (s, stop) => flood(s, stop, 'HTTP/1.1 200 OK\r\n', 'X-A: a\r\n', 5), ['unreachable']],
  ['silence', () => undefined, ['unreachable']],
  ['half a head, then silence', (s) => s.write('HTTP/1.1 200'), ['unreachable']],
  ['half a head, then the end', (s) => s.end('HTTP/1.1 200'), ['unreachable', 'protocol']],
  ['an end without an answer', (s) => s.end(), ['unreachable']],
  ['a reset', (s) => s.resetAndDestroy(), ['unreachable']],
  ['another protocol', (s) => s.end('220 mail.example ESMTP\r\n'), ['protocol']],
  ['HTTP/2', (s) => s.end(Buffer.from('000012040000000000', 'hex')), ['protocol']],
  ['a status that is none', (s) => s.end('HTTP/1.1 99999 What\r\n\r\n'), ['protocol']],
  ['two lengths', (s) => s.end(`${head}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`), ['protocol']],
  [
    'a length and chunks',
    (s) => s.end(`${head}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`),
    ['protocol'],
  ],
  [
    'a coding that nobody asked for',
    (s) => s.write(Buffer.concat([Buffer.from(`${head}Content-Encoding: br\r\n\r\n`), brotliCompressSync(heartbeat)])),
    ['protocol'],
  ],
  ['a page', (s) => s.write(`${head.replace('application/json', 'text/html')}\r\n<html>`), ['protocol']],
  ['protobuf', (s) => s.write(`${head.replace('application/json', 'application/x-protobuf')}\r\n`), ['protocol']],
  ['two stream ids', (s) => s.end(`${head}Mesos-Stream-Id: t\r\n\r\n`), ['protocol']],
];

for (const [name, act, codes] of beforeTheHead) {
  // What can only be told by the time it takes is told soon.
  const limitMs = codes.includes('unreachable') ? 100 : 20_000;

  test.serial(`MA-7 SUBSCRIBE answered by ${name}: an error, in time`, async (t) => {
    const master = await startStranger(t, act);
    const error = await failure(t, startClient(t, { answerTimeoutMs: limitMs }).subscribe(master, subscribeCall));
    t.true(codes.includes(error.code), `${error.code}: ${error.message}`);
    t.true(error.message.includes(master), error.message);
  });

  test.serial(`an operator's question answered by ${name}: an error, in time`, async (t) => {
    const master = await startStranger(t, act);
    const api = createMasterApi(master, { callTimeoutMs: limitMs });
    t.teardown(() => api.close());
    const error = await failure(t, api.ask({ type: 'GET_HEALTH' }));
    t.true(['unreachable', 'protocol'].includes(error.code), `${error.code}: ${error.message}`);
  });
}

const afterTheHead: readonly [string, (socket: Socket, stop: AbortSignal) => void][] = [
  ['a chunk whose size is no number', (s) => s.write('zz\r\nabc\r\n')],
  ['a chunk of a size beyond every number', (s) => s.write('fffffffffffffffff\r\nabc\r\n')],
  ['an extension of a chunk without end', (s, stop) => flood(s, stop, '5;', 'x'.repeat(1000))],
  ['trailers without end', (s, stop) => flood(s, stop, '0\r\n', 'X-A: a\r\n')],
  ['a record whose bytes trickle', (s, stop) => flood(s, stop, '5\r\n1000\n\r\n', '1\r\nx\r\n', 5)],
  ['digits without end', (s, stop) => flood(s, stop, '', '1\r\n0\r\n')],
  ['half a chunk, then silence', (s) => s.write('ff\r\nabc')],
];

for (const [name, act] of afterTheHead) {
  test.serial(`MA-7 a stream with ${name} ends, after the events before`, async (t) => {
    const master = await startStranger(t, (socket, stop) => {
      const chunk = `${heartbeat.length.toString(16)}\r\n${heartbeat}\r\n`;
      socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n${chunk}`);
      act(socket, stop);
    });
    const stream = await opened(startClient(t, { silenceLimitMs: 1_000 }), { address: master });
    const { events, error } = await readAll(stream);
    t.deepEqual(events, [{ type: 'HEARTBEAT' }]);
    t.true(['protocol', 'closed', 'unreachable'].includes(error.code), error.code);
  });
}

test.serial('a call whose 202 has a body without end is taken, and the next one goes out', async (t) => {
  let calls = 0;
  const master = await startStranger(t, (socket, stop) => {
    socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n`);
    if (calls > 0) flood(socket, stop, '', '3e8\r\n'.concat('x'.repeat(1000), '\r\n'));
    calls += 1;
  });
  const stream = await opened(startClient(t), { address: master });
  await stream.call(killCall('1'));
  await stream.call(killCall('2'));
  t.is(calls, 3);
  stream.close();
});

test.serial('records as large as the limit, one after the other, leave nothing behind', async (t) => {
  const record = encodeRecord(JSON.stringify({ type: 'X', x: 'x'.repeat(1_000_000) }));
  const count = 60;
  const master = await startStranger(t, (socket) => {
    socket.write(`${head}\r\n`);
    let sent = 0;
    const more = (): void => {
      while (sent < count) {
        sent += 1;
        if (!socket.write(record)) return;
      }
      socket.end();
    };
    socket.on('drain', more);
    more();
  });
  const stream = await opened(startClient(t, { maxRecordBytes: 1_100_000 }), { address: master });
  t.is((await readAll(stream)).events.length, count);
});
