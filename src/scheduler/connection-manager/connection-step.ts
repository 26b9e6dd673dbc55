/**
 * The way to the leading master as a pure function: which master is tried, and what counts as being subscribed there; how
 * it ends stands in connection-ends.ts. `chance` (at least 0, below 1) is the only thing left to luck: the jitter.
 *
 * A failed attempt moves on to the next master of the list; one that says it is not ready (503, 404) is asked again;
 * a subscription that was lost is first sought where it was.
 */
import _ from 'lodash';
import type { EpochMs } from '../../lib/brand.ts';
import { unreachable } from '../../lib/exhaustive.ts';
import type { ConnectionProblem, MasterAddress, SubscriptionId } from '../model/master.ts';
import { lost, saidError, stopped, uninstall } from './connection-ends.ts';
import type { Connection, ConnectionEffect, ConnectionEvent, ConnectionStep } from './connection-state.ts';
import { changed, ignored, isOpen, leave, type Open, quiet } from './step-results.ts';

export const mostRedirects = 9;
/** SUBSCRIBED follows the stream at once; a master that is not ready says so (503). */
export const subscribeTimeoutMs = 15_000;
/** What Mesos masters say by default; heartbeats that fail to come five times mean a dead stream (MA-9, MA-10). */
const defaultHeartbeatSeconds = 15;
const missedHeartbeats = 5;

type Of<Kind extends ConnectionEvent['kind']> = Extract<ConnectionEvent, { kind: Kind }>;

export function connectionStep(
  connection: Connection,
  event: ConnectionEvent,
  now: EpochMs,
  chance: number,
): ConnectionStep {
  switch (event.kind) {
    case 'leadership':
      return leadership(connection, event.leading, now);
    case 'masters':
      return mastersChanged(connection, event, now);
    case 'retry':
      return connection.state.kind === 'waiting'
        ? connect(connection, now, [])
        : ignored(connection, 'it does not wait for a retry');
    case 'uninstall':
      return uninstall(connection, now);
    case 'silent':
      return silent(connection, now, chance);
    default:
      break;
  }
  const { state } = connection;
  if (!isOpen(state) || state.subscription !== event.subscription) {
    return ignored(connection, 'it is of another subscription');
  }
  return ofSubscription(connection, state, event, now, chance);
}

function ofSubscription(
  connection: Connection,
  state: Open,
  event: Exclude<ConnectionEvent, { kind: 'leadership' | 'masters' | 'retry' | 'silent' | 'uninstall' }>,
  now: EpochMs,
  chance: number,
): ConnectionStep {
  switch (event.kind) {
    case 'opened':
      return ignored(connection, 'SUBSCRIBED has to follow');
    case 'redirected':
      return redirected(connection, state, event.to, now, chance);
    case 'failed':
      return lost(connection, state, event.problem, now, chance, []);
    case 'call-failed':
      return callFailed(connection, state, event.problem, now, chance);
    case 'subscribed':
      return subscribed(connection, state, event, now);
    case 'error':
      return saidError(connection, state, event.message, now, chance);
    default:
      return unreachable(event);
  }
}

function leadership(connection: Connection, leading: boolean, now: EpochMs): ConnectionStep {
  const { state } = connection;
  if (state.kind === 'stopped' || leading !== (state.kind === 'standby')) {
    return ignored(connection, 'nothing changes');
  }
  return leading
    ? connect({ ...connection, cursor: 0, attempt: 0 }, now, [])
    : changed({ ...connection, state: { kind: 'standby' } }, [
        ...leave(state, 'no longer the leading scheduler'),
        ...quiet,
      ]);
}

function mastersChanged(connection: Connection, { masters, why }: Of<'masters'>, now: EpochMs): ConnectionStep {
  if (_.isEqual(masters, connection.masters) && why === connection.whyNoMasters) {
    return ignored(connection, 'they are known');
  }
  const next: Connection = {
    ..._.omit(connection, 'whyNoMasters'),
    masters,
    cursor: 0,
    ...(why === undefined ? {} : { whyNoMasters: why }),
  };
  const { state } = connection;
  switch (state.kind) {
    case 'standby':
    case 'stopped':
      return changed(next, []);
    case 'searching':
      return masters.length === 0 ? changed(next, []) : connect(next, now, []);
    case 'waiting':
      return connect(next, now, []);
    case 'connecting':
    case 'subscribed':
      // Nobody leads for the moment, or the list knows the master that we are at: no reason to leave it.
      return masters.length === 0 || masters.includes(state.master)
        ? changed(next, [])
        : connect(next, now, leave(state, 'another master leads'));
    default:
      return unreachable(state);
  }
}

