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
  /** The first failure of a row: what goes on for minutes is told once. */
  readonly onFailure: (error: unknown) => void;
}

const firstWaitMs = 100;
const longestWaitMs = 5_000;

export interface Dialer {
  close(): Promise<void>;
}

export function startDialer(parts: DialerParts): Dialer {
  const stop = new AbortController();
  let link: AgentLink | undefined;
  let failures = 0;
  async function dialOnce(): Promise<AgentLink | undefined> {
    try {
      return await parts.dial(stop.signal);
    } catch (error) {
      if (failures === 0 && !stop.signal.aborted) parts.onFailure(error);
      failures += 1;
      return undefined;
    }
  }
  async function keepLinked(): Promise<void> {
    while (!stop.signal.aborted) {
      link = await dialOnce();
      if (link !== undefined && !stop.signal.aborted) {
        failures = 0;
        await useLink(link, parts);
      }
      const waitMs = Math.min(firstWaitMs * 2 ** failures, longestWaitMs);
      await sleep(waitMs, undefined, { signal: stop.signal }).catch(ignoreAbort);
    }
    link?.close();
  }
  const loop = keepLinked();
  return {
    close() {
      stop.abort();
      link?.close();
      return loop;
    },
  };
}

async function useLink(link: AgentLink, parts: DialerParts): Promise<void> {
  const closed = new Promise<void>((resolve) => link.onClosed(resolve));
  parts.onLink(link);
  await closed;
  parts.onUnlinked();
}

function ignoreAbort(error: unknown): void {
  if ((error as Error).name !== 'AbortError') throw error;
}
