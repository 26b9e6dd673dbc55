/** Operations on resources: in ACCEPT, by operators, on agents, and what is told of them. */
import test from 'ava';
import type { Resource } from '../../../src/mesos-api-client/protocol/mesos.ts';
import type { OfferOperation, OperationStatus } from '../../../src/mesos-api-client/protocol/operations.ts';
import { scalarSum } from '../../../src/mesos-api-client/protocol/resources.ts';
import { createDrivenAgent, frameworkId } from '../support/agent-model.ts';
import {
  accept,
  createWorld,
  type FakeAgent,
  lastOffer,
  launch,
  offersOf,
  type Subscriber,
  scalar,
  statusesOf,
  task,
  uuidOf,
  type World,
} from '../support/master-world.ts';

const dynamic = (role = 'web', principal = 'p') => ({ reservations: [{ type: 'DYNAMIC' as const, role, principal }] });
const reserved = (name: string, value: number, role = 'web', principal = 'p'): Resource => ({
  ...scalar(name, value),
  ...dynamic(role, principal),
});
const volume = (size: number, id = 'v', disk: Resource['disk'] = {}): Resource => ({
  ...reserved('disk', size),
  disk: { ...disk, persistence: { id, principal: 'p' }, volume: { mode: 'RW', container_path: 'data' } },
});
const named = (id: string) => ({ id: { value: id as never } });
const reserve = (resources: Resource[], id?: string): OfferOperation => ({
  type: 'RESERVE',
  reserve: { resources },
  ...(id === undefined ? {} : named(id)),
});
const unreserve = (resources: Resource[], id: string): OfferOperation => ({
  type: 'UNRESERVE',
  unreserve: { resources },
  ...named(id),
});
const create = (volumes: Resource[], id: string): OfferOperation => ({
  type: 'CREATE',
  create: { volumes },
  ...named(id),
});
const destroy = (volumes: Resource[], id: string): OfferOperation => ({
  type: 'DESTROY',
  destroy: { volumes },
  ...named(id),
});

function subscribed(roles = ['web']) {
  const world = createWorld();
  const agent = world.addAgent();
  const framework = world.subscribe({ roles, principal: 'p' });
  return { world, agent, framework };
}

/** On the newest offer, without a filter; what becomes free is offered with the next batch. */
function operate(world: World, framework: Subscriber, ...operations: OfferOperation[]): void {
  world.call(framework, accept([lastOffer(framework).id.value], operations, 0));
  world.advance(1000);
}

function told({ events }: Subscriber): OperationStatus[] {
  return events.flatMap((event) =>
    event.type === 'UPDATE_OPERATION_STATUS' ? [event.update_operation_status.status] : [],
  );
}

const faults = (framework: Subscriber) => told(framework).map(({ state, message }) => [state, message]);

/** What its agents would say of every operation that they were told of. */
function reportAll(world: World, agent: FakeAgent, state: OperationStatus['state'] = 'OPERATION_FINISHED'): void {
  for (const message of agent.received) {
    if (message.type === 'APPLY_OPERATION') {
      const { operation } = message;
      const id = operation.info.id;
      const status = {
        ...(id === undefined ? {} : { operation_id: id }),
        state,
        uuid: { value: uuidOf(operation.uuid) },
        agent_id: { value: agent.id },
      };
      world.send(agent, { type: 'OPERATION_STATUS', operation: { ...operation, status } });
    }
  }
}

