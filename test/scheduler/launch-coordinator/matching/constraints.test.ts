import test from 'ava';
import fc from 'fast-check';
import _ from 'lodash';
import {
  type Agent,
  type Constraint,
  fitness,
  Matcher,
  type Request,
} from '../../../../src/scheduler/launch-coordinator/matching/index.ts';
import { agent as agentOf, objectives, request as requestOf, scalars, where } from './fixtures.ts';

function agent(id: string, more: Partial<Agent> = {}): Agent {
  return agentOf(id, {}, { ports: [], ...more });
}

function request(id: string, more: Partial<Request> = {}): Request {
  return requestOf(id, {}, { groups: ['g'], ...more });
}

function three(more: Partial<Request>): Request[] {
  return ['r1', 'r2', 'r3'].map((id) => request(id, more));
}

/** a and b in zone z1, c in z2, d in none. */
const zoned = [
  agent('a', { zone: 'z1', region: 'north', attributes: { rack: 'r1', gen: '4' } }),
  agent('b', { zone: 'z1', region: 'north', attributes: { rack: 'r2', gen: '5' } }),
  agent('c', { zone: 'z2', region: 'south', attributes: { rack: 'x9', disks: '{nvme,ssd}' } }),
  agent('d'),
];

function allowed(constraint: Constraint, agents: readonly Agent[] = zoned): string[] {
  return agents
    .filter(
      (each) => new Matcher([each]).match([request('r', { hard: [constraint] })], 'fitness').placements.length > 0,
    )
    .map(({ id }) => id);
}

test('FZ-42, FZ-43: IS, IS_NOT, LIKE and UNLIKE on host, agent, region, zone and attributes; who lacks the field satisfies denials', (t) => {
  t.deepEqual(allowed({ operator: 'IS', field: '@zone', value: 'z1' }), ['a', 'b']);
  t.deepEqual(allowed({ operator: 'IS', field: '@region', value: 'south' }), ['c']);
  t.deepEqual(allowed({ operator: 'IS', field: 'hostname', value: 'host-d' }), ['d']);
  t.deepEqual(allowed({ operator: 'IS', field: '@agent', value: 'a' }), ['a']);
  t.deepEqual(allowed({ operator: 'IS', field: 'gen', value: '5' }), ['b']);
  t.deepEqual(allowed({ operator: 'IS', field: 'disks', value: '{nvme,ssd}' }), ['c']);
  t.deepEqual(allowed({ operator: 'IS_NOT', field: 'rack', value: 'r1' }), ['b', 'c', 'd']);
  t.deepEqual(allowed({ operator: 'LIKE', field: 'rack', value: 'r[0-9]' }), ['a', 'b']);
  t.deepEqual(allowed({ operator: 'LIKE', field: 'rack', value: 'r' }), []);
  t.deepEqual(allowed({ operator: 'UNLIKE', field: 'rack', value: 'r.*' }), ['c', 'd']);
  t.deepEqual(allowed({ operator: 'IS', field: 'constructor', value: 'x' }), []);
});

