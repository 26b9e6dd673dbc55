/** How long offers are held, what is refused for how long, when their flow is opened and closed, and what is remembered. */
import test from 'ava';
import type { Frame } from '../../../src/scheduler/model/frame.ts';
import {
  agent,
  callsOf,
  callTypes,
  Driver,
  frameworkId,
  id,
  type OfferSizes,
  offer,
  options,
  taskSpec,
  timerOf,
} from '../fixtures.ts';

function ready(roles: readonly string[] = ['flink']): Driver {
  const core = new Driver({ tasks: [] }, { framework: { ...options.framework, roles: [...roles] } });
  core.subscribe();
  return core;
}

function refusals(frame: Frame) {
  return callsOf(frame, 'DECLINE').map(({ decline }) => ({
    offers: decline.offer_ids.map(({ value }) => value as string),
    seconds: decline.filters?.refuse_seconds,
  }));
}

function rolesOf(frame: Frame, type: 'SUPPRESS' | 'REVIVE') {
  return type === 'SUPPRESS'
    ? callsOf(frame, 'SUPPRESS').map(({ suppress }) => suppress?.roles)
    : callsOf(frame, 'REVIVE').map(({ revive }) => revive?.roles);
}

test('an agent that cannot serve the same demand is refused for longer each time, up to two minutes', (t) => {
  const core = ready();
  core.launch(taskSpec('big', { resources: { cpus: 64 } }));
  const seconds = [1, 2, 3, 4, 5, 6, 7].map((each) => refusals(core.offers(offer(`o${each}`, agent(1))))[0]?.seconds);
  t.deepEqual(seconds, [5, 10, 20, 40, 80, 120, 120]);
  // Another agent is a new chance; so is this one once something else is wanted.
  t.is(refusals(core.offers(offer('p1', agent(2))))[0]?.seconds, 5);
  core.launch(taskSpec('small', { resources: { cpus: 32 } }));
  t.is(refusals(core.offers(offer('p2', agent(1))))[0]?.seconds, 5);
});

test('LC-9: REVIVEs of a role leave three at once, then one a second; none is forgotten', (t) => {
  const core = ready();
  const requests = (from: number) => {
    core.offers(offer(`o${from}`, agent(1), { cpus: 0.1 }));
    return callTypes(core.launch(taskSpec(`t${from}`)));
  };
  t.deepEqual(callTypes(core.launch(taskSpec('t0'))), ['REVIVE']);
  t.deepEqual([requests(1), requests(2), requests(3), requests(4)], [['REVIVE'], ['REVIVE'], [], []]);
  const put = core.frames.flatMap((frame) => timerOf(frame, 'revive') ?? []);
  t.deepEqual(
    put.map(({ kind }) => kind),
    ['set'],
  );
  t.deepEqual(callTypes(core.timer({ kind: 'revive' }, 1_000)), ['REVIVE']);
  t.deepEqual(callTypes(core.timer({ kind: 'match' })), []);
});

test('MA-49: each role is revived and suppressed by what waits for it alone', (t) => {
  const core = ready(['a', 'b', 'c']);
  const first = core.frames.flatMap((frame) =>
    frame.calls.flatMap((each) => (each.kind === 'subscribe' ? each.call : [])),
  );
  t.deepEqual(first[0]?.subscribe.suppressed_roles, ['a', 'b', 'c']);
  t.deepEqual(rolesOf(core.launch(taskSpec('t1')), 'REVIVE'), [['a']]);
  t.deepEqual(rolesOf(core.launch(taskSpec('t2', { role: 'b' })), 'REVIVE'), [['b']]);
  const onlyA = core.offers(offer('o1', agent(1), { role: 'a' }));
  t.deepEqual(callTypes(onlyA), ['ACCEPT', 'SUPPRESS']);
  t.deepEqual(rolesOf(onlyA, 'SUPPRESS'), [['a']]);
  // MA-50: what is suppressed is said again with each subscription.
  core.failed('closed');
  core.timer({ kind: 'subscribe' });
  const [call] = core.frames.at(-1)?.calls.flatMap((each) => (each.kind === 'subscribe' ? each.call : [])) ?? [];
  t.deepEqual(call?.subscribe.suppressed_roles, ['a', 'c']);
});

test('MA-51: a task takes offers of its own role alone, and resources of another role are in none of them', (t) => {
  const core = ready(['a', 'b']);
  core.launch(taskSpec('t1', { role: 'b' }));
  const frame = core.offers(offer('o1', agent(1), { role: 'a' }), offer('o2', agent(1), { role: 'b', cpus: 0.5 }));
  t.deepEqual(callTypes(frame), ['DECLINE', 'DECLINE']);
  t.is(core.why('t1'), 'of 1 agent: 1 too few cpus (wanted 1, best 0.5)');
  const fits = core.offers(offer('o3', agent(1), { role: 'b' }));
  t.deepEqual(
    callsOf(fits, 'ACCEPT').map(({ accept }) => accept.offer_ids[0]?.value as string),
    ['o3'],
  );
});

