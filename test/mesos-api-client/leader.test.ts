import test from 'ava';
import type { MesosError } from '../../src/mesos-api-client/mesos-error.ts';
import { subscribeAtLeader } from '../../src/mesos-api-client/subscribe-at-leader.ts';
import { answer, obliging } from './fake-master.ts';
import { failure, startClient, startMaster, subscribeCall } from './harness.ts';

const soon = { firstPauseMs: 1, maxPauseMs: 2 };

test('the leader is found behind a dead master, one that recovers, and one that stands by', async (t) => {
  const dead = await startMaster(t, obliging());
  await dead.close();
  const leader = await startMaster(t, obliging());
  const recovering = await startMaster(t, (_, response) => answer(response, 503, 'recovering'));
  const standby = await startMaster(t, (_, response) =>
    answer(response, 307, '', { location: `//${leader.address}/` }),
  );
  const troubles: MesosError[] = [];
  const masters = [dead.address, recovering.address, standby.address];
  const onTrouble = (error: MesosError): void => void troubles.push(error);
  const stream = await subscribeAtLeader(startClient(t), masters, subscribeCall, { ...soon, onTrouble });
  t.is(stream.streamId, 'stream-1');
  t.deepEqual(
    troubles.map(({ code }) => code),
    ['unreachable', 'unavailable'],
  );
  t.deepEqual(leader.seen[0]?.body, subscribeCall);
});

test('MA-14 several claimants that redirect in a circle are asked again after a pause, ten times a round at most', async (t) => {
  const addresses: string[] = [];
  let rounds = 0;
  const leader = await startMaster(t, obliging());
  const first = await startMaster(t, (_, response) =>
    answer(response, 307, '', { location: rounds === 2 ? `//${leader.address}/` : `//${addresses[1]}/` }),
  );
  const second = await startMaster(t, (_, response) => answer(response, 307, '', { location: `//${addresses[0]}/` }));
  addresses.push(first.address, second.address);
  const onTrouble = (error: MesosError): void => {
    t.regex(error.message, /in a circle/);
    t.true(first.seen.length + second.seen.length <= 10 * (rounds + 1));
    rounds += 1;
  };
  await subscribeAtLeader(startClient(t), [first.address], subscribeCall, { ...soon, onTrouble });
  t.is(rounds, 2);
});

test('while nobody leads it goes on asking, until the signal fires', async (t) => {
  const abort = new AbortController();
  let asked = 0;
  const master = await startMaster(t, (_, response) => {
    asked += 1;
    answer(response, 503, 'No leader elected');
    if (asked === 3) abort.abort();
  });
  const search = subscribeAtLeader(startClient(t), [master.address], subscribeCall, { ...soon, signal: abort.signal });
  t.is((await failure(t, search)).code, 'closed');
  t.is(asked, 3);
});

for (const [status, code] of [
  [400, 'rejected'],
  [401, 'unauthorized'],
] as const) {
  test(`a master that refuses for good (${status}) ends the search`, async (t) => {
    const master = await startMaster(t, (_, response) => answer(response, status, 'no'));
    const search = subscribeAtLeader(startClient(t), [master.address, master.address], subscribeCall, soon);
    t.is((await failure(t, search)).code, code);
    t.is(master.seen.length, 1);
  });
}
