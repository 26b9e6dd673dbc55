/** Places that outlast their tasks: reserved with the first launch, handed on, given up; every operation followed to its end. */
import test from 'ava';
import type { Offer, Resource } from '../../../src/mesos-api-client/protocol/mesos.ts';
import type { OfferOperation, OperationState } from '../../../src/mesos-api-client/protocol/operations.ts';
import type { Frame } from '../../../src/scheduler/model/frame.ts';
import type { PlaceRecord } from '../../../src/scheduler/model/kept-place.ts';
import type { TaskSpec } from '../../../src/scheduler/model/task.ts';
import {
  agent,
  callsOf,
  callTypes,
  Driver,
  factKinds,
  group,
  offer,
  options,
  portsResource,
  scalar,
  taskSpec,
  timerOf,
} from '../fixtures.ts';

const labels = (place: string, framework = 'F-0001') => ({
  labels: [
    { key: 'flink-mesos.place', value: place },
    { key: 'flink-mesos.framework', value: framework },
  ],
});
const reservation = (place: string, framework?: string) => ({
  reservations: [{ type: 'DYNAMIC' as const, role: 'flink', principal: 'p', labels: labels(place, framework) }],
});
const volume = (place: string) => ({
  disk: { persistence: { id: place, principal: 'p' }, volume: { mode: 'RW' as const, container_path: 'state' } },
});

function ready(places: readonly PlaceRecord[] = []): Driver {
  const core = new Driver({ tasks: [], places }, { framework: { ...options.framework, principal: 'p' } });
  core.subscribe();
  return core;
}

function keeping(taskId: string, more: Partial<TaskSpec> = {}): TaskSpec {
  const resources = { cpus: 1, memMiB: 1024, diskMiB: 600, ports: ['rpc'] };
  return taskSpec(taskId, { resources, keep: { volume: { sizeMiB: 500, path: 'state' } }, ...more });
}

/** What a place of `keeping` consists of. */
const kept = (place: string): Resource[] => [
  scalar('cpus', 1, reservation(place)),
  scalar('mem', 1024, reservation(place)),
  scalar('disk', 100, reservation(place)),
  scalar('disk', 500, { ...reservation(place), ...volume(place) }),
];

function withKept(
  offerId: string,
  number: number,
  resources: readonly Resource[],
  rest: readonly Resource[] = [],
): Offer {
  const ports = portsResource({ begin: 31_000, end: 31_099 });
  return { ...offer(offerId, agent(number)), resources: [...resources, ports, ...rest] };
}

function operations(frame: Frame): OfferOperation[] {
  return callsOf(frame, 'ACCEPT').flatMap(({ accept }) => accept.operations ?? []);
}

function launched(frame: Frame): Resource[] {
  return operations(frame).flatMap((each) =>
    each.type === 'LAUNCH' ? (each.launch.task_infos[0]?.resources ?? []) : [],
  );
}

function place(frame: Frame): PlaceRecord | undefined {
  const write = frame.persist.findLast((each) => each.collection === 'places');
  return write?.kind === 'put' ? (write.value as PlaceRecord) : undefined;
}

function status(core: Driver, operationId: string, state: OperationState, uuid = 'dXVpZA=='): Frame {
  const said = {
    operation_id: { value: operationId as never },
    state,
    agent_id: { value: agent(1) },
    uuid: { value: uuid },
  };
  return core.event({ type: 'UPDATE_OPERATION_STATUS', update_operation_status: { status: said } });
}

/** One place at agent 1, its operations done and its task ended. */
function withPlace(): Driver {
  const core = ready();
  core.launch(keeping('t1'));
  core.offers(offer('o1', agent(1)));
  status(core, 'keep-t1.reserve', 'OPERATION_FINISHED');
  status(core, 'keep-t1.create', 'OPERATION_FINISHED');
  core.update({ taskId: 't1', state: 'TASK_RUNNING' });
  core.update({ taskId: 't1', state: 'TASK_FAILED' });
  return core;
}

