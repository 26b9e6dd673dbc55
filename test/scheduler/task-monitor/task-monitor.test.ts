import test from 'ava';
import { type TaskState, taskStates } from '../../../src/mesos-api-client/protocol/task-state.ts';
import type { Frame } from '../../../src/scheduler/model/frame.ts';
import type { RecordWrite } from '../../../src/scheduler/model/records.ts';
import type { TaskRecord } from '../../../src/scheduler/model/task.ts';
import { agent, callsOf, callTypes, Driver, factKinds, group, id, offer, taskSpec, timerOf } from '../fixtures.ts';

const uuid = 'AAAAAAAAAAAAAAAAAAAAAA==';

/** A core with task t1 launched at agent S1, its last update being `state`. */
function withTask(state: TaskState = 'TASK_RUNNING', overrides: ConstructorParameters<typeof Driver>[1] = {}): Driver {
  const core = new Driver({ tasks: [] }, overrides);
  core.subscribe();
  core.launch(taskSpec('t1'));
  core.offers(offer('o1', agent(1)));
  if (state !== 'TASK_STAGING') {
    core.update({ taskId: 't1', state, uuid });
  }
  return core;
}

test('MA-28, MA-29, MA-30: the uuid alone decides whether an update is acknowledged', (t) => {
  for (const state of taskStates) {
    for (const reason of [undefined, 'REASON_RECONCILIATION', 'REASON_AGENT_REREGISTERED']) {
      const said = reason === undefined ? {} : { reason };
      const acked = withTask().update({ taskId: 't1', state, uuid, ...said });
      t.deepEqual(
        callsOf(acked, 'ACKNOWLEDGE').map((call) => call.acknowledge),
        [{ agent_id: { value: agent(1) }, task_id: { value: id('t1') }, uuid }],
      );
      t.is(callsOf(withTask().update({ taskId: 't1', state, ...said }), 'ACKNOWLEDGE').length, 0);
    }
  }
});

test('TK-9, MA-31, MA-33: an update that comes three times changes the state once and is acknowledged each time', (t) => {
  const core = withTask('TASK_STARTING');
  const frames = [1, 2, 3].map(() => core.update({ taskId: 't1', state: 'TASK_RUNNING', uuid }));
  t.deepEqual(
    frames.map((frame) => frame.persist.length),
    [1, 0, 0],
  );
  t.deepEqual(
    frames.map((frame) => callsOf(frame, 'ACKNOWLEDGE').length),
    [1, 1, 1],
  );
  t.deepEqual(
    frames.map((frame) => factKinds(frame)),
    [['task.updated'], [], []],
  );
});

test('MA-34: a late STARTING does not take RUNNING back, and is acknowledged', (t) => {
  const core = withTask('TASK_RUNNING');
  const before = core.task('t1');
  t.deepEqual(callTypes(core.update({ taskId: 't1', state: 'TASK_STARTING', uuid })), ['ACKNOWLEDGE']);
  t.is(core.task('t1'), before);
});

test("a container on a network of its own is known by the address of its updates, and others by their agent's", (t) => {
  const container_status = { network_infos: [{ ip_addresses: [{}, { ip_address: '9.0.1.2' }] }] };
  const addressAfter = (network_infos: { name: string }[], ...updates: { state: TaskState; told: boolean }[]) => {
    const core = new Driver({ tasks: [] });
    core.subscribe();
    const { process } = taskSpec('t1');
    core.launch(taskSpec('t1', { process: { ...process, container: { type: 'MESOS', network_infos } } }));
    core.offers(offer('o1', agent(1)));
    const frames = updates.map(({ state, told }) =>
      core.update({ taskId: 't1', state, uuid, ...(told && { container_status }) }),
    );
    const life = core.task('t1')?.life;
    const address = life?.phase === 'launched' ? life.placement.address : undefined;
    return { address, writes: frames.map(({ persist }) => persist.length) };
  };
  const own = [{ name: 'dcos' }];
  const running = { state: 'TASK_RUNNING', told: true } as const;
  t.deepEqual(addressAfter(own, { state: 'TASK_STARTING', told: false }, running), {
    address: '9.0.1.2',
    writes: [1, 1],
  });
  t.deepEqual(addressAfter(own, { state: 'TASK_RUNNING', told: false }, running, running), {
    address: '9.0.1.2',
    writes: [1, 1, 0],
  });
  t.deepEqual(addressAfter([], running), { address: undefined, writes: [1] });
});

