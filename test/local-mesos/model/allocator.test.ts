/** Fair shares, weights, quotas: what the allocator gives to whom. */
import test from 'ava';
import fc from 'fast-check';
import { compareCounts, giveByReference } from '../support/fair-shares.ts';
import {
  createWorld,
  launchOn,
  offersOf,
  type Subscriber,
  scalar,
  type World,
  wholeAgent,
} from '../support/master-world.ts';

const updateQuota = (world: World, role: string, config: { guarantees?: object; limits?: object }, force = false) =>
  world.operate({
    type: 'UPDATE_QUOTA',
    update_quota: { force, quota_configs: [{ role, ...config } as never] },
  });
const updateWeight = (world: World, role: string, weight: number) =>
  world.operate({ type: 'UPDATE_WEIGHTS', update_weights: { weight_infos: [{ role, weight }] } });

function heldBy(world: World, { id }: Subscriber, name: string): number {
  const offers = [...(world.master.state.frameworks.get(id)?.offers.values() ?? [])];
  return offers
    .flatMap(({ resources }) => [...resources])
    .reduce((sum, resource) => sum + (resource.name === name ? (resource.scalar?.value ?? 0) : 0), 0);
}

/** All gives back what it holds without a filter; the next batch shares it out anew. */
function shareOut(world: World, subscribers: readonly Subscriber[]): void {
  for (const subscriber of subscribers) {
    const held = [...(world.master.state.frameworks.get(subscriber.id)?.offers.keys() ?? [])];
    const decline = { offer_ids: held.map((value) => ({ value })), filters: { refuse_seconds: 0 } };
    world.call(subscriber, { type: 'DECLINE', decline });
  }
  world.advance(1000);
}

test('LM-25 a role of weight 3 gets three times the agents of one of weight 1', (t) => {
  const world = createWorld();
  const light = world.subscribe({ roles: ['light'] });
  const heavy = world.subscribe({ roles: ['heavy'] });
  t.is(updateWeight(world, 'heavy', 3)?.status, 200);
  for (let count = 0; count < 8; count += 1) {
    world.addAgent();
  }
  shareOut(world, [light, heavy]);
  t.deepEqual([heldBy(world, light, 'cpus'), heldBy(world, heavy, 'cpus')], [8, 24]);
  t.deepEqual(world.registry.weights, [{ role: 'heavy', weight: 3 }]);
});

test('UPDATE_WEIGHTS rescinds every offer if somebody is in one of the roles, else none; bad ones change nothing', (t) => {
  const world = createWorld();
  world.addAgent();
  const framework = world.subscribe({ roles: ['a'] });
  updateWeight(world, 'b', 2);
  t.is(framework.events.at(-1)?.type, 'OFFERS');
  t.deepEqual(updateWeight(world, 'a', 0), {
    kind: 'reply',
    status: 400,
    text: "Failed to validate update weights request JSON for role 'a': Invalid weight '0': Weights must be positive",
  } as never);
  t.is(updateWeight(world, '/a', 1)?.status, 400);
  t.is(framework.events.at(-1)?.type, 'OFFERS');
  updateWeight(world, 'a', 2);
  t.is(framework.events.at(-1)?.type, 'RESCIND');
});

test('roles compete as a tree: what eng/a and eng/b hold together counts against batch', (t) => {
  const world = createWorld();
  const frameworks = ['eng/a', 'eng/b', 'batch'].map((role) => world.subscribe({ roles: [role] }));
  for (let count = 0; count < 8; count += 1) {
    world.addAgent();
  }
  shareOut(world, frameworks);
  t.deepEqual(
    frameworks.map((each) => heldBy(world, each, 'cpus')),
    [8, 8, 16],
  );
});

const rolesOfTrees = fc.uniqueArray(fc.constantFrom('a', 'a/x', 'a/x/1', 'a/y', 'b', 'b/x', 'c'), { minLength: 1 });

test('LM-25 for any tree of roles and any weights agents go where the lowest weighed share is', (t) => {
  fc.assert(
    fc.property(
      rolesOfTrees,
      fc.dictionary(fc.constantFrom('a', 'a/x', 'b', 'c'), fc.constantFrom(0.5, 1, 2, 4), { noNullPrototype: true }),
      fc.integer({ min: 1, max: 12 }),
      (roles, weights, agents) => {
        const world = createWorld();
        for (const [role, weight] of Object.entries(weights)) {
          updateWeight(world, role, weight);
        }
        const frameworks = roles.map((role) => world.subscribe({ roles: [role] }));
        for (let count = 0; count < agents; count += 1) {
          world.addAgent();
        }
        const expected = giveByReference(roles, weights, agents);
        compareCounts(world, frameworks, roles, expected);
      },
    ),
    { numRuns: 200 },
  );
  t.pass();
});

