import test from 'ava';
import { MesosError } from '../../src/mesos-api-client/scheduler-client.ts';
import { type ConnectionInput, createMesosConnection } from '../../src/runtime/mesos-connection.ts';
import type { MasterAddress, SubscriptionId } from '../../src/scheduler/model/master.ts';
import { call, fakeClient, fakeStream, master, quiet, schedulerCall, subscribe } from './support/fakes.ts';

const first = 1 as SubscriptionId;
const second = 2 as SubscriptionId;

function setUp() {
  const inputs: ConnectionInput[] = [];
  const defects: unknown[] = [];
  const client = fakeClient();
  const connection = createMesosConnection({
    client,
    report: (input) => inputs.push(input),
    room: async () => undefined,
    defect: (error) => defects.push(error),
  });
  return { inputs, defects, client, connection };
}

test('an opened stream is reported, then its events in order', async (t) => {
  const { inputs, client, connection } = setUp();
  const stream = fakeStream();
  client.onSubscribe = async () => ({ kind: 'opened', stream });
  connection.perform(subscribe(first));
  stream.push({ type: 'HEARTBEAT' });
  stream.push({ type: 'OFFERS', offers: {} });
  await quiet();
  t.deepEqual(inputs, [
    { kind: 'connection', subscription: first, change: { kind: 'opened', master } },
    { kind: 'mesos', subscription: first, event: { type: 'HEARTBEAT' } },
    { kind: 'mesos', subscription: first, event: { type: 'OFFERS', offers: {} } },
  ]);
});

test('a redirect is reported, not followed: where to go is for the core to say', async (t) => {
  const { inputs, client, connection } = setUp();
  const asked: string[] = [];
  client.onSubscribe = async (at) => {
    asked.push(at);
    return { kind: 'redirected', to: 'leader:5050' };
  };
  connection.perform(subscribe(first));
  await quiet();
  const to = 'leader:5050' as MasterAddress;
  t.deepEqual(inputs, [{ kind: 'connection', subscription: first, change: { kind: 'redirected', to } }]);
  t.deepEqual(asked, [master]);
});

test('an attempt that fails and a stream that breaks are reported with their code and status', async (t) => {
  const { inputs, client, connection } = setUp();
  client.onSubscribe = async () => {
    throw new MesosError('unauthorized', 'who are you?', { status: 401 });
  };
  connection.perform(subscribe(first));
  await quiet();
  const stream = fakeStream();
  client.onSubscribe = async () => ({ kind: 'opened', stream });
  connection.perform(subscribe(second));
  stream.fail(new MesosError('closed', 'the end'));
  await quiet();
  const failed = (subscription: SubscriptionId, problem: object) =>
    ({ kind: 'connection', subscription, change: { kind: 'failed', problem } }) as ConnectionInput;
  t.deepEqual(inputs[0], failed(first, { code: 'unauthorized', message: 'who are you?', status: 401 }));
  t.deepEqual(inputs[2], failed(second, { code: 'closed', message: 'the end' }));
  t.true(stream.closed);
});

test('calls go out one after the other, in order', async (t) => {
  const { client, connection } = setUp();
  const stream = fakeStream();
  const gate = Promise.withResolvers<void>();
  stream.answer = async () => gate.promise;
  client.onSubscribe = async () => ({ kind: 'opened', stream });
  connection.perform(subscribe(first));
  await quiet();
  connection.perform(call('REVIVE', first));
  connection.perform(call('SUPPRESS', first));
  await quiet();
  t.deepEqual(
    stream.sent.map((sent) => sent.type),
    ['REVIVE'],
  );
  gate.resolve();
  await quiet();
  t.deepEqual(
    stream.sent.map((sent) => sent.type),
    ['REVIVE', 'SUPPRESS'],
  );
});

test('a call that fails is reported with its problem, never repeated, and the next one goes out', async (t) => {
  const { inputs, client, connection } = setUp();
  const stream = fakeStream();
  stream.answer = async ({ type }) => {
    if (type === 'REVIVE') throw new MesosError('subscription-lost', 'not subscribed', { status: 403 });
  };
  client.onSubscribe = async () => ({ kind: 'opened', stream });
  connection.perform(subscribe(first));
  await quiet();
  connection.perform(call('REVIVE', first));
  connection.perform(call('SUPPRESS', first));
  await quiet();
  const problem = { code: 'subscription-lost', message: 'not subscribed', status: 403 } as const;
  t.deepEqual(inputs.slice(1), [{ kind: 'call-failed', subscription: first, call: schedulerCall('REVIVE'), problem }]);
  t.is(stream.sent.length, 2);
});

