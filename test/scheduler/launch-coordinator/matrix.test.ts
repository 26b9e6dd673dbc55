/**
 * Every state of the launch coordinator × everything that can happen to it: what it says to the master, what it holds and
 * what waits afterwards. A cell reads `CALLS | offers held, tasks waiting`; "=" says that nothing happens at all.
 */
import test from 'ava';
import type { TaskRecord } from '../../../src/scheduler/model/task.ts';
import { agent, callTypes, Driver, frameworkId, offer, taskSpec } from '../fixtures.ts';

const big = { cpus: 64 };

function earlier(): readonly TaskRecord[] {
  const core = new Driver();
  core.subscribe();
  core.launch(taskSpec('old'));
  core.offers(offer('o0', agent(7)));
  return core.scheduler.tasks();
}

function connected(prepare: (core: Driver) => void = () => undefined): Driver {
  const core = new Driver();
  core.subscribe();
  prepare(core);
  return core;
}

const states = {
  'suspended, nothing waits': () => new Driver(),
  'suspended, one waits': () => {
    const core = new Driver();
    core.launch(taskSpec('t1'));
    return core;
  },
  idle: () => connected(),
  'one waits, nothing was offered': () => connected((core) => core.launch(taskSpec('t1'))),
  'one waits in vain': () =>
    connected((core) => {
      core.launch(taskSpec('t1', { resources: big }));
      core.offers(offer('o1', agent(1)));
    }),
  'one waits for its old agent, an offer is held': () =>
    connected((core) => {
      core.launch(taskSpec('t1', { prefer: { agentId: agent(9), forMs: 10_000 } }));
      core.offers(offer('o1', agent(1)));
    }),
  'the master is asked after earlier tasks, an offer is held': () => {
    const core = new Driver({ tasks: earlier() });
    core.subscribe();
    core.launch(taskSpec('t1'));
    core.offers(offer('o1', agent(1)));
    return core;
  },
  'one runs': () =>
    connected((core) => {
      core.launch(taskSpec('old'));
      core.offers(offer('o0', agent(7)));
      core.update({ taskId: 'old', state: 'TASK_RUNNING', agent_id: { value: agent(7) } });
    }),
};

const inverse = {
  id: { value: 'i1' as never },
  framework_id: { value: frameworkId },
  agent_id: { value: agent(7) },
  unavailability: { start: { nanoseconds: 1 } },
};

const inputs = {
  subscribed: (core: Driver) => core.subscribe(),
  'the stream breaks': (core: Driver) => core.failed('closed'),
  request: (core: Driver) => core.launch(taskSpec('t2')),
  withdraw: (core: Driver) => core.kill('t1'),
  'an offer fits': (core: Driver) => core.offers(offer('n1', agent(2))),
  'an offer is too small': (core: Driver) => core.offers(offer('n1', agent(2), { cpus: 0.1 })),
  'no offers': (core: Driver) => core.offers(),
  rescind: (core: Driver) => core.event({ type: 'RESCIND', rescind: { offer_id: { value: 'o1' as never } } }),
  'inverse offer': (core: Driver) =>
    core.event({ type: 'INVERSE_OFFERS', inverse_offers: { inverse_offers: [inverse] } }),
  'an agent fails': (core: Driver) => core.event({ type: 'FAILURE', failure: { agent_id: { value: agent(1) } } }),
  'its wait is over': (core: Driver) => core.timer({ kind: 'match' }, 10_000),
  'a revive is due': (core: Driver) => core.timer({ kind: 'revive' }, 1_000),
  'a task ends': (core: Driver) => core.update({ taskId: 'old', state: 'TASK_FAILED', agent_id: { value: agent(7) } }),
};

type State = keyof typeof states;
type Input = keyof typeof inputs;

/** Calls of the other components: they have matrices of their own. */
const others = ['RECONCILE', 'subscribe', 'unsubscribe', 'KILL', 'ACKNOWLEDGE'];

function cell(state: State, input: Input): string {
  const core = states[state]();
  const standing = () => `${core.scheduler.view().offersHeld}, ${core.scheduler.view().tasksWaiting}`;
  const before = standing();
  const calls = callTypes(inputs[input](core)).filter((call) => !others.includes(call));
  return calls.length === 0 && standing() === before ? '=' : `${calls.join(' ')} | ${standing()}`.trim();
}

