/**
 * Kept places under random histories: tasks come, fail and end, operations fail or are lost with their call, the scheduler
 * restarts, agents take a group's places back. A small model of agents carries operations out exactly as Mesos does; in the
 * end nothing that was reserved for a group that has gone may be left anywhere.
 */
import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import type { OfferId, TaskId } from '../../../src/mesos-api-client/protocol/ids.ts';
import type { Offer, Resource } from '../../../src/mesos-api-client/protocol/mesos.ts';
import type { OfferOperation, OperationState } from '../../../src/mesos-api-client/protocol/operations.ts';
import { add, contains, subtract } from '../../../src/mesos-api-client/protocol/resources.ts';
import type { SchedulerCall } from '../../../src/mesos-api-client/protocol/scheduler.ts';
import type { Frame } from '../../../src/scheduler/model/frame.ts';
import type { PlaceRecord } from '../../../src/scheduler/model/kept-place.ts';
import type { TaskRecord } from '../../../src/scheduler/model/task.ts';
import { agent, Driver, group, options, portsResource, scalar, taskSpec } from '../fixtures.ts';

type Accept = Extract<SchedulerCall, { type: 'ACCEPT' }>['accept'];

interface Status {
  readonly id: string;
  readonly state: OperationState;
  readonly uuid: string;
  readonly agent: number;
}

class World {
  core: Driver;
  readonly free: Resource[][];
  readonly tasks = new Map<TaskId, { readonly agent: number; readonly resources: readonly Resource[] }>();
  readonly #offers = new Map<OfferId, { readonly agent: number; readonly resources: readonly Resource[] }>();
  /** On their way; those delivered stay until they are acknowledged. */
  readonly statuses: Status[] = [];
  readonly #store = new Map<string, unknown>();
  failNext = false;
  loseNext = false;
  #ids = 0;

  constructor(agents: number) {
    this.free = Array.from({ length: agents }, () => [
      scalar('cpus', 3),
      scalar('mem', 3_000),
      scalar('disk', 1_800),
      portsResource({ begin: 31_000, end: 31_019 }),
    ]);
    this.core = this.#start();
  }

  #start(): Driver {
    const of = <Value>(collection: string) =>
      [...this.#store].flatMap(([key, value]) => (key.startsWith(`${collection}/`) ? [value as Value] : []));
    const tasks = of<TaskRecord>('tasks');
    const places = of<PlaceRecord>('places');
    const core = new Driver({ tasks, places }, { framework: { ...options.framework, principal: 'p' } });
    core.now = this.core?.now ?? core.now;
    this.#offers.clear();
    this.core = core;
    for (const frame of [core.subscribe()]) this.take(frame);
    this.#answerForTasks();
    return core;
  }