test('I6: nothing is sent on an old subscription, not even what was queued for it; each is reported as unsent', async (t) => {
  const { inputs, client, connection } = setUp();
  const [old, fresh] = [fakeStream(), fakeStream()];
  const gate = Promise.withResolvers<void>();
  old.answer = async () => gate.promise;
  client.onSubscribe = async () => ({ kind: 'opened', stream: old });
  connection.perform(subscribe(first));
  await quiet();
  connection.perform(call('REVIVE', first));
  connection.perform(call('SUPPRESS', first));
  await quiet();
  client.onSubscribe = async () => ({ kind: 'opened', stream: fresh });
  connection.perform(subscribe(second));
  connection.perform(call('REVIVE', first));
  await quiet();
  gate.resolve();
  await quiet();
  t.deepEqual([old.sent.length, fresh.sent.length, old.closed], [1, 0, true]);
  const unsent = inputs.filter((input) => input.kind === 'call-failed');
  t.deepEqual(
    unsent.map((input) => [input.subscription, input.call.type, input.problem.code]),
    [
      [first, 'REVIVE', 'closed'],
      [first, 'SUPPRESS', 'closed'],
    ],
  );
});

test('what an old subscription still says is not passed on', async (t) => {
  const { inputs, client, connection } = setUp();
  const [old, fresh] = [fakeStream(), fakeStream()];
  client.onSubscribe = async () => ({ kind: 'opened', stream: old });
  connection.perform(subscribe(first));
  await quiet();
  client.onSubscribe = async () => ({ kind: 'opened', stream: fresh });
  connection.perform(subscribe(second));
  old.push({ type: 'HEARTBEAT' });
  old.fail(new MesosError('closed', 'the end'));
  await quiet();
  t.deepEqual(
    inputs.map((input) => [input.kind, input.subscription]),
    [
      ['connection', first],
      ['connection', second],
    ],
  );
});

test('an answer that comes after its attempt was given up is closed again', async (t) => {
  const { inputs, client, connection } = setUp();
  const late = fakeStream();
  const answer = Promise.withResolvers<void>();
  client.onSubscribe = async () => {
    await answer.promise;
    return { kind: 'opened', stream: late };
  };
  connection.perform(subscribe(first));
  connection.perform({ kind: 'unsubscribe', subscription: first, reason: 'test' });
  answer.resolve();
  await quiet();
  t.true(late.closed);
  t.deepEqual(inputs, []);
});

test('unsubscribe ends the present subscription only when it is meant', async (t) => {
  const { client, connection } = setUp();
  const stream = fakeStream();
  client.onSubscribe = async () => ({ kind: 'opened', stream });
  connection.perform(subscribe(second));
  await quiet();
  connection.perform({ kind: 'unsubscribe', subscription: first, reason: 'test' });
  t.false(stream.closed);
  connection.perform({ kind: 'unsubscribe', subscription: second, reason: 'test' });
  t.true(stream.closed);
});

test('an error that is none of the client is a defect', async (t) => {
  const { inputs, defects, client, connection } = setUp();
  client.onSubscribe = async () => {
    throw new TypeError('a bug');
  };
  connection.perform(subscribe(first));
  await quiet();
  t.deepEqual(inputs, []);
  t.regex(String(defects[0]), /a bug/);
});

test('events stay in the stream while there is no room in the queue', async (t) => {
  const inputs: ConnectionInput[] = [];
  const client = fakeClient();
  const stream = fakeStream();
  client.onSubscribe = async () => ({ kind: 'opened', stream });
  const gate = Promise.withResolvers<void>();
  const report = (input: ConnectionInput) => void inputs.push(input);
  const connection = createMesosConnection({ client, report, room: () => gate.promise, defect: () => t.fail() });
  connection.perform(subscribe(first));
  for (let n = 0; n < 5; n++) stream.push({ type: 'HEARTBEAT' });
  await quiet();
  t.is(inputs.length, 2);
  gate.resolve();
  await quiet();
  t.is(inputs.length, 6);
});
