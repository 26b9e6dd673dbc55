import { readFileSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { basicAuthentication, headerAuthentication } from '../../src/mesos-api-client/authentication.ts';
import { MesosError, type MesosErrorCode } from '../../src/mesos-api-client/mesos-error.ts';
import {
  createAgentApi,
  createMasterApi,
  type MasterApi,
  type OperatorOptions,
} from '../../src/mesos-api-client/operator-client.ts';
import type { AgentId, FrameworkId } from '../../src/mesos-api-client/protocol/ids.ts';
import { parseExact } from '../../src/mesos-api-client/protocol/int64.ts';
import type { MasterCall } from '../../src/mesos-api-client/protocol/operator.ts';
import { answer, type FakeMaster, type Script } from './fake-master.ts';
import { failure, startMaster } from './harness.ts';

interface Exchange {
  readonly from: string;
  readonly to: 'master' | 'agent';
  readonly request: { readonly type: string };
  readonly status: number;
  readonly contentType?: string;
  readonly location?: string;
  readonly answer: unknown;
}

const exchanges: Exchange[] = lines('operator-calls').map((line) => JSON.parse(line));

function lines(name: string): string[] {
  return readFileSync(new URL(`./recorded/${name}.jsonl`, import.meta.url), 'utf8')
    .trim()
    .split('\n');
}

function apiOf(t: ExecutionContext, master: FakeMaster, options: OperatorOptions = {}): MasterApi {
  const api = createMasterApi(master.address, options);
  t.teardown(() => api.close());
  return api;
}

/** By status; 400 and 501 say that the call was wrong. */
const codes: Readonly<Record<number, MesosErrorCode>> = {
  307: 'unreachable', // to the leader of the recording, which is not here
  400: 'rejected',
  401: 'unauthorized',
  404: 'not-found',
  409: 'conflict',
  501: 'rejected',
  503: 'unavailable',
};

for (const [from, ofRecording] of Map.groupBy(exchanges, (exchange) => exchange.from)) {
  const refused = ofRecording.some(({ status }) => [404, 409, 503].includes(status));
  test(`${refused ? 'MA-67 MA-68' : 'MA-67'} the recorded exchanges of ${from}`, async (t) => {
    for (const exchange of ofRecording) await checkExchange(t, exchange);
  });
}

async function checkExchange(t: ExecutionContext, exchange: Exchange): Promise<void> {
  const { to, request, status, contentType, location, answer: body } = exchange;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const server = await startMaster(t, (_, response) => {
    response.writeHead(status, {
      ...(contentType === undefined ? {} : { 'content-type': contentType }),
      // Nobody listens on port 1: the leader of the recording is gone.
      ...(location === undefined ? {} : { location: '//127.0.0.1:1/master/api/v1' }),
    });
    response.end(text);
  });
  const api = to === 'master' ? createMasterApi(server.address) : createAgentApi(server.address);
  t.teardown(() => api.close());
  const asks = typeof body === 'object';
  const act: Promise<unknown> = asks ? (api as MasterApi).ask(request as never) : api.tell(request as never);
  if (status < 300) {
    const payload = asks ? (parseExact(text) as Record<string, unknown>)[request.type.toLowerCase()] : undefined;
    t.deepEqual(await act, asks ? (payload ?? {}) : undefined);
  } else {
    const error = await failure(t, act);
    t.is(error.code, codes[status] ?? 'protocol', `${request.type} ${status}`);
    const sentence = text.replace(/\s+/g, ' ').trim().slice(0, 400);
    t.true(status === 307 || error.message.includes(sentence), error.message);
  }
  t.deepEqual(server.seen[0]?.body, request);
  t.is(server.seen[0]?.path, '/api/v1');
}

test('every call of the master.proto that answers nothing goes out as written', async (t) => {
  const server = await startMaster(t, (_, response) => answer(response, 202));
  const api = apiOf(t, server);
  const agent_id = { value: 'S0' as AgentId };
  const volume = { name: 'disk', type: 'SCALAR', scalar: { value: 1 } } as const;
  const calls: Parameters<MasterApi['tell']>[0][] = [
    { type: 'SET_LOGGING_LEVEL', set_logging_level: { level: 2, duration: { nanoseconds: 60_000_000_000 } } },
    { type: 'UPDATE_WEIGHTS', update_weights: { weight_infos: [{ role: 'web', weight: 2 }] } },
    { type: 'UPDATE_QUOTA', update_quota: { quota_configs: [{ role: 'web', limits: { cpus: { value: 1 } } }] } },
    { type: 'SET_QUOTA', set_quota: { quota_request: { role: 'web', guarantee: [] } } },
    { type: 'REMOVE_QUOTA', remove_quota: { role: 'web' } },
    { type: 'RESERVE_RESOURCES', reserve_resources: { agent_id, resources: [volume] } },
    { type: 'UNRESERVE_RESOURCES', unreserve_resources: { agent_id, resources: [volume] } },
    { type: 'CREATE_VOLUMES', create_volumes: { agent_id, volumes: [volume] } },
    { type: 'DESTROY_VOLUMES', destroy_volumes: { agent_id, volumes: [volume] } },
    { type: 'GROW_VOLUME', grow_volume: { agent_id, volume, addition: volume } },
    { type: 'SHRINK_VOLUME', shrink_volume: { agent_id, volume, subtract: { value: 1 } } },
    {
      type: 'UPDATE_MAINTENANCE_SCHEDULE',
      update_maintenance_schedule: {
        schedule: { windows: [{ machine_ids: [], unavailability: { start: { nanoseconds: 1795226488000000001n } } }] },
      },
    },
    { type: 'START_MAINTENANCE', start_maintenance: { machines: [{ hostname: 'a', ip: '127.0.0.1' }] } },
    { type: 'STOP_MAINTENANCE', stop_maintenance: { machines: [{ hostname: 'a', ip: '127.0.0.1' }] } },
    { type: 'DRAIN_AGENT', drain_agent: { agent_id, max_grace_period: { seconds: 600 }, mark_gone: true } },
    { type: 'DEACTIVATE_AGENT', deactivate_agent: { agent_id } },
    { type: 'REACTIVATE_AGENT', reactivate_agent: { agent_id } },
    { type: 'MARK_AGENT_GONE', mark_agent_gone: { agent_id } },
    { type: 'TEARDOWN', teardown: { framework_id: { value: 'f' as FrameworkId } } },
  ];
  for (const call of calls) {
    await api.tell(call);
  }
  const sent = JSON.stringify(calls, (_, value) => (typeof value === 'bigint' ? Number(value) : value));
  t.deepEqual(server.seen.map(({ body }) => body) as unknown, JSON.parse(sent));
});

for (const [id, status, type, code, retryable] of [
  ['MA-68', 409, 'RESERVE_RESOURCES', 'conflict', true],
  ['MA-68', 503, 'MARK_AGENT_GONE', 'unavailable', true],
  ['MA-68', 404, 'MARK_AGENT_GONE', 'not-found', false],
  ['', 404, 'TEARDOWN', 'unavailable', true],
  ['', 403, 'TEARDOWN', 'forbidden', false],
  ['', 400, 'DRAIN_AGENT', 'rejected', false],
  ['', 501, 'SET_QUOTA', 'rejected', false],
  ['', 302, 'TEARDOWN', 'protocol', false],
] as const) {
  test(
    `${id} an operator's ${type} answered ${status} is ${code}, ${retryable ? '' : 'not '}to be tried again`.trim(),
    async (t) => {
      const server = await startMaster(t, (_, response) => answer(response, status, 'the reason'));
      const error = await failure(t, apiOf(t, server).tell({ type } as never));
      t.like(error, { code, status, retryable, maybeDone: false });
      t.regex(error.message, /the reason/);
      t.is(server.seen.length, 1);
    },
  );
}

function healthy(): Script {
  return (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{"type":"GET_HEALTH","get_health":{"healthy":true}}');
  };
}

test('a standby redirects to the leader, which is asked from then on, until it is gone', async (t) => {
  const leader = await startMaster(t, healthy());
  let standsBy = true;
  const standby = await startMaster(t, (request, response) => {
    if (standsBy) answer(response, 307, '', { location: `//${leader.address}/master/api/v1` });
    else healthy()(request, response);
  });
  const api = apiOf(t, standby);
  t.deepEqual(await api.ask({ type: 'GET_HEALTH' }), { healthy: true });
  t.deepEqual(await api.ask({ type: 'GET_HEALTH' }), { healthy: true });
  t.is(standby.seen.length, 1);
  t.is(leader.seen.length, 2);
  await leader.close();
  standsBy = false;
  t.like(await failure(t, api.ask({ type: 'GET_HEALTH' })), { code: 'unreachable', retryable: true });
  t.deepEqual(await api.ask({ type: 'GET_HEALTH' }), { healthy: true });
});

test('MA-14 masters that redirect to each other are asked ten times at most', async (t) => {
  const addresses: string[] = [];
  const first = await startMaster(t, (_, response) => answer(response, 307, '', { location: `//${addresses[1]}/` }));
  const second = await startMaster(t, (_, response) => answer(response, 307, '', { location: `//${addresses[0]}/` }));
  addresses.push(first.address, second.address);
  t.is((await failure(t, apiOf(t, first).ask({ type: 'GET_HEALTH' }))).code, 'unavailable');
  t.is(first.seen.length + second.seen.length, 10);
  t.is((await failure(t, apiOf(t, first).subscribe())).code, 'unavailable');
});

test('calls do not wait for each other, and close() gives them up', async (t) => {
  let waiting = 0;
  const all = Promise.withResolvers<void>();
  const server = await startMaster(t, () => {
    waiting += 1;
    if (waiting === 4) all.resolve();
  });
  const api = apiOf(t, server);
  const attempts = Array.from({ length: 4 }, () => failure(t, api.ask({ type: 'GET_STATE' })));
  await all.promise;
  await api.close();
  for (const error of await Promise.all(attempts)) t.like(error, { code: 'closed', maybeDone: true });
  t.is((await failure(t, api.ask({ type: 'GET_STATE' }))).code, 'closed');
  await server.allSocketsClosed();
});

test('an answer that does not come, or does not end, is given up in time, whatever trickles', async (t) => {
  const server = await startMaster(t, (request, response) => {
    if (request.body.type === 'GET_HEALTH') return;
    response.writeHead(200, { 'content-type': 'application/json' });
    const drip = setInterval(() => response.write(' '), 5);
    response.once('close', () => clearInterval(drip));
  });
  const api = apiOf(t, server, { callTimeoutMs: 1_000 });
  for (const type of ['GET_HEALTH', 'GET_STATE'] as const) {
    t.like(await failure(t, api.ask({ type })), { code: 'unreachable', maybeDone: true });
  }
  await api.close();
  await server.allSocketsClosed();
});

for (const [name, body, headers] of [
  ['no JSON', '<html>', {}],
  ['another call', '{"type":"GET_FLAGS","get_flags":{}}', {}],
  ['a list', '[]', {}],
  ['a payload that is none', '{"type":"GET_HEALTH","get_health":7}', {}],
  ['a page', '{"type":"GET_HEALTH","get_health":{}}', { 'content-type': 'text/html' }],
  ['compressed bytes', 'x', { 'content-encoding': 'gzip' }],
  ['too much', `{"type":"GET_HEALTH","get_health":{"x":"${'x'.repeat(2000)}"}}`, {}],
  ['too deep', `{"type":"GET_HEALTH","get_health":${'['.repeat(1001)}${']'.repeat(1001)}}`, {}],
] as const) {
  test(`an answer that is ${name} is of no master: protocol`, async (t) => {
    const server = await startMaster(t, (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', ...headers });
      response.end(body);
    });
    const options = name === 'too deep' ? {} : { maxAnswerBytes: 1000 };
    const error = await failure(t, apiOf(t, server, options).ask({ type: 'GET_HEALTH' }));
    t.like(error, { code: 'protocol', retryable: false });
  });
}

test('operators authenticate too: basic, or headers of their own, asked again after a 401', async (t) => {
  const server = await startMaster(t, (request, response) => {
    if (request.headers['x-key'] === 'old') answer(response, 401, 'no');
    else healthy()(request, response);
  });
  await apiOf(t, server, { authentication: basicAuthentication({ principal: 'o', secret: 's' }) }).ask({
    type: 'GET_HEALTH',
  });
  t.is(server.seen[0]?.headers.authorization, `Basic ${Buffer.from('o:s').toString('base64')}`);
  const keys = ['old', 'new'];
  const authentication = headerAuthentication(() => ({ 'x-key': keys.shift() ?? 'none' }), 'operator');
  t.deepEqual(await apiOf(t, server, { authentication }).ask({ type: 'GET_HEALTH' }), { healthy: true });
  t.deepEqual(
    server.seen.slice(1).map(({ headers }) => headers['x-key']),
    ['old', 'new'],
  );
});

test('a signal gives a call up', async (t) => {
  const abort = new AbortController();
  const server = await startMaster(t, () => abort.abort());
  const call: MasterCall = { type: 'GET_STATE' };
  const error = await failure(t, apiOf(t, server).ask(call, { signal: abort.signal }));
  t.true(error instanceof MesosError && error.code === 'closed');
});
