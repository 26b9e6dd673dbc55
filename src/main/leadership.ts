/**
 * With --zk several schedulers are one service: each waits here, answering as a standby, until it leads. From then on the
 * store is its own, until its session with ZooKeeper expires or another one takes the epoch.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import { Problem } from '../lib/problem.ts';
import { processesOfTasks } from '../runtime/load-records.ts';
import { sharingParts } from '../store/shared-parts.ts';
import type { Store } from '../store/store.ts';
import { openZooKeeperStore, type ZooKeeperStore } from '../store/zookeeper-store.ts';
import { announceLeader, candidates, leadership, readLeader } from '../zookeeper/election.ts';
import { removeTree } from '../zookeeper/remove-tree.ts';
import type { ZooKeeperSession } from '../zookeeper/session.ts';
import { ZooKeeperError } from '../zookeeper/zookeeper-error.ts';

export interface Leadership {
  readonly store: Store;
  /** That this leader took; every one after it has a higher one. */
  readonly epoch: number;
  /** The standbys send requests there from now on. */
  announce(url: string): Promise<void>;
  /** Settles when the session has expired: somebody else may lead from then on. */
  readonly lost: Promise<Problem>;
  /**
   * Gives it up at once: the next in the row need not wait for the session to expire. `forGood`: the last of the row takes
   * away what is left in ZooKeeper; answers whether this was the last one. Whoever ends a service ends all of its schedulers
   * at once, and a standby that was killed stands in the row until its session expires: so long the others are waited for.
   */
  close(forGood?: boolean): Promise<boolean>;
}

export interface Candidacy {
  readonly openSession: () => ZooKeeperSession;
  readonly root: string;
  /** For people: which ensemble, and where in it. */
  readonly where: string;
  /** Answers as a standby; closed when it leads. */
  readonly startStandby: (leader: () => Promise<string | undefined>) => Promise<{ close(): Promise<void> }>;
  /** Of all sessions in the row. */
  readonly sessionTimeoutMs?: number;
  readonly logger: Pick<FastifyBaseLogger, 'info' | 'warn'>;
}

export const SESSION_TIMEOUT_MS = 10_000;
const NEXT_SESSION_MS = 1_000;
/** Below the root, in the order in which they may go. */
const rooms = ['state', 'journal', 'commit', 'epoch', 'leader', 'election'] as const;

/** Where the JobManagers of a scheduler keep what makes them highly available: beside its own. */
export function rootOfJobManagers(root: string): string {
  return `${root}-flink`;
}

/** Resolves when this process leads. A session that expires meanwhile is followed by another. */
export async function becomeLeader(candidacy: Candidacy): Promise<Leadership> {
  const { openSession, root, where, startStandby, logger } = candidacy;
  let session = openSession();
  const standby = await startStandby(() => readLeader(session, root));
  logger.info(`standby, waiting for its turn to lead in ${where}`);
  try {
    for (;;) {
      const store = await takeTurn(session, root, (why) => logger.warn(`${where}: ${why}; trying again`));
      if (store !== undefined) {
        logger.info(`leads in ${where}, epoch ${store.epoch}`);
        return leadershipOn(session, store, candidacy);
      }
      await session.close();
      await sleep(NEXT_SESSION_MS);
      session = openSession();
    }
  } catch (error) {
    await session.close();
    throw error;
  } finally {
    await standby.close();
  }
}

/** Undefined when the session ended before it led. */
async function takeTurn(
  session: ZooKeeperSession,
  root: string,
  warn: (why: string) => void,
): Promise<ZooKeeperStore | undefined> {
  try {
    await leadership(session, root);
    return await openZooKeeperStore(session, root);
  } catch (error) {
    if (session.state === 'expired') {
      warn((error as Error).message);
      return undefined;
    }
    if (error instanceof ZooKeeperError) throw new Problem('PERSIST_FAILED', error.message, { cause: error });
    throw error;
  }
}

function leadershipOn(session: ZooKeeperSession, store: ZooKeeperStore, candidacy: Candidacy): Leadership {
  const { root, logger, sessionTimeoutMs = SESSION_TIMEOUT_MS } = candidacy;
  const { promise: lost, resolve } = Promise.withResolvers<Problem>();
  const look = (): void => {
    if (session.state !== 'expired') return;
    resolve(new Problem('DEPOSED', `the session with ZooKeeper has expired: another scheduler may lead in ${root}`));
  };
  session.onState(look);
  look();
  return {
    store: sharingParts(store, processesOfTasks),
    epoch: store.epoch,
    announce: async (url) => {
      try {
        await announceLeader(session, root, url);
      } catch (error) {
        const code = session.state === 'expired' ? 'DEPOSED' : 'PERSIST_FAILED';
        throw new Problem(code, (error as Error).message, { cause: error });
      }
    },
    lost,
    close: async (forGood = false) => {
      try {
        await store.close();
        const isLast = forGood && (await isAloneWithin(session, root, 1.5 * sessionTimeoutMs));
        if (isLast) await removeAll(session, root, (why) => logger.warn(why));
        return isLast;
      } finally {
        await session.close();
      }
    },
  };
}

/** Our place in the row goes last: nobody leads while things are taken away. */
async function removeAll(session: ZooKeeperSession, root: string, warn: (why: string) => void): Promise<void> {
  // A JobManager takes its nodes away when it is asked to shut down; one that was killed before it could be asked does not.
  const ofJobManagers = rootOfJobManagers(root);
  await removeTree(session, ofJobManagers).catch((error: unknown) => {
    if (!(error instanceof ZooKeeperError)) throw error;
    warn(`${ofJobManagers} stays in ZooKeeper: ${error.message}`);
  });
  for (const path of [...rooms.map((room) => `${root}/${room}`), root]) await removeTree(session, path);
}

const LOOK_AGAIN_MS = 250;

/** The others may be standbys that stay, and then lead: they are waited for, but not for ever. */
async function isAloneWithin(session: ZooKeeperSession, root: string, patienceMs: number): Promise<boolean> {
  for (let waitedMs = 0; session.state === 'connected'; waitedMs += LOOK_AGAIN_MS) {
    if ((await candidates(session, root)) === 1) return true;
    if (waitedMs >= patienceMs) return false;
    await sleep(LOOK_AGAIN_MS);
  }
  return false;
}
