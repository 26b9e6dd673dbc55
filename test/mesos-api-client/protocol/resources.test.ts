import test from 'ava';
import fc from 'fast-check';
import { toThousandths } from '../../../src/lib/thousandths.ts';
import type { Resource } from '../../../src/mesos-api-client/protocol/mesos.ts';
import {
  add,
  contains,
  makeRanges,
  makeScalar,
  portRanges,
  scalarSum,
  subtract,
  takeGivenPorts,
  takePorts,
  takeScalar,
} from '../../../src/mesos-api-client/protocol/resources.ts';

const web = { allocation_info: { role: 'web' } };
const reservations = [{ type: 'STATIC' as const, role: 'web' }];

/** As a real master offered it to role `web`: two reserved pieces, the rest unreserved. */
const offered: Resource[] = [
  { ...makeScalar('cpus', 1.5), ...web },
  { ...makeScalar('cpus', 2), ...web, reservations },
  { ...makeScalar('mem', 1024), ...web },
  {
    ...makeRanges('ports', [
      { begin: 31000, end: 31002 },
      { begin: 31005, end: 31005 },
    ]),
    ...web,
  },
  { ...makeRanges('ports', [{ begin: 8000, end: 8001 }]), ...web, reservations },
];

test('MA-52 sums count in thousandths', (t) => {
  const tenths = [makeScalar('cpus', 0.1), makeScalar('cpus', 0.2)];
  t.is(scalarSum(tenths, 'cpus'), toThousandths(0.3));
  t.deepEqual(takeScalar(tenths, 'cpus', toThousandths(0.3))?.rest, []);
  t.is(scalarSum(offered, 'cpus'), toThousandths(3.5));
  t.is(scalarSum(offered, 'gpus'), toThousandths(0));
});

test('MA-52 a scalar is cut out of reserved and unreserved pieces, each echoed as offered, reserved first', (t) => {
  const cut = takeScalar(offered, 'cpus', toThousandths(2.3));
  t.deepEqual(cut?.taken, [
    { ...makeScalar('cpus', 2), ...web, reservations },
    { ...makeScalar('cpus', 0.3), ...web },
  ]);
  t.is(scalarSum(cut?.rest ?? [], 'cpus'), toThousandths(1.2));
  t.true(contains(offered, cut?.taken ?? []));
});

test('MA-52 what is not there cannot be cut', (t) => {
  t.is(takeScalar(offered, 'cpus', toThousandths(3.501)), undefined);
  t.is(takeScalar(offered, 'gpus', toThousandths(1)), undefined);
  t.deepEqual(takeScalar(offered, 'gpus', toThousandths(0))?.taken, []);
});

test('MA-52 revocable, shared and special disks are left alone', (t) => {
  const special: Resource[] = [
    { ...makeScalar('cpus', 4), revocable: {} },
    { ...makeScalar('disk', 100), disk: { persistence: { id: 'p' } } },
    { ...makeScalar('disk', 100), disk: { source: { type: 'MOUNT' } } },
    makeScalar('disk', 7),
  ];
  t.is(scalarSum(special, 'cpus'), toThousandths(0));
  t.is(scalarSum(special, 'disk'), toThousandths(7));
  t.is(takeScalar(special, 'disk', toThousandths(7))?.rest.length, 3);
});

test('MA-53 three ports of [31000-31002,31005] are distinct and inside the ranges', (t) => {
  const ports = makeRanges('ports', [
    { begin: 31000, end: 31002 },
    { begin: 31005, end: 31005 },
  ]);
  const first = takePorts([ports], 3);
  t.deepEqual(first?.ports, [31000, 31001, 31002]);
  const second = takePorts(first?.rest ?? [], 1);
  t.deepEqual(second?.ports, [31005]);
  t.deepEqual(second?.rest, []);
  t.is(takePorts(first?.rest ?? [], 2), undefined);
});

test('MA-53 reserved ports come first; of them as of the others those after startAt, then the lowest', (t) => {
  const open = offered.filter((resource) => resource.reservations === undefined && (resource.role ?? '*') === '*');
  t.deepEqual(takePorts(open, 4, 31001)?.ports, [31001, 31002, 31005, 31000]);
  t.deepEqual(takePorts(offered, 4, 31001)?.ports, [8000, 8001, 31001, 31002]);
  t.deepEqual(takePorts(offered, 2, 8001)?.ports, [8001, 8000]);
  t.deepEqual(takePorts(offered, 1, 65535)?.ports, [8000]);
});

