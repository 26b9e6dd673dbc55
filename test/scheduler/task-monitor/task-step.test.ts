/** Every phase, state and goal of a task against everything that can happen to it, as tables. */
import test from 'ava';
import fc from 'fast-check';
import { isTerminal, type TaskState, taskStates } from '../../../src/mesos-api-client/protocol/task-state.ts';
import type { Goal, TaskRecord } from '../../../src/scheduler/model/task.ts';
import type { TaskEvent, TaskPolicy, TaskStep } from '../../../src/scheduler/task-monitor/task-event.ts';
import { taskStep } from '../../../src/scheduler/task-monitor/task-step.ts';
import { agent, taskSpec } from '../fixtures.ts';

const policy: TaskPolicy = { unreachableAfterMs: 60_000, launchTimeoutMs: 30_000 };
const now = 500_000;
const run: Goal = { kind: 'run' };
const end: Goal = { kind: 'end', reason: 'scaled down', since: 400_000 };
const placement = { agentId: agent(1), hostname: 'host-S1', ports: { rpc: 31_000, data: 31_001 }, launchedAt: 300_000 };

function launchedIn(state: TaskState, goal: Goal): TaskRecord {
  return { ...base(goal), life: { phase: 'launched', placement, state, stateAt: 450_000 } };
}

function waiting(goal: Goal = run): TaskRecord {
  return { ...base(goal), life: { phase: 'waiting' } };
}

function endedIn(state: TaskState): TaskRecord {
  return { ...base(run), life: { phase: 'ended', placement, end: { state, at: 450_000, wanted: false } } };
}

function base(goal: Goal): Omit<TaskRecord, 'life'> {
  return { version: 1, spec: taskSpec('t1'), requestedAt: 200_000, goal };
}

function status(state: TaskState, more: { reason?: string; message?: string } = {}): TaskEvent {
  return { kind: 'status', state, ...more };
}

/**
 * One letter for what a step came to, then the effects: M moved to the state told, E ended in it, K kept, i ignored,
 * X illegal; k kill, r reconcile, o kill as an orphan, +l +u timer set, -l -u timer cleared.
 */
function told(before: TaskRecord, event: TaskEvent, by: TaskPolicy = policy): string {
  const step = taskStep(before, event, now, by);
  const effects = step.effects.map(effectSign).filter((sign) => step.record.life.phase !== 'ended' || sign === 'o');
  return [outcomeSign(before, step), ...effects].join(' ');
}

function outcomeSign(before: TaskRecord, step: TaskStep): string {
  const { life } = step.record;
  if (step.outcome === 'changed') {
    return life.phase === 'ended' ? 'E' : 'M';
  }
  if (step.record !== before) {
    throw new Error('only a changed record may be another one');
  }
  return { kept: 'K', ignored: 'i', illegal: 'X' }[step.outcome];
}

function effectSign(effect: TaskStep['effects'][number]): string {
  switch (effect.kind) {
    case 'kill':
      return 'k';
    case 'reconcile':
      return 'r';
    case 'kill-orphan':
      return 'o';
    case 'arm':
      return `+${effect.timer[0]}`;
    case 'disarm':
      return `-${effect.timer[0]}`;
  }
}

const from = [
  'TASK_STAGING',
  'TASK_STARTING',
  'TASK_RUNNING',
  'TASK_KILLING',
  'TASK_UNREACHABLE',
  'TASK_UNKNOWN',
] as const;

/** As above, for an operator who wants what comes back kept. */
const keeping: TaskPolicy = { ...policy, returning: 'keep' };

