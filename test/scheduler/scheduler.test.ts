import test from 'ava';
import { agent, callsOf, callTypes, Driver, factKinds, frameworkId, offer, taskSpec } from './fixtures.ts';

test('MA-1 MA-28: a task goes from its request to its end, each step persisted before what it leads to is sent', (t) => {
  const core = new Driver();
  const subscribed = core.subscribe();
  t.deepEqual(subscribed.persist, [
    {
      kind: 'put',
      collection: 'framework',
      key: 'id',
      value: { version: 1, frameworkId, registeredAt: core.now },
    },
  ]);
  t.deepEqual(callTypes(subscribed), ['RECONCILE']);
  t.true(core.scheduler.view().reconciled);

  const requested = core.launch(taskSpec('t1'));
  t.deepEqual(callTypes(requested), ['REVIVE']);
  t.is(core.task('t1')?.life.phase, 'waiting');

  const launched = core.offers(offer('o1', agent(1)), offer('o2', agent(2)));
  t.deepEqual(callTypes(launched), ['ACCEPT', 'DECLINE', 'SUPPRESS']);
  t.deepEqual(launched.persist, [{ kind: 'put', collection: 'tasks', key: 't1', value: core.task('t1') }]);
  t.is(core.task('t1')?.life.phase, 'launched');
  t.true(factKinds(launched).includes('task.launched'));

  for (const state of ['TASK_STARTING', 'TASK_RUNNING'] as const) {
    const frame = core.update({ taskId: 't1', state, uuid: 'dXVpZA==' });
    t.like(core.task('t1')?.life, { phase: 'launched', state });
    t.is(frame.persist.length, 1);
    t.deepEqual(callTypes(frame), ['ACKNOWLEDGE']);
  }
  t.deepEqual(callTypes(core.kill('t1')), ['KILL']);
  const ended = core.update({ taskId: 't1', state: 'TASK_KILLED', uuid: 'dXVpZA==' });
  t.like(core.task('t1')?.life, { phase: 'ended', end: { state: 'TASK_KILLED', wanted: true } });
  t.is(callsOf(ended, 'ACKNOWLEDGE').length, 1);
});