test('a limit cuts offers down and holds them at what is left of it, ports and all else come whole', (t) => {
  const world = createWorld();
  world.addAgent();
  updateQuota(world, 'web', { limits: { cpus: { value: 1.5 }, mem: { value: 512 } } });
  const framework = world.subscribe({ roles: ['web'] });
  t.deepEqual(
    ['cpus', 'mem', 'disk'].map((name) => heldBy(world, framework, name)),
    [1.5, 512, 4096],
  );
  t.true(offersOf(framework)[0]?.resources?.some(({ name }) => name === 'ports'));
  launchOn(world, framework, ['a'], 1);
  world.call(framework, { type: 'REVIVE' });
  t.is(heldBy(world, framework, 'cpus'), 0.5);
  launchOn(world, framework, ['b'], 0.5);
  world.call(framework, { type: 'REVIVE' });
  t.is(heldBy(world, framework, 'cpus'), 0);
  t.is(heldBy(world, framework, 'mem'), 512 - 128);
});

test('a limit that is lowered takes offers back; below what tasks use only by force', (t) => {
  const world = createWorld();
  world.addAgent();
  const framework = world.subscribe({ roles: ['web'] });
  launchOn(world, framework, ['a'], 1.5);
  world.call(framework, { type: 'REVIVE' });
  t.deepEqual(updateQuota(world, 'web', { limits: { cpus: { value: 0.5 } } }), {
    kind: 'reply',
    status: 400,
    text: "Invalid QuotaConfig: Role 'web' is already consuming 'cpus:1.5; mem:64'; this is more than the requested limits 'cpus:0.5' (use 'force' flag to bypass this check)",
  } as never);
  t.is(framework.events.at(-1)?.type, 'OFFERS');
  t.is(updateQuota(world, 'web', { limits: { cpus: { value: 0.5 } } }, true)?.status, 200);
  t.is(framework.events.at(-1)?.type, 'RESCIND');
  world.advance(1000);
  t.deepEqual([heldBy(world, framework, 'cpus'), heldBy(world, framework, 'mem') > 0], [0, true]);
  updateQuota(world, 'web', {});
  world.advance(1000);
  t.is(heldBy(world, framework, 'cpus'), 2.5, 'without limits the rest is offered too');
});

test('guarantees are laid away: others are offered what is left beyond them', (t) => {
  const world = createWorld();
  world.addAgent();
  world.addAgent();
  updateQuota(world, 'web', { guarantees: { cpus: { value: 5 } }, limits: { cpus: { value: 5 } } });
  const other = world.subscribe({ roles: ['batch'] });
  t.is(heldBy(world, other, 'cpus'), 3);
  const web = world.subscribe({ roles: ['web'] });
  t.is(heldBy(world, web, 'cpus'), 5);
  t.is(heldBy(world, other, 'cpus'), 3);
});

test('a new guarantee takes back as many offers of others as it needs, and is met first', (t) => {
  const world = createWorld();
  for (let count = 0; count < 4; count += 1) {
    world.addAgent();
  }
  const other = world.subscribe({ roles: ['batch'] });
  const web = world.subscribe({ roles: ['web'] });
  t.is(heldBy(world, web, 'cpus'), 0);
  updateQuota(world, 'web', { guarantees: { cpus: { value: 6 } }, limits: {} });
  t.is(heldBy(world, other, 'cpus'), 8);
  world.advance(1000);
  t.true(heldBy(world, web, 'cpus') >= 6);
});

