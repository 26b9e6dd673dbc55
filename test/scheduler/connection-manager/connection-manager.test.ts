import test from 'ava';
import type { Frame, MesosCall } from '../../../src/scheduler/model/frame.ts';
import type { SubscriptionId } from '../../../src/scheduler/model/master.ts';
import type { FrameworkRecord } from '../../../src/scheduler/model/records.ts';
import {
  agent,
  callsOf,
  callTypes,
  Driver,
  factKinds,
  frameworkId,
  masterA,
  masterB,
  offer,
  options,
  taskSpec,
  timerOf,
} from '../fixtures.ts';

function subscribeOf(frame: Frame): Extract<MesosCall, { kind: 'subscribe' }> | undefined {
  return frame.calls.find((call) => call.kind === 'subscribe');
}

test('RM-1, RL-11, MA-1: the first SUBSCRIBE carries no id, and SUBSCRIBED persists the one that was given', (t) => {
  const core = new Driver();
  t.deepEqual(core.step({ kind: 'masters', masters: [masterA] }).calls, []);
  const call = subscribeOf(core.step({ kind: 'leadership', leading: true }))?.call;
  t.deepEqual(call, {
    type: 'SUBSCRIBE',
    subscribe: { framework_info: options.framework, suppressed_roles: ['flink'] },
  });
  const frame = core.subscribed();
  t.like(frame.persist[0], { collection: 'framework', key: 'id' });
  t.is(core.scheduler.view().frameworkId, frameworkId);
  t.true(frame.facts.some((fact) => fact.kind === 'master.subscribed' && fact.first));
});

test('RL-12, MA-2, I7: a known id stands in both places, and is not persisted again', (t) => {
  const core = new Driver({ framework: { version: 1, frameworkId, registeredAt: 1 }, tasks: [] });
  core.step({ kind: 'leadership', leading: true });
  const call = subscribeOf(core.step({ kind: 'masters', masters: [masterA] }))?.call;
  t.deepEqual(call?.framework_id, { value: frameworkId });
  t.deepEqual(call?.subscribe.framework_info.id, { value: frameworkId });
  const frame = core.subscribed();
  t.deepEqual(frame.persist, []);
  t.true(frame.facts.some((fact) => fact.kind === 'master.subscribed' && !fact.first));
});

test('MA-50: SUBSCRIBE repeats which roles are suppressed; while something waits none is', (t) => {
  const core = new Driver();
  core.subscribe();
  core.failed('closed');
  t.deepEqual(subscribeOf(core.timer({ kind: 'subscribe' }))?.call.subscribe.suppressed_roles, ['flink']);
  core.subscribed();
  core.launch(taskSpec('t1'));
  core.failed('closed');
  t.is(subscribeOf(core.timer({ kind: 'subscribe' }))?.call.subscribe.suppressed_roles, undefined);
  // What the master knows is what was said: no REVIVE is needed.
  t.false(callTypes(core.subscribed()).includes('REVIVE'));
});

test('MA-9: after five silent heartbeats the stream is given up; any event is a sign of life', (t) => {
  const core = new Driver();
  const watch = timerOf(core.subscribe(), 'silence');
  t.deepEqual(watch, { kind: 'set', timer: { kind: 'silence' }, at: core.now + 75_000 });
  core.step({ kind: 'mesos', subscription: core.subscription, event: { type: 'HEARTBEAT' } }, 70_000);
  const alive = core.timer({ kind: 'silence' }, 5_000);
  t.deepEqual(timerOf(alive, 'silence'), { kind: 'set', timer: { kind: 'silence' }, at: core.now + 70_000 });
  const silent = core.timer({ kind: 'silence' }, 70_000);
  t.deepEqual(callTypes(silent), ['unsubscribe']);
  t.is(core.scheduler.view().connection.state, 'waiting');
  t.deepEqual(factKinds(silent), ['master.lost']);
});

test('MA-10: without heartbeat_interval_seconds a default counts', (t) => {
  const core = new Driver();
  core.step({ kind: 'leadership', leading: true });
  core.step({ kind: 'masters', masters: [masterA] });
  const frame = core.event({ type: 'SUBSCRIBED', subscribed: { framework_id: { value: frameworkId } } });
  t.deepEqual(timerOf(frame, 'silence'), { kind: 'set', timer: { kind: 'silence' }, at: core.now + 75_000 });
});