test('MA-26: a running task survives what is said of a second copy of its launch, and is asked after', (t) => {
  const core = withTask('TASK_RUNNING');
  const frame = core.update({ taskId: 't1', state: 'TASK_DROPPED', reason: 'REASON_INVALID_OFFERS' });
  t.like(core.task('t1')?.life, { phase: 'launched', state: 'TASK_RUNNING' });
  t.deepEqual(
    callsOf(frame, 'RECONCILE').map((call) => call.reconcile.tasks),
    [[{ task_id: { value: id('t1') }, agent_id: { value: agent(1) } }]],
  );
  t.deepEqual(factKinds(frame), ['task.contradicted', 'reconciliation.started']);
});

test('a launch whose offers were gone ends, so that it can be asked for anew', (t) => {
  const core = withTask('TASK_STAGING');
  core.update({ taskId: 't1', state: 'TASK_DROPPED', reason: 'REASON_INVALID_OFFERS' });
  t.like(core.task('t1')?.life, { phase: 'ended', end: { state: 'TASK_DROPPED', wanted: false } });
});

test('TK-10, MA-32: an unknown task that lives is acknowledged and killed again and again until it is terminal', (t) => {
  const core = withTask();
  const found = core.update({ taskId: 'stray', state: 'TASK_RUNNING', uuid, agent_id: { value: agent(9) } });
  t.deepEqual(callTypes(found), ['KILL', 'ACKNOWLEDGE']);
  t.deepEqual(callsOf(found, 'KILL')[0]?.kill, { task_id: { value: id('stray') }, agent_id: { value: agent(9) } });
  t.deepEqual(factKinds(found), ['task.orphaned']);

  const again = core.update({ taskId: 'stray', state: 'TASK_KILLING', uuid, agent_id: { value: agent(9) } });
  t.deepEqual(callTypes(again), ['ACKNOWLEDGE']);
  const timer = timerOf(found, 'kill')?.timer;
  t.truthy(timer);
  t.deepEqual(timer && callTypes(core.timer(timer)), ['KILL']);

  const over = core.update({ taskId: 'stray', state: 'TASK_KILLED', uuid, agent_id: { value: agent(9) } });
  t.is(timerOf(over, 'kill')?.kind, 'clear');
  t.deepEqual(timer && callTypes(core.timer(timer)), []);
});

test('an orphan found again after a reconnection is killed on the new subscription', (t) => {
  const core = withTask();
  core.update({ taskId: 'stray', state: 'TASK_RUNNING', agent_id: { value: agent(9) } });
  core.failed('closed');
  core.timer({ kind: 'subscribe' });
  const kills = callsOf(core.subscribed(), 'KILL').map((call) => call.kill.task_id.value);
  t.deepEqual(kills, [id('stray')]);
});

test('MA-35, MA-46: a task given up as unreachable is killed when it returns, once, with its end unchanged', (t) => {
  const core = withTask();
  const lost = core.update({ taskId: 't1', state: 'TASK_UNREACHABLE' });
  t.deepEqual(factKinds(lost), ['task.ended']);
  const record = core.task('t1');
  t.like(record?.life, { phase: 'ended', end: { state: 'TASK_UNREACHABLE', wanted: false } });

  const back = core.update({ taskId: 't1', state: 'TASK_RUNNING', reason: 'REASON_AGENT_REREGISTERED' });
  t.deepEqual(callTypes(back), ['KILL']);
  t.deepEqual(factKinds(back), ['task.orphaned']);
  t.deepEqual(callTypes(core.update({ taskId: 't1', state: 'TASK_RUNNING', uuid })), ['ACKNOWLEDGE']);
  t.is(core.task('t1'), record);
});