test('FLINK-14158: 30 requests among 1,000 skewed offers are served by one round of them, and nothing is held', (t) => {
  const core = ready();
  for (let index = 0; index < 30; index++) {
    core.launch(taskSpec(`t${index}`, { resources: { cpus: 4, memMiB: 16_384 } }));
  }
  // Nine of ten agents have too little of the one or of the other, as under a quota that is nearly used up.
  const skewed = (index: number): OfferSizes =>
    index % 10 === 0 ? { cpus: 8, mem: 32_768 } : index % 2 === 0 ? { cpus: 32, mem: 2_048 } : { cpus: 1, mem: 65_536 };
  const offers = Array.from({ length: 1_000 }, (_each, index) => offer(`o${index}`, agent(index), skewed(index)));
  const frame = core.offers(...offers);
  const used = callsOf(frame, 'ACCEPT').flatMap(({ accept }) => accept.offer_ids.map(({ value }) => value));
  const declined = refusals(frame).flatMap((each) => each.offers);
  t.is(core.scheduler.view().tasksWaiting, 0);
  t.is(core.scheduler.view().offersHeld, 0);
  t.is(used.length, 15);
  t.is(used.length + declined.length, 1_000);
  t.deepEqual(rolesOf(frame, 'SUPPRESS'), [['flink']]);
});

test('LC-13, FZ-16: what is held is held for half a minute at most, and seen to be held', (t) => {
  const core = ready();
  core.launch(taskSpec('t1', { prefer: { agentId: agent(9), forMs: 600_000 } }));
  const frame = core.offers(offer('o1', agent(1)));
  const [round] = core.scheduler.offerRounds();
  t.like(round?.offers[0], {
    outcome: 'held',
    why: 'for t1, in case its old agent is not offered',
    heldUntil: core.now + 30_000,
  });
  t.like(timerOf(frame, 'match'), { kind: 'set', at: core.now + 30_000 });
  const over = core.timer({ kind: 'match' }, 30_000);
  t.deepEqual(refusals(over), [{ offers: ['o1'], seconds: 5 }]);
  t.like(core.scheduler.offerRounds()[0]?.offers[0], { outcome: 'declined', refuseMs: 5_000 });
  t.is(core.scheduler.view().offersHeld, 0);
});

test('offers that come while the master is still asked after earlier tasks are held for the answers, not for ever', (t) => {
  const before = ready();
  before.launch(taskSpec('t1'));
  before.offers(offer('o1', agent(1)));
  const core = new Driver({ tasks: before.scheduler.tasks() });
  core.now = before.now;
  core.subscribe();
  core.launch(taskSpec('t2'));
  t.deepEqual(callTypes(core.offers(offer('o2', agent(2)))), []);
  t.regex(core.why('t2') ?? '', /the master is first asked/);
  t.like(core.scheduler.why(id('t2')), { state: 'reconciling' });
  const answered = core.update({ taskId: 't1', state: 'TASK_RUNNING' });
  t.deepEqual(callTypes(answered), ['RECONCILE', 'ACCEPT', 'SUPPRESS']);
});

test('the rounds say what came of each offer, and are bounded', (t) => {
  const core = ready();
  core.launch(taskSpec('t1'));
  core.offers(offer('o1', agent(1)), offer('o2', agent(2), { cpus: 0.5 }));
  core.launch(taskSpec('t2', { prefer: { agentId: agent(9), forMs: 10_000 } }));
  core.offers(offer('o3', agent(3)));
  core.event({ type: 'RESCIND', rescind: { offer_id: { value: 'o3' as never } } });
  core.offers(offer('o4', agent(3)));
  core.failed('closed');
  const rounds = core.scheduler.offerRounds();
  t.deepEqual(
    rounds.map(({ number, waiting, offers }) => [number, waiting, offers.map(({ outcome }) => outcome)]),
    [
      [3, 1, ['lost']],
      [2, 1, ['rescinded']],
      [1, 1, ['accepted', 'declined']],
    ],
  );
  t.like(rounds[2]?.offers[0], {
    tasks: [id('t1')],
    resources: { cpus: 4, memMiB: 8192, diskMiB: 10_000, ports: 100 },
  });
  t.like(rounds[2]?.offers[1], { why: 'no task waits', refuseMs: 3_600_000 });
});

test('of a large round some offers are listed and all are counted; old rounds go', (t) => {
  const core = ready();
  for (let round = 0; round < 70; round++) {
    core.offers(...Array.from({ length: 150 }, (_each, index) => offer(`o${round}-${index}`, agent(index))));
  }
  const rounds = core.scheduler.offerRounds();
  t.is(rounds.length, 60);
  t.is(rounds[0]?.number, 70);
  t.is(rounds[0]?.offers.length, 100);
  t.deepEqual(rounds[0]?.unlisted, { declined: 50 });
});

