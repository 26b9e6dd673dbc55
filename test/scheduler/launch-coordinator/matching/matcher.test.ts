import { readFileSync } from 'node:fs';
import test from 'ava';
import fc from 'fast-check';
import _ from 'lodash';
import { agentsOf, requestsOf } from '../../../../bench/matching/by-matcher.ts';
import { drawWorkload } from '../../../../bench/matching/workloads.ts';
import {
  type Agent,
  type Constraint,
  Matcher,
  type Objective,
  type Placement,
  type Request,
} from '../../../../src/scheduler/launch-coordinator/matching/index.ts';
import { agent, many, objectives, request, thousandths, where } from './fixtures.ts';

interface Recorded {
  readonly name: string;
  readonly seed: number;
  readonly placements: readonly Placement[];
}

const recorded: readonly Recorded[] = JSON.parse(
  readFileSync(new URL('./fenzo-placements.json', import.meta.url), 'utf8'),
);

for (const { name, seed, placements } of recorded) {
  test(`by fitness every request of the workload "${name}" gets the agent and the ports that Fenzo gives it`, (t) => {
    const workload = drawWorkload(name, seed);
    const matching = new Matcher(agentsOf(workload)).match(requestsOf(workload), 'fitness');
    t.deepEqual(_.sortBy(matching.placements, 'requestId'), placements);
    t.is(matching.unplaced.length, workload.requests.length - placements.length);
  });
}

