/** Where tasks with wishes go: constraints, preferences, neighbours, fitness, priorities, shares and limits. */
import test from 'ava';
import fc from 'fast-check';
import _ from 'lodash';
import type { Offer } from '../../../src/mesos-api-client/protocol/mesos.ts';
import type { GroupShare, PlacementConstraint, PlacementWish } from '../../../src/scheduler/model/placement.ts';
import type { GroupName, TaskSpec } from '../../../src/scheduler/model/task.ts';
import { agent, callTypes, Driver, id, type OfferSizes, offer, taskSpec } from '../fixtures.ts';

function ready(): Driver {
  const core = new Driver();
  core.subscribe();
  return core;
}

const [a, b] = ['a', 'b'] as GroupName[];

function rule(text: string): PlacementConstraint {
  const [field = '', operator = '', ...value] = text.split(' ');
  return {
    field,
    operator: operator as PlacementConstraint['operator'],
    ...(value.length > 0 && { value: value.join(' ') }),
  };
}

function wish(
  more: Partial<Omit<PlacementWish, 'constraints' | 'preferences'>>,
  hard: string[] = [],
  soft: string[] = [],
) {
  const rules = { constraints: hard.map(rule), preferences: soft.map(rule) };
  return { awayFrom: [], exclusive: false, fitness: 'pack', ...more, ...rules } as PlacementWish;
}

function where(...hard: string[]): Partial<TaskSpec> {
  return { placement: wish({}, hard) };
}

function preferring(...soft: string[]): Partial<TaskSpec> {
  return { placement: wish({}, [], soft) };
}

interface At {
  readonly rack?: string;
  readonly zone?: string;
  readonly region?: string;
  readonly disk?: string;
}

/** The offer of an agent somewhere. */
function at(number: number, { rack, zone, region = 'eu', disk }: At = {}, sizes: OfferSizes = {}): Offer {
  const text = (name: string, value: string | undefined) =>
    value === undefined ? [] : [{ name, type: 'TEXT' as const, text: { value } }];
  return {
    ...offer(`o${number}-${Math.random()}`, agent(number), sizes),
    attributes: [...text('rack', rack), ...text('disk', disk)],
    ...(zone !== undefined && { domain: { fault_domain: { region: { name: region }, zone: { name: zone } } } }),
  };
}

/** By task: the number of its agent, or why it waits. */
function places(core: Driver): Record<string, string> {
  return Object.fromEntries(
    core.scheduler
      .tasks()
      .map(({ spec, life }) => [
        spec.taskId,
        life.phase === 'launched' ? life.placement.agentId : (core.why(spec.taskId) ?? ''),
      ]),
  );
}

function placed(specs: readonly TaskSpec[], ...offers: Offer[]): Record<string, string> {
  const core = ready();
  for (const spec of specs) {
    core.launch(spec);
  }
  core.offers(...offers);
  return places(core);
}

const small = { cpus: 0.1, memMiB: 10, ports: [] };

function each(count: number, more: Partial<TaskSpec>): TaskSpec[] {
  return Array.from({ length: count }, (_each, index) => ({
    ...taskSpec(`t${index + 1}`, { resources: small }),
    ...more,
  }));
}

test('LC-17: IS, IS_NOT, LIKE, UNLIKE on an attribute, the host and the zone, against packing', (t) => {
  const offers = [
    at(1, { rack: 'r1', zone: 'z1' }, { cpus: 1 }),
    at(2, { rack: 'r22', zone: 'z2' }),
    at(3, {}, { cpus: 2 }),
  ];
  const chosen = (...hard: string[]) => placed(each(1, where(...hard)), ...offers).t1;
  t.is(chosen('rack IS r22'), 'S2');
  t.is(chosen('rack LIKE r2+'), 'S2');
  // The whole value has to match.
  t.is(chosen('rack LIKE r2'), 'of 3 agents: 3 ruled out by rack LIKE r2');
  t.is(chosen('@zone IS z1'), 'S1');
  t.is(chosen('hostname IS host-S3'), 'S3');
  t.is(chosen('@region LIKE eu', '@zone IS_NOT z1'), 'S2');
  // What an agent does not have, it has not wrong either.
  t.is(chosen('rack UNLIKE r.*'), 'S3');
  t.is(chosen('rack IS_NOT r1', 'rack IS_NOT r22'), 'S3');
});

