/** Every state of the connection against every event, then the rules one by one. */
import test from 'ava';
import fc from 'fast-check';
import type { FrameworkId } from '../../../src/mesos-api-client/protocol/ids.ts';
import type {
  Connection,
  ConnectionEvent,
  ConnectionState,
} from '../../../src/scheduler/connection-manager/connection-state.ts';
import { connectionStep, mostRedirects } from '../../../src/scheduler/connection-manager/connection-step.ts';
import type { ConnectionProblem, MasterAddress, SubscriptionId } from '../../../src/scheduler/model/master.ts';
import { frameworkId, masterA, masterB } from '../fixtures.ts';

const now = 1_000_000;
const current = 5 as SubscriptionId;
const closed: ConnectionProblem = { code: 'closed', message: 'gone' };
const states: Record<ConnectionState['kind'], ConnectionState> = {
  standby: { kind: 'standby' },
  searching: { kind: 'searching', since: now - 1000 },
  connecting: { kind: 'connecting', master: masterA, subscription: current, redirects: 0, since: now - 1000 },
  waiting: { kind: 'waiting', problem: closed, retryAt: now + 1000, since: now - 1000 },
  subscribed: {
    kind: 'subscribed',
    master: masterA,
    subscription: current,
    frameworkId,
    silenceMs: 75_000,
    since: now - 60_000,
  },
  stopped: { kind: 'stopped', message: 'no', since: now - 1000 },
};
const kinds = ['standby', 'searching', 'connecting', 'waiting', 'subscribed', 'stopped'] as const;

function at(kind: ConnectionState['kind'], more: Partial<Connection> = {}): Connection {
  return {
    state: states[kind],
    masters: [masterA, masterB],
    cursor: 0,
    attempt: 1,
    newest: current,
    frameworkId,
    ...more,
  };
}

function failed(code: ConnectionProblem['code']): ConnectionEvent {
  return { kind: 'failed', subscription: current, problem: { code, message: code } };
}

function callFailed(code: ConnectionProblem['code']): ConnectionEvent {
  return { kind: 'call-failed', subscription: current, problem: { code, message: code } };
}

const events: Record<string, ConnectionEvent> = {
  lead: { kind: 'leadership', leading: true },
  'stand back': { kind: 'leadership', leading: false },
  'same masters': { kind: 'masters', masters: [masterA, masterB] },
  'another master': { kind: 'masters', masters: ['c:5050' as MasterAddress] },
  'no masters': { kind: 'masters', masters: [] },
  uninstall: { kind: 'uninstall' },
  retry: { kind: 'retry' },
  silent: { kind: 'silent' },
  opened: { kind: 'opened', subscription: current },
  redirected: { kind: 'redirected', subscription: current, to: masterB },
  subscribed: { kind: 'subscribed', subscription: current, frameworkId },
  'another framework': { kind: 'subscribed', subscription: current, frameworkId: 'F-2' as FrameworkId },
  unreachable: failed('unreachable'),
  unavailable: failed('unavailable'),
  unauthorized: failed('unauthorized'),
  rejected: failed('rejected'),
  closed: failed('closed'),
  protocol: failed('protocol'),
  'call: subscription-lost': callFailed('subscription-lost'),
  'call: unreachable': callFailed('unreachable'),
  'call: unauthorized': callFailed('unauthorized'),
  'call: rejected': callFailed('rejected'),
  'error: failed over': { kind: 'error', subscription: current, message: 'Framework failed over' },
  'error: removed': { kind: 'error', subscription: current, message: 'Framework has been removed' },
  'error: role': { kind: 'error', subscription: current, message: "Role '/a' is invalid" },
};

