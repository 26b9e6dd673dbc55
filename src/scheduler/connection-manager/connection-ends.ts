/**
 * How a connection ends: for a while, with a wait before the next attempt, or for good.
 *
 * - Waits grow from half a second to 15 s, and start anew once a subscription has held for half a minute.
 * - A framework that the master has removed is never taken back. Whether a new one follows is the operator's to say; until
 *   then nothing is tried, and the process stays, since starting it again would change nothing.
 * - Two who live on one framework id would evict each other for ever, so the one that is told "failed over" stops.
 * - A service that is being uninstalled ends with its framework: no other one follows.
 */
import _ from 'lodash';
import type { EpochMs } from '../../lib/brand.ts';
import type { FrameworkId } from '../../mesos-api-client/protocol/ids.ts';
import type { Stop } from '../model/frame.ts';
import type { ConnectionProblem } from '../model/master.ts';
import type { Connection, ConnectionEffect, ConnectionState, ConnectionStep } from './connection-state.ts';
import { changed, ignored, isOpen, leave, type Open, quiet } from './step-results.ts';

const stableAfterMs = 30_000;
const firstDelayMs = 500;
const longestDelayMs = 15_000;

export function lost(
  connection: Connection,
  state: Open,
  problem: ConnectionProblem,
  now: EpochMs,
  chance: number,
  before: readonly ConnectionEffect[],
): ConnectionStep {
  if (state.kind === 'connecting' && (problem.code === 'unauthorized' || problem.code === 'rejected')) {
    return stopped(connection, state, { code: 'MASTER_REFUSED', message: problem.message }, now);
  }
  if (connection.uninstalling === true && connection.frameworkId === undefined) {
    // Should a master have registered it unheard, it forgets it by itself.
    return changed(uninstalled(connection, now), [...before, ...quiet]);
  }
  const wasStable = state.kind === 'subscribed' && now - state.since >= stableAfterMs;
  const attempt = wasStable ? 0 : connection.attempt;
  const movesOn = state.kind === 'connecting' && problem.code !== 'unavailable';
  const retryInMs = delayMs(attempt, chance);
  const retryAt = now + retryInMs;
  return changed(
    {
      ...connection,
      attempt,
      problem,
      cursor: movesOn ? (connection.cursor + 1) % Math.max(1, connection.masters.length) : connection.cursor,
      state: { kind: 'waiting', problem, retryAt, since: now },
    },
    [...before, { kind: 'no-watch' }, { kind: 'lost', problem, retryInMs }, { kind: 'retry-at', at: retryAt }],
  );
}

export function stopped(connection: Connection, state: Open, stop: Stop, now: EpochMs): ConnectionStep {
  return changed({ ...connection, state: { kind: 'stopped', message: stop.message, since: now } }, [
    ...leave(state, stop.message),
    ...quiet,
    { kind: 'stop', stop },
  ]);
}

/** The texts of Mesos' master.cpp; there is no code to go by. */
export function saidError(
  connection: Connection,
  state: Open,
  message: string,
  now: EpochMs,
  chance: number,
): ConnectionStep {
  if (connection.frameworkId !== undefined && /framework has been removed/i.test(message)) {
    return removed({ ...connection, frameworkId: connection.frameworkId }, state, message, now, chance);
  }
  return stopped(
    connection,
    state,
    { code: /failed over/i.test(message) ? 'DEPOSED' : 'MASTER_REFUSED', message },
    now,
  );
}

function removed(
  connection: Connection & { readonly frameworkId: FrameworkId },
  state: Open,
  message: string,
  now: EpochMs,
  chance: number,
): ConnectionStep {
  const { frameworkId } = connection;
  const before: ConnectionEffect[] = [...leave(state, message), { kind: 'removed', frameworkId, message }];
  if (connection.uninstalling === true) {
    return changed(uninstalled(connection, now), [...before, ...quiet]);
  }
  if (connection.startAnew === true) {
    const fresh = _.omit(connection, 'frameworkId');
    return lost(fresh, state, { code: 'subscription-lost', message }, now, chance, before);
  }
  return changed({ ...connection, state: removedState(message, now) }, [...before, ...quiet]);
}

type StoppedState = Extract<ConnectionState, { kind: 'stopped' }>;

export function removedState(message: string, since: EpochMs): StoppedState {
  const advice = 'its tasks are gone; start the scheduler with --start-anew to register a new framework';
  return { kind: 'stopped', message: `${message}: ${advice}`, since, removed: true };
}

/** Of a framework that was never registered, or is removed already, nothing has to be waited for. */
export function uninstall(connection: Connection, now: EpochMs): ConnectionStep {
  if (connection.uninstalling === true) {
    return ignored(connection, 'it is known');
  }
  const { state, frameworkId } = connection;
  const next = { ...connection, uninstalling: true };
  const nothingThere = state.kind === 'stopped' ? state.removed === true : frameworkId === undefined && !isOpen(state);
  return nothingThere ? changed(uninstalled(next, now), quiet) : changed(next, []);
}

function uninstalled(connection: Connection, now: EpochMs): Connection {
  return { ..._.omit(connection, 'frameworkId'), state: uninstalledState(now) };
}

export function uninstalledState(since: EpochMs): StoppedState {
  return { kind: 'stopped', message: 'the service is uninstalled', since, removed: true };
}

/** Half of it fixed, half by chance: grows steadily, yet schedulers that fell together do not return together. */
function delayMs(attempt: number, chance: number): number {
  const delay = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(Math.max(0, attempt - 1), 10));
  return Math.round(delay / 2 + (delay / 2) * chance);
}
