/** Answers of the operator API that come packed, as masters send large ones to those who take gzip. */

import { constants, gzipSync } from 'node:zlib';
import type { ExecutionContext } from 'ava';
import test from 'ava';
import { startLocalMesos } from '../../src/local-mesos/index.ts';
import { createMasterApi, type OperatorOptions } from '../../src/mesos-api-client/operator-client.ts';
import { encodeRecord } from '../../src/mesos-api-client/protocol/recordio.ts';
import { failure, opened, readAll, startClient, startMaster } from './harness.ts';

const answer = (roles: string) => `{"type":"GET_ROLES","get_roles":{"roles":[{"name":"${roles}"}]}}`;

async function askOf(t: ExecutionContext, body: Buffer, options: OperatorOptions = {}) {
  const accepted: unknown[] = [];
  const master = await startMaster(t, (request, response) => {
    accepted.push(request.headers['accept-encoding']);
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    response.end(body);
  });
  const api = createMasterApi(master.address, options);
  t.teardown(() => api.close());
  return { asked: api.ask({ type: 'GET_ROLES' }), accepted };
}

test('MA-67 an answer that came packed is the answer; gzip was asked for', async (t) => {
  const { asked, accepted } = await askOf(t, gzipSync(answer('Zürich')));
  t.deepEqual(await asked, { roles: [{ name: 'Zürich' }] } as never);
  t.deepEqual(accepted, ['gzip']);
});

const packed = gzipSync(answer('r'.repeat(5_000)));
for (const [name, body] of [
  ['is no gzip', Buffer.from(answer('plain'))],
  ['breaks off', packed.subarray(0, packed.length - 9)],
  ['has a wrong checksum', Buffer.concat([packed.subarray(0, -8), Buffer.alloc(8)])],
  ['is nothing', Buffer.alloc(0)],
  ['is no JSON', gzipSync('<html>')],
] as const) {
  test(`an answer that says gzip and ${name} is no answer of a master`, async (t) => {
    const { asked } = await askOf(t, body);
    t.is((await failure(t, asked)).code, 'protocol');
  });
}

test('what it unpacks to is bounded: a few kilobytes of gzip may be gigabytes of blanks', async (t) => {
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '), { level: constants.Z_BEST_COMPRESSION });
  t.true(bomb.length < 100_000);
  const { asked } = await askOf(t, bomb, { maxAnswerBytes: 1024 * 1024 });
  const error = await failure(t, asked);
  t.is(error.code, 'protocol');
  t.regex(error.message, /longer than/);
});

test('a stream is never packed: one that says so is refused', async (t) => {
  const master = await startMaster(t, (_, response) => {
    response.writeHead(200, {
      'content-type': 'application/json',
      'mesos-stream-id': 's',
      'content-encoding': 'gzip',
    });
    response.end(gzipSync(encodeRecord('{"type":"HEARTBEAT"}')));
  });
  const subscribed = opened(startClient(t), master).then(readAll);
  t.is((await failure(t, subscribed)).code, 'protocol');
});

test('the embedded Mesos packs what is large, for those who take it', async (t) => {
  const mesos = await startLocalMesos({ agents: 2 });
  t.teardown(() => mesos.close());
  const codingOf = async (path: string, accept: string) => {
    const response = await fetch(`${mesos.masterUrl}${path}`, { headers: { 'accept-encoding': accept } });
    const text = await response.text();
    t.true(text === '' || typeof JSON.parse(text) === 'object');
    return response.headers.get('content-encoding');
  };
  t.is(await codingOf('/state', 'gzip'), 'gzip');
  t.is(await codingOf('/state', 'deflate, gzip;q=0.5'), 'gzip');
  t.is(await codingOf('/state', 'gzip;q=0'), null);
  t.is(await codingOf('/state', 'identity'), null);
  t.is(await codingOf('/version', 'gzip'), null);
  const [agent] = mesos.agents;
  const ofAgent = await fetch(`${agent?.url}/state`, { headers: { 'accept-encoding': 'gzip' } });
  t.is(ofAgent.headers.get('content-encoding'), 'gzip');
  t.like(await ofAgent.json(), { version: '1.12.0' });
  const api = createMasterApi(`127.0.0.1:${mesos.port}`);
  t.teardown(() => api.close());
  t.is((await api.ask({ type: 'GET_STATE' })).get_agents?.agents?.length, 2);
});