/** Tries the master at the cursor now; without any it waits to be told of one. */
function connect(connection: Connection, now: EpochMs, before: readonly ConnectionEffect[]): ConnectionStep {
  const master = connection.masters[connection.cursor % Math.max(1, connection.masters.length)];
  if (master === undefined) {
    const next = { ...connection, state: { kind: 'searching', since: now } as const };
    return changed(next, [...before, ...quiet, { kind: 'searching' }]);
  }
  return connectTo({ ...connection, attempt: connection.attempt + 1 }, master, 0, now, before);
}

function connectTo(
  connection: Connection,
  master: MasterAddress,
  redirects: number,
  now: EpochMs,
  before: readonly ConnectionEffect[],
): ConnectionStep {
  const subscription = (connection.newest + 1) as SubscriptionId;
  const state = { kind: 'connecting', master, subscription, redirects, since: now } as const;
  return changed({ ...connection, newest: subscription, state }, [
    ...before,
    { kind: 'no-retry' },
    { kind: 'subscribe', master, subscription },
    { kind: 'watch', forMs: subscribeTimeoutMs },
  ]);
}

function redirected(
  connection: Connection,
  state: Open,
  to: MasterAddress,
  now: EpochMs,
  chance: number,
): ConnectionStep {
  if (state.kind === 'subscribed') {
    return ignored(connection, 'it is subscribed');
  }
  if (state.redirects < mostRedirects) {
    return connectTo(connection, to, state.redirects + 1, now, []);
  }
  const message = `redirected ${mostRedirects} times in a row, last from ${state.master} to ${to}`;
  return lost(connection, state, { code: 'unreachable', message }, now, chance, []);
}

/** A call that failed leaves open what the master holds of us; a new subscription settles that (MA-17, MA-18, MA-25). */
function callFailed(
  connection: Connection,
  state: Open,
  problem: ConnectionProblem,
  now: EpochMs,
  chance: number,
): ConnectionStep {
  return problem.code === 'rejected'
    ? ignored(connection, 'the call was wrong, the subscription stands')
    : lost(connection, state, problem, now, chance, leave(state, problem.message));
}

function subscribed(connection: Connection, state: Open, event: Of<'subscribed'>, now: EpochMs): ConnectionStep {
  const { frameworkId } = event;
  if (connection.frameworkId !== undefined && connection.frameworkId !== frameworkId) {
    const message = `the master took framework ${connection.frameworkId} for ${frameworkId}`;
    return stopped(connection, state, { code: 'MASTER_REFUSED', message }, now);
  }
  if (state.kind === 'subscribed') {
    return ignored(connection, 'it is subscribed');
  }
  const { master, subscription } = state;
  const heartbeatSeconds = event.heartbeatSeconds ?? defaultHeartbeatSeconds;
  const silenceMs = missedHeartbeats * 1000 * (heartbeatSeconds > 0 ? heartbeatSeconds : defaultHeartbeatSeconds);
  return changed(
    {
      ..._.omit(connection, 'problem'),
      frameworkId,
      state: { kind: 'subscribed', master, subscription, frameworkId, silenceMs, since: now },
    },
    [
      { kind: 'subscribed', first: connection.frameworkId === undefined },
      { kind: 'watch', forMs: silenceMs },
    ],
  );
}

function silent(connection: Connection, now: EpochMs, chance: number): ConnectionStep {
  const { state } = connection;
  if (!isOpen(state)) {
    return ignored(connection, 'nothing is open');
  }
  const seconds = (state.kind === 'subscribed' ? state.silenceMs : subscribeTimeoutMs) / 1000;
  const message = `nothing came from ${state.master} for ${seconds} s`;
  return lost(connection, state, { code: 'closed', message }, now, chance, leave(state, message));
}
