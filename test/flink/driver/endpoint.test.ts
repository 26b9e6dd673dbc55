/** Calls as they come in over HTTP: admitted, checked, held, made safe before they are answered. */
import test from 'ava';
import { createDriverEndpoint, type DriverCall, type DriverEndpoint } from '../../../src/flink/driver/endpoint.ts';
import { type DriverEffect, type DriverState, noDriver } from '../../../src/flink/driver/sessions.ts';
import { attachOf, aWorker, sessionA, sessionB } from './fixture.ts';

function anEndpoint(persist: (state: DriverState) => Promise<void> = async () => {}) {
  const effects: DriverEffect[] = [];
  const carryOut = (effect: DriverEffect): void => {
    effects.push(effect);
  };
  const endpoint = createDriverEndpoint({ secret: 'open-sesame', state: noDriver, persist, carryOut });
  return { endpoint, effects };
}

function call(endpoint: DriverEndpoint, line: string, given: Partial<DriverCall> = {}) {
  const [method = '', path = ''] = line.split(' ');
  const authorization = 'Bearer open-sesame';
  const signal = new AbortController().signal;
  return endpoint.handle({ method, path, authorization, query: {}, body: undefined, signal, ...given });
}

const attach = (endpoint: DriverEndpoint, session = sessionA) =>
  call(endpoint, 'POST sessions', { body: attachOf(session) });
const want = (endpoint: DriverEndpoint, ...ids: string[]) =>
  call(endpoint, 'PUT workers', { body: { session: sessionA, revision: 1, workers: ids.map(aWorker) } });
const events = (endpoint: DriverEndpoint, given: Partial<DriverCall> = {}) =>
  call(endpoint, 'GET events', { query: { session: sessionA, after: '0', wait: '30' }, ...given });

test('without the secret of the cluster nothing is heard', async (t) => {
  const { endpoint } = anEndpoint();
  for (const authorization of [undefined, '', 'Bearer', 'Bearer ', 'Bearer wrong', 'open-sesame', 'Basic open-sesame'])
    t.is((await call(endpoint, 'POST sessions', { authorization, body: attachOf(sessionA) })).status, 401);
  t.is(endpoint.state(), noDriver);
  t.throws(() => createDriverEndpoint({ secret: '', state: noDriver, persist: async () => {}, carryOut: () => {} }));
});

test('a wrong call is refused by the field that is wrong, and changes nothing', async (t) => {
  const { endpoint } = anEndpoint();
  await attach(endpoint);
  const before = endpoint.state();
  const wrong: [string, Partial<DriverCall>, RegExp][] = [
    ['POST sessions', { body: undefined }, /./],
    ['POST sessions', { body: { ...attachOf('short') } }, /session/],
    ['PUT workers', { body: { session: sessionA, revision: -1, workers: [] } }, /revision/],
    ['PUT workers', { body: { session: sessionA, revision: 1, workers: [{ id: '../../etc' }] } }, /workers\/0/],
    ['GET events', { query: { session: sessionA, after: '-1', wait: '1' } }, /after/],
    ['GET events', { query: { session: sessionA, after: '0', wait: '3600' } }, /wait/],
    ['POST finished', { body: { session: sessionA, status: 'PERHAPS', diagnostics: null } }, /status/],
  ];
  for (const [line, given, message] of wrong) {
    const answer = await call(endpoint, line, given);
    t.like(answer, { status: 400, body: { code: 'bad-request' } }, line);
    t.regex((answer.body as { message: string }).message, message);
  }
  t.like(await call(endpoint, 'DELETE sessions'), { status: 404 });
  t.is(endpoint.state(), before);
});

test('the four calls in order: attach, want, events, finished', async (t) => {
  const { endpoint, effects } = anEndpoint();
  t.deepEqual(await attach(endpoint), { status: 200, body: { workers: [], after: 0 } });
  t.deepEqual(await want(endpoint, 'w-1'), { status: 200, body: { revision: 1 } });
  await endpoint.tell({ kind: 'placed', id: 'w-1' });
  t.deepEqual(await events(endpoint), { status: 200, body: { events: [{ seq: 1, type: 'placed', id: 'w-1' }] } });
  t.deepEqual(await events(endpoint, { query: { session: sessionA, after: '1', wait: '0' } }), {
    status: 200,
    body: { events: [] },
  });
  const body = { session: sessionA, status: 'FAILED', diagnostics: 'no such table' };
  t.deepEqual(await call(endpoint, 'POST finished', { body }), { status: 200, body: {} });
  t.deepEqual(
    effects.map(({ kind }) => kind),
    ['request', 'launch', 'finished', 'kill'],
  );
});

test('a question for events is held until there is one', async (t) => {
  const { endpoint } = anEndpoint();
  await attach(endpoint);
  await want(endpoint, 'w-1');
  const held = events(endpoint);
  await endpoint.tell({ kind: 'placed', id: 'w-1' });
  t.like(await held, { status: 200, body: { events: [{ seq: 1 }] } });
});

test('a held question ends when its session is fenced, its caller has gone, or the endpoint closes', async (t) => {
  const { endpoint } = anEndpoint();
  await attach(endpoint);
  const fenced = events(endpoint);
  await attach(endpoint, sessionB);
  t.like(await fenced, { status: 409, body: { code: 'fenced' } });
  const gone = new AbortController();
  const query = { session: sessionB, after: '0', wait: '30' };
  const left = events(endpoint, { query, signal: gone.signal });
  gone.abort();
  t.deepEqual((await left).body, { events: [] });
  const last = events(endpoint, { query });
  endpoint.close();
  t.deepEqual((await last).body, { events: [] });
});

test('nothing is answered or carried out before it is safe, and what cannot be made safe has not happened', async (t) => {
  let fails = false;
  const safe: DriverState[] = [];
  const { endpoint, effects } = anEndpoint(async (state) => {
    t.deepEqual(effects, []);
    if (fails) throw new Error('the disk is full');
    safe.push(state);
  });
  await attach(endpoint);
  fails = true;
  await t.throwsAsync(want(endpoint, 'w-1'), { message: 'the disk is full' });
  t.deepEqual(effects, []);
  t.is(endpoint.state().workers.size, 0);
  fails = false;
  t.like(await want(endpoint, 'w-1'), { status: 200 });
  t.is(safe.at(-1), endpoint.state());
  t.is(effects.length, 1);
});
