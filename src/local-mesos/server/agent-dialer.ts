/**
 * Keeps an agent linked to its master: dials, waits until the link is gone, dials again, for ever, with waits that
 * double up to a few seconds. A master that was restarted is found again this way.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentLink } from '../model/agent-protocol.ts';

export type Dial = (signal: AbortSignal) => Promise<AgentLink>;

export interface DialerParts {
  readonly dial: Dial;
  /** The handlers are set in here; the link is dropped when it closes. */
  readonly onLink: (link: AgentLink) => void;
  readonly onUnlinked: () => void;
  readonly onFailure: (error: unknown, againInMs: number) => void;
}

const firstWaitMs = 100;
const longestWaitMs = 5_000;

export interface Dialer {
  close(): Promise<void>;
}

export function startDialer(parts: DialerParts): Dialer {
  const stop = new AbortController();
  let link: AgentLink | undefined;
  const loop = (async () => {
    for (let waitMs = firstWaitMs; !stop.signal.aborted; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
      try {
        link = await parts.dial(stop.signal);
        if (stop.signal.aborted) break;
        await linked(link, parts, () => {
          waitMs = firstWaitMs;
        });
      } catch (error) {
        if (!stop.signal.aborted) parts.onFailure(error, waitMs);
      }
      await sleep(waitMs, undefined, { signal: stop.signal }).catch(ignoreAbort);
    }
    link?.close();
  })();
  return {
    close() {
      stop.abort();
      link?.close();
      return loop;
    },
  };
}

async function linked(link: AgentLink, parts: DialerParts, worked: () => void): Promise<void> {
  const closed = new Promise<void>((resolve) => link.onClosed(resolve));
  parts.onLink(link);
  worked();
  await closed;
  parts.onUnlinked();
}

function ignoreAbort(error: unknown): void {
  if ((error as Error).name !== 'AbortError') throw error;
}
