import test from 'ava';
import fc from 'fast-check';
import { toThousandths } from '../../../src/lib/thousandths.ts';
import type { AgentId, OfferId } from '../../../src/mesos-api-client/protocol/ids.ts';
import type { Resource } from '../../../src/mesos-api-client/protocol/mesos.ts';
import { contains, portRanges, scalarSum } from '../../../src/mesos-api-client/protocol/resources.ts';
import { Placing, potOf } from '../../../src/scheduler/launch-coordinator/placing.ts';
import type { Pool } from '../../../src/scheduler/launch-coordinator/pools.ts';
import type { Request } from '../../../src/scheduler/launch-coordinator/request.ts';
import { RunningTasks } from '../../../src/scheduler/launch-coordinator/running-tasks.ts';
import { agent, portsResource, scalar, taskSpec } from '../fixtures.ts';

function pool(agentId: AgentId, free: Resource[], leaving = false): Pool {
  const [hostname, offerIds] = [`host-${agentId}`, [`o-${agentId}` as OfferId]];
  return { agentId, hostname, role: 'flink', attributes: {}, offerIds, free, kept: new Map(), leaving };
}

function request(taskId: string, cpus: number, memMiB = 10, ports: string[] = []): Request {
  return { spec: taskSpec(taskId, { resources: { cpus, memMiB, diskMiB: 0, ports } }), role: 'flink' };
}

function match(requests: readonly Request[], pools: readonly Pool[], nextPorts = new Map<AgentId, number>()) {
  const pots = pools.map(potOf);
  const running = new RunningTasks([]);
  new Placing(pots, running, nextPorts, keeper).place(requests);
  const matches = pots.flatMap(({ pool: at, placed }: Pots) =>
    placed.map(({ request, ports, resources }) => ({ taskId: request.spec.taskId, pool: at, ports, resources })),
  );
  return { matches, left: pots.map(({ pool: { agentId }, free }) => ({ agentId, free })) };
}

const keeper: ConstructorParameters<typeof Placing>[3] = {
  claims: new Map(),
  keeping: () => {
    throw new Error('nothing is kept');
  },
};

type Pots = ConstructorParameters<typeof Placing>[0][number];

function placed(requests: Request[], pools: Pool[]): Record<string, string> {
  return Object.fromEntries(match(requests, pools).matches.map((each) => [each.taskId, each.pool.agentId]));
}

test('a task goes to the fullest agent that has room for it', (t) => {
  const pools = [8, 2, 4].map((cpus, index) => pool(agent(index), [scalar('cpus', cpus), scalar('mem', 100)]));
  t.deepEqual(placed([request('small', 1), request('large', 8)], pools), { small: 'S1', large: 'S0' });
});

test('MA-55: an agent that is about to leave comes last', (t) => {
  const full = (leaving: boolean, number: number) =>
    pool(agent(number), [scalar('cpus', 2), scalar('mem', 100)], leaving);
  t.deepEqual(placed([request('a', 2), request('b', 2)], [full(true, 1), full(false, 2)]), { a: 'S2', b: 'S1' });
});

test('requests are served in their order, and a later small one still gets what an earlier large one cannot use', (t) => {
  const pools = [pool(agent(1), [scalar('cpus', 2), scalar('mem', 100)])];
  t.deepEqual(placed([request('huge', 64), request('first', 2), request('second', 1)], pools), { first: 'S1' });
});

test('MA-52: three tasks of 0.1 cpus fit in 0.3, exactly', (t) => {
  const pools = [pool(agent(1), [scalar('cpus', 0.3), scalar('mem', 30)])];
  const { matches, left } = match(
    [1, 2, 3, 4].map((each) => request(`t${each}`, 0.1)),
    pools,
  );
  t.is(matches.length, 3);
  t.deepEqual(left[0]?.free, []);
});

test('MA-52: reserved resources are used first and echoed with their reservation', (t) => {
  const reservations = [{ type: 'STATIC', role: 'flink' }] as const;
  const pools = [
    pool(agent(1), [scalar('cpus', 4), scalar('cpus', 1, { reservations: [...reservations] }), scalar('mem', 100)]),
  ];
  const { matches } = match([request('t1', 1.5)], pools);
  const cpus = matches[0]?.resources.filter((resource) => resource.name === 'cpus');
  t.deepEqual(cpus, [scalar('cpus', 1, { reservations: [...reservations] }), scalar('cpus', 0.5)]);
});