test('MA-35, MA-46, MA-47: a task that was given up and comes back is killed, or kept where the operator says so', (t) => {
  for (const gone of ['TASK_UNREACHABLE', 'TASK_UNKNOWN'] as const) {
    for (const state of ['TASK_STAGING', 'TASK_STARTING', 'TASK_RUNNING', 'TASK_KILLING'] as const) {
      t.is(told(endedIn(gone), status(state)), 'K o');
      t.is(told(endedIn(gone), status(state), keeping), 'M');
      const { record } = taskStep(endedIn(gone), status(state), now, keeping);
      t.like(record.life, { phase: 'launched', state, placement });
      t.is(told({ ...endedIn(gone), goal: end }, status(state), keeping), 'K o');
    }
    t.is(told(endedIn(gone), status('TASK_FAILED'), keeping), 'i');
  }
  for (const over of ['TASK_LOST', 'TASK_GONE_BY_OPERATOR', 'TASK_GONE', 'TASK_FAILED', 'TASK_DROPPED'] as const) {
    t.is(told(endedIn(over), status('TASK_RUNNING'), keeping), 'K o');
  }
});

// Told:          from: STAGING    STARTING  RUNNING   KILLING   UNREACHABLE UNKNOWN
// biome-ignore format: a table
const toRun: Record<TaskState, readonly string[]> = {
  TASK_STAGING:         ['i',      'i',      'i',      'i',      'M -u',     'M -u'],
  TASK_STARTING:        ['M -l',   'i',      'i',      'i',      'M -u',     'M -u'],
  TASK_RUNNING:         ['M -l',   'M',      'i',      'i',      'M -u',     'M -u'],
  TASK_KILLING:         ['M -l',   'M',      'M',      'i',      'M -u',     'M -u'],
  TASK_FINISHED:        ['E',      'E',      'E',      'E',      'E',        'E'],
  TASK_FAILED:          ['E',      'E',      'E',      'E',      'E',        'E'],
  TASK_KILLED:          ['E',      'E',      'E',      'E',      'E',        'E'],
  TASK_ERROR:           ['E',      'E',      'E',      'E',      'E',        'E'],
  TASK_LOST:            ['E',      'E',      'E',      'E',      'E',        'E'],
  TASK_DROPPED:         ['E',      'E',      'E',      'E',      'E',        'E'],
  TASK_UNREACHABLE:     ['M -l +u', 'M +u',  'M +u',   'M +u',   'K +u',     'M +u'],
  TASK_GONE:            ['E',      'E',      'E',      'E',      'E',        'E'],
  TASK_GONE_BY_OPERATOR: ['E',     'E',      'E',      'E',      'E',        'E'],
  TASK_UNKNOWN:         ['M -l +u', 'M +u',  'M +u',   'M +u',   'M +u',     'K +u'],
};

// The goal is the end: whatever shows that it lives is answered with a kill, and what the master does not know is over.
// biome-ignore format: a table
const toEnd: Record<TaskState, readonly string[]> = {
  TASK_STAGING:         ['i',      'i',      'i',      'i',      'M -u k',   'M -u k'],
  TASK_STARTING:        ['M -l k', 'i',      'i',      'i',      'M -u k',   'M -u k'],
  TASK_RUNNING:         ['M -l k', 'M k',    'i',      'i',      'M -u k',   'M -u k'],
  TASK_KILLING:         ['M -l',   'M',      'M',      'i',      'M -u',     'M -u'],
  TASK_FINISHED:        ['E',      'E',      'E',      'E',      'E',        'E'],
  TASK_FAILED:          ['E',      'E',      'E',      'E',      'E',        'E'],
  TASK_KILLED:          ['E',      'E',      'E',      'E',      'E',        'E'],
  TASK_ERROR:           ['E',      'E',      'E',      'E',      'E',        'E'],
  TASK_LOST:            ['E',      'E',      'E',      'E',      'E',        'E'],
  TASK_DROPPED:         ['E',      'E',      'E',      'E',      'E',        'E'],
  TASK_UNREACHABLE:     ['M -l +u', 'M +u',  'M +u',   'M +u',   'K +u',     'M +u'],
  TASK_GONE:            ['E',      'E',      'E',      'E',      'E',        'E'],
  TASK_GONE_BY_OPERATOR: ['E',     'E',      'E',      'E',      'E',        'E'],
  TASK_UNKNOWN:         ['E',      'E',      'E',      'E',      'E',        'E'],
};

