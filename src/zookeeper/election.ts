/**
 * Who leads: contenders are ephemeral nodes in a row below <root>/election, and the first of the row leads. Each watches
 * only the one before it. Leading is advice: what fences a former leader is the epoch that the store takes. The leader says
 * in <root>/leader where it is.
 */
import { randomUUID } from 'node:crypto';
import { patiently } from './patience.ts';
import type { Operation, ZooKeeperSession } from './session.ts';
import { ZooKeeperError } from './zookeeper-error.ts';

/** What <root>/leader holds. */
interface LeaderNote {
  readonly version: 1;
  readonly url: string;
}

/** Resolves when we lead; rejects with a ZooKeeperError, 'expired' among them, when this session never will. */
export async function leadership(session: ZooKeeperSession, root: string): Promise<void> {
  const row = `${root}/election`;
  await patiently(session, (zk) => zk.mkdirp(row));
  const own = await takePlace(session, row);
  for (;;) {
    const places = await placesIn(session, row);
    const index = places.indexOf(own);
    if (index === -1) throw new ZooKeeperError('no-node', `ZooKeeper: our place ${row}/${own} was removed`);
    const before = places[index - 1];
    if (before === undefined) return;
    await gone(session, `${row}/${before}`);
  }
}

/** How many stand in the row, the leader included. */
export async function candidates(session: ZooKeeperSession, root: string): Promise<number> {
  return (await placesIn(session, `${root}/election`)).length;
}

/** The node in which the leader says where it is: {"version": 1, "url": …}, readable by all. */
export function leaderPath(root: string): string {
  return `${root}/leader`;
}

/** Says where the leader is, until the session ends. Replaces the word of a leader that is gone. */
export async function announceLeader(session: ZooKeeperSession, root: string, url: string): Promise<void> {
  const path = leaderPath(root);
  const data = Buffer.from(JSON.stringify({ version: 1, url } satisfies LeaderNote));
  await patiently(session, async (zk) => {
    const present = await zk.exists(path);
    const operations: Operation[] = [{ kind: 'create', path, data, mode: 'ephemeral', readableByAll: true }];
    if (present !== undefined) operations.unshift({ kind: 'remove', path, version: present.version });
    await zk.transact(operations);
  });
}

/** Where the leader is; undefined while there is none that says so. */
export async function readLeader(session: ZooKeeperSession, root: string): Promise<string | undefined> {
  try {
    const { data } = await session.getData(leaderPath(root));
    const note = JSON.parse(data.toString('utf8')) as Partial<LeaderNote>;
    return note.version === 1 && typeof note.url === 'string' ? note.url : undefined;
  } catch (error) {
    const known = error instanceof SyntaxError || error instanceof ZooKeeperError;
    if (known) return undefined;
    throw error;
  }
}

/** One place, even when the answer to its creation is lost: it is known by its name. */
async function takePlace(session: ZooKeeperSession, row: string): Promise<string> {
  const name = `${randomUUID()}-`;
  return patiently(session, async (zk) => {
    const present = (await zk.getChildren(row)).find((place) => place.startsWith(name));
    if (present !== undefined) return present;
    const path = await zk.create(`${row}/${name}`, Buffer.alloc(0), { mode: 'ephemeral-sequential' });
    return path.slice(row.length + 1);
  });
}

async function placesIn(session: ZooKeeperSession, row: string): Promise<string[]> {
  const places = await patiently(session, (zk) => zk.getChildren(row));
  return places.toSorted((a, b) => numberOf(a) - numberOf(b));
}

function numberOf(place: string): number {
  return Number(place.slice(-10));
}

async function gone(session: ZooKeeperSession, path: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // Watches end without a word with their session.
  const stop = session.onState((state) => {
    if (state === 'expired') reject(new ZooKeeperError('expired', 'ZooKeeper: the session has expired'));
    if (state === 'closed') reject(new ZooKeeperError('closed', 'ZooKeeper: the session is closed'));
  });
  try {
    const there = patiently(session, (zk) => zk.exists(path, resolve));
    // The session may end while that is asked: whichever comes first is heard.
    await Promise.race([promise, there.then((present) => (present === undefined ? undefined : promise))]);
  } finally {
    stop();
  }
}