test('MA-53: ports are distinct, inside the ranges, and named', (t) => {
  const free = [
    scalar('cpus', 4),
    scalar('mem', 100),
    portsResource({ begin: 31_000, end: 31_002 }, { begin: 31_005, end: 31_005 }),
  ];
  const { matches, left } = match([request('t1', 1, 10, ['a', 'b', 'c'])], [pool(agent(1), free)]);
  t.deepEqual(matches[0]?.ports, { a: 31_000, b: 31_001, c: 31_002 });
  t.deepEqual(portRanges(left[0]?.free ?? []), [{ begin: 31_005, end: 31_005 }]);
});

const sizes = fc.record({
  cpus: fc.integer({ min: 1, max: 4000 }).map((thousandths) => thousandths / 1000),
  memMiB: fc.integer({ min: 1, max: 4000 }),
  diskMiB: fc.integer({ min: 0, max: 100 }),
  ports: fc.integer({ min: 0, max: 4 }).map((count) => ['a', 'b', 'c', 'd'].slice(0, count)),
});

const requests = fc
  .array(fc.record({ resources: sizes, prefers: fc.option(fc.integer({ min: 0, max: 4 })) }), { maxLength: 12 })
  .map((all) =>
    all.map(
      ({ resources, prefers }, index): Request => ({
        spec: taskSpec(`t${index}`, { resources }),
        role: 'flink',
        ...(prefers === null ? {} : { prefer: { agentId: agent(prefers), forMs: 1 } }),
      }),
    ),
  );

const pools = fc
  .array(
    fc.record({
      cpus: fc.integer({ min: 1, max: 8000 }),
      mem: fc.integer({ min: 1, max: 8000 }),
      ports: fc.integer({ min: 0, max: 9 }),
    }),
    { maxLength: 5 },
  )
  .map((all) =>
    all.map(({ cpus, mem, ports }, index) =>
      pool(agent(index), [
        scalar('cpus', cpus / 1000),
        scalar('mem', mem),
        scalar('disk', 200),
        ...(ports === 0 ? [] : [portsResource({ begin: 31_000, end: 31_000 + ports })]),
      ]),
    ),
  );

test('I8: whatever is asked and offered, each match is what was asked for, and together they fit into the pools', (t) => {
  fc.assert(
    fc.property(requests, pools, fc.integer({ min: 30_990, max: 31_012 }), (asked, offered, startAt) => {
      const result = match(asked, offered, new Map(offered.map(({ agentId }) => [agentId, startAt])));
      const ofAgent = new Map<AgentId, Resource[]>();
      const seen = new Set<string>();
      for (const { taskId, pool: at, ports, resources } of result.matches) {
        const wanted = asked.find((each) => each.spec.taskId === taskId);
        t.truthy(wanted);
        t.false(seen.has(taskId));
        seen.add(taskId);
        t.is(scalarSum(resources, 'cpus'), toThousandths(wanted?.spec.resources.cpus ?? -1));
        t.is(scalarSum(resources, 'mem'), toThousandths(wanted?.spec.resources.memMiB ?? -1));
        t.is(scalarSum(resources, 'disk'), toThousandths(wanted?.spec.resources.diskMiB ?? -1));
        t.deepEqual(Object.keys(ports), wanted?.spec.resources.ports);
        t.true(wanted?.prefer === undefined || wanted.prefer.agentId === at.agentId);
        ofAgent.set(at.agentId, [...(ofAgent.get(at.agentId) ?? []), ...resources]);
        t.is(new Set(Object.values(ports)).size, Object.keys(ports).length);
      }
      for (const { agentId, free } of offered) {
        t.true(contains(free, ofAgent.get(agentId) ?? []));
      }
      // Nothing that would still fit is left waiting.
      for (const { spec, prefer } of asked) {
        const { taskId, resources } = spec;
        const fits = result.left.some(
          ({ free, agentId }) =>
            (prefer === undefined || prefer.agentId === agentId) &&
            scalarSum(free, 'cpus') >= toThousandths(resources.cpus) &&
            scalarSum(free, 'mem') >= toThousandths(resources.memMiB) &&
            scalarSum(free, 'disk') >= toThousandths(resources.diskMiB) &&
            portRanges(free).reduce((count, { begin, end }) => count + end - begin + 1, 0) >= resources.ports.length,
        );
        t.true(seen.has(taskId) || !fits);
      }
    }),
    { numRuns: 300 },
  );
});