for (const objective of objectives) {
  test(`${objective}, FZ-33, FZ-39: UNIQUE gives each task a zone or host of its own, and one too many none`, (t) => {
    const byZone = new Matcher(zoned).match(
      three({ hard: [{ operator: 'UNIQUE', field: '@zone', among: 'g' }] }),
      objective,
    );
    t.is(byZone.placements.length, 2);
    const byHost = new Matcher(zoned).match(
      three({ hard: [{ operator: 'UNIQUE', field: '@hostname', among: 'g' }] }),
      objective,
    );
    t.is(new Set(byHost.placements.map(({ agentId }) => agentId)).size, 3);
  });

  test(`${objective}: MAX_PER counts what runs and what this batch places`, (t) => {
    const agents = [agent('a', { groups: ['g'] }), agent('b')];
    const hard: Constraint[] = [{ operator: 'MAX_PER', field: '@hostname', among: 'g', value: 2 }];
    const { placements, unplaced } = new Matcher(agents).match(
      [...three({ hard }), request('r4', { hard })],
      objective,
    );
    t.deepEqual(_.countBy(placements, 'agentId'), { a: 1, b: 2 });
    t.is(unplaced.length, 1);
  });

  test(`${objective}: CLUSTER keeps all on the value of the first, or on the one given`, (t) => {
    const small = zoned.map((each) => ({ ...each, free: scalars({ cpus: 2, mem: 200 }) }));
    const { placements } = new Matcher(small).match(
      three({ hard: [{ operator: 'CLUSTER', field: '@zone', among: 'g' }] }),
      objective,
    );
    t.is(new Set(placements.map(({ agentId }) => zoned.find(({ id }) => id === agentId)?.zone)).size, 1);
    const given: Constraint = { operator: 'CLUSTER', field: '@zone', among: 'g', value: 'z2' };
    t.deepEqual(
      _.uniq(new Matcher(zoned).match(three({ hard: [given] }), objective).placements.map(({ agentId }) => agentId)),
      ['c'],
    );
  });

  test(`${objective}, FZ-37, FZ-38: GROUP_BY spreads evenly over the values, as a rule and as a wish`, (t) => {
    const agents = ['a', 'b', 'c'].map((id) => agent(id, { zone: `z-${id}` }));
    const constraint: Constraint = { operator: 'GROUP_BY', field: '@zone', among: 'g', value: 3 };
    for (const wish of [{ hard: [constraint] }, { soft: [constraint] }]) {
      const { placements } = new Matcher(agents).match(
        _.range(6).map((index) => request(`r${index}`, wish)),
        objective,
      );
      t.deepEqual(_.countBy(placements, 'agentId'), { a: 2, b: 2, c: 2 });
    }
  });

  test(`${objective}: NEAR follows a group that is placed later in the same batch; APART keeps away from it`, (t) => {
    const near = request('near', { groups: [], hard: [{ operator: 'NEAR', field: '@zone', among: 'g' }] });
    const host = request('host', { hard: [{ operator: 'IS', field: '@agent', value: 'c' }] });
    t.deepEqual(where(new Matcher(zoned).match([near, host], objective).placements), { near: 'c', host: 'c' });
    const apart = request('apart', { groups: [], hard: [{ operator: 'APART', field: '@zone', among: 'g' }] });
    const running = zoned.map((each) => (each.id === 'a' ? { ...each, groups: ['g'] } : each));
    t.true(['c', 'd'].includes(where(new Matcher(running).match([apart], objective).placements).apart ?? ''));
    t.deepEqual(new Matcher(zoned).match([near], objective).unplaced, ['near']);
  });

  test(`${objective}, FZ-40, FZ-41: an exclusive task takes an agent without tasks, and nothing joins it`, (t) => {
    const agents = [agent('a', { groups: ['g'] }), agent('b')];
    const matcher = new Matcher(agents);
    t.deepEqual(where(matcher.match([request('alone', { exclusive: true })], objective).placements), { alone: 'b' });
    t.deepEqual(where(matcher.match([request('plain')], objective).placements), { plain: 'a' });
    t.deepEqual(matcher.match([request('second', { exclusive: true })], objective).unplaced, ['second']);
    t.deepEqual(new Matcher([agent('a', { exclusive: true })]).match([request('plain')], objective).unplaced, [
      'plain',
    ]);
  });

  test(`${objective}, FZ-44: a user's function that throws rules out that agent and harms nobody else`, (t) => {
    const hard: Constraint[] = [
      {
        operator: 'TEST',
        name: 'only b',
        test: ({ id }) => {
          if (id === 'a') throw new Error('of the user');
          return id === 'b';
        },
      },
    ];
    const { placements } = new Matcher(zoned).match([request('r1', { hard }), request('r2')], objective);
    t.is(where(placements).r1, 'b');
    t.is(placements.length, 2);
  });
}

test("FZ-18, FZ-21: a user's function sees what runs on the agent, what this batch placed there, and what is free at that moment", (t) => {
  const seen: unknown[] = [];
  const look: Constraint = {
    operator: 'TEST',
    name: 'look',
    test: (at) =>
      seen.push([at.tasksOf('ran'), at.tasksOf('g'), at.freeOf('cpus'), at.capacityOf('cpus'), at.inUse]) > 0,
  };
  const used = scalars({ cpus: 2 });
  const matcher = new Matcher([agent('a', { free: scalars({ cpus: 3, mem: 800 }), used, groups: ['ran', 'ran'] })]);
  matcher.match([request('r1', { hard: [look] }), request('r2', { hard: [look] })], 'fitness');
  matcher.match([request('r3', { hard: [look] })], 'fitness');
  matcher.set(agent('a', { free: scalars({ cpus: 4, mem: 800 }), used }));
  matcher.match([request('r4', { hard: [look] })], 'fitness');
  t.deepEqual(seen, [
    [2, 0, 3_000, 5_000, true],
    [2, 1, 2_000, 5_000, true],
    [2, 2, 1_000, 5_000, true],
    [0, 0, 4_000, 6_000, true],
  ]);
});