for (const objective of objectives) {
  test(`${objective}, FZ-1: three requests that exactly fill one agent all go there`, (t) => {
    const { placements } = new Matcher([agent('a', { cpus: 3, mem: 300 })]).match(
      many(3, { cpus: 1, mem: 100 }),
      objective,
    );
    t.deepEqual(where(placements), { r0: 'a', r1: 'a', r2: 'a' });
  });

  test(`${objective}, FZ-2, FZ-4, FZ-6, FZ-54, FZ-55: what asks for more of anything than there is finds no place`, (t) => {
    const free = thousandths({ cpus: 4000, mem: 1000, disk: 500, gpus: 1000 });
    const matcher = new Matcher([agent('a', { cpus: 0, mem: 0 }, { free })]);
    const asking = (id: string, more: Record<string, number>) =>
      request(id, { cpus: 0, mem: 0 }, { scalars: thousandths({ cpus: 1000, mem: 100, ...more }) });
    const asked = [
      asking('cpus', { cpus: 4001 }),
      asking('mem', { mem: 1001 }),
      asking('disk', { disk: 501 }),
      asking('gpus', { gpus: 1001 }),
      asking('unknown', { bandwidth: 1 }),
    ];
    t.deepEqual(matcher.match(asked, objective), { placements: [], unplaced: asked.map(({ id }) => id) });
    t.is(matcher.match([asking('fits', { gpus: 1000 })], objective).placements.length, 1);
    t.is(matcher.match([asking('again', { gpus: 1000 })], objective).placements.length, 0);
  });

  test(`${objective}, FZ-7, FZ-8: ports come from several ranges, and no more are given than there are`, (t) => {
    const ports = [
      { begin: 31_000, end: 31_001 },
      { begin: 31_005, end: 31_006 },
    ];
    const { placements, unplaced } = new Matcher([agent('a', { cpus: 8, mem: 800 }, { ports })]).match(
      many(2, { cpus: 1, mem: 100 }, { ports: 3 }),
      objective,
    );
    t.deepEqual(
      placements.map((placement) => placement.ports),
      [[31_000, 31_001, 31_005]],
    );
    t.is(unplaced.length, 1);
  });

  test(`${objective}, FZ-9, FZ-11, FZ-12: batch after batch the ports go on until the last is used`, (t) => {
    const matcher = new Matcher([agent('a', { cpus: 100, mem: 1_000 }, { ports: [{ begin: 1, end: 4 }] })]);
    const given = _.range(6).flatMap((round) =>
      matcher
        .match([request(`r${round}`, { cpus: 1, mem: 10 }, { ports: 1 })], objective)
        .placements.flatMap(({ ports }) => ports),
    );
    t.deepEqual(given, [1, 2, 3, 4]);
  });

  test(`${objective}, FZ-14: eight requests fill two agents, four each`, (t) => {
    const { placements } = new Matcher([agent('a', { cpus: 4, mem: 400 }), agent('b', { cpus: 4, mem: 400 })]).match(
      many(8, { cpus: 1, mem: 100 }),
      objective,
    );
    t.deepEqual(_.countBy(placements, 'agentId'), { a: 4, b: 4 });
  });

  test(`${objective}, FZ-42, FZ-43: a hard attribute decides, against packing`, (t) => {
    const hard: Constraint[] = [{ operator: 'IS', field: 'zone', value: 'east' }];
    const agents = [
      agent('a', { cpus: 2, mem: 200 }, { attributes: { zone: 'west' } }),
      agent('b', { cpus: 64, mem: 6_400 }, { attributes: { zone: 'east' } }),
      agent('c', { cpus: 2, mem: 200 }),
    ];
    const { placements } = new Matcher(agents).match([request('r', { cpus: 1, mem: 100 }, { hard })], objective);
    t.deepEqual(where(placements), { r: 'b' });
  });

  test(`${objective}, FZ-33: of a group with a hard unique zone each gets a zone of its own, and one too many none`, (t) => {
    const hard: Constraint[] = [{ operator: 'UNIQUE', field: 'zone', among: 'g' }];
    const agents = ['a', 'b', 'c', 'd'].map((name, index) =>
      agent(name, { cpus: 8, mem: 800 }, index < 3 ? { attributes: { zone: `z${index}` } } : {}),
    );
    const { placements, unplaced } = new Matcher(agents).match(
      many(4, { cpus: 1, mem: 100 }, { hard, groups: ['g'] }),
      objective,
    );
    t.deepEqual(placements.map(({ agentId }) => agentId).sort(), ['a', 'b', 'c']);
    t.is(unplaced.length, 1);
  });

  test(`${objective}, FZ-34: the same when they come one by one, and when one of them ran before`, (t) => {
    const hard: Constraint[] = [{ operator: 'UNIQUE', field: '@hostname', among: 'g' }];
    const matcher = new Matcher([
      agent('a', { cpus: 8, mem: 800 }, { groups: ['g'] }),
      agent('b', { cpus: 8, mem: 800 }),
      agent('c', { cpus: 8, mem: 800 }),
    ]);
    const placed = ['r0', 'r1', 'r2'].flatMap(
      (id) => matcher.match([request(id, { cpus: 1, mem: 100 }, { hard, groups: ['g'] })], objective).placements,
    );
    t.deepEqual(placed.map(({ agentId }) => agentId).sort(), ['b', 'c']);
  });

  test(`${objective}, FZ-36: a soft unique host is kept where it can be, and nobody waits for it`, (t) => {
    const soft: Constraint[] = [{ operator: 'UNIQUE', field: '@hostname', among: 'g' }];
    const { placements } = new Matcher([agent('a', { cpus: 8, mem: 800 }), agent('b', { cpus: 8, mem: 800 })]).match(
      many(3, { cpus: 1, mem: 100 }, { soft, groups: ['g'] }),
      objective,
    );
    t.is(placements.length, 3);
    t.is(_.uniqBy(placements, 'agentId').length, 2);
  });

  test(`${objective}, MA-52: three requests of 0.1 cpus fit in 0.3, exactly`, (t) => {
    const { placements } = new Matcher([agent('a', { cpus: 0.3, mem: 300 })]).match(
      many(4, { cpus: 0.1, mem: 10 }),
      objective,
    );
    t.is(placements.length, 3);
  });
}

test('FZ-3: of 2, 2 and 1 cpus the first two get the four there are', (t) => {
  const requests = [2, 2, 1].map((cpus, index) => request(`r${index}`, { cpus: cpus, mem: 10 }));
  t.deepEqual(new Matcher([agent('a', { cpus: 4, mem: 400 })]).match(requests, 'fitness').unplaced, ['r2']);
});

test('FZ-23, FZ-24: by fitness the fuller agent is taken, what ran there before counted in', (t) => {
  const used = thousandths({ cpus: 3000, mem: 300_000 });
  const matcher = new Matcher([
    agent('a', { cpus: 8, mem: 800 }),
    agent('b', { cpus: 5, mem: 500 }, { used }),
    agent('c', { cpus: 8, mem: 800 }),
  ]);
  t.deepEqual(where(matcher.match([request('r0', { cpus: 1, mem: 100 })], 'fitness').placements), { r0: 'b' });
});

