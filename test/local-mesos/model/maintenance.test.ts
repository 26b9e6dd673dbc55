/** LM-65: schedules, inverse offers, machines that go down and come up. */
import test from 'ava';
import { answerTo } from '../../../src/local-mesos/model/operator-view.ts';
import type { InverseOffer } from '../../../src/mesos-api-client/protocol/mesos.ts';
import type { MachineId } from '../../../src/mesos-api-client/protocol/operator-messages.ts';
import {
  createWorld,
  lastOffer,
  launchOn,
  offersOf,
  type Subscriber,
  statusesOf,
  typesOf,
  type World,
  wholeAgent,
} from '../support/master-world.ts';

const machine: MachineId = { hostname: 'agent-2.example', ip: '127.0.0.1' };
const unavailability = {
  start: { nanoseconds: 1_795_226_488_000_000_000 },
  duration: { nanoseconds: 3_600_000_000_000 },
};
const schedule = (machine_ids: MachineId[], window = unavailability) => ({
  type: 'UPDATE_MAINTENANCE_SCHEDULE' as const,
  update_maintenance_schedule: { schedule: { windows: [{ machine_ids, unavailability: window }] } },
});
const empty = { type: 'UPDATE_MAINTENANCE_SCHEDULE' as const, update_maintenance_schedule: { schedule: {} } };
const down = { type: 'START_MAINTENANCE' as const, start_maintenance: { machines: [machine] } };
const up = { type: 'STOP_MAINTENANCE' as const, stop_maintenance: { machines: [machine] } };

/** A task on agent 2, and offers of both agents. */
function prepared() {
  const world = createWorld();
  const second = world.addAgent(wholeAgent, undefined, { hostname: 'agent-2.example' });
  const framework = world.subscribe();
  launchOn(world, framework, ['t2']);
  world.call(framework, { type: 'REVIVE' });
  const first = world.addAgent(wholeAgent, undefined, { hostname: 'agent-1.example' });
  return { world, first, second, framework };
}

function inverseOffers({ events }: Subscriber): InverseOffer[] {
  return events.flatMap((event) =>
    event.type === 'INVERSE_OFFERS' ? (event.inverse_offers.inverse_offers ?? []) : [],
  );
}

const status = (world: World) => answerTo(world.master.state, [], 'GET_MAINTENANCE_STATUS');

function answer(world: World, framework: Subscriber, kind: 'ACCEPT' | 'DECLINE', seconds?: number): void {
  const ids = [inverseOffers(framework).at(-1)?.id];
  const filters = seconds === undefined ? {} : { filters: { refuse_seconds: seconds } };
  world.call(framework, {
    type: `${kind}_INVERSE_OFFERS`,
    [`${kind.toLowerCase()}_inverse_offers`]: { inverse_offer_ids: ids, ...filters },
  });
}

test('LM-65 a schedule rescinds every offer; those of the machine come with its unavailability, and it is asked for', (t) => {
  const { world, second, framework } = prepared();
  const seen = framework.events.length;
  t.is(world.operate(schedule([machine]))?.status, 200);
  t.deepEqual(
    framework.events.slice(seen).map(({ type }) => type),
    ['RESCIND', 'RESCIND', 'OFFERS', 'INVERSE_OFFERS'],
  );
  const offers = offersOf(framework).slice(-2);
  t.deepEqual(
    offers.map((offer) => [offer.hostname, offer.unavailability]),
    [
      ['agent-2.example', unavailability],
      ['agent-1.example', undefined],
    ],
  );
  t.like(inverseOffers(framework)[0], {
    agent_id: { value: second.id },
    framework_id: { value: framework.id },
    unavailability,
  });
  t.deepEqual(status(world), { status: { draining_machines: [{ id: machine }] } });
  t.deepEqual(answerTo(world.master.state, [], 'GET_MAINTENANCE_SCHEDULE'), {
    schedule: { windows: [{ machine_ids: [machine], unavailability }] },
  });
});

for (const kind of ['ACCEPT', 'DECLINE'] as const) {
  test(`LM-65 ${kind}_INVERSE_OFFERS is noted, and asked again when its filter ends`, (t) => {
    const { world, framework } = prepared();
    world.operate(schedule([machine]));
    world.advance(5000);
    t.is(inverseOffers(framework).length, 1, 'one at a time');
    answer(world, framework, kind, 1);
    t.like(status(world), {
      status: { draining_machines: [{ statuses: [{ status: kind, framework_id: { value: framework.id } }] }] },
    });
    world.advance(2000);
    t.is(inverseOffers(framework).length, 2);
    answer(world, framework, kind);
    world.advance(4900);
    t.is(inverseOffers(framework).length, 2, '5 s unless said otherwise');
    world.advance(1100);
    t.is(inverseOffers(framework).length, 3);
  });
}