/** What is left out is "=". */
const expected: Readonly<Record<State, Readonly<Partial<Record<Input, string>>>>> = {
  'suspended, nothing waits': { request: '| 0, 1' },
  'suspended, one waits': { request: '| 0, 2', withdraw: '| 0, 0' },
  idle: {
    request: 'REVIVE | 0, 1',
    'an offer fits': 'DECLINE | 0, 0',
    'an offer is too small': 'DECLINE | 0, 0',
    'inverse offer': 'ACCEPT_INVERSE_OFFERS | 0, 0',
  },
  'one waits, nothing was offered': {
    request: '| 0, 2',
    withdraw: 'SUPPRESS | 0, 0',
    'an offer fits': 'ACCEPT SUPPRESS | 0, 0',
    'an offer is too small': 'DECLINE | 0, 1',
    'inverse offer': 'ACCEPT_INVERSE_OFFERS | 0, 1',
  },
  'one waits in vain': {
    request: 'REVIVE | 0, 2',
    withdraw: 'SUPPRESS | 0, 0',
    'an offer fits': 'DECLINE | 0, 1',
    'an offer is too small': 'DECLINE | 0, 1',
    'inverse offer': 'ACCEPT_INVERSE_OFFERS | 0, 1',
  },
  'one waits for its old agent, an offer is held': {
    'the stream breaks': '| 0, 1',
    request: 'ACCEPT | 0, 1',
    withdraw: 'DECLINE SUPPRESS | 0, 0',
    'an offer fits': 'DECLINE | 1, 1',
    'an offer is too small': 'DECLINE | 1, 1',
    rescind: '| 0, 1',
    'inverse offer': 'ACCEPT_INVERSE_OFFERS | 1, 1',
    'its wait is over': 'ACCEPT SUPPRESS | 0, 0',
  },
  'the master is asked after earlier tasks, an offer is held': {
    'the stream breaks': '| 0, 1',
    request: '| 1, 2',
    withdraw: 'DECLINE SUPPRESS | 0, 0',
    'an offer fits': '| 2, 1',
    'an offer is too small': '| 2, 1',
    rescind: '| 0, 1',
    'inverse offer': 'DECLINE_INVERSE_OFFERS | 1, 1',
    'a task ends': 'ACCEPT SUPPRESS | 0, 0',
  },
  'one runs': {
    request: 'REVIVE | 0, 1',
    'an offer fits': 'DECLINE | 0, 0',
    'an offer is too small': 'DECLINE | 0, 0',
    'inverse offer': 'DECLINE_INVERSE_OFFERS | 0, 0',
  },
};

const all = Object.keys(inputs) as Input[];

for (const state of Object.keys(states) as State[]) {
  test(`LC-4, LC-6, LC-10, LC-11, LC-12, LC-14, LC-18, LC-19: ${state}: whatever happens`, (t) => {
    const found = Object.fromEntries(all.map((input) => [input, cell(state, input)]));
    t.deepEqual(found, { ...Object.fromEntries(all.map((input) => [input, '='])), ...expected[state] });
  });
}

test('LC-2: connected while tasks wait, their role is not suppressed, and offers are asked for from the first', (t) => {
  const core = states['suspended, one waits']();
  core.subscribe();
  const [call] = core.frames.flatMap(({ calls }) =>
    calls.flatMap((each) => (each.kind === 'subscribe' ? each.call : [])),
  );
  t.is(call?.subscribe.suppressed_roles, undefined);
  t.deepEqual(callTypes(inputs['an offer fits'](core)), ['ACCEPT', 'SUPPRESS']);
});

test('LC-5: a task of before takes its place: its agent counts as filled, its constraints hold for those that come', (t) => {
  const [old] = earlier();
  const core = new Driver({ tasks: old === undefined ? [] : [old] });
  core.subscribe();
  core.update({ taskId: 'old', state: 'TASK_RUNNING', agent_id: { value: agent(7) } });
  const constraints = [{ field: 'hostname', operator: 'UNIQUE' as const }];
  const placement = { constraints, preferences: [], awayFrom: [], exclusive: false, fitness: 'pack' as const };
  core.launch(taskSpec('t1', { placement }));
  core.offers(offer('n7', agent(7)));
  t.is(core.why('t1'), 'of 1 agent: 1 ruled out by hostname UNIQUE');
  core.offers(offer('n8', agent(8)));
  t.like(core.task('t1')?.life, { placement: { agentId: agent(8) } });
});

test('LC-15: offers that are held add up: two of one agent serve what neither could alone', (t) => {
  const core = connected((each) =>
    each.launch(taskSpec('t1', { resources: { cpus: 6 }, prefer: { agentId: agent(1), forMs: 10_000 } })),
  );
  t.deepEqual(callTypes(core.offers(offer('o1', agent(1), { ports: [{ begin: 1000, end: 1001 }] }))), []);
  const both = core.offers(offer('o2', agent(1), { ports: [{ begin: 2000, end: 2001 }] }));
  t.deepEqual(callTypes(both), ['ACCEPT', 'SUPPRESS']);
});