test('FZ-35: a soft unique zone gives the same spread as a hard one where there are zones enough', (t) => {
  const agents = ['a', 'b', 'c'].map((id) => agent(id, { zone: `z-${id}` }));
  const { placements } = new Matcher(agents).match(
    three({ soft: [{ operator: 'UNIQUE', field: '@zone', among: 'g' }] }),
    'fitness',
  );
  t.is(new Set(placements.map(({ agentId }) => agentId)).size, 3);
});

/** The same meaning once more, as plainly as can be: every constraint from the list of all tasks, nothing kept. */
interface Located {
  readonly groups: readonly string[];
  readonly at: Agent;
}

function valueAt(at: Agent, field: string): string | undefined {
  if (field === '@hostname') return at.hostname;
  return field === '@zone' ? at.zone : field === '@region' ? at.region : at.attributes?.[field];
}

function holds(constraint: Constraint, at: Agent, tasks: readonly Located[]): boolean {
  if (constraint.operator === 'TEST') return constraint.test({ id: at.id } as never);
  const here = valueAt(at, constraint.field);
  if (constraint.operator === 'IS_NOT') return here !== constraint.value;
  if (constraint.operator === 'UNLIKE') return here === undefined || !new RegExp(`^(${constraint.value})$`).test(here);
  const among = 'among' in constraint ? constraint.among : '';
  const values = tasks
    .filter(({ groups }) => groups.includes(among))
    .flatMap((task) => valueAt(task.at, constraint.field) ?? []);
  const count = values.filter((value) => value === here).length;
  if (constraint.operator === 'APART') return here === undefined || count === 0;
  if (here === undefined) return false;
  const sizes = Object.values(_.countBy(values));
  switch (constraint.operator) {
    case 'IS':
      return here === constraint.value;
    case 'LIKE':
      return new RegExp(`^(${constraint.value})$`).test(here);
    case 'UNIQUE':
      return count === 0;
    case 'MAX_PER':
      return count < constraint.value;
    case 'NEAR':
      return count > 0;
    case 'CLUSTER':
      return constraint.value === undefined ? values.length === 0 || count > 0 : constraint.value === here;
    case 'GROUP_BY':
      return count === 0 || (sizes.length >= (constraint.value ?? 0) && count === Math.min(...sizes));
  }
}

/** One pass, in order, all agents for each: the best by Fenzo's packer and its weights, ties to the lowest host name. */
function naive(asked: readonly Request[], offered: readonly Agent[]): Record<string, string> {
  const tasks: Located[] = [];
  const left = new Map(offered.map((at) => [at, { cpus: at.free.cpus ?? 0, mem: at.free.mem ?? 0 }]));
  const placed: Record<string, string> = {};
  for (const {
    id,
    scalars: { cpus = 0, mem = 0 },
    groups = [],
    hard = [],
    soft = [],
  } of asked) {
    const rated = offered
      .filter(
        (at) =>
          (left.get(at)?.cpus ?? 0) >= cpus &&
          (left.get(at)?.mem ?? 0) >= mem &&
          hard.every((each) => holds(each, at, tasks)),
      )
      .map((at) => {
        const full = (name: 'cpus' | 'mem', amount: number) =>
          ((at.free[name] ?? 0) - (left.get(at)?.[name] ?? 0) + amount) / (at.free[name] ?? 1);
        const liking = soft.length === 0 ? 1 : soft.filter((each) => holds(each, at, tasks)).length / soft.length;
        return { at, score: (liking * 50 + ((full('cpus', cpus) + full('mem', mem)) / 2) * 35) / 100 };
      });
    const best = _.minBy(
      rated.filter(({ score }) => score === Math.max(...rated.map((each) => each.score))),
      'at.hostname',
    );
    if (best !== undefined) {
      placed[id] = best.at.id;
      tasks.push({ groups, at: best.at });
      const room = left.get(best.at);
      if (room !== undefined) left.set(best.at, { cpus: room.cpus - cpus, mem: room.mem - mem });
    }
  }
  return placed;
}