test('FZ-25, FZ-26: small agents are filled before a large one is opened', (t) => {
  const agents = [
    ...['a', 'b', 'c', 'd'].map((name) => agent(`${name}-large`, { cpus: 8, mem: 800 })),
    agent('s1', { cpus: 1, mem: 100 }),
    agent('s2', { cpus: 1, mem: 100 }),
  ];
  const { placements } = new Matcher(agents).match(many(3, { cpus: 1, mem: 100 }), 'fitness');
  t.deepEqual(where(placements), { r0: 's1', r1: 's2', r2: 'a-large' });
});

test('an agent that is set anew has what it is said to have, and one that is deleted has nothing', (t) => {
  const matcher = new Matcher([agent('a', { cpus: 1, mem: 100 }), agent('b', { cpus: 1, mem: 100 })]);
  matcher.match(many(2, { cpus: 1, mem: 100 }), 'fitness');
  t.is(matcher.match([request('full', { cpus: 1, mem: 100 })], 'fitness').placements.length, 0);
  matcher.set(agent('a', { cpus: 1, mem: 100 }));
  t.deepEqual(where(matcher.match([request('again', { cpus: 1, mem: 100 })], 'fitness').placements), { again: 'a' });
  matcher.set(agent('b', { cpus: 1, mem: 100 }));
  matcher.delete('b');
  t.is(matcher.match([request('gone', { cpus: 1, mem: 100 })], 'fitness').placements.length, 0);
});

const amounts = fc.record({
  cpus: fc.integer({ min: 1, max: 6_000 }),
  mem: fc.integer({ min: 0, max: 6_000 }),
  disk: fc.integer({ min: 0, max: 3_000 }),
});
const rack = fc.constantFrom('r1', 'r2');
const constraints = fc.array(
  fc.oneof(
    rack.map((value): Constraint => ({ operator: 'IS', field: 'rack', value })),
    fc.constantFrom('g', 'h').map((among): Constraint => ({ operator: 'UNIQUE', field: '@hostname', among })),
    fc.constantFrom('g', 'h').map((among): Constraint => ({ operator: 'UNIQUE', field: 'rack', among })),
  ),
  { maxLength: 2 },
);
const requests = fc
  .array(
    fc.record({
      scalars: amounts,
      ports: fc.integer({ min: 0, max: 3 }),
      groups: fc.subarray(['g', 'h']),
      hard: constraints,
      soft: constraints,
    }),
    {
      maxLength: 25,
    },
  )
  .map((all) => all.map((each, index) => ({ ...each, id: `r${index}`, scalars: thousandths(each.scalars) })));
const agents = fc
  .array(fc.record({ free: amounts, portCount: fc.integer({ min: 0, max: 9 }), rack }), { maxLength: 8 })
  .map((all) =>
    all.map(({ free, portCount, rack }, index) => {
      const scaled = thousandths(_.mapValues(free, (amount) => amount * 3));
      const ports = portCount === 0 ? [] : [{ begin: 100, end: 99 + portCount }];
      return { id: `a${index}`, hostname: `h${index}`, free: scaled, ports, attributes: { rack } };
    }),
  );

/** All that is wrong with the placements, in words; and who would still have found room. */
function faultsOf(asked: readonly Request[], offered: readonly Agent[], placements: readonly Placement[]): string[] {
  const faults: string[] = [];
  const byId = _.keyBy(asked, 'id');
  for (const { id, free, ports, attributes } of offered) {
    const here = placements.filter(({ agentId }) => agentId === id);
    const tasks = here.flatMap(({ requestId }) => byId[requestId] ?? []);
    for (const name of ['cpus', 'mem', 'disk']) {
      if (_.sumBy(tasks, ({ scalars }) => scalars[name] ?? 0) > (free[name] ?? 0)) faults.push(`${id}: ${name}`);
    }
    const given = here.flatMap((placement) => placement.ports);
    if (new Set(given).size !== given.length || given.length !== _.sumBy(tasks, 'ports')) faults.push(`${id}: ports`);
    if (!given.every((port) => ports.some(({ begin, end }) => begin <= port && port <= end)))
      faults.push(`${id}: ports`);
    for (const constraint of tasks.flatMap(({ hard = [] }) => hard)) {
      if (constraint.operator === 'IS' && attributes?.rack !== constraint.value) faults.push(`${id}: rack`);
    }
  }
  return [...faults, ...placements.flatMap((_each, index) => clashes(asked, offered, placements.slice(0, index + 1)))];
}

