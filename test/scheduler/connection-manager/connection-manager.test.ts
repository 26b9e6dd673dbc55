import test from 'ava';
import type { Frame, MesosCall } from '../../../src/scheduler/model/frame.ts';
import type { SubscriptionId } from '../../../src/scheduler/model/master.ts';
import {
  agent,
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

test('MA-1: the first SUBSCRIBE carries no id, and SUBSCRIBED persists the one that was given', (t) => {
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

test('MA-2, I7: a known id stands in both places, and is not persisted again', (t) => {
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

test('MA-16, MA-19, MA-20, MA-21: what cannot be put right by trying again stops the scheduler, with the reason', (t) => {
  const cases = [
    ['Framework failed over', 'DEPOSED'],
    ['Framework has been removed', 'FRAMEWORK_REMOVED'],
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

test('MA-61: a scheduler that leads no longer makes no call', (t) => {
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