const field = fc.constantFrom('@hostname', '@region', '@zone', 'rack');
const among = fc.constantFrom('g', 'h');
const value = fc.constantFrom('r1', 'r2', 'z1', 'north', 'host-a0');
const lasting: fc.Arbitrary<Constraint> = fc.oneof(
  fc.record({ operator: fc.constantFrom('IS', 'IS_NOT'), field, value }),
  fc.record({ operator: fc.constantFrom('LIKE', 'UNLIKE'), field, value: fc.constantFrom('r.', '[rz]1', 'host-.*') }),
  fc.record({ operator: fc.constant('UNIQUE' as const), field, among }),
  fc.record({ operator: fc.constant('MAX_PER' as const), field, among, value: fc.integer({ min: 1, max: 3 }) }),
);
const any: fc.Arbitrary<Constraint> = fc.oneof(
  lasting,
  fc.record({ operator: fc.constant('CLUSTER' as const), field, among }),
  fc.record({ operator: fc.constant('GROUP_BY' as const), field, among, value: fc.integer({ min: 0, max: 3 }) }),
  fc.record({ operator: fc.constantFrom('NEAR', 'APART'), field, among }),
);

function requestsWith(hard: fc.Arbitrary<Constraint>): fc.Arbitrary<Request[]> {
  const one = fc.record({
    cpus: fc.integer({ min: 1, max: 4 }),
    mem: fc.integer({ min: 1, max: 4 }),
    groups: fc.subarray(['g', 'h']),
    hard: fc.array(hard, { maxLength: 2 }),
    soft: fc.array(any, { maxLength: 2 }),
  });
  return fc.array(one, { maxLength: 20 }).map((all) =>
    all.map(({ cpus, mem, ...each }, index) => ({
      ...each,
      id: `r${index}`,
      ports: 0,
      scalars: scalars({ cpus, mem }),
    })),
  );
}

const agents = fc
  .array(
    fc.record({
      cpus: fc.integer({ min: 1, max: 12 }),
      mem: fc.integer({ min: 1, max: 12 }),
      region: fc.constantFrom('north', 'south', undefined),
      zone: fc.constantFrom('z1', 'z2', undefined),
      rack: fc.constantFrom('r1', 'r2', undefined),
    }),
    { maxLength: 8 },
  )
  .map((all) =>
    all.map(({ cpus, mem, region, zone, rack }, index) =>
      agent(`a${index}`, {
        free: scalars({ cpus, mem }),
        ...(region && { region }),
        ...(zone && { zone }),
        ...(rack && { attributes: { rack } }),
      }),
    ),
  );

test('differential: by fitness every request goes where a naive matcher puts it, whatever the constraints', (t) => {
  fc.assert(
    fc.property(requestsWith(lasting), agents, (asked, offered) => {
      t.deepEqual(where(new Matcher(offered).match(asked, 'fitness').placements), naive(asked, offered));
    }),
    { numRuns: 500 },
  );
});

for (const objective of objectives) {
  test(`property, ${objective}: whoever is placed breaks no hard constraint at that moment`, (t) => {
    fc.assert(
      fc.property(requestsWith(any), agents, (asked, offered) => {
        const tasks: Located[] = [];
        for (const { requestId, agentId } of new Matcher(offered).match(asked, objective).placements) {
          const { hard = [], groups = [] } = asked.find(({ id }) => id === requestId) ?? {};
          const at = offered.find(({ id }) => id === agentId);
          if (at === undefined) return t.fail(agentId);
          t.deepEqual(
            hard.filter((each) => !holds(each, at, tasks)),
            [],
          );
          tasks.push({ groups, at });
        }
        return t.pass();
      }),
      { numRuns: 300 },
    );
  });
}

const ranked: Readonly<Record<string, fitness.Fitness>> = {
  packCpus: fitness.packCpus,
  packMemory: fitness.packMemory,
  packCpusAndMemory: fitness.packCpusAndMemory,
  spreadCpus: fitness.spreadCpus,
  spreadMemory: fitness.spreadMemory,
  spreadCpusAndMemory: fitness.spreadCpusAndMemory,
  preferencesFirst: fitness.preferencesFirst(fitness.packCpusAndMemory),
};

