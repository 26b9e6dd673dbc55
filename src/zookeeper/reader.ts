/**
 * A reader of an ensemble that stays while sessions come and go: an expired one is followed by a new one. Whoever reads
 * is told when to look again, since watches end with their session.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { openZooKeeper } from './connect.ts';
import type { SessionState, Watch, ZooKeeperOptions, ZooKeeperSession } from './session.ts';
import { ZooKeeperError } from './zookeeper-error.ts';

export interface LastingReader {
  /** Tells the state now, if it is known, and each change; returns the way to stop. */
  onState(listener: (state: SessionState) => void): () => void;
  /** Names of the children; undefined for no such node, whose creation the watch tells as well. */
  children(path: string, changed: Watch): Promise<string[] | undefined>;
  data(path: string, changed: Watch): Promise<Buffer | undefined>;
  close(): Promise<void>;
}

/** Between the end of a session and the next: an ensemble that ends them at once is not to be flooded. */
const NEXT_SESSION_MS = 500;

/** `openSession` is the seam for whoever has no sockets. */
export function openReader(options: ZooKeeperOptions, openSession = openZooKeeper): LastingReader {
  const listeners = new Set<(state: SessionState) => void>();
  const over = new AbortController();
  let session = follow();

  function follow(): ZooKeeperSession {
    const opened = openSession(options);
    opened.onState((state) => {
      for (const listener of [...listeners]) listener(state);
      if (state === 'expired') void renew();
    });
    return opened;
  }

  async function renew(): Promise<void> {
    await sleep(NEXT_SESSION_MS, undefined, { signal: over.signal }).catch(() => undefined);
    if (!over.signal.aborted) session = follow();
  }

  return {
    onState: (listener) => {
      listeners.add(listener);
      listener(session.state);
      return () => listeners.delete(listener);
    },
    children: async (path, changed) => {
      for (;;) {
        const names = await unlessMissing(session.getChildren(path, changed));
        if (names !== undefined || (await session.exists(path, changed)) === undefined) return names;
      }
    },
    data: async (path, changed) => (await unlessMissing(session.getData(path, changed)))?.data,
    close: async () => {
      over.abort();
      listeners.clear();
      await session.close();
    },
  };
}

async function unlessMissing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ZooKeeperError && error.code === 'no-node') return undefined;
    throw error;
  }
}