// '.' ignored; otherwise the state that follows (connecting with the master's letter), '!' and the code for a stop.
// biome-ignore format: a table
const matrix: Record<string, readonly string[]> = {
  //                          standby      searching       connecting            waiting         subscribed            stopped
  lead:                      ['connecting a', '.',          '.',                  '.',            '.',                  '.'],
  'stand back':              ['.',         'standby',      'standby',            'standby',      'standby',            '.'],
  'same masters':            ['.',         '.',            '.',                  '.',            '.',                  '.'],
  'another master':          ['standby',   'connecting c', 'connecting c',       'connecting c', 'connecting c',       'stopped'],
  'no masters':              ['standby',   'searching',    'connecting a',       'searching',    'subscribed',         'stopped'],
  uninstall:                 ['standby',   'searching',    'connecting a',       'waiting',      'subscribed',         'stopped'],
  retry:                     ['.',         '.',            '.',                  'connecting a', '.',                  '.'],
  silent:                    ['.',         '.',            'waiting',            '.',            'waiting',            '.'],
  opened:                    ['.',         '.',            '.',                  '.',            '.',                  '.'],
  redirected:                ['.',         '.',            'connecting b',       '.',            '.',                  '.'],
  subscribed:                ['.',         '.',            'subscribed',         '.',            '.',                  '.'],
  'another framework':       ['.',         '.',            '! MASTER_REFUSED',   '.',            '! MASTER_REFUSED',   '.'],
  unreachable:               ['.',         '.',            'waiting',            '.',            'waiting',            '.'],
  unavailable:               ['.',         '.',            'waiting',            '.',            'waiting',            '.'],
  unauthorized:              ['.',         '.',            '! MASTER_REFUSED',   '.',            'waiting',            '.'],
  rejected:                  ['.',         '.',            '! MASTER_REFUSED',   '.',            'waiting',            '.'],
  closed:                    ['.',         '.',            'waiting',            '.',            'waiting',            '.'],
  protocol:                  ['.',         '.',            'waiting',            '.',            'waiting',            '.'],
  'call: subscription-lost': ['.',         '.',            'waiting',            '.',            'waiting',            '.'],
  'call: unreachable':       ['.',         '.',            'waiting',            '.',            'waiting',            '.'],
  'call: unauthorized':      ['.',         '.',            '! MASTER_REFUSED',   '.',            'waiting',            '.'],
  'call: rejected':          ['.',         '.',            '.',                  '.',            '.',                  '.'],
  'error: failed over':      ['.',         '.',            '! DEPOSED',          '.',            '! DEPOSED',          '.'],
  'error: removed':          ['.',         '.',            'stopped',            '.',            'stopped',            '.'],
  'error: role':             ['.',         '.',            '! MASTER_REFUSED',   '.',            '! MASTER_REFUSED',   '.'],
};

function told(kind: ConnectionState['kind'], event: ConnectionEvent): string {
  const before = at(kind);
  const step = connectionStep(before, event, now, 0.5);
  if (step.outcome === 'ignored') {
    return step.connection === before && step.effects.length === 0 ? '.' : 'an ignored event changed something';
  }
  const stop = step.effects.find((effect) => effect.kind === 'stop');
  if (stop?.kind === 'stop') {
    return `! ${stop.stop.code}`;
  }
  const { state } = step.connection;
  return state.kind === 'connecting' ? `connecting ${state.master[0]}` : state.kind;
}

for (const [name, event] of Object.entries(events)) {
  test(`CM-1 to CM-6, MA-15 to MA-22: ${name} in every state`, (t) => {
    t.deepEqual(
      kinds.map((kind) => told(kind, event)),
      matrix[name],
    );
  });
}

test('MA-4: whatever comes from another subscription is ignored in every state', (t) => {
  for (const event of Object.values(events)) {
    if ('subscription' in event) {
      const old = { ...event, subscription: (current - 1) as SubscriptionId };
      t.deepEqual(
        kinds.map((kind) => told(kind, old)),
        ['.', '.', '.', '.', '.', '.'],
      );
    }
  }
});

test('MA-14: masters that redirect to each other are left after nine redirects, with a wait', (t) => {
  let connection = at('connecting');
  for (let count = 0; count <= mostRedirects; count++) {
    const { state } = connection;
    if (state.kind !== 'connecting') {
      t.fail(`gave up after ${count}`);
      return;
    }
    const to = state.master === masterA ? masterB : masterA;
    connection = connectionStep(
      connection,
      { kind: 'redirected', subscription: state.subscription, to },
      now,
      0.5,
    ).connection;
  }
  t.is(connection.state.kind, 'waiting');
});