test('what is reserved comes back reserved, and its outcome is told with a uuid until it is acknowledged', (t) => {
  const { world, agent, framework } = subscribed();
  operate(world, framework, reserve([reserved('cpus', 1), reserved('mem', 256)], 'r1'));
  t.deepEqual(
    lastOffer(framework).resources?.filter(({ reservations }) => reservations !== undefined),
    [reserved('cpus', 1), reserved('mem', 256)].map((each) => ({ ...each, allocation_info: { role: 'web' } })),
  );
  reportAll(world, agent);
  const [status] = told(framework);
  t.like(status, { state: 'OPERATION_FINISHED', operation_id: { value: 'r1' }, agent_id: { value: agent.id } });
  const reconcile = (operations: object[]) =>
    world.call(framework, { type: 'RECONCILE_OPERATIONS', reconcile_operations: { operations } });
  t.is(reconcile([{ operation_id: { value: 'r1' } }])?.status, 202);
  const { uuid, ...known } = status ?? t.fail();
  t.deepEqual(told(framework).at(-1), known as OperationStatus, 'known, without a uuid');
  const acknowledge_operation_status = {
    agent_id: { value: agent.id },
    operation_id: { value: 'r1' },
    uuid: uuid?.value,
  };
  t.is(world.call(framework, { type: 'ACKNOWLEDGE_OPERATION_STATUS', acknowledge_operation_status })?.status, 202);
  t.is(agent.received.at(-1)?.type, 'ACKNOWLEDGE_OPERATION');
  reconcile([{ operation_id: { value: 'r1' }, agent_id: { value: agent.id } }]);
  t.like(told(framework).at(-1), { state: 'OPERATION_UNKNOWN', message: 'Reconciliation: Operation is unknown' });
});

test('in one ACCEPT a reservation, a volume on it and a task on both', (t) => {
  const { world, agent, framework } = subscribed();
  const onVolume = task('t', agent.id, 1, { resources: [reserved('cpus', 1), scalar('mem', 64), volume(100)] });
  operate(
    world,
    framework,
    reserve([reserved('cpus', 1), reserved('disk', 512)]),
    create([volume(100)], 'c'),
    launch(onVolume),
  );
  t.deepEqual(statusesOf(framework), []);
  t.deepEqual(
    agent.received.map(({ type }) => type).filter((type) => type === 'APPLY_OPERATION' || type === 'RUN_TASK'),
    ['APPLY_OPERATION', 'APPLY_OPERATION', 'RUN_TASK'],
  );
  t.is(
    lastOffer(framework).resources?.find(({ disk }) => disk !== undefined),
    undefined,
    'the volume is in use',
  );
  t.is(scalarSum(lastOffer(framework).resources ?? [], 'cpus'), 3000 as never);
});

test('DESTROY and UNRESERVE lead back to where it began; a volume grows and shrinks', (t) => {
  const { world, agent, framework } = subscribed();
  const before = lastOffer(framework).resources;
  operate(world, framework, reserve([reserved('disk', 512)]), create([volume(100)], 'c'));
  operate(world, framework, {
    type: 'GROW_VOLUME',
    grow_volume: { volume: volume(100), addition: reserved('disk', 28) },
    ...named('g'),
  });
  t.truthy(lastOffer(framework).resources?.find(({ disk, scalar }) => disk !== undefined && scalar?.value === 128));
  operate(world, framework, {
    type: 'SHRINK_VOLUME',
    shrink_volume: { volume: volume(128), subtract: { value: 64 } },
    ...named('s'),
  });
  operate(world, framework, destroy([volume(64)], 'd'), unreserve([reserved('disk', 512)], 'u'));
  reportAll(world, agent);
  t.deepEqual(new Set(told(framework).map(({ state }) => state)), new Set(['OPERATION_FINISHED']));
  t.deepEqual(lastOffer(framework).resources, before);
});

test('a reservation is refined by a role below, and offered to that role only', (t) => {
  const { world, framework } = subscribed(['web', 'web/api']);
  world.call(framework, { type: 'SUPPRESS', suppress: { roles: ['web/api'] } });
  operate(world, framework, reserve([reserved('cpus', 2)]));
  world.call(framework, { type: 'SUPPRESS', suppress: { roles: ['web'] } });
  world.call(framework, {
    type: 'DECLINE',
    decline: { offer_ids: [lastOffer(framework).id], filters: { refuse_seconds: 0 } },
  });
  world.call(framework, { type: 'REVIVE', revive: { roles: ['web/api'] } });
  const stack = [...dynamic().reservations, ...dynamic('web/api').reservations];
  operate(world, framework, reserve([{ ...scalar('cpus', 2), reservations: stack }], 'refine'));
  t.deepEqual(
    lastOffer(framework).resources?.find(({ reservations }) => reservations !== undefined)?.reservations,
    stack,
  );
});

