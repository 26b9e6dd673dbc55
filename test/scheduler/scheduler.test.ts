import test from 'ava';
import type { Frame } from '../../src/scheduler/model/frame.ts';
import type { TaskRecord } from '../../src/scheduler/model/task.ts';
import { agent, callsOf, callTypes, Driver, factKinds, frameworkId, offer, taskSpec } from './fixtures.ts';

test('MA-56: tasks of an agent that the master wants back know until when they may stay, whatever they do meanwhile', (t) => {
  const core = new Driver();
  core.subscribe();
  for (const id of ['t1', 't2']) core.launch(taskSpec(id, { resources: { cpus: 4 } }));
  core.offers(offer('o1', agent(1)), offer('o2', agent(2)));
  const here = core.task('t1')?.life.phase === 'launched' ? core.task('t1') : undefined;
  const agentId = here?.life.phase === 'launched' ? here.life.placement.agentId : agent(1);
  const announced = (seconds: number) =>
    core.event({
      type: 'INVERSE_OFFERS',
      inverse_offers: {
        inverse_offers: [
          {
            id: { value: `i${seconds}` as never },
            framework_id: { value: frameworkId },
            agent_id: { value: agentId },
            unavailability: { start: { nanoseconds: seconds * 1e9 } },
          },
        ],
      },
    });
  t.deepEqual(
    announced(50).persist.map(({ key }) => key),
    ['t1'],
  );
  t.is(core.task('t1')?.leaveBy, 50_000);
  t.is(core.task('t2')?.leaveBy, undefined);
  t.deepEqual(announced(50).persist, [], 'said again it is no news');
  core.update({ taskId: 't1', state: 'TASK_RUNNING', uuid: 'dXVpZA==' });
  t.is(core.task('t1')?.leaveBy, 50_000);
  announced(90);
  t.is(core.task('t1')?.leaveBy, 90_000);
});

test('MA-56: a maintenance that is called off: an offer comes without it, or nobody announces it any more', (t) => {
  const core = new Driver();
  core.subscribe();
  core.launch(taskSpec('t1', { resources: { cpus: 4 } }));
  core.offers(offer('o1', agent(1)));
  const announce = () =>
    core.event({
      type: 'INVERSE_OFFERS',
      inverse_offers: {
        inverse_offers: [
          {
            id: { value: 'i1' as never },
            framework_id: { value: frameworkId },
            agent_id: { value: agent(1) },
            unavailability: { start: { nanoseconds: 50e9 } },
          },
        ],
      },
    });
  const leaveBy = () => core.task('t1')?.leaveBy;
  const due = (frame: Frame) => frame.timers.find(({ timer }) => timer.kind === 'announcement');
  t.like(due(announce()), { kind: 'set', at: core.now + 90_000 });
  core.offers({ ...offer('o2', agent(1)), unavailability: { start: { nanoseconds: 50e9 } } });
  t.is(leaveBy(), 50_000, 'the offer says so too');
  const called = core.offers(offer('o3', agent(1)));
  t.is(leaveBy(), undefined);
  t.deepEqual(
    called.facts.find(({ kind }) => kind === 'agent.stays'),
    { kind: 'agent.stays', agentId: agent(1), tasks: 1 },
  );
  t.is(due(called)?.kind, 'clear');

  announce();
  core.timer({ kind: 'announcement' }, 60_000);
  announce();
  core.timer({ kind: 'announcement' }, 60_000);
  t.is(leaveBy(), 50_000, 'it was announced again');
  core.timer({ kind: 'announcement' }, 30_000);
  t.is(leaveBy(), undefined);
});

test('MA-56: after a restart the master has its time to announce it again', (t) => {
  const before = new Driver();
  before.subscribe();
  before.launch(taskSpec('t1'));
  before.offers(offer('o1', agent(1)));
  const record = { ...(before.task('t1') as TaskRecord), leaveBy: 50_000 };
  const core = new Driver({ tasks: [record] });
  t.like(
    core.subscribe().timers.find(({ timer }) => timer.kind === 'announcement'),
    { kind: 'set', at: core.now + 90_000 },
  );
  core.timer({ kind: 'announcement' }, 90_000);
  t.is(core.task('t1')?.leaveBy, undefined);
});

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