const refusals: readonly [string, object, string][] = [
  [
    'web',
    { guarantees: { cpus: { value: 100 } }, limits: { cpus: { value: 100 } } },
    "Invalid QuotaConfig: total quota guarantees 'cpus:100' exceed cluster capacity 'cpus:4; disk:4096; mem:2048' (use 'force' flag to bypass this check)",
  ],
  ['a/b', {}, "Updating quota on nested role 'a/b' is not supported yet"],
  [
    '-x',
    {},
    "Invalid QuotaConfig: Invalid 'QuotaConfig.role': Role component '-x' is invalid because it starts with a dash",
  ],
  [
    'web',
    { limits: { cpus: { value: -1 } } },
    "Invalid QuotaConfig: Invalid limit configuration {'cpus': -1}: Negative values not supported",
  ],
  [
    'web',
    { limits: { mem: { value: 2e12 } } },
    "Invalid QuotaConfig: Invalid 'QuotaConfig.limits': {'mem': 2000000000000} is invalid: values greater than 1 exabyte (1099511627776) are not supported",
  ],
  [
    'web',
    { guarantees: { cpus: { value: 2 } }, limits: { cpus: { value: 1 } } },
    "Invalid QuotaConfig: 'QuotaConfig.guarantees' { cpus: 2 } is not contained within the 'QuotaConfig.limits' { cpus: 1 }",
  ],
];
for (const [role, config, text] of refusals) {
  test(`UPDATE_QUOTA of ${role} with ${JSON.stringify(config)} is 400 and changes nothing`, (t) => {
    const world = createWorld();
    world.addAgent();
    t.like(updateQuota(world, role, config), { status: 400, text });
    t.is(world.master.state.books.quotas.size, 0);
  });
}

test('SET_QUOTA guarantees and limits alike, once; REMOVE_QUOTA ends it; quotas outlive the master', (t) => {
  const world = createWorld();
  world.addAgent();
  const set = (cpus: number, force = false) =>
    world.operate({
      type: 'SET_QUOTA',
      set_quota: { quota_request: { role: 'web', force, guarantee: [scalar('cpus', cpus)] } },
    });
  t.is(set(9)?.status, 409);
  t.is(set(1)?.status, 200);
  t.like(set(1), { status: 400 });
  world.restartMaster();
  const cpus = new Map([['cpus', 1000]]);
  t.deepEqual(world.master.state.books.quotas.get('web'), { guarantees: cpus, limits: cpus });
  const remove = () => world.operate({ type: 'REMOVE_QUOTA', remove_quota: { role: 'web' } });
  t.is(remove()?.status, 200);
  t.like(remove(), { status: 400, text: "Failed to remove quota: Role 'web' has no quota set" });
});

test('a framework says itself what an offer must hold, role by role (offer_filters)', (t) => {
  const world = createWorld();
  world.addAgent([scalar('cpus', 4), scalar('mem', 64)]);
  const least = (quantities: object[]) => ({ web: { min_allocatable_resources: { quantities } } }) as never;
  const picky = world.subscribe({
    roles: ['web'],
    offer_filters: least([{ quantities: { cpus: { value: 1 }, mem: { value: 128 } } }]),
  });
  t.deepEqual(offersOf(picky), []);
  world.addAgent([scalar('cpus', 0.001), scalar('disk', 1)]);
  const humble = world.subscribe({ roles: ['web'], offer_filters: least([]) });
  t.is(offersOf(humble).length, 2);
  const bad = world.subscribe({ roles: ['web'], offer_filters: least([{}]) });
  t.deepEqual(bad.events, [
    { type: 'ERROR', error: { message: 'Resource quantities must contain at least one quantity' } },
  ]);
});

test('refined reservations are for frameworks that know of them, and for the role that they are refined to', (t) => {
  const world = createWorld();
  const refined = {
    ...scalar('cpus', 2),
    reservations: [
      { type: 'STATIC' as const, role: 'eng' },
      { type: 'DYNAMIC' as const, role: 'eng/web', principal: 'p' },
    ],
  };
  world.addAgent([scalar('cpus', 1), scalar('mem', 64), refined]);
  const old = world.subscribe({ roles: ['eng/web'], capabilities: [{ type: 'MULTI_ROLE' }] });
  t.is(heldBy(world, old, 'cpus'), 1);
  t.is(heldBy(world, world.subscribe({ roles: ['eng'] }), 'cpus'), 0);
  t.is(heldBy(world, world.subscribe({ roles: ['eng/web'] }), 'cpus'), 2);
});

test('roles that nobody is in and that hold nothing are forgotten', (t) => {
  const world = createWorld();
  world.addAgent(wholeAgent);
  const framework = world.subscribe({ roles: ['r0'] });
  for (let round = 1; round < 50; round += 1) {
    const info = world.master.state.frameworks.get(framework.id)?.info;
    const update_framework = { framework_info: { ...info, roles: [`r${round}/x`] } };
    t.is(world.call(framework, { type: 'UPDATE_FRAMEWORK', update_framework })?.status, 200);
    world.advance(1000);
  }
  t.deepEqual([...world.master.state.books.frameworks.keys()], ['r49/x']);
  world.call(framework, { type: 'TEARDOWN' });
  t.is(world.master.state.books.frameworks.size, 0);
});