const mistakes: readonly [string, OfferOperation, RegExp][] = [
  [
    'another principal',
    reserve([reserved('cpus', 1, 'web', 'q')], 'x'),
    /^A reserve operation was attempted by authenticated principal 'p', which does not match a reserved resource in the request with principal 'q'; on agent m0-S0 at slave\(1\)@127\.0\.0\.1:5051 \(localhost\)$/,
  ],
  [
    'another role',
    reserve([reserved('cpus', 1, 'other')], 'x'),
    /^A reserve operation was attempted for a resource with role 'other', but the resource was allocated to role 'web'; on agent/,
  ],
  ['not reserved', reserve([scalar('cpus', 1)], 'x'), /^Resource cpus:1 is not dynamically reserved; on agent/],
  [
    'more than there is',
    reserve([reserved('cpus', 9)], 'x'),
    /^.*cpus\(allocated: web\):4.* does not contain cpus\(allocated: web\):9$/,
  ],
  [
    'a source',
    { type: 'RESERVE', reserve: { resources: [reserved('cpus', 1)], source: [scalar('cpus', 1)] }, ...named('x') },
    /^RESERVE.source must not be set/,
  ],
  ['unreserving what is not', unreserve([scalar('cpus', 1)], 'x'), /^Resource cpus:1 is not dynamically reserved/],
  [
    'unreserving more',
    unreserve([reserved('cpus', 50)], 'x'),
    /does not contain cpus\(allocated: web\)\(reservations: \[\(DYNAMIC,web,p\)\]\):50$/,
  ],
  [
    'unreserving a volume',
    unreserve([volume(1)], 'x'),
    /^A dynamically reserved persistent volume disk\(reservations: \[\(DYNAMIC,web,p\)\]\)\[v:data\]:1 cannot be unreserved directly/,
  ],
  ['a volume on nothing', create([volume(100)], 'x'), /does not contain disk\(allocated: web\)\(reservations/],
  [
    'a volume of unreserved disk',
    create([{ ...volume(100), reservations: [] }], 'x'),
    /^Invalid resources: Invalid DiskInfo: Persistent volumes cannot be created from unreserved resources/,
  ],
  ['no volume', create([reserved('disk', 1)], 'x'), /^Not a persistent volume: Resource disk.* does not have DiskInfo/],
  [
    'a shared volume',
    create([{ ...volume(1), shared: {} }], 'x'),
    /has been attempted by framework 'm0-0000' with no SHARED_RESOURCES capability/,
  ],
  ['destroying what is not there', destroy([volume(100)], 'x'), /^Persistent volumes not found/],
  [
    'growing by nothing',
    { type: 'GROW_VOLUME', grow_volume: { volume: volume(1), addition: reserved('disk', 0) }, ...named('x') },
    /must be greater than zero/,
  ],
  [
    'growing by something else',
    { type: 'GROW_VOLUME', grow_volume: { volume: volume(1), addition: scalar('disk', 1) }, ...named('x') },
    /^Incompatible resources/,
  ],
  [
    'shrinking to nothing',
    { type: 'SHRINK_VOLUME', shrink_volume: { volume: volume(1), subtract: { value: 1 } }, ...named('x') },
    /must be smaller than the size/,
  ],
  [
    'a disk of a provider',
    { type: 'CREATE_DISK', create_disk: { source: scalar('disk', 1), target_type: 'MOUNT' }, ...named('x') },
    /not managed by a resource provider/,
  ],
];
for (const [what, operation, message] of mistakes) {
  test(`${what}: OPERATION_ERROR without a uuid, and nothing changes`, (t) => {
    const { world, framework } = subscribed();
    const before = lastOffer(framework).resources;
    operate(world, framework, operation);
    const [[state, words] = []] = faults(framework);
    t.is(state, 'OPERATION_ERROR');
    t.regex(words ?? '', message);
    t.false('uuid' in (told(framework)[0] ?? {}));
    t.deepEqual(lastOffer(framework).resources, before);
  });
}

test('an id of a volume is used once in a role of an agent; without an id of its own nothing is told of an operation', (t) => {
  const { world, framework } = subscribed();
  operate(world, framework, reserve([reserved('disk', 512)]), create([volume(100)], 'a'));
  operate(world, framework, create([volume(50)], 'b'));
  t.deepEqual(
    faults(framework).map(([, message]) => message?.split(';')[0]),
    ["Persistence ID 'v' is not unique"],
  );
  operate(world, framework, { type: 'DESTROY', destroy: { volumes: [volume(1, 'none')] } });
  t.is(told(framework).length, 1);
});

test('an operator reserves what nobody uses: offers in its way are rescinded, 409 if it is not there, 400 if it is wrong', (t) => {
  const { world, agent, framework } = subscribed();
  const ask = (resources: Resource[], id = agent.id) =>
    world.operate({ type: 'RESERVE_RESOURCES', reserve_resources: { agent_id: { value: id }, resources } });
  t.is(ask([reserved('cpus', 1, 'web', 'ops')])?.status, 202);
  t.is(framework.events.at(-1)?.type, 'RESCIND');
  world.advance(1000);
  t.truthy(lastOffer(framework).resources?.find(({ reservations }) => reservations?.[0]?.principal === 'ops'));
  t.like(ask([reserved('cpus', 100)]), { status: 409 });
  t.is(framework.events.at(-1)?.type, 'RESCIND', 'also if it came to nothing');
  t.like(ask([scalar('cpus', 1)]), { status: 400 });
  t.deepEqual(ask([reserved('cpus', 1)], 'none' as never), {
    kind: 'reply',
    status: 400,
    text: 'No agent found with specified ID',
  } as never);
  const resources = [reserved('cpus', 1, 'web', 'ops')];
  t.is(
    world.operate({ type: 'UNRESERVE_RESOURCES', unreserve_resources: { agent_id: { value: agent.id }, resources } })
      ?.status,
    202,
  );
  t.is(scalarSum(world.master.state.agents.get(agent.id)?.free ?? [], 'cpus'), 4000 as never);
  t.is(told(framework).length, 0, 'frameworks hear of their own operations only');
});

test('an operator makes and destroys volumes', (t) => {
  const { world, agent } = subscribed();
  const agent_id = { value: agent.id };
  world.operate({ type: 'RESERVE_RESOURCES', reserve_resources: { agent_id, resources: [reserved('disk', 512)] } });
  t.is(world.operate({ type: 'CREATE_VOLUMES', create_volumes: { agent_id, volumes: [volume(100)] } })?.status, 202);
  const grow_volume = { agent_id, volume: volume(100), addition: reserved('disk', 100) };
  t.is(world.operate({ type: 'GROW_VOLUME', grow_volume })?.status, 202);
  const shrink_volume = { agent_id, volume: volume(200), subtract: { value: 150 } };
  t.is(world.operate({ type: 'SHRINK_VOLUME', shrink_volume })?.status, 202);
  t.is(world.operate({ type: 'DESTROY_VOLUMES', destroy_volumes: { agent_id, volumes: [volume(50)] } })?.status, 202);
  t.is(world.operate({ type: 'DESTROY_VOLUMES', destroy_volumes: { agent_id, volumes: [volume(50)] } })?.status, 400);
});

test('operations of a lost agent: UNREACHABLE is told once, and asked after it is what the agent is', (t) => {
  const { world, agent, framework } = subscribed();
  operate(world, framework, reserve([reserved('cpus', 1)], 'r'));
  agent.answersPings = false;
  world.advance(200_000);
  t.deepEqual(faults(framework), [['OPERATION_UNREACHABLE', 'Agent was marked unreachable']]);
  const ask = (agent_id?: object) => {
    const operations = [{ operation_id: { value: 'r' }, ...(agent_id === undefined ? {} : { agent_id }) }];
    world.call(framework, { type: 'RECONCILE_OPERATIONS', reconcile_operations: { operations } });
    return told(framework).at(-1)?.state;
  };
  t.is(ask({ value: agent.id }), 'OPERATION_UNREACHABLE');
  t.is(ask(), 'OPERATION_UNKNOWN');
  t.is(ask({ value: 'none' }), 'OPERATION_UNKNOWN');
  world.operate({ type: 'MARK_AGENT_GONE', mark_agent_gone: { agent_id: { value: agent.id } } });
  t.is(ask({ value: agent.id }), 'OPERATION_GONE_BY_OPERATOR');
});

test('LM-53 after a restart of the master: RECOVERING until the agent is back, which brings its reservations and outcomes', (t) => {
  const { world, agent, framework } = subscribed();
  operate(world, framework, reserve([reserved('cpus', 1)], 'r'));
  const [started] = agent.received.flatMap((message) =>
    message.type === 'APPLY_OPERATION' ? [message.operation] : [],
  );
  const resources = [...(world.master.state.agents.get(agent.id)?.total ?? [])];
  world.restartMaster();
  const again = world.subscribe({ id: framework.id, roles: ['web'], principal: 'p' });
  const operations = [{ operation_id: { value: 'r' }, agent_id: { value: agent.id } }];
  world.call(again, { type: 'RECONCILE_OPERATIONS', reconcile_operations: { operations } });
  t.is(told(again).at(-1)?.state, 'OPERATION_RECOVERING');
  const status = {
    operation_id: { value: 'r' as never },
    state: 'OPERATION_FINISHED' as const,
    uuid: { value: uuidOf('r') },
    agent_id: { value: agent.id },
  };
  const brought = started === undefined ? [] : [{ ...started, status }];
  world.addAgent(resources, { id: agent.id, operations: brought });
  t.is(scalarSum(lastOffer(again).resources?.filter((each) => each.reservations) ?? [], 'cpus'), 1000 as never);
  world.call(again, { type: 'RECONCILE_OPERATIONS', reconcile_operations: {} });
  t.is(told(again).at(-1)?.state, 'OPERATION_FINISHED');
});

test('an operation that never reached its agent is named to it when it registers again, and undone', (t) => {
  const { world, agent, framework } = subscribed();
  operate(world, framework, reserve([reserved('cpus', 1)], 'r'));
  world.closeLink(agent);
  const back = world.addAgent(undefined, { id: agent.id });
  const answer = back.received.find((message) => message.type === 'REGISTERED');
  t.is(answer?.type === 'REGISTERED' ? answer.missingOperations?.length : 0, 1);
  t.is(
    lastOffer(framework).resources?.find(({ reservations }) => reservations !== undefined),
    undefined,
  );
});

const operation = (id: string, info: OfferOperation) => ({ uuid: uuidOf(id), frameworkId, info: info as never });
const base = [scalar('cpus', 4), scalar('disk', 1000)];

test('an agent converts its resources, saves what must outlive it, and repeats the outcome: 10 s, doubling to 10 min', (t) => {
  const driven = createDrivenAgent(base);
  driven.register();
  const effects = driven.tell({
    type: 'APPLY_OPERATION',
    operation: operation('r', reserve([reserved('cpus', 1)], 'r')),
  });
  t.deepEqual(effects[0], {
    kind: 'save-agent',
    agentId: 'm-S0' as never,
    frameworks: [],
    checkpointed: [reserved('cpus', 1)],
    operations: driven.agent.view().operations as never,
  });
  const sent = (some: typeof effects) =>
    some.flatMap((each) =>
      each.kind === 'send' && each.message.type === 'OPERATION_STATUS' ? [each.message.operation.status?.state] : [],
    );
  t.deepEqual(sent(effects), ['OPERATION_FINISHED']);
  t.deepEqual(
    [sent(driven.pass(9_999)).length, sent(driven.pass(1)).length, sent(driven.pass(20_000)).length],
    [0, 1, 1],
  );
  t.is(sent(driven.pass(3_600_000)).length, 4 + 1 + 4, '40 to 640 s, then every 10 min');
  driven.step({ kind: 'unlinked' });
  t.is(sent(driven.pass(3_600_000)).length, 0);
  t.is(sent(driven.register()).length, 1, 'at once when it is back');
  const saved = driven.tell({ type: 'ACKNOWLEDGE_OPERATION', uuid: uuidOf('r') })[0];
  t.like(saved, { kind: 'save-agent', operations: [] });
  t.is(sent(driven.pass(3_600_000)).length, 0);
});

test('an agent that starts again has its reservations and volumes, and is no use without the disk that they are made of', (t) => {
  const recover = (resources: Resource[]) => {
    const driven = createDrivenAgent(resources);
    const checkpointed = [reserved('cpus', 1), volume(100)];
    const effects = driven.step({
      kind: 'recovered',
      agentId: 'm-S0' as never,
      frameworks: [],
      entries: [],
      checkpointed,
    });
    return { driven, effects };
  };
  const { driven } = recover(base);
  const [register] = driven.step({ kind: 'linked' });
  t.deepEqual(
    register?.kind === 'send' && register.message.type === 'REGISTER' ? register.message.agent.resources : [],
    [scalar('cpus', 3), scalar('disk', 900), reserved('cpus', 1), volume(100)],
  );
  t.is(recover([scalar('cpus', 4)]).effects[0]?.kind, 'shutdown');
});

test('an agent that has not what is to be converted says FAILED, one that never heard of it DROPPED; a destroyed volume is removed', (t) => {
  const driven = createDrivenAgent([...base, reserved('disk', 10)]);
  driven.register();
  const states = () => driven.agent.view().operations.map(({ status }) => status?.state);
  driven.tell({ type: 'APPLY_OPERATION', operation: operation('a', reserve([reserved('cpus', 9)], 'a')) });
  driven.tell({
    type: 'REGISTERED',
    agentId: 'm-S0' as never,
    missingOperations: [operation('b', reserve([reserved('cpus', 1)], 'b'))],
  });
  driven.tell({ type: 'APPLY_OPERATION', operation: operation('c', create([volume(10)], 'c')) });
  const effects = driven.tell({ type: 'APPLY_OPERATION', operation: operation('d', destroy([volume(10)], 'd')) });
  t.deepEqual(states(), ['OPERATION_FAILED', 'OPERATION_DROPPED', 'OPERATION_FINISHED', 'OPERATION_FINISHED']);
  t.deepEqual(
    effects.filter(({ kind }) => kind === 'remove-volume'),
    [{ kind: 'remove-volume', volume: volume(10) }],
  );
  driven.tell({ type: 'APPLY_OPERATION', operation: operation('d', destroy([volume(10)], 'd')) });
  t.is(states().length, 4, 'told twice, done once');
});

test('disks of their own keep their source, and are taken whole', (t) => {
  const source = { source: { type: 'MOUNT' as const, mount: { root: '/mnt/a' } } };
  const world = createWorld();
  world.addAgent([scalar('cpus', 4), scalar('mem', 64), { ...scalar('disk', 500), disk: source }]);
  const framework = world.subscribe({ roles: ['web'], principal: 'p' });
  const onMount = { ...reserved('disk', 500), disk: source };
  operate(world, framework, reserve([onMount]), create([volume(500, 'v', source)], 'c'));
  t.deepEqual(lastOffer(framework).resources?.find(({ disk }) => disk?.persistence)?.disk?.source, source.source);
  operate(world, framework, destroy([volume(500, 'v', source)], 'd'));
  t.truthy(lastOffer(framework).resources?.find(({ disk }) => disk !== undefined && disk.persistence === undefined));
  operate(world, framework, {
    type: 'SHRINK_VOLUME',
    shrink_volume: { volume: volume(500, 'v', source), subtract: { value: 1 } },
    ...named('s'),
  });
  t.is(told(framework).at(-1)?.message?.split(';')[0], 'Shrinking a volume on a MOUNT disk is not supported');
  t.true(offersOf(framework).length > 2);
});
