import test from 'ava';
import type { Frame } from '../../../src/scheduler/model/frame.ts';
import type { TaskRecord } from '../../../src/scheduler/model/task.ts';
import { agent, callsOf, callTypes, Driver, factKinds, id, offer, taskSpec, timerOf } from '../fixtures.ts';

/** Tasks t1 … tN, each running at the agent of its number, as a restarted scheduler finds them. */
function running(count: number): TaskRecord[] {
  return Array.from({ length: count }, (_each, index) => ({
    version: 1,
    spec: taskSpec(`t${index + 1}`),
    requestedAt: index,
    goal: { kind: 'run' },
    life: {
      phase: 'launched',
      placement: { agentId: agent(index + 1), hostname: 'h', ports: {}, launchedAt: index },
      state: 'TASK_RUNNING',
      stateAt: index,
    },
  }));
}

/** Ids asked after, one list for each call; [] is the implicit question. */
function asked(frame: Frame): string[][] {
  return callsOf(frame, 'RECONCILE').map((call) => (call.reconcile.tasks ?? []).map((task) => task.task_id.value));
}

function answer(core: Driver, taskId: string): Frame {
  return core.update({ taskId, state: 'TASK_RUNNING', reason: 'REASON_RECONCILIATION', source: 'SOURCE_MASTER' });
}

test('RC-1: with nothing launched there is nothing to ask but what the master may know', (t) => {
  const core = new Driver();
  t.deepEqual(asked(core.subscribe()), [[]]);
  t.true(core.scheduler.view().reconciled);
});

test('TM-4, TM-7, RC-2, RC-8, MA-38: every launched task is asked after with its agent, after every subscription', (t) => {
  const ended: TaskRecord = {
    ...(running(1)[0] as TaskRecord),
    spec: taskSpec('over'),
    life: { phase: 'ended', end: { state: 'TASK_FINISHED', at: 1, wanted: false } },
  };
  const core = new Driver({ tasks: [...running(2), ended] });
  const frame = core.subscribe();
  t.deepEqual(
    callsOf(frame, 'RECONCILE').map((call) => call.reconcile.tasks),
    [
      [
        { task_id: { value: id('t1') }, agent_id: { value: agent(1) } },
        { task_id: { value: id('t2') }, agent_id: { value: agent(2) } },
      ],
    ],
  );
  t.false(core.scheduler.view().reconciled);
});

test('RL-6, RC-12 to RC-14, MA-42: the last answer ends the pass, then the master is asked what else it knows', (t) => {
  const core = new Driver({ tasks: running(2) });
  core.subscribe();
  t.deepEqual(asked(answer(core, 't1')), []);
  t.deepEqual(asked(core.update({ taskId: 'nobody', state: 'TASK_FINISHED' })), []);
  t.false(core.scheduler.view().reconciled);
  const last = answer(core, 't2');
  t.deepEqual(asked(last), [[]]);
  t.true(factKinds(last).includes('reconciliation.finished'));
  t.true(core.scheduler.view().reconciled);
  t.deepEqual(timerOf(last, 'reconcile')?.kind, 'set');
  t.deepEqual(asked(answer(core, 't1')), []);
});

test('RC-15, MA-39: only those that did not answer are asked again, after 5 s doubling to a minute, each up to a fifth later', (t) => {
  const core = new Driver({ tasks: running(5) });
  let frame = core.subscribe();
  for (const taskId of ['t1', 't3', 't5']) {
    answer(core, taskId);
  }
  const delays: number[] = [];
  for (let round = 0; round < 7; round++) {
    const timer = timerOf(frame, 'reconcile');
    const asAt = round === 0 ? core.now - 3 : core.now;
    delays.push(timer?.kind === 'set' ? timer.at - asAt : -1);
    frame = core.timer({ kind: 'reconcile' }, 5_000);
    t.deepEqual(asked(frame)[0], ['t2', 't4']);
  }
  for (const [round, base] of [5, 10, 20, 40, 60, 60, 60].entries()) {
    const delay = delays[round] ?? 0;
    t.true(delay >= base * 1000 && delay <= base * 1200, `${round}: ${delay}`);
  }
});

test('RL-13, RC-5, RC-9, RC-10, MA-40: a new subscription starts the pass anew, and its patience too', (t) => {
  const core = new Driver({ tasks: running(3) });
  core.subscribe();
  answer(core, 't1');
  core.timer({ kind: 'reconcile' }, 5_000);
  core.timer({ kind: 'reconcile' }, 10_000);
  t.is(timerOf(core.failed('closed'), 'reconcile')?.kind, 'clear');
  t.deepEqual(core.timer({ kind: 'reconcile' }).calls, []);
  core.timer({ kind: 'subscribe' });
  const frame = core.subscribed();
  t.deepEqual(asked(frame), [['t1', 't2', 't3']]);
  const timer = timerOf(frame, 'reconcile');
  t.true(timer?.kind === 'set' && timer.at - core.now <= 6_000);
});