test('FZ-33, FZ-34, FZ-39: UNIQUE gives each task a value of its own, in one round as over several', (t) => {
  const offers = [at(1, { zone: 'z1' }), at(2, { zone: 'z1' }), at(3, { zone: 'z2' }), at(4)];
  const unique = placed(each(3, where('@zone UNIQUE')), ...offers);
  t.deepEqual(
    Object.values(unique)
      .map((place) => place[0])
      .sort(),
    ['S', 'S', 'o'],
  );
  t.is(_.uniq(Object.values(placed(each(4, where('hostname UNIQUE')), ...offers))).length, 4);
  const core = ready();
  core.launch(taskSpec('t1', where('hostname UNIQUE')));
  core.offers(at(1));
  core.launch(taskSpec('t2', where('hostname UNIQUE')));
  core.offers(at(1));
  t.is(core.why('t2'), 'of 1 agent: 1 ruled out by hostname UNIQUE');
  core.offers(at(2));
  t.is(places(core).t2, 'S2');
});

test('an attribute may have any name and any value, those of JavaScript too', (t) => {
  const odd = (number: number, value: string): Offer => ({
    ...at(number),
    attributes: [{ name: 'toString', type: 'TEXT', text: { value } }],
  });
  const found = placed(each(3, where('toString UNIQUE')), odd(1, 'constructor'), odd(2, '__proto__'), at(3));
  t.deepEqual(Object.values(found).sort(), ['S1', 'S2', 'of 3 agents: 3 ruled out by toString UNIQUE']);
});

test('MAX_PER bounds the tasks on a value; CLUSTER keeps them on one', (t) => {
  const offers = [at(1, { rack: 'r1' }), at(2, { rack: 'r1' }), at(3, { rack: 'r2' })];
  const counts = _.countBy(Object.values(placed(each(5, where('rack MAX_PER 2')), ...offers)), (place) => place[0]);
  t.deepEqual(counts, { S: 4, o: 1 });
  t.deepEqual(new Set(Object.values(placed(each(3, where('rack CLUSTER r2')), ...offers))), new Set(['S3']));
  const racks = Object.values(placed(each(3, where('rack CLUSTER')), ...offers)).map((place) => place === 'S3');
  t.is(new Set(racks).size, 1);
});

test('FZ-37, FZ-38: GROUP_BY spreads tasks in equal numbers, as a rule and as a wish', (t) => {
  const offers = [at(1, { zone: 'z1' }), at(2, { zone: 'z2' }), at(3, { zone: 'z3' })];
  for (const how of [where('@zone GROUP_BY 3'), preferring('@zone GROUP_BY 3'), preferring('@zone GROUP_BY')]) {
    t.deepEqual(_.countBy(Object.values(placed(each(6, how), ...offers))), { S1: 2, S2: 2, S3: 2 });
  }
  // Three zones are expected and two are offered: as a rule the fifth waits for the third, as a wish nobody does.
  const two = offers.slice(0, 2);
  t.deepEqual(
    _.countBy(Object.values(placed(each(6, where('@zone GROUP_BY 3')), ...two)), (place) => place[0]),
    { S: 2, o: 4 },
  );
  t.deepEqual(
    _.countBy(Object.values(placed(each(6, preferring('@zone GROUP_BY 3')), ...two)), (place) => place[0]),
    { S: 6 },
  );
});