for (const [goal, table] of [
  [run, toRun],
  [end, toEnd],
] as const) {
  test(`TM-12 to TM-16, MA-34, MA-37: every state told × every state known, goal ${goal.kind}`, (t) => {
    for (const state of taskStates) {
      const row = from.map((known) => told(launchedIn(known, goal), status(state)));
      t.deepEqual(row, table[state], state);
    }
  });
}

test('MA-35: an ended task that shows life is killed as an orphan, all else about it is ignored', (t) => {
  for (const known of [...taskStates].filter((state) => isTerminal(state) || state === 'TASK_UNREACHABLE')) {
    for (const state of taskStates) {
      const alive = ['TASK_STAGING', 'TASK_STARTING', 'TASK_RUNNING', 'TASK_KILLING'].includes(state);
      t.is(told(endedIn(known), status(state)), alive ? 'K o' : 'i', `${known} → ${state}`);
    }
  }
});

test('an update of a task that was never launched is illegal, in every state', (t) => {
  for (const state of taskStates) {
    t.is(told(waiting(), status(state)), 'X');
  }
});

test('MA-26: what speaks of another launch of the id does not end a task that was seen', (t) => {
  for (const state of from) {
    const seen = state === 'TASK_STAGING' ? 'E' : 'X r';
    t.is(told(launchedIn(state, run), status('TASK_DROPPED', { reason: 'REASON_INVALID_OFFERS' })), seen, state);
    t.is(told(launchedIn(state, run), status('TASK_LOST', { reason: 'REASON_INVALID_OFFERS' })), seen, state);
    t.is(told(launchedIn(state, run), status('TASK_ERROR', { message: 'Task has duplicate ID: t1' })), seen, state);
    t.is(told(launchedIn(state, run), status('TASK_ERROR', { message: 'Task uses no resources' })), 'E', state);
  }
});

test('TM-3, TM-6, TM-10, TM-18: commands and timers against every phase', (t) => {
  const kill: TaskEvent = { kind: 'kill', reason: 'scaled down' };
  const launched: TaskEvent = { kind: 'launched', placement };
  const connected: TaskEvent = { kind: 'connected' };
  const [killTimer, launchTimer, unreachableTimer] = (['kill', 'launch', 'unreachable'] as const).map(
    (timer): TaskEvent => ({ kind: 'timer', timer }),
  );
  // biome-ignore format: a table
  const rows: readonly (readonly [string, TaskRecord, readonly string[]])[] = [
    // TM-1, 3 to 9, 11, 18:                     kill   launched connected kill   launch  unreachable
    ['waiting', waiting(), ['E', 'M +l', 'i', 'i', 'i', 'i']],
    ['staging', launchedIn('TASK_STAGING', run), ['M k', 'X', 'K +l', 'i', 'K r +l', 'i']],
    ['starting', launchedIn('TASK_STARTING', run), ['M k', 'X', 'i', 'i', 'i', 'i']],
    ['running', launchedIn('TASK_RUNNING', run), ['M k', 'X', 'i', 'i', 'i', 'i']],
    ['killing', launchedIn('TASK_KILLING', run), ['M k', 'X', 'i', 'i', 'i', 'i']],
    ['unreachable', launchedIn('TASK_UNREACHABLE', run), ['M k', 'X', 'K +u', 'i', 'i', 'E']],
    ['unknown', launchedIn('TASK_UNKNOWN', run), ['M k', 'X', 'K +u', 'i', 'i', 'E']],
    ['staging, to end', launchedIn('TASK_STAGING', end), ['i', 'X', 'K k', 'K k', 'K r +l', 'i']],
    ['running, to end', launchedIn('TASK_RUNNING', end), ['i', 'X', 'K k', 'K k', 'i', 'i']],
    ['killing, to end', launchedIn('TASK_KILLING', end), ['i', 'X', 'K k', 'K k', 'i', 'i']],
    ['unreachable, to end', launchedIn('TASK_UNREACHABLE', end), ['i', 'X', 'K k +u', 'K k', 'i', 'E']],
    ['ended', endedIn('TASK_FAILED'), ['i', 'X', 'i', 'i', 'i', 'i']],
  ];
  for (const [name, record, expected] of rows) {
    const events = [kill, launched, connected, killTimer, launchTimer, unreachableTimer];
    t.deepEqual(
      events.map((event) => (event === undefined ? '' : told(record, event))),
      expected,
      name,
    );
  }
});