test('RC-3, RC-4, RC-7: without a subscription nothing is asked, and updates of none count', (t) => {
  const core = new Driver({ tasks: running(2) });
  t.deepEqual(core.timer({ kind: 'reconcile' }).calls, []);
  t.deepEqual(asked(core.subscribe()), [['t1', 't2']]);
});

test('RC-6: a few tasks are asked after at once, outside of a pass', (t) => {
  const core = new Driver({ tasks: running(3) });
  core.subscribe();
  for (const taskId of ['t1', 't2', 't3']) {
    answer(core, taskId);
  }
  const frame = core.event({ type: 'FAILURE', failure: { agent_id: { value: agent(2) } } });
  t.deepEqual(asked(frame), [['t2']]);
  t.true(core.scheduler.view().reconciled);
  // No orphans are looked for after it.
  t.deepEqual(asked(answer(core, 't2')), []);
});

test('RC-11, MA-58: during a pass only the hurried are asked at once, the others with the next repetition', (t) => {
  const core = new Driver({ tasks: running(3) });
  core.subscribe();
  answer(core, 't1');
  answer(core, 't2');
  const before = core.scheduler.tasks();
  t.deepEqual(asked(core.event({ type: 'FAILURE', failure: { agent_id: { value: agent(1) } } })), [['t1']]);
  t.deepEqual(core.scheduler.tasks(), before);
  t.deepEqual(asked(core.timer({ kind: 'reconcile' }, 5_000))[0], ['t3', 't1']);
});

test('MA-43: every 15 minutes everything is asked again, without an effect on healthy tasks', (t) => {
  const core = new Driver({ tasks: running(1) });
  core.subscribe();
  const finished = answer(core, 't1');
  const timer = timerOf(finished, 'reconcile');
  t.true(timer?.kind === 'set' && timer.at - core.now < 60_000);
  t.deepEqual(asked(core.timer({ kind: 'reconcile' }, 15 * 60_000)), [['t1']]);
  const again = answer(core, 't1');
  t.deepEqual(asked(again), [[]]);
  t.deepEqual(again.persist, []);
  t.deepEqual(callTypes(answer(core, 't1')), []);
});

test('MA-42: a minute after a subscription, then after 2, 4 and 8 more, the master is asked what else it knows', (t) => {
  const core = new Driver({ tasks: running(1) });
  core.subscribe();
  const subscribedAt = core.now;
  let frame = answer(core, 't1');
  const implicit: number[] = [];
  for (;;) {
    const timer = timerOf(frame, 'reconcile');
    if (timer?.kind !== 'set') return t.fail();
    frame = core.timer({ kind: 'reconcile' }, timer.at - core.now);
    if (asked(frame)[0]?.length !== 0) break;
    implicit.push(Math.round((core.now - subscribedAt) / 60_000));
  }
  t.deepEqual(implicit, [1, 3, 7]);
  t.deepEqual(asked(frame), [['t1']]);
  t.is(Math.round((core.now - subscribedAt) / 60_000), 15);
  // A task of an agent that was given up, and came back to a new master only now.
  core.update({ taskId: 'lost-long-ago', state: 'TASK_RUNNING', reason: 'REASON_RECONCILIATION' });
  t.is(callsOf(core.frames.at(-1) as Frame, 'KILL')[0]?.kill.task_id.value, id('lost-long-ago'));
});

test('MA-38: launches wait for the answers, and their offers are held meanwhile', (t) => {
  const core = new Driver({ tasks: running(1) });
  core.subscribe();
  core.launch(taskSpec('new'));
  t.deepEqual(callsOf(core.offers(offer('o1', agent(7))), 'ACCEPT'), []);
  t.is(core.scheduler.view().offersHeld, 1);
  t.regex(core.why('new') ?? '', /asked/);
  t.is(callsOf(answer(core, 't1'), 'ACCEPT').length, 1);
});

test('MA-41: a silent agent holds launches back for two repetitions, not for ten minutes', (t) => {
  const core = new Driver({ tasks: running(1) });
  core.subscribe();
  core.launch(taskSpec('new'));
  core.offers(offer('o1', agent(7)));
  t.deepEqual(callsOf(core.timer({ kind: 'reconcile' }, 5_500), 'ACCEPT'), []);
  const released = core.timer({ kind: 'reconcile' }, 11_000);
  t.is(callsOf(released, 'ACCEPT').length, 1);
  // Orphans are looked for without waiting for the silent one.
  t.deepEqual(asked(released), [['t1'], []]);
  t.false(core.scheduler.view().reconciled);
  // What is silent is neither given up nor replaced.
  t.like(core.task('t1')?.life, { phase: 'launched', state: 'TASK_RUNNING' });
  t.deepEqual(asked(answer(core, 't1')), []);
  t.true(core.scheduler.view().reconciled);
});

test('many tasks are asked after in calls of at most a thousand', (t) => {
  const core = new Driver({ tasks: running(2_500) });
  t.deepEqual(
    asked(core.subscribe()).map((ids) => ids.length),
    [1000, 1000, 500],
  );
});
