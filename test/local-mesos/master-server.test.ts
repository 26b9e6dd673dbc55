import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import _ from 'lodash';
import { Problem } from '../../src/lib/problem.ts';
import type { AgentToMaster, MasterToAgent } from '../../src/local-mesos/model/agent-protocol.ts';
import {
  type MasterServer,
  type MasterServerOptions,
  startMaster,
} from '../../src/local-mesos/server/master-server.ts';
import { multiRole, wholeAgent } from './support/master-world.ts';

const frameworkInfo = {
  user: 'root',
  name: 'test',
  roles: ['*'],
  failover_timeout: 600,
  checkpoint: true,
  capabilities: multiRole,
};
const subscribeBody = { type: 'SUBSCRIBE', subscribe: { framework_info: frameworkInfo } };

function directory(t: ExecutionContext): string {
  const workDir = mkdtempSync(join(tmpdir(), 'local-mesos-'));
  t.teardown(() => rmSync(workDir, { recursive: true, force: true }));
  return workDir;
}

async function start(t: ExecutionContext, options: Partial<MasterServerOptions> = {}): Promise<MasterServer> {
  const master = await startMaster({ port: 0, workDir: directory(t), ...options });
  t.teardown(() => master.close().catch(() => undefined));
  return master;
}

function post(master: MasterServer, path: string, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(master.url + path, {
    method: 'POST',
    body: text,
    headers: { 'Content-Type': 'application/json', ...headers },
  });
}

async function operator(master: MasterServer, type: string) {
  const response = await post(master, '/api/v1', { type });
  return response.json();
}

/** What stands at a path of a JSON answer. */
function at(value: unknown, path: string | string[]): unknown {
  return _.get(value as object, path);
}

/** Reads records as they come. */
async function* records(response: Response) {
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString();
    for (let line = text.indexOf('\n'); line > 0; line = text.indexOf('\n')) {
      const end = line + 1 + Number(text.slice(0, line));
      if (text.length < end) {
        break;
      }
      yield JSON.parse(text.slice(line + 1, end));
      text = text.slice(end);
    }
  }
}

/** An agent on a link of this process. */
function attach(master: MasterServer, again?: (AgentToMaster & { type: 'REGISTER' })['again']) {
  const received: MasterToAgent[] = [];
  let say: (message: AgentToMaster) => void = () => {};
  let gone: () => void = () => {};
  master.agentConnected({
    send: (message) => received.push(message),
    onMessage: (handler) => {
      say = handler;
    },
    onClosed: (handler) => {
      gone = handler;
    },
    close: () => {},
  });
  const agent = { hostname: 'localhost', port: 5051, resources: wholeAgent, attributes: [] };
  say({ type: 'REGISTER', agent, ...(again === undefined ? {} : { again }) });
  return { received, say: (message: AgentToMaster) => say(message), gone: () => gone() };
}

test('LM-6 LM-20 a stream over HTTP: SUBSCRIBED, HEARTBEAT, offers of an agent that comes, more HEARTBEATs', async (t) => {
  const master = await start(t, { heartbeatMs: 50 });
  const response = await post(master, '/api/v1/scheduler', subscribeBody);
  t.is(response.status, 200);
  t.is(response.headers.get('content-type'), 'application/json');
  t.is(response.headers.get('transfer-encoding'), 'chunked');
  t.regex(response.headers.get('mesos-stream-id') ?? '', /^[0-9a-f-]{36}$/);
  const types: string[] = [];
  for await (const event of records(response)) {
    types.push(event.type);
    if (types.length === 2) {
      attach(master);
    }
    if (types.includes('OFFERS') && types.lastIndexOf('HEARTBEAT') > types.indexOf('OFFERS')) {
      break;
    }
  }
  t.deepEqual(types.slice(0, 2), ['SUBSCRIBED', 'HEARTBEAT']);
  t.deepEqual(
    types.filter((type) => type !== 'HEARTBEAT'),
    ['SUBSCRIBED', 'OFFERS'],
  );
});

test('LM-13 LM-58 a scheduler that hangs up is disconnected', async (t) => {
  const master = await start(t);
  const hangUp = new AbortController();
  const response = await fetch(`${master.url}/api/v1/scheduler`, {
    method: 'POST',
    body: JSON.stringify(subscribeBody),
    headers: { 'Content-Type': 'application/json' },
    signal: hangUp.signal,
  });
  const stream = response.headers.get('mesos-stream-id') ?? '';
  const { value } = await records(response).next();
  const revive = { type: 'REVIVE', framework_id: value.subscribed.framework_id };
  const call = async () => (await post(master, '/api/v1/scheduler', revive, { 'Mesos-Stream-Id': stream })).status;
  t.is(await call(), 202);
  hangUp.abort();
  let status = await call();
  while (status === 202) {
    status = await call();
  }
  t.is(status, 403);
});