test('the first task reserves its place and makes its volume in the call that launches it; the intent is stored first', (t) => {
  const core = ready();
  core.launch(keeping('t1'));
  const frame = core.offers(offer('o1', agent(1)));
  t.deepEqual(
    operations(frame).map(({ type, id }) => [type, id?.value as string | undefined]),
    [
      ['RESERVE', 'keep-t1.reserve'],
      ['CREATE', 'keep-t1.create'],
      ['LAUNCH', undefined],
    ],
  );
  const [reserve, create] = operations(frame);
  t.deepEqual(reserve?.type === 'RESERVE' && reserve.reserve.resources, [
    scalar('cpus', 1, reservation('keep-t1')),
    scalar('mem', 1024, reservation('keep-t1')),
    scalar('disk', 600, reservation('keep-t1')),
  ]);
  t.deepEqual(create?.type === 'CREATE' && create.create.volumes, kept('keep-t1').slice(3));
  t.deepEqual(launched(frame), [...kept('keep-t1'), portsResource({ begin: 31_000, end: 31_000 })]);
  t.like(place(frame), {
    id: 'keep-t1',
    taskId: 't1',
    agentId: 'S1',
    goal: { kind: 'keep' },
    resources: kept('keep-t1'),
  });
  t.is(place(frame)?.pending.length, 2);
});

test('the status of an operation is acknowledged once what follows is stored; of an unknown one as well', (t) => {
  const core = ready();
  core.launch(keeping('t1'));
  core.offers(offer('o1', agent(1)));
  const frame = status(core, 'keep-t1.reserve', 'OPERATION_FINISHED', 'YWJj');
  t.deepEqual(
    place(frame)?.pending.map(({ kind }) => kind),
    ['CREATE'],
  );
  t.deepEqual(callsOf(frame, 'ACKNOWLEDGE_OPERATION_STATUS')[0]?.acknowledge_operation_status as unknown, {
    agent_id: { value: 'S1' },
    uuid: 'YWJj',
    operation_id: { value: 'keep-t1.reserve' },
  });
  t.deepEqual(callTypes(status(core, 'whatever', 'OPERATION_FINISHED')), ['ACKNOWLEDGE_OPERATION_STATUS']);
  // One that goes on is not over.
  t.is(status(core, 'keep-t1.create', 'OPERATION_UNREACHABLE').persist.length, 0);
});

test('the next task gets the place with what is on its volume, fresh ports, and needs no operation', (t) => {
  const core = withPlace();
  core.launch(keeping('t2'));
  // Other agents, and the rest of this one, are not what it waits for.
  t.deepEqual(callTypes(core.offers(offer('o2', agent(2)))), ['DECLINE']);
  const frame = core.offers(withKept('o3', 1, kept('keep-t1')));
  t.deepEqual(
    operations(frame).map(({ type }) => type),
    ['LAUNCH'],
  );
  t.deepEqual(launched(frame), [...kept('keep-t1'), portsResource({ begin: 31_001, end: 31_001 })]);
  t.like(place(frame), { id: 'keep-t1', taskId: 't2', goal: { kind: 'keep' } });
  t.true(factKinds(frame).includes('place.taken'));
});

test('the place of a task that is being ended is for the one that comes after it, which waits for its end', (t) => {
  const core = ready();
  core.launch(keeping('t1'));
  core.offers(offer('o1', agent(1)));
  core.update({ taskId: 't1', state: 'TASK_RUNNING' });
  core.kill('t1', 'restarted');
  core.launch(keeping('t2'));
  t.deepEqual(callTypes(core.offers(offer('o2', agent(2)))), ['DECLINE']);
  core.update({ taskId: 't1', state: 'TASK_KILLED' });
  t.deepEqual(
    operations(core.offers(withKept('o3', 1, kept('keep-t1')))).map(({ type }) => type),
    ['LAUNCH'],
  );
});

