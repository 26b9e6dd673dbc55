/**
 * Waits out a lost connection as long as the session may live, and asks again. A write is sent again as well when nobody
 * knows whether it happened: so only for writes that a second time changes nothing or is refused.
 */
import type { ZooKeeperSession } from './session.ts';
import { ZooKeeperError } from './zookeeper-error.ts';

export async function patiently<T>(
  session: ZooKeeperSession,
  ask: (session: ZooKeeperSession) => Promise<T>,
): Promise<T> {
  for (;;) {
    await untilConnected(session);
    try {
      return await ask(session);
    } catch (error) {
      const { code } = error as { code?: unknown };
      const lost = code === 'disconnected' || code === 'outcome-unknown';
      if (!(error instanceof ZooKeeperError) || !lost) throw error;
      // Errors of a busy server come while the connection stands: those are not to be answered by a flood.
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** Rejects when the session is over. */
async function untilConnected(session: ZooKeeperSession): Promise<void> {
  if (session.state === 'connected') return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = session.onState(() => resolve());
  if (session.state === 'connecting' || session.state === 'suspended') await promise;
  stop();
  if (session.state === 'expired') throw new ZooKeeperError('expired', 'ZooKeeper: the session has expired');
  if (session.state === 'closed') throw new ZooKeeperError('closed', 'ZooKeeper: the session is closed');
  return untilConnected(session);
}