for (const [name, by] of Object.entries(ranked)) {
  test(`property, ${name}: what the ranks of agents pass over would not have been chosen`, (t) => {
    const plain = _.omit(by, 'rank') as fitness.Fitness;
    t.notDeepEqual(Object.keys(plain), Object.keys(by));
    fc.assert(
      fc.property(requestsWith(any), agents, (asked, offered) => {
        t.deepEqual(
          new Matcher(offered).match(asked, 'fitness', by),
          new Matcher(offered).match(asked, 'fitness', plain),
        );
      }),
      { numRuns: 200 },
    );
  });
}

const sized = [
  agent('small', { free: scalars({ cpus: 2, mem: 800 }) }),
  agent('large', { free: scalars({ cpus: 8, mem: 200 }) }),
];

function chosenBy(by: fitness.Fitness, agents: readonly Agent[] = sized, one = request('r')): string | undefined {
  return where(new Matcher(agents).match([one], 'fitness', by).placements)[one.id];
}

test('FZ-23, FZ-28, FZ-29: packing and spreading by cpus and by memory, which run against each other', (t) => {
  t.is(chosenBy(fitness.packCpus), 'small');
  t.is(chosenBy(fitness.packMemory), 'large');
  t.is(chosenBy(fitness.spreadCpus), 'large');
  t.is(chosenBy(fitness.spreadMemory), 'small');
  const equal = ['a', 'b', 'c'].map((id) => agent(id));
  const { placements } = new Matcher(equal).match(three({}), 'fitness', fitness.spreadCpusAndMemory);
  t.is(new Set(placements.map(({ agentId }) => agentId)).size, 3);
});

test('packing by ports, least fragmentation, sticking to an agent, preferring and avoiding attributes', (t) => {
  const ports = (end: number) => [{ begin: 1, end }];
  t.is(
    chosenBy(
      fitness.packPorts,
      [agent('a', { ports: ports(9) }), agent('b', { ports: ports(3) })],
      request('r', { ports: 2 }),
    ),
    'b',
  );
  t.is(
    chosenBy(fitness.leastFragmentation, [
      agent('a', { free: scalars({ cpus: 2, mem: 900 }) }),
      agent('b', { free: scalars({ cpus: 4, mem: 400 }) }),
    ]),
    'b',
  );
  t.is(
    chosenBy(
      fitness.stickToAgent((id) => (id === 'r' ? 'c' : undefined)),
      zoned,
    ),
    'c',
  );
  t.is(chosenBy(fitness.preferAttribute('rack', 'r2'), zoned), 'b');
  t.is(chosenBy(fitness.avoidAttribute('@zone', 'z1'), zoned), 'c');
});

test('FZ-30, FZ-31, FZ-32: weights sum to 1, the mean is by weight, and one zero makes it zero', (t) => {
  t.throws(
    () =>
      fitness.weighted([
        [0.5, fitness.packCpus],
        [0.4, fitness.packMemory],
      ]),
    { message: /sum to 1/ },
  );
  t.is(
    chosenBy(
      fitness.weighted([
        [0.9, fitness.packCpus],
        [0.1, fitness.packMemory],
      ]),
    ),
    'small',
  );
  t.is(
    chosenBy(
      fitness.weighted([
        [0.1, fitness.packCpus],
        [0.9, fitness.packMemory],
      ]),
    ),
    'large',
  );
  const only = fitness.weighted([
    [0.99, fitness.packCpus],
    [0.01, fitness.preferAttribute('@agent', 'large')],
  ]);
  t.is(chosenBy(only), 'large');
});

test('a good-enough threshold takes the first agent that reaches it; what is no number is the least', (t) => {
  let asked = 0;
  const counting: fitness.Fitness = { sees: 'agent', score: () => [0.1, 0.2][asked++] ?? 1 };
  t.is(chosenBy(fitness.goodEnough(counting, 0.15), zoned), 'b');
  t.is(asked, 2);
  t.is(chosenBy({ sees: 'agent', score: (_demand, { id }) => (id === 'd' ? 0.1 : Number.NaN) }, zoned), 'd');
});