test('nobody else takes what is kept, and it does not count as room', (t) => {
  const core = withPlace();
  core.launch(taskSpec('other', { resources: { ports: [] } }));
  t.deepEqual(callTypes(core.offers(withKept('o2', 1, kept('keep-t1')))), ['DECLINE']);
  const frame = core.offers(withKept('o3', 1, kept('keep-t1'), [scalar('cpus', 1), scalar('mem', 1024)]));
  t.deepEqual(launched(frame), [scalar('cpus', 1), scalar('mem', 1024)]);
});

test('a place that is waited for in vain is given up, and the task goes elsewhere', (t) => {
  const core = withPlace();
  core.launch(keeping('t2'));
  core.timer({ kind: 'match' }, 120_000);
  const frame = core.offers(offer('o2', agent(2)));
  t.like(core.task('t2')?.life, { placement: { agentId: agent(2) } });
  t.deepEqual(
    operations(frame).map(({ type }) => type),
    ['RESERVE', 'CREATE', 'LAUNCH'],
  );
  const unused = core.timer({ kind: 'match' }, 600_000);
  t.like(place(unused), { id: 'keep-t1', goal: { kind: 'release' } });
});

test('a place that nobody has used for ten minutes is given up: other frameworks want it', (t) => {
  const core = withPlace();
  core.launch(taskSpec('t9'));
  core.offers(offer('o2', agent(2)));
  const timer = core.frames.flatMap((frame) => timerOf(frame, 'match') ?? []).at(-1);
  t.is(timer?.kind, 'set');
  const frame = core.timer({ kind: 'match' }, 600_000);
  t.true(factKinds(frame).includes('place.releasing'));
  t.deepEqual(callTypes(frame), ['REVIVE']);
});

test('with its group a place goes: offers are asked for, the volume is destroyed, the rest is unreserved, and the record goes last', (t) => {
  const core = withPlace();
  const forgotten = core.command({ kind: 'forget', group });
  t.deepEqual(callTypes(forgotten), ['REVIVE']);
  const frame = core.offers(withKept('o2', 1, kept('keep-t1'), [scalar('cpus', 2)]));
  const [destroy, unreserve] = operations(frame);
  t.deepEqual(destroy?.type === 'DESTROY' && destroy.destroy.volumes, kept('keep-t1').slice(3));
  t.deepEqual(unreserve?.type === 'UNRESERVE' && unreserve.unreserve.resources, [
    scalar('cpus', 1, reservation('keep-t1')),
    scalar('mem', 1024, reservation('keep-t1')),
    scalar('disk', 100, reservation('keep-t1')),
    scalar('disk', 500, reservation('keep-t1')),
  ]);
  t.is(place(frame)?.pending.length, 2);
  status(core, 'keep-t1.1.destroy', 'OPERATION_FINISHED');
  const gone = status(core, 'keep-t1.1.unreserve', 'OPERATION_FINISHED');
  t.deepEqual(gone.persist, [{ kind: 'delete', collection: 'places', key: 'keep-t1' }]);
  t.deepEqual(
    core.scheduler.agents().flatMap(({ places }) => places),
    [],
  );
});

test('giving up that fails is tried again with the next offer; what cannot be given up for a quarter of an hour is forgotten', (t) => {
  const core = withPlace();
  core.command({ kind: 'forget', group });
  core.offers(withKept('o2', 1, kept('keep-t1')));
  status(core, 'keep-t1.1.destroy', 'OPERATION_DROPPED');
  const failed = status(core, 'keep-t1.1.unreserve', 'OPERATION_DROPPED');
  t.true(factKinds(failed).includes('place.failed'));
  const again = core.offers(withKept('o3', 1, kept('keep-t1')));
  t.deepEqual(
    operations(again).map(({ id }) => id?.value as string),
    ['keep-t1.2.destroy', 'keep-t1.2.unreserve'],
  );
  const late = core.timer({ kind: 'match' }, 900_000);
  t.deepEqual(late.persist, [{ kind: 'delete', collection: 'places', key: 'keep-t1' }]);
});

