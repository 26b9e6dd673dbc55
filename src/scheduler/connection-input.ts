/** What an input from the shell means for the connection to the masters. */
import { unreachable } from '../lib/exhaustive.ts';
import type { ConnectionEvent } from './connection-manager/connection-state.ts';
import type { Input } from './model/input.ts';

export type ConnectionInput = Extract<Input, { kind: 'leadership' | 'masters' | 'connection' }>;

export function connectionEventOf(input: ConnectionInput): ConnectionEvent {
  switch (input.kind) {
    case 'leadership':
      return { kind: 'leadership', leading: input.leading };
    case 'masters': {
      const { masters, why } = input;
      return { kind: 'masters', masters, ...(why === undefined ? {} : { why }) };
    }
    case 'connection':
      return changeOf(input);
    default:
      return unreachable(input);
  }
}

function changeOf({ subscription, change }: Extract<Input, { kind: 'connection' }>): ConnectionEvent {
  switch (change.kind) {
    case 'opened':
      return { kind: 'opened', subscription };
    case 'redirected':
      return { kind: 'redirected', subscription, to: change.to };
    case 'failed':
      return { kind: 'failed', subscription, problem: change.problem };
    default:
      return unreachable(change);
  }
}