test('MA-22, CM-4: a master that takes SUBSCRIBE and says nothing is given up', (t) => {
  const core = new Driver();
  core.step({ kind: 'leadership', leading: true });
  const connecting = core.step({ kind: 'masters', masters: [masterA, masterB] });
  const watch = timerOf(connecting, 'silence');
  t.deepEqual(watch, { kind: 'set', timer: { kind: 'silence' }, at: core.now + 15_000 });
  core.opened();
  core.timer({ kind: 'silence' }, 15_000);
  t.is(core.scheduler.view().connection.state, 'waiting');
  t.is(subscribeOf(core.timer({ kind: 'subscribe' }))?.master, masterB);
});

test('MA-4: events, failures and failed calls of an older subscription lead to nothing', (t) => {
  const core = new Driver();
  core.subscribe();
  core.launch(taskSpec('t1'));
  const old = core.subscription;
  core.failed('closed');
  core.timer({ kind: 'subscribe' });
  core.subscribed();
  const before = core.scheduler.view();
  const frames = [
    core.event({ type: 'OFFERS', offers: { offers: [offer('o1', agent(1))] } }, old),
    core.event({ type: 'ERROR', error: { message: 'Framework failed over' } }, old),
    core.failed('closed', 'late', old),
    core.step({
      kind: 'call-failed',
      subscription: old,
      call: { type: 'REVIVE', framework_id: { value: frameworkId } },
      problem: { code: 'subscription-lost', message: 'old' },
    }),
    core.event({ type: 'HEARTBEAT' }, (old + 7) as SubscriptionId),
  ];
  for (const frame of frames) {
    t.deepEqual(frame, { persist: [], calls: [], timers: [], facts: [] });
  }
  t.deepEqual(core.scheduler.view(), before);
});

test('MA-17, MA-18, MA-25: a call that finds no subscription, or whose outcome is unknown, leads to a new one', (t) => {
  for (const code of ['subscription-lost', 'unreachable', 'unavailable', 'closed'] as const) {
    const core = new Driver();
    core.subscribe();
    const call = { type: 'REVIVE', framework_id: { value: frameworkId } } as const;
    const frame = core.step({
      kind: 'call-failed',
      subscription: core.subscription,
      call,
      problem: { code, message: code },
    });
    t.deepEqual(callTypes(frame), ['unsubscribe'], code);
    t.is(timerOf(frame, 'subscribe')?.kind, 'set');
  }
});

test('a call that was wrong is stated, and the subscription stands; the offers of such an ACCEPT go back', (t) => {
  const core = new Driver();
  core.subscribe();
  core.launch(taskSpec('t1'));
  const accept = core
    .offers(offer('o1', agent(1)))
    .calls.find((call) => call.kind === 'call' && call.call.type === 'ACCEPT');
  if (accept?.kind !== 'call') {
    t.fail();
    return;
  }
  const frame = core.step({
    kind: 'call-failed',
    subscription: core.subscription,
    call: accept.call,
    problem: { code: 'rejected', message: 'no such thing' },
  });
  t.deepEqual(callTypes(frame), ['DECLINE', 'RECONCILE']);
  t.deepEqual(factKinds(frame), ['call.refused', 'reconciliation.started']);
  t.is(core.scheduler.view().connection.state, 'subscribed');
});

test('MA-16, MA-19, MA-21: what cannot be put right by trying again stops the scheduler, with the reason', (t) => {
  const cases = [
    ['Framework failed over', 'DEPOSED'],
    ["Role '/x' cannot start with a slash", 'MASTER_REFUSED'],
  ] as const;
  for (const [message, code] of cases) {
    const core = new Driver();
    core.subscribe();
    const frame = core.event({ type: 'ERROR', error: { message } });
    t.deepEqual(frame.stop, { code, message });
    t.like(core.scheduler.view().connection, { state: 'stopped', message });
    t.deepEqual(core.timer({ kind: 'subscribe' }).calls, []);
  }
  for (const code of ['unauthorized', 'rejected'] as const) {
    const core = new Driver();
    core.step({ kind: 'leadership', leading: true });
    core.step({ kind: 'masters', masters: [masterA] });
    t.deepEqual(core.failed(code, '401: principal unknown').stop, {
      code: 'MASTER_REFUSED',
      message: '401: principal unknown',
    });
  }
});

const removedMessage = 'Framework has been removed';