test('LM-2 bodies are bounded in size and depth', async (t) => {
  const master = await start(t);
  const deep = await post(master, '/api/v1/scheduler', `${'[{"a":'.repeat(60_000)}1${'}]'.repeat(60_000)}`);
  t.is(deep.status, 400);
  t.regex(await deep.text(), /nested deeper than 100/);
  const large = await post(master, '/api/v1/scheduler', 'x'.repeat(17 * 1024 * 1024)).catch(() => undefined);
  // The answer may meet a client that still writes; then it sees a reset.
  t.true(large === undefined || large.status === 413);
  t.is((await fetch(`${master.url}/health`)).status, 200, 'the master goes on');
});

test('what goes wrong inside is answered with 500, not with a closed connection', async (t) => {
  const thrown = () => {
    throw new Error('a defect');
  };
  const master = await start(t, { faults: { call: thrown } });
  const call = { type: 'REVIVE', framework_id: { value: 'f' } };
  const answer = await post(master, '/api/v1/scheduler', call);
  t.is(answer.status, 500);
  t.is(await answer.text(), 'The embedded master failed: a defect');
});

test('names in objects that JavaScript has of its own are unknown fields', async (t) => {
  const master = await start(t);
  const body = '{"type":"SUBSCRIBE","__proto__":{"x":1},"constructor":{},"subscribe":{"framework_info":{"user":"u"}}}';
  const response = await post(master, '/api/v1/scheduler', body);
  t.is(
    await response.text(),
    'Failed to convert JSON into Call protobuf: Missing required fields: subscribe.framework_info.name',
  );
});

test('the operator API answers what is built, 501 for the rest, 400 for what Mesos does not know', async (t) => {
  const master = await start(t);
  attach(master);
  t.deepEqual(await operator(master, 'GET_HEALTH'), { type: 'GET_HEALTH', get_health: { healthy: true } });
  t.is(at(await operator(master, 'GET_MASTER'), 'get_master.master_info.id'), master.masterId);
  t.is(at(await operator(master, 'GET_VERSION'), 'get_version.version_info.version'), '1.12.0');
  t.is(at(await operator(master, 'GET_AGENTS'), 'get_agents.agents.length'), 1);
  t.true(Number(at(await operator(master, 'GET_FLAGS'), 'get_flags.flags.length')) > 0);
  const parts = ['get_agents', 'get_executors', 'get_frameworks', 'get_tasks'];
  t.deepEqual(Object.keys(at(await operator(master, 'GET_STATE'), 'get_state') as object).sort(), parts);
  t.is((await post(master, '/api/v1', { type: 'GET_METRICS' })).status, 400);
  t.is((await post(master, '/api/v1', { type: 'GET_METRICS', get_metrics: {} })).status, 200);
  t.is((await post(master, '/api/v1', { type: 'LIST_FILES', list_files: { path: '/' } })).status, 404);
  t.is((await post(master, '/api/v1', { type: 'UNKNOWN' })).status, 501);
  t.is((await post(master, '/api/v1', { type: 'NO_SUCH' })).status, 400);
  t.is((await post(master, '/api/v1', { type: 'GET_HEALTH' }, { Accept: 'text/html' })).status, 406);
  t.is((await post(master, '/api/v1', { type: 'TEARDOWN', teardown: { framework_id: { value: 'x' } } })).status, 400);
  t.is((await post(master, '/teardown', 'frameworkId=x')).status, 400);
  const another = `[]},"type":"MARK_AGENT_GONE","mark_agent_gone":{"agent_id":{"value":"x"}`;
  const answer = await post(master, '/machine/down', another);
  t.deepEqual([answer.status, await answer.text()], [400, 'Expecting a list of machines']);
  t.is((await fetch(`${master.url}/api/v1`)).status, 405);
});

test('LM-18 LM-72 the pages of a master, also under /master', async (t) => {
  const master = await start(t);
  attach(master);
  for (const prefix of ['', '/master']) {
    t.is((await fetch(`${master.url}${prefix}/health`)).status, 200);
    t.deepEqual(await (await fetch(`${master.url}${prefix}/version`)).json(), { version: '1.12.0' });
    const state = await (await fetch(`${master.url}${prefix}/state`)).json();
    t.is(at(state, 'id'), master.masterId);
    t.like(at(state, 'slaves.0') as object, {
      hostname: 'localhost',
      resources: { cpus: 4, mem: 2048, ports: '[31000-32000]' },
    });
    const metrics = await (await fetch(`${master.url}${prefix}/metrics/snapshot`)).json();
    t.is(at(metrics, ['master/slaves_active']), 1);
    const redirect = await fetch(`${master.url}${prefix}/redirect`, { redirect: 'manual' });
    t.is(redirect.status, 307);
    t.is(redirect.headers.get('location'), `//127.0.0.1:${master.port}`);
  }
  t.is((await fetch(`${master.url}/redirect/deeper`)).status, 404);
  t.is((await fetch(`${master.url}/state.json`)).status, 404);
});

