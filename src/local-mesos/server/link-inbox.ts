/** What all ends of links share: what comes before anybody listens waits for him, and the end is told of once. */
import type { Link } from '../model/agent-protocol.ts';

export interface Inbox<In> {
  readonly listeners: Pick<Link<never, In>, 'onMessage' | 'onClosed'>;
  isOpen(): boolean;
  receive(message: In): void;
  shut(): void;
}

/** `release` lets go of what the end holds, before its listener hears of it. */
export function createInbox<In>(release: () => void = () => {}): Inbox<In> {
  let open = true;
  let takeMessage: ((message: In) => void) | undefined;
  let takeClosed: (() => void) | undefined;
  const early: In[] = [];
  return {
    listeners: {
      onMessage(handler) {
        takeMessage = handler;
        for (const message of early.splice(0)) handler(message);
      },
      onClosed(handler) {
        takeClosed = handler;
        if (!open) handler();
      },
    },
    isOpen: () => open,
    receive(message) {
      if (!open) return;
      if (takeMessage === undefined) early.push(message);
      else takeMessage(message);
    },
    shut() {
      if (!open) return;
      open = false;
      release();
      takeClosed?.();
    },
  };
}
