/** Shared persistent volumes (docs/shared-resources.md of Mesos): one volume, used by many tasks and offered to many. */
import test from 'ava';
import type { Resource } from '../../../src/mesos-api-client/protocol/mesos.ts';
import type { OfferOperation } from '../../../src/mesos-api-client/protocol/operations.ts';
import {
  accept,
  createWorld,
  lastOffer,
  launch,
  offersOf,
  partitionAware,
  report,
  type Subscriber,
  scalar,
  statusesOf,
  task,
  typesOf,
  type World,
} from '../support/master-world.ts';

const web = { reservations: [{ type: 'DYNAMIC' as const, role: 'web', principal: 'p' }] };
const shared: Resource = {
  ...scalar('disk', 100),
  ...web,
  disk: { persistence: { id: 'v', principal: 'p' }, volume: { mode: 'RW', container_path: 'data' } },
  shared: {},
};
const able = [...partitionAware, { type: 'SHARED_RESOURCES' }];
const named = (id: string) => ({ id: { value: id as never } });

function subscribed() {
  const world = createWorld();
  const agent = world.addAgent();
  const framework = world.subscribe({ roles: ['web'], principal: 'p', capabilities: able });
  operate(
    world,
    framework,
    { type: 'RESERVE', reserve: { resources: [{ ...scalar('disk', 100), ...web }] } },
    {
      type: 'CREATE',
      create: { volumes: [shared] },
      ...named('create'),
    },
  );
  return { world, agent, framework };
}

/** On the newest offer, without a filter; what becomes free is offered with the next batch. */
function operate(world: World, framework: Subscriber, ...operations: OfferOperation[]): void {
  world.call(framework, accept([lastOffer(framework).id.value], operations, 0));
  world.advance(1_000);
}

const withVolume = (id: string, agentId: never) =>
  task(id, agentId, 1, { resources: [scalar('cpus', 1), scalar('mem', 32), shared] });

function volumesIn({ resources = [] }: { resources?: Resource[] }): number[] {
  return resources.flatMap((each) => (each.shared === undefined ? [] : [each.scalar?.value ?? 0]));
}

test('LM-20 a shared volume is offered while tasks use it, and several tasks of one ACCEPT may have it', (t) => {
  const { world, agent, framework } = subscribed();
  t.deepEqual(volumesIn(lastOffer(framework)), [100]);
  operate(world, framework, launch(withVolume('a', agent.id as never), withVolume('b', agent.id as never)));
  t.deepEqual(statusesOf(framework), [], 'nothing is refused');
  t.is(world.master.state.frameworks.get(framework.id)?.tasks.size, 2);
  t.deepEqual(volumesIn(lastOffer(framework)), [100], 'whole');
  t.is(lastOffer(framework).resources?.find(({ name }) => name === 'cpus')?.scalar?.value, 2);
  for (const id of ['a', 'b']) report(world, framework, agent, id, 'TASK_FINISHED');
  world.call(framework, {
    type: 'DECLINE',
    decline: { offer_ids: [lastOffer(framework).id], filters: { refuse_seconds: 0 } },
  });
  world.advance(1_000);
  const disk = lastOffer(framework).resources?.filter(({ name }) => name === 'disk') ?? [];
  t.is(
    disk.reduce((sum, each) => sum + (each.scalar?.value ?? 0), 0),
    4096,
    'neither more nor less than there is',
  );
});

test('LM-20 what is left of an agent but a shared volume is not offered over and over', (t) => {
  const { world, agent, framework } = subscribed();
  const resources = [scalar('cpus', 4), scalar('mem', 2048), shared];
  operate(world, framework, launch(task('all', agent.id, 4, { resources })));
  world.call(framework, {
    type: 'DECLINE',
    decline: { offer_ids: [lastOffer(framework).id], filters: { refuse_seconds: 0 } },
  });
  const before = offersOf(framework).length;
  world.advance(10_000);
  t.is(offersOf(framework).length, before);
});

test('a framework that cannot share is not told of shared volumes', (t) => {
  const { world, framework } = subscribed();
  world.call(framework, { type: 'TEARDOWN' });
  const other = world.subscribe({ roles: ['web'], principal: 'p' });
  world.advance(1_000);
  t.deepEqual(volumesIn(lastOffer(other)), []);
});

test('DESTROY of a shared volume: refused while a task uses it; then offers of it are taken back', (t) => {
  const { world, agent, framework } = subscribed();
  operate(world, framework, launch(withVolume('a', agent.id as never)));
  const destroy: OfferOperation = { type: 'DESTROY', destroy: { volumes: [shared] }, ...named('destroy') };
  operate(world, framework, destroy);
  const refused = framework.events.findLast((event) => event.type === 'UPDATE_OPERATION_STATUS');
  t.regex(
    (refused?.type === 'UPDATE_OPERATION_STATUS' && refused.update_operation_status.status.message) || '',
    /^Persistent volumes in use; on agent /,
  );
  report(world, framework, agent, 'a', 'TASK_FINISHED');
  const other = world.subscribe({ roles: ['web'], principal: 'p', capabilities: able });
  world.advance(1_000);
  t.deepEqual(volumesIn(lastOffer(other)), [100], 'both are offered it');
  t.deepEqual(volumesIn(lastOffer(framework)), [100]);
  operate(world, framework, destroy);
  t.true(typesOf(other).includes('RESCIND'));
  t.false(world.master.state.agents.get(agent.id)?.total.some((each) => each.shared !== undefined));
});