test('FZ-35, FZ-36: a preference is kept where it can be, and keeps nobody waiting', (t) => {
  const offers = [at(1, { rack: 'r1' }, { cpus: 1 }), at(2, { rack: 'r2' })];
  t.is(placed(each(1, preferring('rack IS r2')), ...offers).t1, 'S2');
  t.is(placed(each(1, preferring('rack IS r3')), ...offers).t1, 'S1');
  t.is(placed(each(1, preferring('rack IS r3', 'rack IS r2')), ...offers).t1, 'S2');
});

test('tasks of groups that keep apart share no agent, whichever of them says so and comes first', (t) => {
  const apart = { placement: wish({ awayFrom: [b as GroupName] }) };
  const first = { ...taskSpec('first', { resources: small }), group: a as GroupName };
  const second = { ...taskSpec('second', { resources: small }), group: b as GroupName };
  for (const specs of [
    [{ ...first, ...apart }, second],
    [second, { ...first, ...apart }],
  ]) {
    t.is(new Set(Object.values(placed(specs, at(1), at(2)))).size, 2);
    const one = Object.values(placed(specs, at(1)));
    t.is(one.filter((place) => place === 'S1').length, 1);
    t.regex(one.find((place) => place !== 'S1') ?? '', /^of 1 agent: 1 tasks of [ab] are there$/);
  }
});

test('FZ-40, FZ-41: an exclusive group shares its agents with no other, and its own tasks with each other', (t) => {
  const alone = { group: a as GroupName, placement: wish({ exclusive: true }) };
  const other = { ...taskSpec('other', { resources: small }), group: b as GroupName };
  const core = ready();
  for (const spec of [...each(3, alone), other]) {
    core.launch(spec);
  }
  core.offers(at(1), at(2));
  const found = places(core);
  t.is(new Set([found.t1, found.t2, found.t3]).size, 1);
  t.not(found.other, found.t1);
  core.launch(taskSpec('late', { ...alone, resources: small }));
  core.offers(at(Number(found.other?.slice(1))));
  t.deepEqual(core.scheduler.why(id('late'))?.ruledOut, [
    { reason: 'exclusive', what: 'it is to be alone on its agents, and others are there', agents: 1 },
  ]);
});

test('FZ-23, FZ-29: fitness chooses the fullest agent or the emptiest', (t) => {
  const offers = [at(1, {}, { cpus: 8 }), at(2, {}, { cpus: 2 }), at(3, {}, { cpus: 8 })];
  t.deepEqual(new Set(Object.values(placed(each(3, {}), ...offers))), new Set(['S2']));
  t.deepEqual(
    new Set(Object.values(placed(each(3, { placement: wish({ fitness: 'pack' }) }), ...offers))),
    new Set(['S2']),
  );
  const alike = [1, 2, 3].map((number) => at(number));
  const spread = placed(each(3, { placement: wish({ fitness: 'spread' }) }), ...alike);
  t.is(new Set(Object.values(spread)).size, 3);
});

const shared = (share: Partial<GroupShare>) => ({ share: { priority: 0, weight: 1, ...share } });

function ofGroup(name: string, count: number, share: Partial<GroupShare> = {}): TaskSpec[] {
  return Array.from({ length: count }, (_each, index) =>
    taskSpec(`${name}${index}`, { group: name as GroupName, resources: { ...small, cpus: 1 }, ...shared(share) }),
  );
}

function served(specs: readonly TaskSpec[], cpus: number): Record<string, number> {
  const found = placed(specs, at(1, {}, { cpus }));
  return _.countBy(Object.keys(_.pickBy(found, (place) => place === 'S1')), (taskId) => taskId[0]);
}

