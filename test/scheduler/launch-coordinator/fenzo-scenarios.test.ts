/** What Fenzo was held to about offers over time and tasks that come and go, as it holds here. */
import test from 'ava';
import _ from 'lodash';
import type { Frame } from '../../../src/scheduler/model/frame.ts';
import type { PlacementWish } from '../../../src/scheduler/model/placement.ts';
import type { TaskSpec } from '../../../src/scheduler/model/task.ts';
import { agent, callsOf, callTypes, Driver, factKinds, id, offer, taskSpec } from '../fixtures.ts';

function ready(): Driver {
  const core = new Driver();
  core.subscribe();
  return core;
}

/** So many wait for agents that are not offered, and an offer is held for each of them. */
function holding(count = 1): Driver {
  const core = ready();
  for (const index of _.range(count)) {
    const prefer = { agentId: agent(1_000 + index), forMs: 600_000 };
    core.launch(taskSpec(`holds${index}`, { resources: { cpus: 4 }, prefer }));
  }
  return core;
}

function used(frame: Frame): string[] {
  return callsOf(frame, 'ACCEPT').flatMap(({ accept }) => accept.offer_ids.map(({ value }) => value as string));
}

function declined(frame: Frame): string[] {
  return callsOf(frame, 'DECLINE').flatMap(({ decline }) => decline.offer_ids.map(({ value }) => value as string));
}

function wishing(wish: Partial<PlacementWish>): Partial<TaskSpec> {
  return {
    placement: { constraints: [], preferences: [], awayFrom: [], exclusive: false, fitness: 'pack', ...wish },
  };
}

const unique = wishing({ constraints: [{ field: '@agent', operator: 'UNIQUE' }] });

test('FZ-13: two offers of one agent are added up, for a task that neither would be enough for', (t) => {
  const core = ready();
  core.launch(taskSpec('t1', { resources: { cpus: 5 } }));
  const frame = core.offers(offer('o1', agent(1), { cpus: 3 }), offer('o2', agent(1), { cpus: 3 }));
  t.deepEqual(used(frame), ['o1', 'o2']);
});

test('FZ-15: an offer that is held serves a later, smaller task without coming again', (t) => {
  const core = holding();
  t.deepEqual(callTypes(core.offers(offer('o1', agent(1)))), []);
  t.deepEqual(used(core.launch(taskSpec('later'))), ['o1']);
});

test('FZ-17, FZ-49: of ten and of a hundred agents all offers go back on time, and do so again', (t) => {
  for (const agents of [10, 100]) {
    const core = holding(agents);
    for (const round of [1, 2]) {
      const offers = _.range(agents).map((number) => offer(`o${round}-${number}`, agent(number)));
      t.deepEqual(declined(core.offers(...offers)), []);
      const frame = core.timer({ kind: 'match' }, 30_000);
      t.deepEqual(declined(frame).sort(), offers.map((each) => each.id.value as string).sort());
    }
    t.is(core.scheduler.view().tasksWaiting, agents);
  }
});

test('FZ-19: when all offers have become void a task gets none of them, and a fresh one works', (t) => {
  const core = holding();
  core.offers(offer('o1', agent(1)));
  core.failed('closed');
  core.launch(taskSpec('t1'));
  core.timer({ kind: 'subscribe' });
  const frame = core.subscribed();
  t.deepEqual(used(frame), []);
  t.is(core.scheduler.view().offersHeld, 0);
  t.deepEqual(used(core.offers(offer('o2', agent(1)))), ['o2']);
});

test('FZ-45: what nobody needs goes back, comes again, and is used once somebody does', (t) => {
  const core = ready();
  core.launch(taskSpec('big', { resources: { cpus: 64 } }));
  t.deepEqual(declined(core.offers(offer('o1', agent(1)))), ['o1']);
  core.launch(taskSpec('small'));
  t.deepEqual(used(core.offers(offer('o2', agent(1)))), ['o2']);
});

test('FZ-47: the rest of an agent on which a task runs goes back as any other offer', (t) => {
  const core = holding();
  core.launch(taskSpec('t1'));
  t.deepEqual(used(core.offers(offer('o1', agent(1)))), ['o1']);
  t.deepEqual(declined(core.offers(offer('o2', agent(1)))), []);
  t.deepEqual(declined(core.timer({ kind: 'match' }, 30_000)), ['o2']);
});

