/** Whoever reaches the master's port may say anything, or nothing: it answers or hangs up, in bounded time, and goes on. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { linkIdHeader, linkPath } from '../../../src/local-mesos/server/link-timing.ts';
import { type LocalMaster, startLocalMaster } from '../../../src/local-mesos/server/start-local-mesos.ts';

async function startMaster(t: ExecutionContext, options: object = {}): Promise<LocalMaster> {
  const workDir = mkdtempSync(join(tmpdir(), 'hostile-'));
  const master = await startLocalMaster({ port: 0, workDir, ...options });
  t.teardown(async () => {
    await master.close();
    rmSync(workDir, { recursive: true, force: true });
  });
  return master;
}

interface Guest {
  readonly socket: Socket;
  /** All that came until the master hung up. */
  readonly over: Promise<string>;
}

/** `then` ends the writing side, or breaks the connection, or does neither. */
async function visit(master: LocalMaster, bytes: Buffer | string, then?: 'end' | 'reset'): Promise<Guest> {
  const socket = connect(master.port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  socket.on('error', () => undefined);
  const over = new Promise<string>((resolve) => socket.once('close', () => resolve(text)));
  await once(socket, 'connect');
  socket.write(bytes);
  if (then === 'end') socket.end();
  if (then === 'reset') socket.resetAndDestroy();
  return { socket, over };
}

async function isWell(t: ExecutionContext, master: LocalMaster): Promise<void> {
  const answer = await health(master);
  t.is(answer.status, 200);
  t.deepEqual(await answer.json(), { type: 'GET_HEALTH', get_health: { healthy: true } });
}

/** On a busy machine an honest request may be too slow for the short times of these masters. */
async function health(master: LocalMaster): Promise<Response> {
  for (let attempt = 1; ; attempt++) {
    const answer = await fetch(`${master.masterUrl}/api/v1`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"type":"GET_HEALTH"}',
    });
    if (answer.status !== 408 || attempt === 100) return answer;
  }
}

const body = '{"type":"SUBSCRIBE","subscribe":{"framework_info":{"user":"ü","name":"n"}}}';
const headOf = (path: string, length: number, type = 'application/json') =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n`;

test('LM-2 a request cut at every byte, by an end or by a reset, leaves a master that is well', async (t) => {
  const master = await startMaster(t);
  const whole = Buffer.from(headOf('/api/v1/scheduler', Buffer.byteLength(body)) + body);
  for (let cut = 0; cut < whole.length; cut += 1) {
    const guests = await Promise.all([
      visit(master, whole.subarray(0, cut), 'end'),
      visit(master, whole.subarray(0, cut), 'reset'),
    ]);
    for (const { over } of guests) t.notRegex(await over, /^HTTP\/1\.1 (2|5)/, `cut at ${cut}`);
  }
  await isWell(t, master);
});

for (const [name, first] of [
  ['nothing at all', ''],
  ['half a head', 'POST /api/v1 HTTP/1.1\r\nHost: loc'],
  ['half a body', `${headOf('/api/v1', 100)}{"type":`],
  [
    'half a chunk',
    'POST /api/v1 HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\nff\r\n{',
  ],
] as const) {
  test(`a connection that says ${name} and no more is closed in time`, async (t) => {
    const master = await startMaster(t, { requestTimeoutMs: 2_000 });
    const { over } = await visit(master, first);
    const answer = await over;
    t.true(answer === '' || /^HTTP\/1\.1 408 /.test(answer), answer);
    await isWell(t, master);
  });
}

test('a request that trickles byte by byte is not waited for', async (t) => {
  const master = await startMaster(t, { requestTimeoutMs: 2_000 });
  for (const first of ['POST /api/v1 HTTP/1.1\r\nX-', headOf('/api/v1', 1_000_000)]) {
    const { socket, over } = await visit(master, first);
    const drip = setInterval(() => socket.write('a'), 5);
    t.regex(await over, /^(HTTP\/1\.1 408 |$)/);
    clearInterval(drip);
  }
  await isWell(t, master);
});

test('connections beyond the most that are taken are closed, and the others served', async (t) => {
  const master = await startMaster(t, { maxConnections: 5 });
  const guests = await Promise.all(Array.from({ length: 5 }, () => visit(master, 'GET /health HTTP/1.1\r\n')));
  const extra = await visit(master, 'GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n');
  t.is(await extra.over, '');
  for (const { socket, over } of guests) {
    socket.write('Host: localhost\r\nConnection: close\r\n\r\n');
    t.regex(await over, /^HTTP\/1\.1 200 /);
  }
  await isWell(t, master);
});

test('LM-2 a body without end is refused when it is too large, not kept', async (t) => {
  const master = await startMaster(t);
  const { socket, over } = await visit(master, headOf('/api/v1/scheduler', 2 ** 40));
  const before = process.memoryUsage().arrayBuffers;
  const piece = Buffer.alloc(1024 * 1024, ' ');
  for (let sent = 0; sent < 200 && !socket.destroyed; sent += 1) {
    if (!socket.write(piece)) await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => undefined);
  }
  // Who goes on writing may lose the answer to the end of the connection.
  t.regex(await over, /^(HTTP\/1\.1 413 |$)/);
  t.true(process.memoryUsage().arrayBuffers - before < 150 * 1024 * 1024);
  await isWell(t, master);
});

for (const type of [
  'application/json; charset=utf-8',
  'Application/JSON',
  'text/json',
  'application/recordio',
  '',
  ' ',
]) {
  test(`LM-1 Content-Type "${type}" is none that is taken`, async (t) => {
    const master = await startMaster(t);
    for (const path of ['/api/v1/scheduler', '/api/v1', linkPath]) {
      const request = headOf(path, 2, type).replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n');
      const { over } = await visit(master, `${request}{}`);
      t.regex(await over, /^HTTP\/1\.1 (400|415) /);
    }
  });
}

for (const garbage of [
  'GET / HTTP/9.9\r\n\r\n',
  'nonsense\r\n\r\n',
  `GET /${'a'.repeat(100_000)} HTTP/1.1\r\n\r\n`,
  `GET / HTTP/1.1\r\n${'X-A: b\r\n'.repeat(20_000)}\r\n`,
  'POST /api/v1 HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'POST /api/v1 HTTP/1.1\r\nContent-Length: -1\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  Buffer.from('1603010200010001fc0303', 'hex'),
  'GET http://[::1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
  'GET /%ff%fe/../../etc/passwd?%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
  'CONNECT localhost:1 HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n\r\n',
]) {
  test(`what is no request is refused: ${JSON.stringify(garbage.toString('latin1').slice(0, 50))}`, async (t) => {
    const master = await startMaster(t, { requestTimeoutMs: 2_000 });
    const { over } = await visit(master, garbage);
    t.notRegex(await over, /^HTTP\/1\.1 (2|500)/);
    await isWell(t, master);
  });
}

/** A link of an agent that nobody started; answers the path that its messages go to. */
async function openLink(t: ExecutionContext, master: LocalMaster): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${master.masterUrl}${linkPath}`, { method: 'POST', headers });
  t.is(answer.status, 200);
  // Held: undici cancels the stream of an answer that nobody holds when that is collected, and the link would be gone.
  t.teardown(() => answer.body?.cancel().catch(() => {}));
  return `${linkPath}/${answer.headers.get(linkIdHeader)}`;
}

