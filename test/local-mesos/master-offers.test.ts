import test from 'ava';
import type { AgentId } from '../../src/mesos-api-client/protocol/ids.ts';
import {
  createWorld,
  lastOffer,
  launchOn,
  multiRole,
  offersOf,
  partitionAware,
  ports,
  report,
  type Subscriber,
  scalar,
  type World,
  wholeAgent,
} from './support/master-world.ts';

function decline(world: World, subscriber: Subscriber, refuseSeconds?: number): void {
  const filters = refuseSeconds === undefined ? {} : { filters: { refuse_seconds: refuseSeconds } };
  const { id } = lastOffer(subscriber);
  world.call(subscriber, { type: 'DECLINE', decline: { offer_ids: [id], ...filters } });
}

/** Milliseconds until the next offer, as the framework sees them. */
function waitForOffer(world: World, subscriber: Subscriber, limitMs: number): number | undefined {
  const before = offersOf(subscriber).length;
  for (let waited = 0; waited <= limitMs; waited += 100) {
    if (offersOf(subscriber).length > before) {
      return waited;
    }
    world.advance(100);
  }
  return undefined;
}

test('LM-20 all that an agent has is offered to the one framework, at once', (t) => {
  const world = createWorld();
  const agent = world.addAgent();
  const framework = world.subscribe({ roles: ['web'] });
  t.is(offersOf(framework).length, 1);
  const offer = lastOffer(framework);
  t.like(offer, { hostname: 'localhost', agent_id: { value: agent.id }, allocation_info: { role: 'web' } });
  t.is(offer.url?.address.port, 5051);
  t.deepEqual(
    offer.resources,
    wholeAgent.map((each) => ({ ...each, allocation_info: { role: 'web' } })),
  );
});

test('LM-20 without MULTI_ROLE there is no allocation_info, without RESERVATION_REFINEMENT role "*" is printed', (t) => {
  const world = createWorld();
  const reserved = { ...scalar('cpus', 1), reservations: [{ type: 'STATIC' as const, role: 'web' }] };
  world.addAgent([scalar('cpus', 4), scalar('mem', 1024), reserved]);
  const framework = world.subscribe({ roles: undefined as never, role: 'web', capabilities: [] });
  const offer = lastOffer(framework);
  t.false('allocation_info' in offer);
  t.deepEqual(offer.resources, [
    { ...scalar('cpus', 4), role: '*' },
    { ...scalar('mem', 1024), role: '*' },
    { ...scalar('cpus', 1), role: 'web' },
  ]);
});

test('what is reserved to a role or its ancestor is offered to that role only', (t) => {
  const world = createWorld();
  const reserved = { ...scalar('cpus', 2), reservations: [{ type: 'STATIC' as const, role: 'eng' }] };
  world.addAgent([scalar('cpus', 1), scalar('mem', 64), reserved]);
  const other = world.subscribe({ roles: ['other'] });
  const engineers = world.subscribe({ roles: ['eng/web'] });
  t.deepEqual(
    lastOffer(other).resources?.map(({ scalar }) => scalar?.value),
    [1, 64],
  );
  t.deepEqual(
    lastOffer(engineers).resources?.map(({ scalar }) => scalar?.value),
    [2],
  );
});

test('too little is not offered, and a framework without roles is offered nothing', (t) => {
  const world = createWorld();
  world.addAgent([scalar('cpus', 0.009), scalar('mem', 31), scalar('disk', 9999)]);
  t.deepEqual(offersOf(world.subscribe()), []);
  world.addAgent();
  t.deepEqual(offersOf(world.subscribe({ roles: [] })), []);
});

test('an agent with GPUs is for frameworks that know of them', (t) => {
  const world = createWorld();
  world.addAgent([...wholeAgent, scalar('gpus', 1)]);
  t.deepEqual(offersOf(world.subscribe()), []);
  const capabilities = [...partitionAware, { type: 'GPU_RESOURCES' }];
  t.is(offersOf(world.subscribe({ capabilities })).length, 1);
});

const filters: readonly [number | undefined, number, number][] = [
  [undefined, 5000, 6000],
  [-1, 5000, 6000],
  [5, 5000, 6000],
  [1, 1000, 2000],
  [0.5, 1000, 2000],
  [0, 0, 1000],
];
for (const [refuseSeconds, least, most] of filters) {
  test(`LM-21 DECLINE with refuse_seconds ${refuseSeconds}: offered again after ${least} to ${most} ms`, (t) => {
    const world = createWorld();
    world.addAgent();
    const framework = world.subscribe();
    world.advance(300);
    decline(world, framework, refuseSeconds);
    const waited = waitForOffer(world, framework, 10_000) ?? t.fail();
    t.true(waited >= least && waited <= most, `${waited} ms`);
  });
}

test('LM-21 LM-23 a long filter holds until REVIVE', (t) => {
  const world = createWorld();
  world.addAgent();
  const framework = world.subscribe();
  decline(world, framework, 3600);
  t.is(waitForOffer(world, framework, 60_000), undefined);
  world.call(framework, { type: 'REVIVE' });
  t.is(offersOf(framework).length, 2);
});

