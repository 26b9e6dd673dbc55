/** What the parts of connectionStep answer with. */
import type { Connection, ConnectionEffect, ConnectionState, ConnectionStep } from './connection-state.ts';

export type Open = Extract<ConnectionState, { kind: 'connecting' | 'subscribed' }>;

export function isOpen(state: ConnectionState): state is Open {
  return state.kind === 'connecting' || state.kind === 'subscribed';
}

export function changed(connection: Connection, effects: readonly ConnectionEffect[]): ConnectionStep {
  return { outcome: 'changed', connection, effects };
}

export function ignored(connection: Connection, why: string): ConnectionStep {
  return { outcome: 'ignored', connection, effects: [], why };
}

export function leave(state: ConnectionState, reason: string): ConnectionEffect[] {
  return isOpen(state) ? [{ kind: 'unsubscribe', subscription: state.subscription, reason }] : [];
}

/** Nothing is waited for. */
export const quiet: readonly ConnectionEffect[] = [{ kind: 'no-retry' }, { kind: 'no-watch' }];