test('MA-45: with patience an unreachable task is waited for, then given up', (t) => {
  const core = withTask('TASK_RUNNING', { unreachableAfterMs: 60_000 });
  const lost = core.update({ taskId: 't1', state: 'TASK_UNREACHABLE' });
  t.deepEqual(timerOf(lost, 'unreachable'), {
    kind: 'set',
    timer: { kind: 'unreachable', taskId: id('t1') },
    at: core.now + 60_000,
  });
  core.update({ taskId: 't1', state: 'TASK_RUNNING' });
  t.like(core.task('t1')?.life, { phase: 'launched', state: 'TASK_RUNNING' });
  core.update({ taskId: 't1', state: 'TASK_UNREACHABLE' });
  core.timer({ kind: 'unreachable', taskId: id('t1') }, 60_000);
  t.like(core.task('t1')?.life, { phase: 'ended', end: { state: 'TASK_UNREACHABLE', wanted: false } });
});

test('TK-11, TM-8, MA-44: a launch without any update is asked after, and never taken for failed', (t) => {
  const core = withTask('TASK_STAGING');
  const asked = core.timer({ kind: 'launch', taskId: id('t1') }, 30_000);
  t.deepEqual(callTypes(asked), ['RECONCILE']);
  t.like(core.task('t1')?.life, { phase: 'launched', state: 'TASK_STAGING' });
  t.is(timerOf(asked, 'launch')?.kind, 'set');
  core.update({ taskId: 't1', state: 'TASK_GONE', reason: 'REASON_RECONCILIATION' });
  t.like(core.task('t1')?.life, { phase: 'ended', end: { state: 'TASK_GONE', wanted: false } });
});

test('TM-9, TM-11, MA-36: a kill is repeated, ever more slowly, until the task is terminal', (t) => {
  const core = withTask();
  const delays: number[] = [];
  let frame = core.kill('t1');
  for (let attempt = 1; attempt <= 7; attempt++) {
    t.deepEqual(callTypes(frame), ['KILL']);
    t.like(frame.facts[0], { kind: 'task.killing', attempt, why: 'no longer wanted' });
    const change = timerOf(frame, 'kill');
    delays.push(change?.kind === 'set' ? change.at - core.now : 0);
    frame = core.timer({ kind: 'kill', taskId: id('t1') }, 5_000);
  }
  t.deepEqual(delays, [5_000, 10_000, 20_000, 40_000, 60_000, 60_000, 60_000]);
  core.update({ taskId: 't1', state: 'TASK_KILLING', uuid });
  t.is(timerOf(core.update({ taskId: 't1', state: 'TASK_KILLED', uuid }), 'kill')?.kind, 'clear');
  t.deepEqual(core.timer({ kind: 'kill', taskId: id('t1') }).calls, []);
});

test('TK-8: a kill is persisted as the goal before it is sent, and a second one is ignored', (t) => {
  const core = withTask();
  const frame = core.kill('t1');
  t.is(frame.persist.length, 1);
  t.like(core.task('t1')?.goal, { kind: 'end', reason: 'no longer wanted' });
  const second = core.kill('t1', 'again');
  t.deepEqual([second.persist, second.calls], [[], []]);
  t.deepEqual(core.kill('nobody').persist, []);
});

test('TM-1, TM-2, TM-5, TM-17: what is to end while no master is connected is killed on the next subscription', (t) => {
  const core = withTask();
  core.failed('closed');
  const ignored = core.kill('t1');
  t.deepEqual(ignored.calls, []);
  t.is(ignored.persist.length, 1);
  core.timer({ kind: 'kill', taskId: id('t1') });
  core.timer({ kind: 'subscribe' });
  t.is(callsOf(core.subscribed(), 'KILL').length, 1);
});

