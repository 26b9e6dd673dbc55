/** Tasks that start together or not at all, and what is said of them while they wait. */
import test from 'ava';
import type { GroupName, TaskSpec } from '../../../src/scheduler/model/task.ts';
import { agent, callTypes, Driver, id, offer, scalar, taskSpec } from '../fixtures.ts';

function ready(): Driver {
  const core = new Driver();
  core.subscribe();
  return core;
}

function member(taskId: string, more: Partial<TaskSpec> = {}): TaskSpec {
  return taskSpec(taskId, { resources: { cpus: 2 }, together: 'workers', ...more });
}

function waiting(core: Driver): string[] {
  return core.scheduler
    .tasks()
    .filter(({ life }) => life.phase === 'waiting')
    .map(({ spec }) => spec.taskId);
}

test('a band is launched on the first round of offers that has room for all of it, and until then none of it', (t) => {
  const core = ready();
  for (const taskId of ['t1', 't2', 't3']) {
    core.launch(member(taskId));
  }
  const [short, over] = [
    core.offers(offer('o1', agent(1))),
    callTypes(core.offers(offer('o2', agent(2), { cpus: 3 }))),
  ];
  t.deepEqual([callTypes(short), over], [['DECLINE'], ['DECLINE']]);
  t.is(core.why('t1'), 'it starts together with 2 more, and of 2 agents 2 had room, but not for all of them');
  t.like(core.scheduler.why(id('t1')), { state: 'together' });
  t.deepEqual(callTypes(core.offers(offer('o3', agent(1)), offer('o4', agent(2), { cpus: 3 }))), [
    'ACCEPT',
    'ACCEPT',
    'SUPPRESS',
  ]);
  t.deepEqual(waiting(core), []);
});

test('one that comes later goes by itself, and a band of another group is another band', (t) => {
  const core = ready();
  core.launch(member('t1'));
  core.offers(offer('o1', agent(1)));
  core.launch(member('t2'));
  core.launch(member('b1', { group: 'b' as GroupName }));
  core.launch(member('b2', { group: 'b' as GroupName }));
  core.offers(offer('o2', agent(1), { cpus: 3 }));
  t.deepEqual(waiting(core), ['b1', 'b2']);
});

test('a band may take agents that are wanted less beside the others: with gpus, and such that are to be taken away', (t) => {
  const core = ready();
  core.launch(member('t1'));
  core.launch(member('t2'));
  const dear = offer('o1', agent(1), { cpus: 2 });
  core.offers(
    { ...dear, resources: [...(dear.resources ?? []), scalar('gpus', 1)] },
    { ...offer('o2', agent(2), { cpus: 2 }), unavailability: { start: { nanoseconds: 1 } } },
  );
  t.deepEqual(waiting(core), []);
});

test('a limit that has no room for all of a band keeps all of it waiting, and nobody else of the group', (t) => {
  const core = ready();
  const share = { priority: 0, weight: 1, limit: { tasks: 2 } };
  for (const taskId of ['t1', 't2', 't3']) {
    core.launch(member(taskId, { share }));
  }
  core.launch(taskSpec('single', { share }));
  core.offers(offer('o1', agent(1), { cpus: 16 }));
  t.deepEqual(waiting(core), ['t1', 't2', 't3']);
  t.like(core.scheduler.why(id('t2')), { state: 'limit' });
});

test('where one of a band cannot be cut out of its offers, none is launched', (t) => {
  const core = ready();
  const keep = { volume: { sizeMiB: 600, path: 'state' } };
  const resources = { cpus: 1, memMiB: 10, diskMiB: 600, ports: [] };
  core.launch(member('t1', { keep, resources }));
  core.launch(member('t2', { keep, resources }));
  // As much disk as both need, but what is left after one volume does not hold another in one piece.
  const reserved = { reservations: [{ type: 'STATIC' as const, role: 'flink' }] };
  const pieces = [scalar('disk', 900, reserved), scalar('disk', 300)];
  const whole = offer('o1', agent(1));
  const split = { ...whole, resources: [...(whole.resources ?? []).filter(({ name }) => name !== 'disk'), ...pieces] };
  t.deepEqual(callTypes(core.offers(split)), ['DECLINE']);
  t.deepEqual(waiting(core), ['t1', 't2']);
});