test('FZ-88, FZ-89: when offers are scarce a higher priority is served first, and equals get equal shares', (t) => {
  t.deepEqual(served([...ofGroup('a', 8), ...ofGroup('b', 8)], 6), { a: 3, b: 3 });
  t.deepEqual(served([...ofGroup('a', 8), ...ofGroup('b', 4, { priority: 1 })], 6), { a: 2, b: 4 });
  t.deepEqual(served([...ofGroup('a', 8), ...ofGroup('b', 8, { weight: 2 })], 6), { a: 2, b: 4 });
});

test('FZ-97, FZ-99, FZ-100: up to its guarantee a group comes first, others share the rest, and what ends is its own again', (t) => {
  const guarantee = { cpus: 3 };
  t.deepEqual(served([...ofGroup('a', 8), ...ofGroup('b', 8, { guarantee })], 4), { a: 1, b: 3 });
  t.deepEqual(served([...ofGroup('a', 8), ...ofGroup('b', 8, { guarantee })], 8), { a: 4, b: 4 });
  // Nothing is kept free for a group that asks for nothing, nor is a higher priority held up.
  t.deepEqual(served([...ofGroup('a', 8), ...ofGroup('b', 1, { guarantee })], 6), { a: 5, b: 1 });
  t.deepEqual(served([...ofGroup('a', 8, { priority: 1 }), ...ofGroup('b', 8, { guarantee })], 6), { a: 6 });
  const core = ready();
  for (const spec of [...ofGroup('a', 8), ...ofGroup('b', 4, { guarantee: { cpus: 2 } })]) {
    core.launch(spec);
  }
  core.offers(at(1, {}, { cpus: 4 }));
  core.update({ taskId: 'b0', state: 'TASK_FINISHED' });
  core.offers(at(2, {}, { cpus: 1 }));
  t.is(places(core).b2, 'S2');
});

test('FZ-98, FZ-94: a share is what is held by weight, however many tasks run already', (t) => {
  const core = ready();
  for (const spec of [...ofGroup('a', 2_000, { weight: 3 }), ...ofGroup('b', 1_000)]) {
    core.launch(spec);
  }
  core.offers(at(1, {}, { cpus: 2_000, mem: 1e6 }));
  const launched = () => core.scheduler.tasks().filter(({ life }) => life.phase === 'launched');
  const running = () => _.countBy(launched(), ({ spec }) => spec.group);
  t.deepEqual(running(), { a: 1_500, b: 500 });
  core.offers(at(2, {}, { cpus: 4, mem: 1e6 }));
  t.deepEqual(running(), { a: 1_503, b: 501 });
});

test('FZ-90, FZ-102: the dominant resource decides, and what a group holds already counts', (t) => {
  const hungry = ofGroup('m', 4).map((spec) => ({ ...spec, resources: { ...spec.resources, memMiB: 3000 } }));
  const core = ready();
  for (const spec of [...hungry, ...ofGroup('c', 4)]) {
    core.launch(spec);
  }
  core.offers(at(1, {}, { cpus: 3, mem: 6_500 }));
  const found = _.countBy(
    Object.entries(places(core)).filter(([, place]) => place === 'S1'),
    ([taskId]) => taskId[0],
  );
  t.deepEqual(found, { m: 1, c: 2 });
  const later = ready();
  for (const spec of ofGroup('a', 2)) {
    later.launch(spec);
  }
  later.offers(at(1, {}, { cpus: 2 }));
  for (const spec of [...ofGroup('a', 4), ...ofGroup('b', 2)]) {
    later.launch(spec);
  }
  later.offers(at(2, {}, { cpus: 2 }));
  t.like(places(later), { b0: 'S2', b1: 'S2' });
});