function removedWhileRunning(startAnew: boolean): { core: Driver; frame: Frame } {
  const core = new Driver({ tasks: [] }, { startAnew });
  core.subscribe();
  core.launch(taskSpec('t1'));
  core.offers(offer('o1', agent(1)));
  core.update({ taskId: 't1', state: 'TASK_RUNNING' });
  core.launch(taskSpec('t2'));
  core.failed('closed');
  core.timer({ kind: 'subscribe' });
  core.opened();
  return { core, frame: core.event({ type: 'ERROR', error: { message: removedMessage } }) };
}

test('MA-20: a removed framework: its tasks are gone, what was lost is recorded, and nothing is tried any more', (t) => {
  const { core, frame } = removedWhileRunning(false);
  t.is(frame.stop, undefined);
  t.deepEqual(callTypes(frame), ['unsubscribe']);
  const removed = { at: core.now, message: removedMessage, tasksLost: 1 };
  const record = frame.persist.find(({ collection }) => collection === 'framework');
  t.like(record, { key: 'id', value: { version: 1, frameworkId, removed } });
  t.like(core.task('t1')?.life, { phase: 'ended', end: { state: 'TASK_GONE', wanted: false } });
  t.is(core.task('t2')?.life.phase, 'waiting');
  t.true(frame.facts.some((fact) => fact.kind === 'framework.removed' && fact.tasksLost === 1 && !fact.anew));
  const { connection, formerFramework } = core.scheduler.view();
  t.regex(connection.state === 'stopped' ? connection.message : '', /Framework has been removed.*--start-anew/);
  t.deepEqual(formerFramework, { frameworkId, ...removed });
  t.deepEqual(core.timer({ kind: 'subscribe' }).calls, []);
  t.deepEqual(core.step({ kind: 'masters', masters: [masterB] }).calls, []);
});

test('WS-2, MA-20: started again it still tries nothing, until it is told to start anew: then it registers without an id', (t) => {
  const { core, frame } = removedWhileRunning(false);
  const record = frame.persist.find(({ collection }) => collection === 'framework');
  const framework = (record as { value: FrameworkRecord }).value;
  const records = { framework, tasks: core.scheduler.tasks() };
  const again = new Driver(records);
  t.deepEqual(again.step({ kind: 'leadership', leading: true }).calls, []);
  t.deepEqual(again.step({ kind: 'masters', masters: [masterA] }).calls, []);
  t.is(again.scheduler.view().connection.state, 'stopped');

  const anew = new Driver(records, { startAnew: true });
  anew.step({ kind: 'leadership', leading: true });
  const call = subscribeOf(anew.step({ kind: 'masters', masters: [masterA] }))?.call;
  t.is(call?.framework_id, undefined);
  t.is(call?.subscribe.framework_info.id, undefined);
  const { persist } = anew.subscribed();
  t.like(persist[0], { collection: 'framework', value: { frameworkId, former: { tasksLost: 1 } } });
  t.is(anew.scheduler.view().connection.state, 'subscribed');
});

test('MA-20: told to start anew beforehand, it registers as another framework by itself, after a wait', (t) => {
  const { core, frame } = removedWhileRunning(true);
  t.true(frame.facts.some((fact) => fact.kind === 'framework.removed' && fact.anew));
  t.is(timerOf(frame, 'subscribe')?.kind, 'set');
  t.is(core.scheduler.view().frameworkId, undefined);
  t.is(subscribeOf(core.timer({ kind: 'subscribe' }))?.call.framework_id, undefined);
  t.true(core.subscribed().facts.some((fact) => fact.kind === 'master.subscribed' && fact.first));
  t.is(core.scheduler.view().formerFramework?.message, removedMessage);
  t.is(callTypes(core.offers(offer('o9', agent(2))))[0], 'ACCEPT');
});