test('LM-53 LM-9 a master that starts again in the same directory remembers its agents and nothing else', async (t) => {
  const workDir = directory(t);
  const first = await start(t, { workDir });
  const { received } = attach(first);
  const [registered] = received;
  const agentId = registered?.type === 'REGISTERED' ? registered.agentId : t.fail();
  await first.close();
  const second = await start(t, { workDir });
  t.not(second.masterId, first.masterId);
  const before = await operator(second, 'GET_AGENTS');
  t.is(at(before, 'get_agents.agents.length'), 0);
  t.is(at(before, 'get_agents.recovered_agents.0.id.value'), agentId);
  attach(second, { agentId, frameworks: [], tasks: [] });
  const after = await operator(second, 'GET_AGENTS');
  t.is(at(after, 'get_agents.recovered_agents.length'), 0);
  t.is(at(after, 'get_agents.agents.0.agent_info.id.value'), agentId);
});

test('a registry that cannot be read ends the start with its name, and is left as it is', async (t) => {
  const workDir = directory(t);
  const file = join(workDir, 'registry.json');
  for (const text of ['{', '[]', '{"version":2,"admitted":[],"unreachable":[]}', '']) {
    writeFileSync(file, text);
    const error = await t.throwsAsync(startMaster({ port: 0, workDir }), { instanceOf: Problem });
    t.is((error as Problem).code, 'STORE_CORRUPT');
    t.true(error.message.includes(file));
    t.is(readFileSync(file, 'utf8'), text);
  }
});

test('it listens on loopback unless told; a port in use is told', async (t) => {
  const workDir = directory(t);
  for (const host of ['0.0.0.0', '::', '192.0.2.1', 'example.org']) {
    const error = await t.throwsAsync(startMaster({ host, port: 0, workDir: join(workDir, 'none') }), {
      instanceOf: Problem,
    });
    t.is((error as Problem).code, 'USAGE');
  }
  t.false(existsSync(join(workDir, 'none')));
  const master = await start(t);
  const error = await t.throwsAsync(startMaster({ port: master.port, workDir }), { instanceOf: Problem });
  t.is((error as Problem).code, 'PORT_IN_USE');
  const open = await start(t, { host: '0.0.0.0', allowRemote: true });
  t.is((await fetch(`http://127.0.0.1:${open.port}/health`)).status, 200);
  const redirect = await fetch(`http://127.0.0.1:${open.port}/redirect`, { redirect: 'manual' });
  t.is(redirect.headers.get('location'), `//${hostname()}:${open.port}`, 'a name that others can use');
});

test('a page that reaches the port under a name of its own is refused', async (t) => {
  const master = await start(t);
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(master.port, master.host, () => {
      socket.end('GET /state HTTP/1.1\r\nHost: rebound.example.org\r\nConnection: close\r\n\r\n');
    });
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    socket.on('end', () => resolve(text)).on('error', reject);
  });
  t.regex(answer, /^HTTP\/1\.1 403 /);
});

test('routes of agents are asked for what the master does not know', async (t) => {
  const master = await start(t);
  master.registerAgentRoutes((request, response) => {
    if (request.url !== '/agent-link') {
      return false;
    }
    response.end('linked');
    return true;
  });
  t.is(await (await fetch(`${master.url}/agent-link`)).text(), 'linked');
  t.is((await fetch(`${master.url}/nothing`)).status, 404);
  t.is((await fetch(`${master.url}/health`)).status, 200);
});

test('LM-75 close() breaks streams, frees the port, and shuts nothing down on agents', async (t) => {
  const workDir = directory(t);
  const master = await start(t, { workDir });
  const agent = attach(master);
  const response = await post(master, '/api/v1/scheduler', {
    ...subscribeBody,
    subscribe: { framework_info: { ...frameworkInfo, failover_timeout: 0 } },
  });
  const events = records(response);
  await events.next();
  await master.close();
  await t.throwsAsync(async () => {
    for await (const event of events) {
      t.not(event.type, 'ERROR');
    }
  });
  t.false(agent.received.some(({ type }) => type === 'SHUTDOWN_FRAMEWORK' || type === 'SHUTDOWN'));
  const again = await start(t, { port: master.port, workDir });
  t.is(again.port, master.port);
});

test('a scheduler that does not read is cut off, the master keeps no more for it than its bound', async (t) => {
  const master = await start(t);
  const response = await post(master, '/api/v1/scheduler', subscribeBody);
  const stream = response.headers.get('mesos-stream-id') ?? '';
  const reader = records(response);
  const id = (await reader.next()).value.subscribed.framework_id;
  // Every question is answered on the stream, which nobody reads any more.
  const tasks = Array.from({ length: 20_000 }, (_, index) => ({ task_id: { value: `${index}-${'x'.repeat(240)}` } }));
  const body = JSON.stringify({ type: 'RECONCILE', framework_id: id, reconcile: { tasks } });
  let status = 202;
  for (let round = 0; round < 40 && status === 202; round += 1) {
    status = (await post(master, '/api/v1/scheduler', body, { 'Mesos-Stream-Id': stream })).status;
  }
  t.is(status, 403);
});