test('TK-2 to TK-5, TK-7, TK-13: every task hears of a subscription and of its end, and one that comes later knows of it', (t) => {
  const core = new Driver();
  core.subscribe();
  core.launch(taskSpec('t1'));
  core.launch(taskSpec('t2'));
  core.offers(offer('o1', agent(1)));
  core.kill('t1');
  core.kill('t2');
  core.failed('closed');
  t.deepEqual(callsOf(core.timer({ kind: 'kill', taskId: id('t1') }), 'KILL'), []);
  core.timer({ kind: 'subscribe' });
  const killed = (frame: Frame) => callsOf(frame, 'KILL').map((call) => call.kill.task_id.value);
  t.deepEqual(killed(core.subscribed()), [id('t1'), id('t2')]);
  const ended = core.update({ taskId: 't1', state: 'TASK_KILLED' });
  t.true(ended.facts.some((fact) => fact.kind === 'task.ended' && fact.taskId === id('t1') && fact.end.wanted));
  core.update({ taskId: 't2', state: 'TASK_KILLED' });
  core.launch(taskSpec('t3'));
  core.offers(offer('o2', agent(1)));
  t.deepEqual(killed(core.kill('t3')), [id('t3')]);
});

test('a waiting task that is no longer wanted is withdrawn: no kill, and no offer launches it', (t) => {
  const core = new Driver();
  core.subscribe();
  core.launch(taskSpec('t1'));
  const frame = core.kill('t1');
  t.like(core.task('t1')?.life, { phase: 'ended', end: { state: 'WITHDRAWN', wanted: true } });
  t.deepEqual(callTypes(frame), ['SUPPRESS']);
  t.deepEqual(callTypes(core.offers(offer('o1', agent(1)))), ['DECLINE']);
});

test('RM-2, RL-2, MA-27: after a restart from what was persisted the same tasks are known, and none is launched again', (t) => {
  const core = withTask();
  core.launch(taskSpec('t2', { resources: { cpus: 100 } }));
  const stored = new Map<string, unknown>();
  for (const write of core.frames.flatMap((frame) => frame.persist)) {
    apply(stored, write);
  }
  const records = [...stored.values()] as TaskRecord[];
  const restarted = new Driver({ tasks: records });
  t.deepEqual(restarted.scheduler.tasks(), core.scheduler.tasks());
  t.is(callsOf(restarted.subscribe(), 'ACCEPT').length, 0);
  t.is(restarted.scheduler.view().tasksWaiting, 1);
});

test('TK-12, I12: of the ended tasks of a group the last few are remembered, and all are forgotten on request', (t) => {
  const core = new Driver({ tasks: [] }, { endedTasksKept: 2 });
  core.subscribe();
  const ids = ['t1', 't2', 't3', 't4'];
  for (const id of ids) {
    core.launch(taskSpec(id));
    core.offers(offer(`o-${id}`, agent(1)));
  }
  const deleted = ids.map((taskId) =>
    core
      .update({ taskId, state: 'TASK_FAILED', uuid })
      .persist.flatMap((write) => (write.kind === 'delete' ? write.key : [])),
  );
  t.deepEqual(deleted, [[], [], ['t1'], ['t2']]);
  t.deepEqual(
    core.scheduler.tasks().map((task) => task.spec.taskId),
    [id('t3'), id('t4')],
  );
  core.launch(taskSpec('t5'));
  const forgotten = core.command({ kind: 'forget', group });
  t.deepEqual(
    forgotten.persist.map((write) => [write.kind, write.key]),
    [
      ['delete', 't3'],
      ['delete', 't4'],
    ],
  );
  t.deepEqual(
    core.scheduler.tasksOf(group).map((task) => task.spec.taskId),
    [id('t5')],
  );
});

test('TK-6: the same launch command again changes nothing', (t) => {
  const core = withTask();
  const frame = core.launch(taskSpec('t1'));
  t.deepEqual([frame.persist, frame.calls, frame.facts], [[], [], []]);
});

function apply(stored: Map<string, unknown>, write: RecordWrite): void {
  if (write.collection === 'tasks') {
    if (write.kind === 'put') {
      stored.set(write.key, write.value);
    } else {
      stored.delete(write.key);
    }
  }
}
