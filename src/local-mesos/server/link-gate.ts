/**
 * A gate in the link of an agent, for tests that pause one. Closed, nothing passes in either direction, not even the news
 * that the link is gone, and nothing is lost: that is how a process looks from outside that was sent SIGSTOP. What
 * waited passes in its order when the gate opens.
 */
import type { AgentLink } from '../model/agent-protocol.ts';
import type { Dial } from './agent-dialer.ts';

export interface LinkGate {
  close(): void;
  open(): void;
  /** What waits is lost, as in the buffers of a process that is killed while it is stopped. */
  drop(): void;
  /** The dial with this gate in every link that it makes. */
  guard(dial: Dial): Dial;
}

export function createLinkGate(): LinkGate {
  let waiting: (() => void)[] = [];
  let closed = false;
  function pass(action: () => void): void {
    if (closed) waiting.push(action);
    else action();
  }
  function open(): void {
    closed = false;
    for (let next = waiting.shift(); next !== undefined && !closed; next = waiting.shift()) next();
  }
  return {
    close() {
      closed = true;
    },
    open,
    drop() {
      waiting = [];
      closed = false;
    },
    guard: (dial) => async (signal) => {
      const link = await dial(signal);
      await new Promise<void>((resolve) => pass(resolve));
      return guarded(link, pass);
    },
  };
}

function guarded(link: AgentLink, pass: (action: () => void) => void): AgentLink {
  return {
    send: (message) => pass(() => link.send(message)),
    onMessage: (handler) => link.onMessage((message) => pass(() => handler(message))),
    onClosed: (handler) => link.onClosed(() => pass(handler)),
    close: () => link.close(),
  };
}
