import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import test from 'ava';
import type { AgentToMaster, MasterLink, MasterToAgent } from '../../src/local-mesos/model/agent-protocol.ts';
import { startDialer } from '../../src/local-mesos/server/agent-dialer.ts';
import { dialMaster } from '../../src/local-mesos/server/link-http.ts';
import { createLinkPair } from '../../src/local-mesos/server/link-pair.ts';
import { masterLinkRoutes } from '../../src/local-mesos/server/link-routes.ts';
import { until } from './support/agent-fixture.ts';
import { agentId, frameworkId } from './support/agent-model.ts';
import { serveLinks } from './support/linked-agent.ts';

const quick = { heartbeatMs: 50, silenceMs: 5_000 };
const signal = new AbortController().signal;
const numbered = (count: number): MasterToAgent[] =>
  Array.from({ length: count }, (_, index) => ({ type: 'SHUTDOWN', message: `${index} é` }));

/** A master's side that keeps its links and what came over them. */
function createSink() {
  const links: MasterLink[] = [];
  const received: AgentToMaster[] = [];
  let closed = 0;
  return {
    links,
    received,
    closed: () => closed,
    agentConnected(link: MasterLink): void {
      links.push(link);
      link.onMessage((message) => received.push(message));
      link.onClosed(() => {
        closed += 1;
      });
    },
  };
}

test('a pair delivers in order, later, and copies', async (t) => {
  const { agent, master } = createLinkPair();
  const received: MasterToAgent[] = [];
  agent.onMessage((message) => received.push(message));
  const messages = numbered(3);
  for (const message of messages) master.send(message);
  t.deepEqual(received, [], 'never inside send');
  await until(() => received.length === 3);
  t.deepEqual(received, messages);
  t.not(received[0], messages[0]);
});

test('a pair that one side closes is closed for both, after what was sent', async (t) => {
  const { agent, master } = createLinkPair();
  const told: string[] = [];
  master.onMessage(({ type }) => told.push(type));
  master.onClosed(() => told.push('closed'));
  agent.onClosed(() => told.push('own end closed'));
  agent.send({ type: 'UNREGISTER' });
  agent.close();
  agent.close();
  agent.send({ type: 'PONG' });
  await until(() => told.includes('closed'));
  t.deepEqual(told, ['own end closed', 'UNREGISTER', 'closed']);
});

test('over HTTP messages arrive whole and in order, both ways', async (t) => {
  const sink = createSink();
  const { address } = await serveLinks(t, sink);
  const link = await dialMaster(`http://${address}`)(signal);
  const received: MasterToAgent[] = [];
  link.onMessage((message) => received.push(message));
  for (const message of numbered(500)) sink.links[0]?.send(message);
  const updates = Array.from({ length: 500 }, (_, index) => update(index));
  for (const message of updates) link.send(message);
  await until(() => received.length === 500 && sink.received.length === 500);
  t.deepEqual(received, numbered(500));
  t.deepEqual(sink.received, updates);
  link.close();
  await until(() => sink.closed() === 1);
});

test('over HTTP what was sent before close still arrives', async (t) => {
  const sink = createSink();
  const { address } = await serveLinks(t, sink);
  const link = await dialMaster(`http://${address}`)(signal);
  link.send(update(1));
  link.send({ type: 'UNREGISTER' });
  link.close();
  await until(() => sink.closed() === 1);
  t.deepEqual(
    sink.received.map(({ type }) => type),
    ['STATUS_UPDATE', 'UNREGISTER'],
  );
});

test('heartbeats keep a silent link open, and the master that closes it is heard', async (t) => {
  const sink = createSink();
  const { address } = await serveLinks(t, sink, quick);
  const link = await dialMaster(`http://${address}`, quick)(signal);
  const received: MasterToAgent[] = [];
  link.onMessage((message) => received.push(message));
  let closed = false;
  link.onClosed(() => {
    closed = true;
  });
  const end = Date.now() + 2 * quick.silenceMs;
  await until(() => Date.now() > end);
  t.false(closed);
  t.is(sink.closed(), 0);
  t.deepEqual(received, [], 'heartbeats are no messages');
  sink.links[0]?.close();
  await until(() => closed);
});

test('both ends notice a network that swallows everything', async (t) => {
  const sink = createSink();
  const { port } = await serveLinks(t, sink, quick);
  const network = await startNetwork(port);
  t.teardown(network.close);
  const link = await dialMaster(`http://127.0.0.1:${network.port}`, quick)(signal);
  let closed = false;
  link.onClosed(() => {
    closed = true;
  });
  network.swallow();
  await until(() => closed && sink.closed() === 1);
  t.pass();
});

test('a dialer finds a master that comes back on its port', async (t) => {
  const first = createSink();
  const { address, port, close } = await serveLinks(t, first, quick);
  const failures: unknown[] = [];
  let linked = 0;
  const dialer = startDialer({
    dial: dialMaster(`http://${address}`, quick),
    onLink: () => {
      linked += 1;
    },
    onUnlinked: () => undefined,
    onFailure: (error) => failures.push(error),
  });
  t.teardown(() => dialer.close());
  await until(() => linked === 1);
  await close();
  await until(() => failures.length === 1);
  const second = createSink();
  const routes = masterLinkRoutes(second.agentConnected, quick);
  const { createServer: createHttpServer } = await import('node:http');
  const server = createHttpServer((request, response) => void routes(request, response)).listen(port, '127.0.0.1');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  await until(() => linked === 2);
  t.is(failures.length, 1, 'a row of failures is told once');
});

test('what is no message, no link, or no JSON is refused', async (t) => {
  const { address } = await serveLinks(t, createSink());
  const post = async (path: string, body: string, type = 'application/json') => {
    const answer = await fetch(`http://${address}${path}`, { method: 'POST', body, headers: { 'content-type': type } });
    await answer.text();
    return answer.status;
  };
  t.is(await post('/agent-link/none', '[]'), 404);
  t.is(await post('/agent-link', '{}', 'text/plain'), 415);
  t.is((await fetch(`http://${address}/agent-link`)).status, 405);
  t.is(await post('/other', '[]'), 404);
  const open = await fetch(`http://${address}/agent-link`, {
    method: 'POST',
    body: '{}',
    headers: { 'content-type': 'application/json' },
  });
  const id = open.headers.get('agent-link-id') ?? '';
  t.is(await post(`/agent-link/${id}`, '{'), 400);
  t.is(await post(`/agent-link/${id}`, '{}'), 400);
  t.is(await post(`/agent-link/${id}`, '[]'), 202);
  await open.body?.cancel();
});

function update(index: number): AgentToMaster {
  const task_id = { value: `é${index}` as never };
  return {
    type: 'STATUS_UPDATE',
    frameworkId,
    status: { task_id, state: 'TASK_RUNNING', agent_id: { value: agentId } },
    latestState: 'TASK_RUNNING',
  };
}

/** A wire between two sockets that can be made to pass nothing on while both stay open. */
async function startNetwork(target: number) {
  const sockets: Socket[] = [];
  let passing = true;
  const { connect } = await import('node:net');
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    sockets.push(near, far);
    near.on('data', (bytes) => void (passing && far.write(bytes)));
    far.on('data', (bytes) => void (passing && near.write(bytes)));
    for (const socket of [near, far]) socket.on('error', () => undefined);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' ? (address?.port ?? 0) : 0,
    swallow() {
      passing = false;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
