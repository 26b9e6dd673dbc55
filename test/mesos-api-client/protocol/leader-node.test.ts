import test from 'ava';
import fc from 'fast-check';
import { leaderOf, readLeader } from '../../../src/mesos-api-client/protocol/leader-node.ts';

test('MA-59: the lowest number leads, whatever the order, and what has none is passed over', (t) => {
  t.is(leaderOf(['json.info_0000000012', 'log_replicas', 'json.info_0000000009'])?.name, 'json.info_0000000009');
  t.is(leaderOf(['json.info_0000000012', 'log_replicas'])?.name, 'json.info_0000000012');
  t.is(leaderOf(['json.info_0000000010', 'info_0000000002'])?.name, 'info_0000000002');
  t.is(leaderOf(['log_replicas', 'json.info_', 'json.info_12x', '', 'json.info_99999999999']), undefined);
  t.is(leaderOf([]), undefined);
});

test('the number is a signed one of 32 bits: past its end it goes on below zero', (t) => {
  t.deepEqual(leaderOf(['json.info_2147483647', 'json.info_-2147483648']), {
    name: 'json.info_-2147483648',
    sequence: -2_147_483_648,
  });
  t.is(leaderOf(['json.info_2147483648']), undefined);
});

test('the leader is the same for every order of the names', (t) => {
  const name = fc.oneof(
    fc.integer().map((sequence) => `json.info_${String(sequence).padStart(10, '0')}`),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.uniqueArray(name), fc.infiniteStream(fc.nat()), (names, chances) => {
      const shuffled = names.map((one) => ({ one, key: chances.next().value })).sort((a, b) => a.key - b.key);
      return leaderOf(names)?.sequence === leaderOf(shuffled.map(({ one }) => one))?.sequence;
    }),
  );
  t.pass();
});

/** As a master of Apache Mesos 1.12 writes it. */
const info = {
  address: { hostname: 'master-1.example', ip: '10.0.0.1', port: 5321 },
  capabilities: [{ type: 'AGENT_UPDATE' }, { type: 'AGENT_DRAINING' }, { type: 'QUOTA_V2' }],
  hostname: 'master-1.example',
  id: '400fa33a-f063-4b28-a7e9-166e67e1d75d',
  ip: 16_777_343,
  pid: 'master@10.0.0.1:5321',
  port: 5321,
  version: '1.12.0',
};

function read(value: unknown, name = 'json.info_0000000001') {
  return readLeader(name, typeof value === 'string' ? value : JSON.stringify(value));
}

test('the addresses of a master: its host name first, as redirects name it, then its ip', (t) => {
  t.deepEqual(read(info), { kind: 'master', addresses: ['master-1.example:5321', '10.0.0.1:5321'] });
});

test('without an address the pid counts, then the host name', (t) => {
  const { address: _, ...old } = info;
  t.deepEqual(read(old), { kind: 'master', addresses: ['10.0.0.1:5321', 'master-1.example:5321'] });
  t.deepEqual(read({ hostname: 'h', port: 5050 }), { kind: 'master', addresses: ['h:5050'] });
  t.deepEqual(read({ pid: 'master@[::1]:5050' }), { kind: 'master', addresses: ['[::1]:5050'] });
  t.deepEqual(read({ address: { ip: 'fe80::1', port: 5050 } }), { kind: 'master', addresses: ['[fe80::1]:5050'] });
});

for (const [what, value, name] of [
  ['no JSON', '{"address":', undefined],
  ['nothing', '', undefined],
  ['null', 'null', undefined],
  ['a list', '[]', undefined],
  ['no address', '{"id":"x"}', undefined],
  ['a port of 0', '{"hostname":"h","port":0}', undefined],
  ['a port that is text', '{"hostname":"h","port":"5050"}', undefined],
  ['a host that is none', '{"hostname":"h/../x","port":5050}', undefined],
  ['the protobuf of old', JSON.stringify(info), 'info_0000000001'],
  ['a bare pid', 'master@h:5050', '0000000001'],
] as const) {
  test(`MA-60: ${what} in the node is told, and names no master`, (t) => {
    const answer = read(value, name);
    t.is(answer.kind, 'unreadable');
    if (answer.kind === 'unreadable') t.regex(answer.why, /0000000001/);
  });
}