test('FZ-48: an offer that was rescinded is neither used nor declined', (t) => {
  const core = holding();
  core.offers(offer('o1', agent(1)));
  const rescinded = core.event({ type: 'RESCIND', rescind: { offer_id: { value: 'o1' as never } } });
  const launched = core.launch(taskSpec('t1'));
  t.deepEqual([used(rescinded), declined(rescinded), used(launched), declined(launched)], [[], [], [], []]);
});

test('FZ-62: agents on which nothing that waits may go are all given back at once', (t) => {
  const core = ready();
  core.launch(taskSpec('t1', wishing({ constraints: [{ field: 'service', operator: 'IS', value: 'active' }] })));
  const inactive = _.range(8).map((number) => offer(`o${number}`, agent(number)));
  t.is(declined(core.offers(...inactive)).length, 8);
});

test('FZ-65: where nothing is limited all that fits is placed', (t) => {
  const core = ready();
  for (const index of _.range(8)) {
    core.launch(taskSpec(`t${index}`, { group: `g${index % 2}` as never }));
  }
  core.offers(offer('o1', agent(1), { cpus: 8 }));
  t.is(core.scheduler.view().tasksWaiting, 0);
});

test('FZ-85: one request and an offer: told with where it went', (t) => {
  const core = ready();
  core.launch(taskSpec('t1'));
  const frame = core.offers(offer('o1', agent(1)));
  t.like(
    frame.facts.find(({ kind }) => kind === 'task.launched'),
    { taskId: id('t1'), agentId: agent(1) },
  );
});

test('FZ-87, FZ-9: requests that come over time all find their place on what is left and offered again', (t) => {
  const core = ready();
  for (const index of _.range(8)) {
    core.launch(taskSpec(`t${index}`));
    core.offers(offer(`o${index}`, agent(1), { cpus: 8 - index, ports: [{ begin: 1 + 2 * index, end: 16 }] }));
  }
  const ports = core.scheduler
    .tasks()
    .flatMap(({ life }) => (life.phase === 'launched' ? Object.values(life.placement.ports) : []));
  t.deepEqual(_.sortBy(ports), _.range(1, 17));
});

test('FZ-91, FZ-34: what has ended no longer counts at its agent', (t) => {
  const core = ready();
  core.launch(taskSpec('t1', unique));
  core.offers(offer('o1', agent(1)));
  core.launch(taskSpec('t2', unique));
  t.deepEqual(used(core.offers(offer('o2', agent(1)))), []);
  core.update({ taskId: 't1', state: 'TASK_FINISHED' });
  t.deepEqual(used(core.offers(offer('o3', agent(1)))), ['o3']);
});

test('FZ-92: nothing happens for its own sake; a request asks for offers at once, and an offer is used at once', (t) => {
  const core = ready();
  core.launch(taskSpec('t0'));
  core.offers(offer('o0', agent(1)));
  t.deepEqual(
    core.frames
      .at(-1)
      ?.timers.filter(({ kind }) => kind === 'set')
      .map(({ timer }) => timer.kind),
    ['launch'],
  );
  t.deepEqual(callTypes(core.launch(taskSpec('t1'))), ['REVIVE']);
  t.deepEqual(used(core.offers(offer('o1', agent(1)))), ['o1']);
});

test('FZ-93: what runs is known from the start, and counts', (t) => {
  const before = ready();
  before.launch(taskSpec('t1', unique));
  before.offers(offer('o1', agent(1)));
  const core = new Driver({ tasks: before.scheduler.tasks() });
  core.now = before.now;
  core.subscribe();
  core.update({ taskId: 't1', state: 'TASK_RUNNING' });
  core.launch(taskSpec('t2', unique));
  t.deepEqual(used(core.offers(offer('o2', agent(1)))), []);
  t.deepEqual(used(core.offers(offer('o3', agent(2)))), ['o3']);
});

test('FZ-101: a request with an id that is known changes nothing', (t) => {
  const core = ready();
  core.launch(taskSpec('t1'));
  const again = core.launch(taskSpec('t1', { resources: { cpus: 2 } }));
  t.deepEqual([again.persist, factKinds(again)], [[], []]);
  core.offers(offer('o1', agent(1)));
  t.is(core.scheduler.tasks().length, 1);
});