  /** What runs is said to run, all else to be gone. */
  #answerForTasks(): void {
    for (const { spec, life } of this.core.scheduler.tasks()) {
      if (life.phase === 'launched') {
        const state = this.tasks.has(spec.taskId) ? 'TASK_RUNNING' : 'TASK_GONE';
        this.take(this.core.update({ taskId: spec.taskId, state }));
      }
    }
  }

  take(frame: Frame): void {
    for (const write of frame.persist) {
      if (write.kind === 'put') this.#store.set(`${write.collection}/${write.key}`, write.value);
      else this.#store.delete(`${write.collection}/${write.key}`);
    }
    for (const each of frame.calls) if (each.kind === 'call') this.#call(each.call);
  }

  #call(call: SchedulerCall): void {
    switch (call.type) {
      case 'ACCEPT':
        this.#accept(call.accept);
        break;
      case 'DECLINE':
        for (const { value } of call.decline.offer_ids) this.#giveBack(value);
        break;
      case 'KILL':
        this.end(call.kill.task_id.value, 'TASK_KILLED');
        break;
      case 'ACKNOWLEDGE_OPERATION_STATUS': {
        const uuid = call.acknowledge_operation_status.uuid as string;
        const index = this.statuses.findIndex((status) => status.uuid === uuid);
        if (index >= 0) this.statuses.splice(index, 1);
        break;
      }
      case 'RECONCILE_OPERATIONS':
        for (const { operation_id } of call.reconcile_operations.operations ?? []) this.#reconcile(operation_id.value);
        break;
      default:
    }
  }

  /** Of what the agent does not know, and has not told of either, the master says that it is gone. */
  #reconcile(id: string): void {
    if (!this.statuses.some((status) => status.id === id)) {
      this.statuses.push({ id, state: 'OPERATION_DROPPED', uuid: `r${++this.#ids}`, agent: 0 });
    }
  }

  #giveBack(id: OfferId): void {
    const offer = this.#offers.get(id);
    assert.ok(offer !== undefined, 'an offer was declined that is not held');
    this.#offers.delete(id);
  }

  #accept({ offer_ids, operations = [] }: Accept): void {
    const offers = offer_ids.map(({ value }) => this.#offers.get(value));
    const [first] = offers;
    assert.ok(first !== undefined && offers.every((offer) => offer?.agent === first.agent), 'offers of one agent');
    for (const { value } of offer_ids) this.#offers.delete(value);
    for (const operation of operations) this.#checkStored(operation);
    if (this.loseNext) {
      this.loseNext = false;
      return;
    }
    for (const operation of operations) this.#carryOut(first.agent, operation);
  }

  /** I4: the intent is safe before the call leaves. */
  #checkStored(operation: OfferOperation): void {
    const id = operation.id?.value as string | undefined;
    const known = id?.replace(/(\.\d+)?\.[a-z]+$/, '');
    if (id === undefined || operation.type === 'DESTROY' || operation.type === 'UNRESERVE') return;
    const place = this.#store.get(`places/${known}`) as PlaceRecord | undefined;
    assert.ok(
      place?.pending.some((each) => each.id === id),
      `${id} left before it was stored`,
    );
  }

  #carryOut(at: number, operation: OfferOperation): void {
    if (operation.type === 'LAUNCH') {
      for (const info of operation.launch.task_infos) this.#launch(at, info.task_id.value, info.resources ?? []);
      return;
    }
    const [from, to] = conversionOf(operation);
    const rest = this.failNext ? undefined : subtract(this.free[at] ?? [], from);
    this.failNext = false;
    const id = operation.id?.value as string | undefined;
    if (rest !== undefined) this.free[at] = add(rest, to);
    if (id !== undefined) {
      const state = rest === undefined ? 'OPERATION_ERROR' : 'OPERATION_FINISHED';
      this.statuses.push({ id, state, uuid: `u${++this.#ids}`, agent: at });
    }
  }

  #launch(at: number, taskId: TaskId, resources: readonly Resource[]): void {
    const rest = subtract(this.free[at] ?? [], resources);
    if (rest === undefined) {
      this.later.push(() => this.take(this.core.update({ taskId, state: 'TASK_ERROR' })));
      return;
    }
    this.free[at] = rest;
    this.tasks.set(taskId, { agent: at, resources });
  }

  /** What is told once the frame that led to it is done. */
  readonly later: (() => void)[] = [];

  settle(): void {
    while (this.later.length > 0) this.later.shift()?.();
  }

  end(taskId: TaskId, state: 'TASK_FINISHED' | 'TASK_FAILED' | 'TASK_KILLED'): void {
    const task = this.tasks.get(taskId);
    if (task === undefined) return;
    this.tasks.delete(taskId);
    this.free[task.agent] = add(this.free[task.agent] ?? [], task.resources);
    this.later.push(() => this.take(this.core.update({ taskId, state })));
  }

  offerAll(): void {
    const taken = new Set([...this.#offers.values()].map((offer) => offer.agent));
    const offers = this.free.flatMap((resources, index): Offer[] => {
      if (taken.has(index) || resources.length === 0) return [];
      const id = `o${++this.#ids}` as OfferId;
      this.#offers.set(id, { agent: index, resources });
      return [
        {
          id: { value: id },
          framework_id: { value: 'F-0001' as never },
          agent_id: { value: agent(index) },
          hostname: `host-${index}`,
          resources,
          allocation_info: { role: 'flink' },
        },
      ];
    });
    if (offers.length > 0) this.take(this.core.offers(...offers));
  }

  tell(chosen: number): void {
    const status = this.statuses[chosen % Math.max(1, this.statuses.length)];
    if (status === undefined) return;
    const { id, state, uuid } = status;
    const said = {
      operation_id: { value: id as never },
      state,
      agent_id: { value: agent(status.agent) },
      uuid: { value: uuid },
    };
    this.take(this.core.event({ type: 'UPDATE_OPERATION_STATUS', update_operation_status: { status: said } }));
    assert.ok(!this.statuses.some((each) => each.uuid === uuid), `the status of ${id} was not acknowledged`);
  }

  restart(): void {
    this.#start();
  }

  get places(): readonly string[] {
    return [...this.#store.keys()].filter((key) => key.startsWith('places/'));
  }

  reserved(): readonly Resource[] {
    return this.free.flat().filter(({ reservations = [] }) => reservations.length > 0);
  }
}

/** What an operation takes and what it makes of it. */
function conversionOf(operation: OfferOperation): [from: readonly Resource[], to: readonly Resource[]] {
  const plain = ({ reservations: _reservations, ...rest }: Resource): Resource => rest;
  const empty = ({ disk: _disk, ...rest }: Resource): Resource => rest;
  switch (operation.type) {
    case 'RESERVE':
      return [operation.reserve.resources.map(plain), operation.reserve.resources];
    case 'UNRESERVE':
      return [operation.unreserve.resources, operation.unreserve.resources.map(plain)];
    case 'CREATE':
      return [operation.create.volumes.map(empty), operation.create.volumes];
    case 'DESTROY':
      return [operation.destroy.volumes, operation.destroy.volumes.map(empty)];
    default:
      throw new Error(`nobody asked for ${operation.type}`);
  }
}

const actions: Readonly<Record<string, (world: World, chosen: number) => void>> = {
  request: (world, chosen) => {
    const resources = { cpus: 1, memMiB: 1_000, diskMiB: 600, ports: ['rpc'] };
    const keep = chosen % 3 === 0 ? {} : { volume: { sizeMiB: 500, path: 'state' } };
    world.take(
      world.core.launch(taskSpec(`t${world.core.scheduler.tasks().length}-${world.core.now}`, { resources, keep })),
    );
  },
  'request without a place': (world) => {
    world.take(world.core.launch(taskSpec(`p${world.core.scheduler.tasks().length}-${world.core.now}`)));
  },
  offers: (world) => world.offerAll(),
  'a status arrives': (world, chosen) => world.tell(chosen),
  'a task ends': (world, chosen) => {
    const ids = [...world.tasks.keys()];
    const taskId = ids[chosen % Math.max(1, ids.length)];
    if (taskId !== undefined) world.end(taskId, chosen % 2 === 0 ? 'TASK_FAILED' : 'TASK_FINISHED');
  },
  kill: (world, chosen) => {
    const all = world.core.scheduler.tasks();
    const taskId = all[chosen % Math.max(1, all.length)]?.spec.taskId;
    if (taskId !== undefined) world.take(world.core.kill(taskId));
  },
  'time goes by': (world, chosen) => world.take(world.core.timer({ kind: 'match' }, 1_000 * (1 + chosen))),
  'the next operation fails': (world) => {
    world.failNext = true;
  },
  'the next ACCEPT is lost, and with it the scheduler': (world) => {
    world.loseNext = true;
    world.offerAll();
    if (!world.loseNext) world.restart();
    world.loseNext = false;
  },
  'the scheduler restarts': (world) => world.restart(),
  'the group goes': (world) => world.take(world.core.command({ kind: 'forget', group })),
};

/** All tasks end, the group goes, time goes by; what is offered and what is told arrives. */
function comeToAnEnd(world: World): void {
  world.failNext = false;
  for (const { spec } of world.core.scheduler.tasks()) world.take(world.core.kill(spec.taskId));
  world.settle();
  world.take(world.core.command({ kind: 'forget', group }));
  for (let round = 0; round < 8; round++) {
    world.offerAll();
    world.settle();
    while (world.statuses.length > 0) world.tell(0);
    world.take(world.core.timer({ kind: 'match' }, 40_000));
    world.take(world.core.timer({ kind: 'revive' }, 2_000));
  }
}

test('LW-9, I4, I8: whatever happens, operations take what is there, are stored first and acknowledged, and in the end nothing stays reserved', (t) => {
  const history = fc.array(
    fc.tuple(
      fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom('request', 'offers', 'a status arrives', 'a task ends') },
        { weight: 1, arbitrary: fc.constantFrom(...Object.keys(actions)) },
      ),
      fc.nat({ max: 700 }),
    ),
    { minLength: 5, maxLength: 60, size: 'max' },
  );
  fc.assert(
    fc.property(history, fc.integer({ min: 1, max: 3 }), (moves, agents) => {
      const world = new World(agents);
      for (const [name, chosen] of moves) {
        actions[name]?.(world, chosen);
        world.settle();
      }
      comeToAnEnd(world);
      assert.deepEqual(world.reserved(), [], 'something stays reserved');
      assert.deepEqual(world.places, [], 'a place is remembered that is none');
      const whole = [scalar('cpus', 3), scalar('mem', 3_000), scalar('disk', 1_800)];
      for (const free of world.free) assert.ok(contains(free, whole), 'an agent has less than at the start');
    }),
    { numRuns: 200, includeErrorInReport: true },
  );
  t.pass();
});