test('MA-11: waits grow to 15 s, spread by chance, and start anew after a stable subscription', (t) => {
  const waits = (chance: number) => {
    let connection = at('connecting', { attempt: 1 });
    return Array.from({ length: 9 }, () => {
      const { subscription } = connection.state as { subscription: SubscriptionId };
      const lost = connectionStep(
        connection,
        { kind: 'failed', subscription, problem: closed },
        now,
        chance,
      ).connection;
      connection = connectionStep(lost, { kind: 'retry' }, now, chance).connection;
      return lost.state.kind === 'waiting' ? lost.state.retryAt - now : -1;
    });
  };
  t.deepEqual(waits(0), [250, 500, 1000, 2000, 4000, 7500, 7500, 7500, 7500]);
  t.true(waits(0.999).every((wait) => wait <= 15_000));
  const stable = connectionStep(at('subscribed', { attempt: 9 }), failed('closed'), now, 0).connection;
  t.like(stable.state, { kind: 'waiting', retryAt: now + 250 });
  const unstable = connectionStep(at('subscribed', { attempt: 9 }), failed('closed'), now - 50_000, 0).connection;
  t.like(unstable.state, { kind: 'waiting', retryAt: now - 50_000 + 7500 });
});

test('MA-15: a master that is not ready is asked again, one that fails is followed by the next', (t) => {
  const next = (event: ConnectionEvent, kind: ConnectionState['kind']) => {
    const lost = connectionStep(at(kind), event, now, 0).connection;
    const { state } = connectionStep(lost, { kind: 'retry' }, now, 0).connection;
    return state.kind === 'connecting' ? state.master : state.kind;
  };
  t.is(next(failed('unavailable'), 'connecting'), masterA);
  t.is(next(failed('unreachable'), 'connecting'), masterB);
  t.is(next(failed('closed'), 'connecting'), masterB);
  // A subscription that was lost is first sought where it was.
  t.is(next(failed('closed'), 'subscribed'), masterA);
});

test('whatever happens: subscription numbers only grow, one at most is open, and stopped is the end', (t) => {
  const anyEvent = fc.constantFrom(...Object.keys(events));
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 60 }), fc.boolean(), (names, fresh) => {
      let connection: Connection = at('standby', fresh ? { masters: [] } : {});
      const open = new Set<SubscriptionId>();
      for (const name of ['lead', ...names]) {
        const event = events[name];
        if (event === undefined) {
          return;
        }
        const { state, newest } = connection;
        const mine = 'subscription' in state ? state.subscription : current;
        const step = connectionStep(
          connection,
          'subscription' in event ? { ...event, subscription: mine } : event,
          now,
          0.3,
        );
        for (const effect of step.effects) {
          if (effect.kind === 'subscribe') {
            t.true(effect.subscription > newest);
            // The shell closes the older stream when a new one is opened.
            open.clear();
            open.add(effect.subscription);
          }
          if (effect.kind === 'unsubscribe') {
            t.true(open.delete(effect.subscription));
          }
        }
        t.false(state.kind === 'stopped' && step.connection.state.kind !== 'stopped');
        connection = step.connection;
      }
    }),
    { numRuns: 500 },
  );
});

test('RL-10: without a framework there is nothing to remove: an uninstallation is done at once, or when the attempt fails', (t) => {
  const uninstall: ConnectionEvent = { kind: 'uninstall' };
  const none = (kind: ConnectionState['kind'], more: Partial<Connection> = {}): Connection => {
    const { frameworkId: _, ...rest } = at(kind, more);
    return rest;
  };
  for (const kind of ['standby', 'searching', 'waiting'] as const) {
    t.like(connectionStep(none(kind), uninstall, now, 0.5).connection.state, { kind: 'stopped', removed: true });
  }
  const connecting = connectionStep(none('connecting'), uninstall, now, 0.5).connection;
  t.is(connecting.state.kind, 'connecting');
  t.like(connectionStep(connecting, failed('unreachable'), now, 0.5).connection.state, { removed: true });
  // Registered after all: it has to be removed.
  const registered = connectionStep(connecting, { kind: 'subscribed', subscription: current, frameworkId }, now, 0.5);
  t.is(registered.connection.state.kind, 'subscribed');
});

test('RL-10, MA-20: a framework that is removed while the service is uninstalled is not followed by another one', (t) => {
  for (const startAnew of [true, false]) {
    const ending = at('connecting', { uninstalling: true, startAnew });
    const message = 'Framework has been removed';
    const { connection, effects } = connectionStep(ending, { kind: 'error', subscription: current, message }, now, 0.5);
    t.like(connection.state, { kind: 'stopped', removed: true });
    t.is(connection.frameworkId, undefined);
    t.true(effects.some(({ kind }) => kind === 'removed'));
  }
});