test('LM-65 a changed or empty schedule withdraws what was asked', (t) => {
  const { world, framework } = prepared();
  world.operate(schedule([machine]));
  const later = { ...unavailability, duration: { nanoseconds: 60e9 } };
  world.operate(schedule([machine], later));
  t.is(typesOf(framework).filter((type) => type === 'RESCIND_INVERSE_OFFER').length, 1);
  t.deepEqual(inverseOffers(framework).at(-1)?.unavailability, later);
  world.operate(empty);
  t.is(typesOf(framework).filter((type) => type === 'RESCIND_INVERSE_OFFER').length, 2);
  t.is(typesOf(framework).at(-1), 'OFFERS');
  t.true(
    offersOf(framework)
      .slice(-2)
      .every((offer) => offer.unavailability === undefined),
  );
  t.deepEqual(status(world), { status: {} });
});

test('LM-65 START: tasks are LOST, the agent is sent away and not let in again before STOP', (t) => {
  const { world, second, framework } = prepared();
  t.is(world.operate(down)?.status, 400, 'it is not in the schedule');
  world.operate(schedule([machine]));
  const seen = framework.events.length;
  t.is(world.operate(down)?.status, 200);
  t.deepEqual(
    framework.events.slice(seen).map(({ type }) => type),
    ['UPDATE', 'RESCIND', 'RESCIND_INVERSE_OFFER', 'FAILURE'],
  );
  t.like(statusesOf(framework).at(-1), {
    state: 'TASK_LOST',
    message: "Agent agent-2.example removed: Operator initiated 'Machine DOWN'",
    reason: 'REASON_AGENT_REMOVED',
  });
  t.like(second.received.at(-1), { type: 'SHUTDOWN', message: "Operator initiated 'Machine DOWN'" });
  t.deepEqual(status(world), { status: { down_machines: [machine] } });
  t.like(world.operate(down), {
    text: 'Machine \'{"hostname":"agent-2.example","ip":"127.0.0.1"}\' is not in DRAINING mode and cannot be brought down',
  });
  t.like(world.operate(empty), { status: 400 });
  world.call(framework, {
    type: 'RECONCILE',
    reconcile: { tasks: [{ task_id: { value: 't2' }, agent_id: { value: second.id } }] },
  });
  t.is(statusesOf(framework).at(-1)?.state, 'TASK_UNKNOWN');
  const back = () => world.addAgent(wholeAgent, undefined, { hostname: 'Agent-2.example' });
  t.is(back().received[0]?.type, 'SHUTDOWN');
  world.restartMaster();
  t.is(back().received[0]?.type, 'SHUTDOWN', 'also for the next master');
  t.is(world.operate(up)?.status, 200);
  t.is(back().received[0]?.type, 'REGISTERED');
  t.like(world.operate(up), { status: 400 });
  t.deepEqual(answerTo(world.master.state, [], 'GET_MAINTENANCE_SCHEDULE'), { schedule: {} });
});

test('LM-65 an agent that comes into a window is offered with it; who leaves is asked no more', (t) => {
  const { world, framework } = prepared();
  world.operate(schedule([{ hostname: 'agent-3.example', ip: '127.0.0.1' }]));
  world.addAgent(wholeAgent, undefined, { hostname: 'agent-3.example' });
  t.deepEqual(lastOffer(framework).unavailability, unavailability);
  t.is(inverseOffers(framework).length, 1);
  const other = world.subscribe({ id: framework.id });
  world.advance(1000);
  t.is(inverseOffers(other).length, 1, 'asked afresh in the new subscription');
});

const refusals: readonly [string, Parameters<World['operate']>[0], string][] = [
  ['no machines', schedule([]), 'List of machines in the maintenance window is empty'],
  [
    'a machine twice',
    schedule([machine, machine]),
    'Machine \'{"hostname":"agent-2.example","ip":"127.0.0.1"}\' appears more than once in the schedule',
  ],
  ['a machine without a name', schedule([{}]), "Both 'hostname' and 'ip' for a machine are empty"],
  ['no address', schedule([{ ip: '1.2.3' }]), 'Failed to parse IP: 1.2.3'],
  [
    'a negative duration',
    schedule([machine], { ...unavailability, duration: { nanoseconds: -1 } }),
    "Unavailability 'duration' is negative",
  ],
  ['START of nothing', { type: 'START_MAINTENANCE', start_maintenance: { machines: [] } }, 'List of machines is empty'],
  [
    'START without a schedule',
    down,
    'Machine \'{"hostname":"agent-2.example","ip":"127.0.0.1"}\' is not in DRAINING mode and cannot be brought down',
  ],
  [
    'START of a machine that no agent was ever on',
    { type: 'START_MAINTENANCE', start_maintenance: { machines: [{ hostname: 'elsewhere', ip: '10.0.0.1' }] } },
    'Machine \'{"hostname":"elsewhere","ip":"10.0.0.1"}\' is not part of a maintenance schedule',
  ],
  [
    'STOP of what is up',
    up,
    'Machine \'{"hostname":"agent-2.example","ip":"127.0.0.1"}\' is not in DOWN mode and cannot be brought up',
  ],
];
for (const [what, call, text] of refusals) {
  test(`LM-65 ${what}: 400, and no offer is touched`, (t) => {
    const { world, framework } = prepared();
    const seen = framework.events.length;
    t.like(world.operate(call), { status: 400, text });
    t.is(framework.events.length, seen);
  });
}