async function say(master: LocalMaster, path: string, text: string): Promise<number> {
  const headers = { 'content-type': 'application/json' };
  return (await fetch(master.masterUrl + path, { method: 'POST', headers, body: text })).status;
}

const agent = { hostname: 'h', port: 1, resources: [], attributes: [] };
const knownMessages = [
  { type: 'REGISTER', agent },
  {
    type: 'REGISTER',
    agent,
    again: {
      agentId: 'a-S0',
      frameworks: [{ user: 'u', name: 'n', id: { value: 'f' } }],
      tasks: [
        {
          frameworkId: 'f',
          info: { name: 't', task_id: { value: 't' }, agent_id: { value: 'a-S0' } },
          latestState: 'TASK_RUNNING',
        },
      ],
    },
  },
  {
    type: 'STATUS_UPDATE',
    frameworkId: 'f',
    status: { task_id: { value: 't' }, state: 'TASK_FINISHED', uuid: 'AAAAAAAAAAAAAAAAAAAAAA==' },
    latestState: 'TASK_FINISHED',
  },
  { type: 'PONG' },
  { type: 'UNREGISTER' },
];

test('an agent’s link takes messages of agents and refuses what is none, link by link', async (t) => {
  const master = await startMaster(t);
  t.is(await say(master, `${linkPath}/nobody`, '[]'), 404);
  const path = await openLink(t, master);
  for (const text of [
    '',
    '{',
    '{}',
    '[1]',
    '[null]',
    '[{"type":"WHAT"}]',
    '[{"type":"REGISTER"}]',
    '['.repeat(5_000),
  ]) {
    t.is(await say(master, path, text), 400, text);
  }
  t.is(
    await say(master, path, '[{"type":"REGISTER","agent":{"hostname":"h","port":1,"resources":{},"attributes":[]}}]'),
    400,
  );
  for (const each of knownMessages) t.is(await say(master, path, JSON.stringify([each])), 202, JSON.stringify(each));
  await isWell(t, master);
});

test('property: whatever a link is told, the master stays well', async (t) => {
  const master = await startMaster(t);
  const scrap = fc.oneof(
    fc.json({ maxDepth: 3 }).map((text) => JSON.parse(text) as unknown),
    fc.constant(null),
  );
  const spoiled = fc
    .tuple(fc.constantFrom(...knownMessages), fc.nat(), scrap)
    .map(([message, where, value]) => spoil(structuredClone(message), where, value));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(spoiled, scrap), { maxLength: 6 }), async (messages) => {
      const path = await openLink(t, master);
      t.true([202, 400, 404].includes(await say(master, path, JSON.stringify(messages))));
    }),
    { numRuns: Number(process.env.FUZZ_ROUNDS ?? 60) },
  );
  await isWell(t, master);
});

/** Puts the value in the place of the member that comes at that number, all levels counted. */
function spoil(message: unknown, where: number, value: unknown): unknown {
  const places: (() => void)[] = [];
  const walk = (at: unknown): void => {
    if (typeof at !== 'object' || at === null) return;
    for (const key of Object.keys(at)) {
      places.push(() => Object.assign(at, { [key]: value }));
      walk((at as Record<string, unknown>)[key]);
    }
  };
  walk(message);
  places[where % places.length]?.();
  return message;
}
