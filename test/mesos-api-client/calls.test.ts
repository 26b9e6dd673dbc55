import type { ServerResponse } from 'node:http';
import test from 'ava';
import { answer, obliging, openStream } from './fake-master.ts';
import { failure, killCall, opened, startClient, startMaster } from './harness.ts';

test('MA-3 calls carry the stream id and travel on a connection of their own, kept for all of them', async (t) => {
  const master = await startMaster(t, obliging());
  const stream = await opened(startClient(t), master);
  await stream.call(killCall('1'));
  await stream.call(killCall('2'));
  const [subscribed, ...calls] = master.seen;
  t.deepEqual(
    calls.map((call) => call.body as unknown),
    [killCall('1'), killCall('2')],
  );
  for (const call of calls) {
    t.is(call.path, '/api/v1/scheduler');
    t.is(call.headers['mesos-stream-id'], 'stream-1');
    t.is(call.headers['content-type'], 'application/json');
    t.is(call.headers.accept, 'application/json');
    t.not(call.connection, subscribed?.connection);
  }
  t.is(new Set(calls.map((call) => call.connection)).size, 1);
});

test('calls are strictly one after the other, in the order of their making', async (t) => {
  let underWay = 0;
  const master = await startMaster(t, (request, response) => {
    if (request.body.type === 'SUBSCRIBE') {
      openStream(response);
      return;
    }
    underWay += 1;
    t.is(underWay, 1);
    setImmediate(() => {
      underWay -= 1;
      answer(response, 202);
    });
  });
  const stream = await opened(startClient(t), master);
  const tasks = Array.from({ length: 50 }, (_, index) => String(index));
  await Promise.all(tasks.map((task) => stream.call(killCall(task))));
  t.deepEqual(
    master.seen.slice(1).map((call) => call.body as unknown),
    tasks.map(killCall),
  );
});

test('MA-4 calls that wait when their stream is closed are never sent, and those of the next one carry its id', async (t) => {
  const held = Promise.withResolvers<ServerResponse>();
  let streams = 0;
  const master = await startMaster(t, (request, response) => {
    if (request.body.type === 'SUBSCRIBE') {
      streams += 1;
      openStream(response, `stream-${streams}`);
    } else if (request.headers['mesos-stream-id'] === 'stream-1') {
      held.resolve(response);
    } else {
      answer(response, 202);
    }
  });
  const client = startClient(t);
  const first = await opened(client, master);
  const underWay = failure(t, first.call(killCall('under-way')));
  const waiting = failure(t, first.call(killCall('waiting')));
  await held.promise;
  first.close();
  t.is((await underWay).code, 'closed');
  t.is((await waiting).code, 'closed');
  t.is((await failure(t, first.call(killCall('late')))).code, 'closed');
  const second = await opened(client, master);
  await second.call(killCall('next'));
  const calls = master.seen.filter((request) => request.body.type !== 'SUBSCRIBE');
  t.deepEqual(
    calls.map((call) => [call.headers['mesos-stream-id'], call.body] as unknown),
    [
      ['stream-1', killCall('under-way')],
      ['stream-2', killCall('next')],
    ],
  );
});

for (const [id, status, sentence, code] of [
  ['MA-17', 400, 'Framework cannot be found', 'subscription-lost'],
  [
    'MA-17',
    400,
    "The stream ID 'x' included in this request didn't match the stream ID currently associated with framework ID f",
    'subscription-lost',
  ],
  ['MA-18', 403, 'Framework is not subscribed', 'subscription-lost'],
  ['MA-18', 403, '', 'subscription-lost'],
  ['', 307, '', 'subscription-lost'],
  ['', 400, "Failed to validate scheduler::Call: Expecting 'framework_id' to be present", 'rejected'],
  ['', 400, 'Failed to validate scheduler::Call: Not a valid UUID', 'rejected'],
  ['', 409, 'conflict', 'rejected'],
  ['', 401, '401 Unauthorized.', 'unauthorized'],
  ['', 503, 'Master has not finished recovery', 'unavailable'],
  ['', 404, '404 Not Found.', 'unavailable'],
] as const) {
  test(`${id} a call answered ${status} "${sentence}" is ${code} and is not repeated`.trim(), async (t) => {
    const master = await startMaster(t, (request, response) => {
      if (request.body.type === 'SUBSCRIBE') {
        openStream(response);
      } else {
        answer(response, status, sentence, { location: '//h:1/' });
      }
    });
    const stream = await opened(startClient(t), master);
    const error = await failure(t, stream.call(killCall('1')));
    t.is(error.code, code);
    t.is(error.status, status);
    t.true(error.message.includes('KILL') && error.message.includes(sentence), error.message);
    t.is(master.seen.length, 2);
  });
}

test('MA-25 a call whose answer is lost is unreachable and never repeated; the next one is sent', async (t) => {
  const master = await startMaster(t, (request, response) => {
    if (request.body.type === 'SUBSCRIBE') {
      openStream(response);
    } else if (JSON.stringify(request.body).includes('lost')) {
      response.destroy();
    } else {
      answer(response, 202);
    }
  });
  const stream = await opened(startClient(t), master);
  const lost = failure(t, stream.call(killCall('lost')));
  const next = stream.call(killCall('next'));
  t.is((await lost).code, 'unreachable');
  await next;
  t.deepEqual(
    master.seen.slice(1).map((call) => call.body as unknown),
    [killCall('lost'), killCall('next')],
  );
});

test('UPDATE_FRAMEWORK answered 200 with a body is taken, and its connection kept', async (t) => {
  const master = await startMaster(t, (request, response) => {
    if (request.body.type === 'SUBSCRIBE') {
      openStream(response);
    } else {
      answer(response, 200, 'x'.repeat(1000));
    }
  });
  const stream = await opened(startClient(t), master);
  await stream.call(killCall('1'));
  await stream.call(killCall('2'));
  t.is(master.seen[1]?.connection, master.seen[2]?.connection);
});