test('MA-56: an agent is given back once nothing of ours is there; until then its inverse offer is declined', (t) => {
  const core = ready();
  core.launch(taskSpec('t1'));
  core.offers(offer('o1', agent(1)));
  const inverse = (offerId: string, number: number) => ({
    id: { value: offerId as never },
    framework_id: { value: frameworkId },
    agent_id: { value: agent(number) },
    unavailability: { start: { nanoseconds: 5_000_000_000 }, duration: { nanoseconds: 60_000_000_000 } },
  });
  const ask = (...inverse_offers: ReturnType<typeof inverse>[]) =>
    core.event({ type: 'INVERSE_OFFERS', inverse_offers: { inverse_offers } });
  const both = ask(inverse('i1', 1), inverse('i2', 2));
  t.deepEqual(callTypes(both), ['ACCEPT_INVERSE_OFFERS', 'DECLINE_INVERSE_OFFERS']);
  t.deepEqual(callsOf(both, 'ACCEPT_INVERSE_OFFERS')[0]?.accept_inverse_offers.inverse_offer_ids, [
    { value: 'i2' as never },
  ]);
  t.deepEqual(both.facts, [
    { kind: 'agent.leaving', agentId: agent(1), from: 5_000, forMs: 60_000, tasks: 1, accepted: false },
    { kind: 'agent.leaving', agentId: agent(2), from: 5_000, forMs: 60_000, tasks: 0, accepted: true },
  ]);
  core.update({ taskId: 't1', state: 'TASK_FINISHED' });
  t.deepEqual(callTypes(ask(inverse('i3', 1))), ['ACCEPT_INVERSE_OFFERS']);
  const rescinded = core.event({
    type: 'RESCIND_INVERSE_OFFER',
    rescind_inverse_offer: { inverse_offer_id: { value: 'i3' as never } },
  });
  t.deepEqual(rescinded.calls, []);
});

test('the agents as offers showed them: attributes, domain, maintenance ahead, what is left, and what is ours', (t) => {
  const core = ready();
  core.launch(taskSpec('t1', { resources: { cpus: 1, memMiB: 1024, diskMiB: 0, ports: [] } }));
  core.offers({
    ...offer('o1', agent(1)),
    attributes: [
      { name: 'rack', type: 'TEXT', text: { value: 'r7' } },
      { name: 'generation', type: 'SCALAR', scalar: { value: 3 } },
    ],
    domain: { fault_domain: { region: { name: 'eu' }, zone: { name: 'eu-1' } } },
    unavailability: { start: { nanoseconds: 7_000_000_000 } },
  });
  const place = { attributes: { rack: 'r7', generation: '3' }, domain: { region: 'eu', zone: 'eu-1' } };
  t.deepEqual(core.scheduler.agents(), [
    {
      agentId: agent(1),
      hostname: 'host-S1',
      ...place,
      leaving: { from: 7_000 },
      offered: [{ role: 'flink', at: core.now, resources: { cpus: 3, memMiB: 7168, diskMiB: 10_000, ports: 100 } }],
      tasks: [{ taskId: id('t1'), group: 'default' as never, part: 'worker' }],
      ours: { cpus: 1, memMiB: 1024, diskMiB: 0, ports: 0 },
      places: [],
    },
  ]);
  t.like(core.task('t1')?.life, { placement: place });
  // After a restart the place of a task is known from its record alone.
  const [again] = new Driver({ tasks: core.scheduler.tasks() }).scheduler.agents();
  t.like(again, { agentId: agent(1), ...place, offered: [] });
});

test('what is asked for in the turn of the offers goes out with what they were taken for, in one ACCEPT', (t) => {
  const core = ready();
  core.launch(taskSpec('t1'));
  const { scheduler, subscription } = core;
  const at = core.now;
  const offers = { offers: [offer('o1', agent(1))] };
  scheduler.take({ at, kind: 'mesos', subscription, event: { type: 'OFFERS', offers } });
  const placed = scheduler.match(at);
  t.deepEqual(placed.calls, []);
  t.is(placed.facts[0]?.kind, 'task.launched');
  scheduler.take({ at, kind: 'command', command: { kind: 'launch', task: taskSpec('t2') } });
  scheduler.match(at);
  const end = scheduler.conclude(at);
  t.deepEqual(callTypes(end), ['ACCEPT', 'SUPPRESS']);
  const [operation] = callsOf(end, 'ACCEPT')[0]?.accept.operations ?? [];
  t.deepEqual(operation?.type === 'LAUNCH' && operation.launch.task_infos.map((info) => info.task_id.value as string), [
    't1',
    't2',
  ]);
});

test('a task that is to end in the turn in which it was placed is launched first: nothing overtakes its ACCEPT', (t) => {
  const core = ready();
  core.launch(taskSpec('t1'));
  const { scheduler, subscription } = core;
  const at = core.now;
  scheduler.take({
    at,
    kind: 'mesos',
    subscription,
    event: { type: 'OFFERS', offers: { offers: [offer('o1', agent(1))] } },
  });
  scheduler.match(at);
  const killed = scheduler.take({ at, kind: 'command', command: { kind: 'kill', taskId: id('t1'), reason: 'r' } });
  t.deepEqual(callTypes(killed), ['ACCEPT', 'KILL']);
  t.deepEqual(callTypes(scheduler.conclude(at)), ['SUPPRESS']);
});
