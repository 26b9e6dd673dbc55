/** What is read from offers, what of it a task may take, and how exactly it is cut out. */
import test from 'ava';
import type { Offer, Resource } from '../../../src/mesos-api-client/protocol/mesos.ts';
import { offerSummary } from '../../../src/scheduler/launch-coordinator/offer-summary.ts';
import { amountsOf, inUnits, poolsOf } from '../../../src/scheduler/launch-coordinator/pools.ts';
import { mayUse } from '../../../src/scheduler/launch-coordinator/roles.ts';
import { takeSameShare, takeShare } from '../../../src/scheduler/launch-coordinator/share.ts';
import { agent, callsOf, Driver, offer, portsResource, scalar, taskSpec } from '../fixtures.ts';

const reserved = (role: string, type: 'STATIC' | 'DYNAMIC' = 'STATIC') => ({ reservations: [{ type, role }] });
const refined = {
  reservations: [...reserved('flink').reservations, { type: 'DYNAMIC' as const, role: 'flink/orders' }],
};
const ports = (...ranges: [number, number][]) => portsResource(...ranges.map(([begin, end]) => ({ begin, end })));

test('OF-1, OF-9: host, agent, id, and attributes by name; of none there are none', (t) => {
  const text = { name: 'rack', type: 'TEXT' as const, text: { value: 'r1' } };
  const [pool] = poolsOf([{ ...offer('o1', agent(1)), attributes: [text] }], '*');
  t.like(pool, { agentId: agent(1), hostname: 'host-S1', attributes: { rack: 'r1' }, role: 'flink' });
  t.deepEqual(pool?.offerIds as unknown, ['o1']);
  t.deepEqual(poolsOf([offer('o2', agent(2))], '*')[0]?.attributes, {});
});

test('OF-2: an empty offer is worth nothing; what is reserved and what is not is added up', (t) => {
  const { resources: _resources, ...empty } = offer('o1', agent(1));
  t.like(offerSummary(empty, '*'), { cpus: 0, memMiB: 0, diskMiB: 0, ports: 0 });
  const mixed = [
    scalar('cpus', 1.5),
    scalar('cpus', 2.25, reserved('flink')),
    ports([31_000, 31_001]),
    ports([8000, 8000]),
  ];
  t.deepEqual(inUnits(amountsOf(mixed)), { cpus: 3.75, memMiB: 0, diskMiB: 0, ports: 3 });
});

test('OF-3, OF-5, OF-7, OF-8: cpus, memory, disk and port ranges, other scalars by name; sets and texts are left alone (OF-10)', (t) => {
  const other: Resource[] = [
    scalar('bandwidth', 100),
    { name: 'nics', type: 'SET', set: { item: ['a'] } },
    { name: 'cpus', type: 'TEXT' },
  ];
  const amounts = amountsOf([
    scalar('cpus', 2),
    scalar('mem', 512.5),
    scalar('disk', 7),
    ports([1, 3], [9, 9]),
    ...other,
  ]);
  t.deepEqual(inUnits(amounts), { cpus: 2, memMiB: 512.5, diskMiB: 7, ports: 4, others: { bandwidth: 100 } });
});

test('RA-2: unreserved resources are for all, reserved ones for their role and those below it, others for nobody', (t) => {
  const table: [Resource, string, boolean][] = [
    [scalar('cpus', 1), '*', true],
    [scalar('cpus', 1), 'a', true],
    [scalar('cpus', 1, { role: '*' }), 'a', true],
    [scalar('cpus', 1, { role: 'a' }), 'a', true],
    [scalar('cpus', 1, reserved('a')), 'a', true],
    [scalar('cpus', 1, reserved('a')), 'a/b', true],
    [scalar('cpus', 1, reserved('a')), 'ab', false],
    [scalar('cpus', 1, reserved('a/b')), 'a', false],
    [scalar('cpus', 1, reserved('b')), 'a', false],
    [scalar('cpus', 1, reserved('a')), '*', false],
    [scalar('cpus', 1, refined), 'flink/orders', true],
    [scalar('cpus', 1, refined), 'flink', false],
  ];
  t.deepEqual(
    table.map(([resource, role]) => mayUse(role, resource)),
    table.map(([, , may]) => may),
  );
  const strange: Offer = { ...offer('o1', agent(1)), resources: [scalar('cpus', 1), scalar('cpus', 4, reserved('b'))] };
  t.is(amountsOf(poolsOf([strange], '*')[0]?.free ?? []).cpus, 1000 as never);
});