test('MA-45: unreachable is given up at once by default, and when the time is over otherwise', (t) => {
  const atOnce = { ...policy, unreachableAfterMs: 0 };
  const lost = taskStep(launchedIn('TASK_RUNNING', run), status('TASK_UNREACHABLE'), now, atOnce).record;
  t.like(lost.life, { phase: 'ended', end: { state: 'TASK_UNREACHABLE', wanted: false } });

  // Known unreachable since 450,000: UNKNOWN in between does not make it wait longer.
  const unknown = taskStep(launchedIn('TASK_UNREACHABLE', run), status('TASK_UNKNOWN'), now, policy);
  t.like(unknown.record.life, { phase: 'launched', state: 'TASK_UNKNOWN', stateAt: 450_000 });
  t.deepEqual(unknown.effects, [{ kind: 'arm', timer: 'unreachable', at: 510_000 }]);
  const late = taskStep(unknown.record, status('TASK_UNREACHABLE'), 510_000, policy);
  t.like(late.record.life, { phase: 'ended', end: { state: 'TASK_UNREACHABLE', wanted: false } });
});

test('MA-57: a task that is killed because its agent drains is to leave at once; one that is killed otherwise is not', (t) => {
  const killing = (reason?: string) => status('TASK_KILLING', reason === undefined ? {} : { reason });
  const step = (event: ReturnType<typeof killing>) =>
    taskStep(launchedIn('TASK_RUNNING', run), event, now, policy).record;
  t.like(step(killing('REASON_AGENT_DRAINING')), { leaveBy: now, goal: { kind: 'run' } });
  t.is(step(killing()).leaveBy, undefined);
});

test('MA-57: an end by draining keeps its reason, and was not wanted by us', (t) => {
  const drained = status('TASK_KILLED', { reason: 'REASON_AGENT_DRAINING', message: 'drained' });
  t.like(taskStep(launchedIn('TASK_RUNNING', run), drained, now, policy).record.life, {
    phase: 'ended',
    end: { state: 'TASK_KILLED', reason: 'REASON_AGENT_DRAINING', message: 'drained', wanted: false, at: now },
  });
});

test('I11: whatever happens in whatever order, a task never goes back: phases, goals, and states seen', (t) => {
  const event: fc.Arbitrary<TaskEvent> = fc.oneof(
    fc.constantFrom(...taskStates).map((state) => status(state)),
    fc.constantFrom('kill', 'launch', 'unreachable').map((timer) => ({ kind: 'timer', timer }) as TaskEvent),
    fc.constant<TaskEvent>({ kind: 'kill', reason: 'r' }),
    fc.constant<TaskEvent>({ kind: 'connected' }),
    fc.constant<TaskEvent>({ kind: 'launched', placement }),
  );
  const phases = ['waiting', 'launched', 'ended'];
  const order = ['TASK_STAGING', 'TASK_STARTING', 'TASK_RUNNING', 'TASK_KILLING'];
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), (events) => {
      let record = waiting();
      for (const [index, each] of events.entries()) {
        const before = record;
        record = taskStep(before, each, now + index * 1000, policy).record;
        t.true(phases.indexOf(record.life.phase) >= phases.indexOf(before.life.phase));
        t.false(before.goal.kind === 'end' && record.goal.kind === 'run');
        if (before.life.phase === 'launched' && record.life.phase === 'launched') {
          const [known, next] = [order.indexOf(before.life.state), order.indexOf(record.life.state)];
          t.true(known === -1 || next === -1 || next >= known);
          t.true(record.life.runningAt === before.life.runningAt || before.life.runningAt === undefined);
        }
        if (before.life.phase === 'ended') {
          t.is(record, before);
        }
      }
    }),
    { numRuns: 500 },
  );
});
