import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import test from 'ava';
import fc from 'fast-check';
import { createMasterApi } from '../../src/mesos-api-client/operator-client.ts';
import { createMasterView, type MasterView } from '../../src/mesos-api-client/protocol/master-view.ts';
import type { MasterEvent } from '../../src/mesos-api-client/protocol/operator.ts';
import { sendEvent } from './fake-master.ts';
import { failure, startMaster } from './harness.ts';

const recorded: MasterEvent[] = readFileSync(new URL('./recorded/operator-events.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));

function shown({ tasks, agents, frameworks }: MasterView) {
  return {
    tasks: [...tasks.values()].flatMap((ofFramework) =>
      [...ofFramework.values()].map(({ task_id, state }) => `${task_id.value} ${state}`),
    ),
    agents: agents.size,
    frameworks: [...frameworks.values()].map(({ framework_info }) => framework_info.name),
  };
}

function begin(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
}

test('MA-67 the recorded events of a master, as its state after each of them', (t) => {
  const view = createMasterView();
  const names = new Set<string>();
  for (const event of recorded) {
    view.apply(event);
    const { tasks, frameworks } = shown(view);
    for (const task of tasks) names.add(task.replace(/.* /, ''));
    t.true(frameworks.length <= 1);
  }
  t.true(names.has('TASK_RUNNING') && names.has('TASK_UNREACHABLE'), [...names].join());
  const after = shown(view);
  t.deepEqual([after.tasks, after.frameworks], [[], []]);
  t.true(after.agents > 0);
});

test('MA-67 a stream that breaks is told, and the snapshot of the next one replaces what was known', async (t) => {
  const [snapshot] = recorded;
  const streams: ServerResponse[] = [];
  const master = await startMaster(t, (_, response) => {
    begin(response);
    streams.push(response);
    for (const event of streams.length === 1 ? recorded.slice(0, 8) : [snapshot]) sendEvent(response, event);
  });
  const api = createMasterApi(master.address);
  t.teardown(() => api.close());
  const view = createMasterView();
  const follow = async (count: number): Promise<void> => {
    const stream = await api.subscribe();
    let seen = 0;
    for await (const event of stream.events()) {
      view.apply(event);
      seen += 1;
      if (seen === count) streams.at(-1)?.socket?.destroy();
    }
  };
  t.is((await failure(t, follow(8))).code, 'closed');
  t.true(shown(view).tasks.length > 0);
  t.is((await failure(t, follow(1))).code, 'closed');
  const fresh = createMasterView();
  if (snapshot !== undefined) fresh.apply(snapshot);
  t.deepEqual(shown(view), shown(fresh));
});

test('MA-67 an update of an unknown task changes nothing', (t) => {
  const view = createMasterView();
  for (const event of recorded.filter(({ type }) => type === 'TASK_UPDATED' || type === 'HEARTBEAT')) view.apply(event);
  view.apply({ type: 'TELEPATHY' } as never);
  t.deepEqual(shown(view), { tasks: [], agents: 0, frameworks: [] });
});

test('MA-67 property: events in any order, repeated and left out, are never an error', (t) => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...recorded), { maxLength: 40 }), (events) => {
      const view = createMasterView();
      for (const event of events) view.apply(event);
      for (const ofFramework of view.tasks.values()) t.true(ofFramework.size > 0);
    }),
  );
});

test('a stream in which nothing comes for too long ends as unreachable, though bytes trickle', async (t) => {
  const master = await startMaster(t, (_, response) => {
    begin(response);
    sendEvent(response, { type: 'HEARTBEAT' });
    response.write('1000\n');
    const drip = setInterval(() => response.write(' '), 5);
    response.once('close', () => clearInterval(drip));
  });
  const api = createMasterApi(master.address, { silenceLimitMs: 50 });
  t.teardown(() => api.close());
  const stream = await api.subscribe();
  const read = async (): Promise<void> => {
    for await (const event of stream.events()) t.is(event.type, 'HEARTBEAT');
  };
  t.is((await failure(t, read())).code, 'unreachable');
  await master.allSocketsClosed();
});

test('close() of the stream, of the client, and a signal end it and its connection', async (t) => {
  const master = await startMaster(t, (_, response) => begin(response));
  for (const way of ['stream', 'client', 'signal'] as const) {
    const api = createMasterApi(master.address);
    const abort = new AbortController();
    const stream = await api.subscribe({ signal: abort.signal });
    const reading = failure(t, stream.events()[Symbol.asyncIterator]().next());
    if (way === 'stream') stream.close();
    else if (way === 'client') await api.close();
    else abort.abort();
    t.is((await reading).code, 'closed');
    await master.allSocketsClosed();
    await api.close();
  }
});