test('LM-22 a filter holds back only what was refused: more of the same agent is offered', (t) => {
  const world = createWorld();
  const agent = world.addAgent();
  const framework = world.subscribe();
  launchOn(world, framework, ['a']);
  t.is(waitForOffer(world, framework, 5000), undefined, 'the rest was refused with the ACCEPT');
  report(world, framework, agent, 'a', 'TASK_FINISHED');
  const waited = waitForOffer(world, framework, 5000) ?? t.fail();
  t.true(waited <= 1000);
  t.is(lastOffer(framework).resources?.find(({ name }) => name === 'cpus')?.scalar?.value, 4);
});

test('repeated refusals of the same leave one filter', (t) => {
  const world = createWorld();
  world.addAgent();
  const framework = world.subscribe();
  for (let round = 0; round < 20; round += 1) {
    decline(world, framework, 1);
    world.advance(1900);
  }
  decline(world, framework, 3600);
  t.is(world.master.state.frameworks.get(framework.id)?.filters.size, 1);
  t.true(offersOf(framework).length > 10);
});

test('a filter of one role does not hold back another role of the same framework', (t) => {
  const world = createWorld();
  world.addAgent();
  const framework = world.subscribe({ roles: ['a', 'b'] });
  const role = lastOffer(framework).allocation_info?.role;
  decline(world, framework, 3600);
  world.advance(1000);
  t.is(offersOf(framework).length, 2);
  t.not(lastOffer(framework).allocation_info?.role, role);
});

test('a filter is of one framework, role and agent', (t) => {
  const world = createWorld();
  world.addAgent();
  const first = world.subscribe();
  const second = world.subscribe();
  decline(world, first, 3600);
  world.advance(1000);
  t.is(offersOf(second).length, 1);
  world.addAgent();
  t.is(offersOf(first).length, 2, 'another agent');
});

test('LM-23 SUPPRESS ends offers, REVIVE brings them at once; a role that is not subscribed spoils the call', (t) => {
  const world = createWorld();
  const framework = world.subscribe({ roles: ['web', 'batch'] });
  t.is(world.call(framework, { type: 'SUPPRESS', suppress: { roles: ['web', 'other'] } })?.status, 202);
  t.is(world.master.state.frameworks.get(framework.id)?.suppressedRoles.size, 0);
  world.call(framework, { type: 'SUPPRESS' });
  world.addAgent();
  t.is(waitForOffer(world, framework, 5000), undefined);
  t.is(world.call(framework, { type: 'REVIVE', revive: { roles: ['other'] } })?.status, 202);
  t.is(offersOf(framework).length, 0);
  world.call(framework, { type: 'REVIVE', revive: { roles: ['web'] } });
  t.is(lastOffer(framework).allocation_info?.role, 'web');
});

test('LM-24 suppression does not survive a new subscription unless it is sent again', (t) => {
  const world = createWorld();
  world.addAgent();
  const first = world.subscribe({}, { suppressed_roles: ['*'] });
  t.is(waitForOffer(world, first, 3000), undefined);
  const second = world.subscribe({ id: first.id }, { suppressed_roles: ['*'] });
  t.is(waitForOffer(world, second, 3000), undefined);
  const third = world.subscribe({ id: first.id });
  t.true((waitForOffer(world, third, 3000) ?? 3000) <= 1000);
});

test('LM-25 two frameworks of equal roles share what becomes free, within one offer of each other', (t) => {
  const world = createWorld();
  const agents = Array.from({ length: 6 }, () => world.addAgent());
  const first = world.subscribe({ roles: ['a'] });
  const second = world.subscribe({ roles: ['b'] });
  t.is(offersOf(first).length, 6, 'the first comer gets all');
  for (const { id } of [...offersOf(first)]) {
    world.call(first, { type: 'DECLINE', decline: { offer_ids: [id], filters: { refuse_seconds: 0 } } });
  }
  world.advance(1000);
  const held = (subscriber: Subscriber) => world.master.state.frameworks.get(subscriber.id)?.offers.size ?? 0;
  t.is(held(first) + held(second), agents.length);
  t.true(Math.abs(held(first) - held(second)) <= 1, `${held(first)} and ${held(second)}`);
});

test('LM-28 the offers of an agent are rescinded when its link breaks, and it is offered again when it is back', (t) => {
  const world = createWorld();
  const agent = world.addAgent([scalar('cpus', 1), scalar('mem', 128), ports(31000, 31001)]);
  const framework = world.subscribe({ capabilities: multiRole });
  const { id } = lastOffer(framework);
  world.closeLink(agent);
  t.deepEqual(framework.events.at(-1), { type: 'RESCIND', rescind: { offer_id: id } });
  world.advance(2000);
  t.is(offersOf(framework).length, 1);
  world.addAgent([scalar('cpus', 1), scalar('mem', 128)], { id: agent.id as AgentId });
  t.is(offersOf(framework).length, 2);
});
