/** The end of the service, from the wish to the last record. */
import test from 'ava';
import type { PlaceRecord } from '../../src/scheduler/model/kept-place.ts';
import type { FrameworkRecord, UninstallRecord } from '../../src/scheduler/model/records.ts';
import { callTypes, Driver, factKinds, frameworkId, group, masterA, taskSpec } from './fixtures.ts';

const framework: FrameworkRecord = { version: 1, frameworkId, registeredAt: 1 };
const uninstall: UninstallRecord = { version: 1, since: 5 };
const removed = { type: 'ERROR', error: { message: 'Framework has been removed' } } as const;

function stage(core: Driver): string | undefined {
  return core.scheduler.view().uninstall?.stage;
}

test('RM-4 RM-5 RM-6 RM-7 RL-10: tasks end first, then the framework is removed, then one record is left', (t) => {
  const core = new Driver();
  core.subscribe();
  core.launch(taskSpec('t1'));
  const begun = core.command({ kind: 'uninstall' });
  t.deepEqual(begun.persist, [
    { kind: 'put', collection: 'framework', key: 'uninstall', value: { version: 1, since: core.now } },
  ]);
  const { since } = core.scheduler.view().uninstall ?? {};
  t.is(stage(core), 'tasks');
  t.deepEqual(core.command({ kind: 'uninstall' }).persist, []);

  t.true(callTypes(core.kill('t1')).includes('TEARDOWN'));
  t.is(stage(core), 'framework');
  core.failed('closed', 'the master closed the stream');
  core.timer({ kind: 'subscribe' });
  core.opened();
  const gone = core.event(removed);
  t.deepEqual(gone.persist, [{ kind: 'delete', collection: 'framework', key: 'id' }]);
  // Somebody remembers the task that has ended: the records are not all gone.
  t.is(stage(core), 'framework');
  const last = core.command({ kind: 'forget', group });
  t.true(factKinds(last).includes('uninstall.finished'));
  t.deepEqual(last.persist.at(-1), {
    kind: 'put',
    collection: 'framework',
    key: 'uninstall',
    value: { version: 1, since, doneAt: core.now },
  });
  t.is(stage(core), 'done');
  t.is(core.scheduler.view().connection.state, 'stopped');
  t.deepEqual(core.step({ kind: 'masters', masters: [masterA] }).calls, []);
});

test('RL-10: what was begun goes on after a restart, and on every new subscription', (t) => {
  const core = new Driver({ framework, uninstall, tasks: [] });
  t.deepEqual(callTypes(core.subscribe()), ['RECONCILE', 'TEARDOWN']);
  // Lost on its way, and the stream stands.
  t.false(callTypes(core.timer({ kind: 'reconcile' }, 1000)).includes('TEARDOWN'));
  t.deepEqual(callTypes(core.timer({ kind: 'teardown' }, 30_000)), ['TEARDOWN']);
  core.failed('closed');
  core.timer({ kind: 'subscribe' });
  // A master that has failed over may know nothing of it.
  t.true(callTypes(core.subscribed()).includes('TEARDOWN'));
});

test('RL-10: a TEARDOWN that the master takes for wrong is shown, and asked for again', (t) => {
  const core = new Driver({ framework, uninstall, tasks: [] });
  core.subscribe();
  core.step({
    kind: 'call-failed',
    subscription: core.subscription,
    call: { type: 'TEARDOWN', framework_id: { value: frameworkId } },
    problem: { code: 'rejected', message: 'not like this' },
  });
  t.like(core.scheduler.view().uninstall, { stage: 'framework', refused: 'not like this' });
  t.deepEqual(callTypes(core.timer({ kind: 'teardown' }, 30_000)), ['TEARDOWN']);
});

test('RL-10: a kept place is given up before the framework goes', (t) => {
  const place = {
    ...{ version: 1, id: 'keep-t1', group, part: 'worker', role: 'flink', agentId: 'S1', hostname: 'host-S1' },
    ...{ resources: [], goal: { kind: 'release', why: 'its group has gone', since: 999_999 }, taskId: 't1' },
    ...{ pending: [], attempts: 0 },
  } as unknown as PlaceRecord;
  const core = new Driver({ framework, uninstall, tasks: [], places: [place] });
  t.false(callTypes(core.subscribe()).includes('TEARDOWN'));
  t.like(core.scheduler.view().uninstall, { stage: 'places', places: 1 });
  // An agent that is never offered again is not waited for longer than this.
  const last = core.timer({ kind: 'match' }, 900_000);
  t.true(factKinds(last).includes('place.released'));
  t.true(callTypes(last).includes('TEARDOWN'));
});

test('RL-10: nothing is registered only to be removed', (t) => {
  for (const records of [
    { tasks: [] },
    { tasks: [], framework: { ...framework, removed: { at: 1, message: 'x', tasksLost: 0 } } },
  ]) {
    const core = new Driver(records);
    const done = core.command({ kind: 'uninstall' });
    t.true(factKinds(done).includes('uninstall.finished'));
    t.deepEqual(core.step({ kind: 'leadership', leading: true }).calls, []);
    t.deepEqual(core.step({ kind: 'masters', masters: [masterA] }).calls, []);
    t.is(stage(core), 'done');
  }
});

test('RL-10: what is done stays done over restarts, whether a removed framework would be followed by another one or not', (t) => {
  for (const startAnew of [true, false]) {
    const core = new Driver({ tasks: [], uninstall: { ...uninstall, doneAt: 9 } }, { startAnew });
    core.step({ kind: 'leadership', leading: true });
    t.deepEqual(core.step({ kind: 'masters', masters: [masterA] }).calls, []);
    t.is(stage(core), 'done');
  }
});
