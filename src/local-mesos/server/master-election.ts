/**
 * Masters of one ZooKeeper, as Mesos' contender and detector do it (src/master/contender/zookeeper.cpp of Mesos): each
 * leaves an ephemeral node `json.info_` and a number with its MasterInfo as JSON, and the lowest number leads. A master
 * whose session is over, or whose node is gone, leads no more and never will: its process ends.
 */
import { leaderOf, readLeader } from '../../mesos-api-client/protocol/leader-node.ts';
import type { MasterInfo } from '../../mesos-api-client/protocol/mesos.ts';
import type { ZooKeeperAddress } from '../../zookeeper/address.ts';
import { connectZooKeeper } from '../../zookeeper/connect.ts';
import { patiently } from '../../zookeeper/patience.ts';
import type { ZooKeeperSession } from '../../zookeeper/session.ts';
import { ZooKeeperError } from '../../zookeeper/zookeeper-error.ts';

export interface MasterElection {
  /** Fulfilled with our number when we lead. */
  readonly led: Promise<number>;
  /** Fulfilled with the reason when we neither lead nor ever will. */
  readonly lost: Promise<string>;
  /** `host:port` of the leading master, as last seen. */
  leader(): string | undefined;
  /** Takes our node away at once. */
  close(): Promise<void>;
}

export interface MasterZooKeeper extends ZooKeeperAddress {
  /** Default 10 s, as --zk_session_timeout of Mesos. */
  readonly sessionTimeoutMs?: number;
}

const prefix = 'json.info_';

export async function contend(zooKeeper: MasterZooKeeper, info: MasterInfo): Promise<MasterElection> {
  const { path, sessionTimeoutMs = 10_000, ...where } = zooKeeper;
  const session = await connectZooKeeper({ ...where, sessionTimeoutMs });
  const led = Promise.withResolvers<number>();
  const lost = Promise.withResolvers<string>();
  let leader: string | undefined;
  session.onState((state) => {
    if (state === 'expired') lost.resolve('its session with ZooKeeper is over');
  });
  const own = await takeNumber(session, path, info);
  const follow = async (): Promise<void> => {
    for (;;) {
      const changed = Promise.withResolvers<void>();
      const names = await patiently(session, (zk) => zk.getChildren(path, changed.resolve));
      if (!names.includes(own)) {
        lost.resolve(`its node ${path}/${own} is gone`);
        return;
      }
      const first = leaderOf(names);
      // One that has gone between the two questions is told by the watch.
      leader = first === undefined ? undefined : ((await addressOf(session, path, first.name)) ?? leader);
      if (first?.name === own) led.resolve(first.sequence);
      await changed.promise;
    }
  };
  follow().catch((error: unknown) => {
    const isOver = error instanceof ZooKeeperError && error.code === 'closed';
    if (!isOver) lost.resolve(String(error));
  });
  return { led: led.promise, lost: lost.promise, leader: () => leader, close: () => session.close() };
}

/** One node, even when the answer to its creation is lost: it is known by its session. */
async function takeNumber(session: ZooKeeperSession, path: string, info: MasterInfo): Promise<string> {
  await patiently(session, (zk) => zk.mkdirp(path));
  return patiently(session, async (zk) => {
    const names = (await zk.getChildren(path)).filter((name) => name.startsWith(prefix));
    for (const name of names) {
      const owner = (await zk.exists(`${path}/${name}`))?.ephemeralOwner;
      if (owner !== undefined && BigInt(owner) === BigInt(zk.id)) return name;
    }
    const data = Buffer.from(JSON.stringify(info));
    const made = await zk.create(`${path}/${prefix}`, data, { mode: 'ephemeral-sequential', readableByAll: true });
    return made.slice(path.length + 1);
  });
}

async function addressOf(session: ZooKeeperSession, path: string, name: string): Promise<string | undefined> {
  try {
    const { data } = await patiently(session, (zk) => zk.getData(`${path}/${name}`));
    const read = readLeader(name, data.toString('utf8'));
    return read.kind === 'master' ? read.addresses[0] : undefined;
  } catch (error) {
    if (error instanceof ZooKeeperError && error.code === 'no-node') return undefined;
    throw error;
  }
}