test('MA-53 given ports are cut out of the pieces that hold them, or not at all', (t) => {
  const cut = takeGivenPorts(offered, [31005, 8001, 31001]);
  t.deepEqual(cut?.ports, [31005, 8001, 31001]);
  t.deepEqual(cut?.taken, [
    { ...makeRanges('ports', [{ begin: 8001, end: 8001 }]), ...web, reservations },
    {
      ...makeRanges('ports', [
        { begin: 31001, end: 31001 },
        { begin: 31005, end: 31005 },
      ]),
      ...web,
    },
  ]);
  t.is(takeGivenPorts(offered, [31003]), undefined);
  t.is(takeGivenPorts(offered, [31001, 31001]), undefined, 'never a port twice');
});

test('alike resources add up whatever the order of their members; unlike ones do not', (t) => {
  const left: Resource = { name: 'cpus', type: 'SCALAR', scalar: { value: 1 }, allocation_info: { role: 'a' } };
  const right: Resource = { allocation_info: { role: 'a' }, scalar: { value: 2 }, type: 'SCALAR', name: 'cpus' };
  t.deepEqual(add([left, { ...right, reservations: [] }]), [{ ...left, scalar: { value: 3 } }]);
  t.is(add([left, { ...right, allocation_info: { role: 'b' } }]).length, 2);
  t.false(contains([left], [makeScalar('cpus', 1)]), 'allocation_info is part of what is compared');
});

test('role "*" of the older format is unreserved like no role; another one is not', (t) => {
  const older = { ...makeScalar('cpus', 2), role: '*' };
  t.deepEqual(subtract([older], [makeScalar('cpus', 0.5)]), [{ ...older, scalar: { value: 1.5 } }]);
  t.false(contains([{ ...older, role: 'web' }], [makeScalar('cpus', 0.5)]));
});

test('sets and texts', (t) => {
  const set = (...item: string[]): Resource => ({ name: 'nics', type: 'SET', set: { item } });
  t.deepEqual(add([set('a')], [set('b', 'a')]), [set('a', 'b')]);
  t.deepEqual(subtract([set('a', 'b')], [set('a')]), [set('b')]);
  t.is(subtract([set('a')], [set('c')]), undefined);
});

const amounts = fc.integer({ min: 1, max: 100_000 }).map((thousandths) => thousandths / 1000);
const pools = fc.array(
  fc.oneof(
    fc.record({ value: amounts, role: fc.constantFrom('web', undefined) }).map(
      ({ value, role }): Resource => ({
        ...makeScalar('cpus', value),
        ...web,
        ...(role === undefined ? {} : { reservations: [{ type: 'DYNAMIC', role, principal: 'p' }] }),
      }),
    ),
    fc.array(fc.tuple(fc.integer({ min: 31000, max: 31060 }), fc.integer({ min: 0, max: 9 })), { maxLength: 4 }).map(
      (list): Resource =>
        makeRanges(
          'ports',
          list.map(([begin, more]) => ({ begin, end: begin + more })),
        ),
    ),
  ),
  { maxLength: 8 },
);

test('property: what is taken and what is left are the offer, exactly', (t) => {
  fc.assert(
    fc.property(pools, amounts, fc.integer({ min: 0, max: 12 }), (pool, wanted, count) => {
      const cut = takeScalar(pool, 'cpus', toThousandths(wanted));
      t.is(cut === undefined, scalarSum(pool, 'cpus') < toThousandths(wanted));
      if (cut !== undefined) {
        t.deepEqual(sorted(add(cut.taken, cut.rest)), sorted(add(pool)));
        t.is(scalarSum(cut.taken, 'cpus'), toThousandths(wanted));
      }
      const ports = takePorts(pool, count);
      if (ports !== undefined) {
        t.is(new Set(ports.ports).size, count);
        t.deepEqual(portRanges(add(ports.taken, ports.rest)), portRanges(pool));
        t.true(ports.ports.every((port) => takeGivenPorts(pool, [port]) !== undefined));
      }
    }),
  );
});

test('property: subtract undoes add', (t) => {
  const scalars = pools.map((pool) => pool.filter((resource) => resource.type === 'SCALAR'));
  fc.assert(
    fc.property(scalars, scalars, (left, right) => {
      t.deepEqual(sorted(subtract(add(left, right), right) ?? []), sorted(add(left)));
    }),
  );
});

function sorted(resources: Resource[]): string[] {
  return resources.map((resource) => JSON.stringify(resource)).sort();
}