test('the view says what is tried next, where and when, and what went wrong before', (t) => {
  const core = new Driver();
  core.step({ kind: 'leadership', leading: true });
  core.step({ kind: 'masters', masters: [], why: 'no node in /mesos' });
  t.like(core.scheduler.view().connection, { state: 'searching', why: 'no node in /mesos' });
  core.step({ kind: 'masters', masters: [masterA, masterB] });
  core.failed('unreachable', 'refused');
  const waiting = core.scheduler.view().connection;
  t.like(waiting, {
    state: 'waiting',
    attempt: 1,
    next: masterB,
    problem: { code: 'unreachable', message: 'refused' },
  });
  t.true(waiting.state === 'waiting' && waiting.retryAt > core.now);
  core.timer({ kind: 'subscribe' });
  t.like(core.scheduler.view().connection, {
    state: 'connecting',
    master: masterB,
    attempt: 2,
    problem: { message: 'refused' },
  });
  core.subscribed();
  core.failed('closed', 'gone');
  core.timer({ kind: 'subscribe' });
  t.like(core.scheduler.view().connection, { state: 'connecting', problem: { message: 'gone' } });
});

test('RM-3, MA-61: a scheduler that leads no longer makes no call', (t) => {
  const core = new Driver();
  core.subscribe();
  core.launch(taskSpec('t1'));
  t.deepEqual(callTypes(core.step({ kind: 'leadership', leading: false })), ['unsubscribe']);
  const frames = [
    core.offers(offer('o1', agent(1))),
    core.kill('t1'),
    core.timer({ kind: 'subscribe' }),
    core.timer({ kind: 'reconcile' }),
    core.timer({ kind: 'silence' }),
    core.step({ kind: 'masters', masters: [masterB] }),
  ];
  t.deepEqual(
    frames.flatMap((frame) => frame.calls),
    [],
  );
  t.is(core.scheduler.view().connection.state, 'standby');
});

test('MA-8: an event of a kind that does not exist yet is stated and counts as a sign of life', (t) => {
  const core = new Driver();
  core.subscribe();
  const frame = core.event({ type: 'NEWS', news: {} } as never);
  t.deepEqual(frame.facts, [{ kind: 'event.ignored', type: 'NEWS' }]);
  t.deepEqual(core.timer({ kind: 'silence' }, 74_999).calls, []);
});

test('I7: a framework whose id nobody may have heard is forgotten soon; once it is known it outlives us for as long as was wished', (t) => {
  const framework = { ...options.framework, failover_timeout: 604_800 };
  const core = new Driver({ tasks: [] }, { framework });
  core.step({ kind: 'leadership', leading: true });
  const first = subscribeOf(core.step({ kind: 'masters', masters: [masterA] }))?.call;
  t.is(first?.subscribe.framework_info.failover_timeout, 120);
  const frame = core.subscribed();
  t.like(frame.persist[0], { collection: 'framework', key: 'id' });
  const [update] = callsOf(frame, 'UPDATE_FRAMEWORK');
  t.deepEqual(update, {
    type: 'UPDATE_FRAMEWORK',
    framework_id: { value: frameworkId },
    update_framework: { framework_info: { ...framework, id: { value: frameworkId } }, suppressed_roles: ['flink'] },
  });
  core.failed('closed');
  const again = subscribeOf(core.timer({ kind: 'subscribe' }))?.call;
  t.is(again?.subscribe.framework_info.failover_timeout, 604_800);
  t.deepEqual(callsOf(core.subscribed(), 'UPDATE_FRAMEWORK'), []);
});

test('I7: a master that does not know UPDATE_FRAMEWORK is told the same by a new subscription', (t) => {
  const core = new Driver({ tasks: [] }, { framework: { ...options.framework, failover_timeout: 604_800 } });
  const [call] = callsOf(core.subscribe(), 'UPDATE_FRAMEWORK');
  if (call === undefined) return t.fail('nothing was said');
  const problem = { code: 'rejected', message: 'Unknown call' } as const;
  core.step({ kind: 'call-failed', subscription: core.subscription, call, problem });
  t.like(core.scheduler.view().connection, { state: 'waiting', problem: { message: 'Unknown call' } });
  const again = subscribeOf(core.timer({ kind: 'subscribe' }))?.call;
  t.like(again?.subscribe.framework_info, { id: { value: frameworkId }, failover_timeout: 604_800 });
  // From now on what the master takes for wrong is what it is.
  core.subscribed();
  core.step({ kind: 'call-failed', subscription: core.subscription, call, problem });
  t.is(core.scheduler.view().connection.state, 'subscribed');
});

test('the version that a master tells of itself is shown', (t) => {
  const core = new Driver();
  core.subscribe();
  t.is(core.scheduler.view().masterVersion, undefined);
  core.subscribed('1.12.0');
  t.is(core.scheduler.view().masterVersion, '1.12.0');
});