test('a reservation that failed was no place; a volume that failed makes the place go', (t) => {
  const core = ready();
  core.launch(keeping('t1'));
  core.offers(offer('o1', agent(1)));
  t.deepEqual(status(core, 'keep-t1.reserve', 'OPERATION_ERROR').persist, [
    { kind: 'delete', collection: 'places', key: 'keep-t1' },
  ]);
  const other = ready();
  other.launch(keeping('t1'));
  other.offers(offer('o1', agent(1)));
  status(other, 'keep-t1.reserve', 'OPERATION_FINISHED');
  t.like(place(status(other, 'keep-t1.create', 'OPERATION_FAILED')), { goal: { kind: 'release' } });
});

test('after a restart the places are known, and what nothing was heard of is asked after', (t) => {
  const before = ready();
  before.launch(keeping('t1'));
  const record = place(before.offers(offer('o1', agent(1))));
  const core = new Driver(
    { tasks: [], places: record === undefined ? [] : [record] },
    { framework: options.framework },
  );
  const [asked] = callsOf(core.subscribe(), 'RECONCILE_OPERATIONS');
  t.deepEqual(asked?.reconcile_operations.operations as unknown, [
    { operation_id: { value: 'keep-t1.reserve' }, agent_id: { value: 'S1' } },
    { operation_id: { value: 'keep-t1.create' }, agent_id: { value: 'S1' } },
  ]);
  t.deepEqual(
    core.scheduler.agents().flatMap(({ places }) => places.map(({ id }) => id as string)),
    ['keep-t1'],
  );
  core.launch(keeping('t2'));
  t.deepEqual(launched(core.offers(withKept('o2', 1, kept('keep-t1')))).length, 5);
});

test('what is ours and nobody remembers is given up on sight; what is another framework’s is left alone', (t) => {
  const core = ready();
  core.launch(taskSpec('big', { resources: { cpus: 64 } }));
  const theirs = [scalar('cpus', 1, reservation('keep-x', 'F-0002'))];
  t.deepEqual(callTypes(core.offers(withKept('o1', 1, theirs))), ['DECLINE']);
  const ours = core.offers(withKept('o2', 1, kept('keep-lost')));
  t.deepEqual(
    operations(ours).map(({ type }) => type),
    ['DESTROY', 'UNRESERVE'],
  );
});

test('what is reserved to the role already is kept as it is; to a role below, the reservation is refined', (t) => {
  const fixed = (role: string) => ({ reservations: [{ type: 'STATIC' as const, role }] });
  const sizes = [
    ['cpus', 1],
    ['mem', 1024],
    ['disk', 600],
  ] as const;
  const reservedTo = (role: string) => sizes.map(([name, value]) => scalar(name, value, fixed(role)));
  const core = ready();
  core.launch(keeping('t1'));
  t.deepEqual(
    operations(core.offers(withKept('o1', 1, reservedTo('flink')))).map(({ type }) => type),
    ['CREATE', 'LAUNCH'],
  );
  const below = new Driver({ tasks: [] }, { framework: { ...options.framework, roles: ['flink/a'] } });
  below.subscribe();
  below.launch(keeping('t1'));
  const offered = withKept('o1', 1, reservedTo('flink'));
  const [reserve] = operations(below.offers({ ...offered, allocation_info: { role: 'flink/a' } }));
  const stack = reserve?.type === 'RESERVE' ? reserve.reserve.resources[0]?.reservations : [];
  t.deepEqual(
    stack?.map(({ type, role }) => [type, role]),
    [
      ['STATIC', 'flink'],
      ['DYNAMIC', 'flink/a'],
    ],
  );
});