const small = { cpus: 1, memMiB: 0, diskMiB: 0, ports: [] };

test('RA-1, RA-4, LW-9: reserved before unreserved, part, whole and over several, each with its reservation (MA-52)', (t) => {
  const free = [scalar('cpus', 1), scalar('cpus', 0.5, refined), scalar('cpus', 2, reserved('flink'))];
  const cpus = (wanted: number) => takeShare(free, { ...small, cpus: wanted }, 0)?.taken;
  t.deepEqual(cpus(0.25), [scalar('cpus', 0.25, refined)]);
  t.deepEqual(cpus(0.5), [scalar('cpus', 0.5, refined)]);
  t.deepEqual(cpus(2.5), [scalar('cpus', 0.5, refined), scalar('cpus', 2, reserved('flink'))]);
  t.deepEqual(cpus(3), [scalar('cpus', 0.5, refined), scalar('cpus', 2, reserved('flink')), scalar('cpus', 0.5)]);
});

test('RA-3, RA-5, RA-7: another name or type gives nothing; with too little nothing is taken at all', (t) => {
  t.is(takeShare([scalar('mem', 4), { name: 'cpus', type: 'SET', set: { item: ['1'] } }], small, 0), undefined);
  t.is(takeShare([scalar('cpus', 0.999)], small, 0), undefined);
  t.is(takeShare([scalar('cpus', 1), ports([1, 2])], { ...small, ports: ['a', 'b', 'c'] }, 0), undefined);
});

test('RA-1, RA-6, LW-4: ports: reserved ones first; a part of a range, a whole one, several, over several resources; distinct and by name', (t) => {
  const free = [scalar('cpus', 1), ports([10, 12], [20, 20]), { ...ports([30, 31]), ...reserved('flink') }];
  const named = (count: number) =>
    takeShare(free, { ...small, ports: ['a', 'b', 'c', 'd', 'e', 'f'].slice(0, count) }, 0);
  t.deepEqual(named(1)?.ports, { a: 30 });
  t.deepEqual(named(2)?.taken, [scalar('cpus', 1), { ...ports([30, 31]), ...reserved('flink') }]);
  t.deepEqual(named(3)?.ports, { a: 30, b: 31, c: 10 });
  t.deepEqual(named(5)?.ports, { a: 30, b: 31, c: 10, d: 11, e: 12 });
  t.deepEqual(named(6)?.ports, { a: 30, b: 31, c: 10, d: 11, e: 12, f: 20 });
  t.deepEqual(named(6)?.rest, []);
  t.deepEqual(takeSameShare(free, { ...small, ports: ['a', 'b'] }, { a: 31, b: 20 })?.ports, { a: 31, b: 20 });
  t.is(takeSameShare(free, { ...small, ports: ['a'] }, { a: 13 }), undefined);
});

test('LW-5: an agent with too few ports gets no task, and the reason says so', (t) => {
  const core = new Driver();
  core.subscribe();
  core.launch(taskSpec('t1', { resources: { ports: ['a', 'b', 'c'] } }));
  core.offers(offer('o1', agent(1), { ports: [{ begin: 31_000, end: 31_001 }] }));
  t.is(core.why('t1'), 'of 1 agent: 1 too few ports (wanted 3, best 2)');
});

test('LW-8: environment, URIs, user and labels reach the task as they were asked for', (t) => {
  const core = new Driver();
  core.subscribe();
  const process = {
    command: 'run',
    environment: { A: '1' },
    uris: [{ value: 'http://x/a' }],
    labels: { team: 'blue' },
    user: 'flink',
    killGraceMs: 1_000,
  };
  core.launch(taskSpec('t1', { process }));
  const [operation] = callsOf(core.offers(offer('o1', agent(1))), 'ACCEPT')[0]?.accept.operations ?? [];
  const [info] = operation?.type === 'LAUNCH' ? operation.launch.task_infos : [];
  t.deepEqual(info?.labels, { labels: [{ key: 'team', value: 'blue' }] });
  t.is(info?.command?.user, 'flink');
  t.deepEqual(info?.command?.uris, [{ value: 'http://x/a' }]);
  t.true(info?.command?.environment?.variables?.some(({ name, value }) => name === 'A' && value === '1'));
});