/** Hard unique constraints of the last that was placed, with those placed before it. */
function clashes(asked: readonly Request[], offered: readonly Agent[], placements: readonly Placement[]): string[] {
  const requestsById = _.keyBy(asked, 'id');
  const valueAt = (agentId: string, attribute: string | undefined) =>
    attribute === undefined ? agentId : offered.find(({ id }) => id === agentId)?.attributes?.[attribute];
  const last = placements.at(-1);
  return (requestsById[last?.requestId ?? '']?.hard ?? []).flatMap((constraint) => {
    if (constraint.operator !== 'UNIQUE') return [];
    const { among: group, field } = constraint;
    const attribute = field === '@hostname' ? undefined : field;
    const others = placements.slice(0, -1).filter(({ requestId, agentId }) => {
      return (
        requestsById[requestId]?.groups?.includes(group) === true &&
        valueAt(agentId, attribute) === valueAt(last?.agentId ?? '', attribute)
      );
    });
    return others.map(({ requestId }) => `${last?.requestId} beside ${requestId}`);
  });
}

for (const objective of objectives) {
  test(`I8, ${objective}: nothing is used twice, what is placed fits, none is forgotten, the same again gives the same`, (t) => {
    fc.assert(
      fc.property(requests, agents, (asked, offered) => {
        const matching = new Matcher(offered).match(asked, objective);
        t.deepEqual(faultsOf(asked, offered, matching.placements), []);
        const answered = [...matching.placements.map(({ requestId }) => requestId), ...matching.unplaced];
        t.deepEqual(answered.sort(), asked.map(({ id }) => id).sort());
        t.deepEqual(new Matcher(offered).match(asked, objective), matching);
      }),
      { numRuns: 300 },
    );
  });

  test(`${objective}: when a request is left, no agent has room for it`, (t) => {
    fc.assert(
      fc.property(requests, agents, (asked, offered) => {
        const { placements, unplaced } = new Matcher(offered).match(asked, objective);
        const free = asked.filter(({ id, hard = [] }) => unplaced.includes(id) && _.every(hard, { operator: 'IS' }));
        for (const left of free) {
          for (const { id: agentId } of offered) {
            const instead = { requestId: left.id, agentId, ports: portsLeft(offered, placements, agentId, left.ports) };
            t.not(faultsOf(asked, offered, [...placements, instead]).length, 0);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
}

function portsLeft(offered: readonly Agent[], placements: readonly Placement[], at: string, count: number): number[] {
  const given = placements.filter(({ agentId }) => agentId === at).flatMap(({ ports }) => ports);
  const all = offered.find(({ id }) => id === at)?.ports.flatMap(({ begin, end }) => _.range(begin, end + 1)) ?? [];
  return _.difference(all, given).slice(0, count);
}

for (const [name, seed] of [
  ['W1', 7],
  ['W4', 8],
] as const) {
  test(`on ${name} the tight objective uses fewer cpus of agents than fitness does, and fewest-agents fewer agents`, (t) => {
    const workload = drawWorkload(name, seed);
    const cpus = _.mapValues(_.keyBy(workload.agents, 'id'), 'cpus');
    const used = (objective: Objective) => {
      const { placements, unplaced } = new Matcher(agentsOf(workload)).match(requestsOf(workload), objective);
      t.deepEqual(unplaced, []);
      return _.uniq(placements.map(({ agentId }) => agentId));
    };
    const cpusOf = (ids: readonly string[]) => _.sumBy(ids, (id) => cpus[id] ?? 0);
    t.true(cpusOf(used('tight')) < 0.9 * cpusOf(used('fitness')));
    t.true(used('fewest-agents').length < 0.6 * used('fitness').length);
    t.true(used('fewest-agents').length <= used('tight').length);
  });
}