test('FZ-66, FZ-67, FZ-69: a limit holds its group back, with the reason, and no other; what ends makes room', (t) => {
  const core = ready();
  for (const spec of [...ofGroup('a', 3, { limit: { cpus: 2 } }), ...ofGroup('b', 3)]) {
    core.launch(spec);
  }
  core.offers(at(1, {}, { cpus: 16 }));
  t.is(core.scheduler.view().tasksWaiting, 1);
  t.is(core.why('a2'), 'a is limited to 2 cpus, of which it holds 2');
  t.like(core.scheduler.why(id('a2')), { state: 'limit' });
  // For what a limit keeps waiting no offers are wanted.
  t.true(core.frames.at(-1)?.calls.some((each) => each.kind === 'call' && each.call.type === 'SUPPRESS'));
  const ended = core.update({ taskId: 'a0', state: 'TASK_FINISHED' });
  t.deepEqual(callTypes(ended), ['REVIVE']);
  core.offers(at(1, {}, { cpus: 16 }));
  t.is(places(core).a2, 'S1');
});

test('limits on memory and on tasks', (t) => {
  t.deepEqual(served(ofGroup('a', 5, { limit: { tasks: 2 } }), 16), { a: 2 });
  t.deepEqual(served(ofGroup('a', 5, { limit: { memMiB: 35 } }), 16), { a: 3 });
});

test('property: whatever is wished, whoever is placed breaks no constraint at that moment, and nobody waits in vain', (t) => {
  const constraints = fc.subarray(
    [
      'rack IS r1',
      'rack UNLIKE r2',
      'rack UNIQUE',
      'rack MAX_PER 2',
      '@zone GROUP_BY 2',
      'hostname MAX_PER 3',
      'rack CLUSTER',
      'rack APART b',
    ],
    { maxLength: 3 },
  );
  const tasks = fc.array(
    fc.record({
      group: fc.constantFrom('a', 'b', 'c'),
      exclusive: fc.boolean(),
      away: fc.subarray(['a', 'b', 'c'], { maxLength: 1 }),
      constraints,
      priority: fc.nat({ max: 2 }),
    }),
    { maxLength: 10 },
  );
  const agents = fc.array(
    fc.record({ rack: fc.option(fc.constantFrom('r1', 'r2', 'r3')), zone: fc.constantFrom('z1', 'z2') }),
    {
      maxLength: 6,
    },
  );
  fc.assert(
    fc.property(tasks, agents, (wanted, offered) => {
      const specs = wanted.map(({ group, exclusive, away, constraints, priority }, index) =>
        taskSpec(`t${index}`, {
          group: group as GroupName,
          resources: small,
          share: { priority, weight: 1 },
          placement: wish({ exclusive, awayFrom: away.filter((other) => other !== group) as GroupName[] }, constraints),
        }),
      );
      const offers = offered.map(({ rack, zone }, index) =>
        at(index, { zone, ...(rack !== null && { rack }) }, { cpus: 0.35 }),
      );
      const found = placed(specs, ...offers);
      const onAgents = _.groupBy(
        specs.filter((spec) => found[spec.taskId]?.startsWith('S')),
        (spec) => found[spec.taskId],
      );
      for (const together of Object.values(onAgents)) {
        for (const one of together) {
          for (const other of together) {
            if (one.group !== other.group) {
              t.false(one.placement?.exclusive ?? true);
              t.false(one.placement?.awayFrom.includes(other.group) ?? true);
            }
          }
        }
      }
      // What places and what says why a task waits judge alike: nobody waits beside an agent that would do.
      t.deepEqual(
        Object.values(found).filter((place) => place.includes('had room')),
        [],
      );
      for (const spec of specs) {
        const place = offered[Number(/^S(\d)/.exec(found[spec.taskId] ?? '')?.[1] ?? Number.NaN)];
        if (place !== undefined) {
          const words = spec.placement?.constraints.map(({ field, operator }) => `${field} ${operator}`) ?? [];
          t.true(!words.includes('rack IS') || place.rack === 'r1');
          t.true(!words.includes('rack UNLIKE') || place.rack !== 'r2');
          t.true(!words.some((each) => /^rack (UNIQUE|MAX_PER|CLUSTER)/.test(each)) || place.rack !== null);
        }
      }
    }),
    { numRuns: 300 },
  );
});
