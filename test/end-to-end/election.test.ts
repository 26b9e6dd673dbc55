/** Leader election on a real ZooKeeper. */
import test from 'ava';
import { Problem } from '../../src/lib/problem.ts';
import { openZooKeeperStore } from '../../src/store/zookeeper-store.ts';
import { announceLeader, leadership, readLeader } from '../../src/zookeeper/election.ts';
import type { ZooKeeperSession } from '../../src/zookeeper/session.ts';
import { ZooKeeperError } from '../../src/zookeeper/zookeeper-error.ts';
import { eventually } from './support/process.ts';
import { wireTo } from './support/zookeeper.ts';
import { zooKeeperWorld } from './support/zookeeper-world.ts';

const world = zooKeeperWorld(test, 'election');
const { session } = world;

async function queued(zk: ZooKeeperSession, root: string, count: number): Promise<void> {
  await eventually(`${count} in the row`, async () => (await zk.getChildren(`${root}/election`)).length === count);
}

test.serial('the first in the row leads, then the next, in the order of their coming', async (t) => {
  const root = '/in-order';
  const all = [await session(), await session(), await session()] as const;
  const led: number[] = [];
  await leadership(all[0], root);
  const second = leadership(all[1], root).then(() => led.push(1));
  await queued(all[0], root, 2);
  const third = leadership(all[2], root).then(() => led.push(2));
  await queued(all[0], root, 3);
  t.deepEqual(led, []);
  await all[0].close();
  await second;
  t.deepEqual(led, [1]);
  await all[1].close();
  await third;
  t.deepEqual(led, [1, 2]);
});

test.serial('one that leaves from the middle of the row makes nobody lead', async (t) => {
  const root = '/middle';
  const all = [await session(), await session(), await session()] as const;
  await leadership(all[0], root);
  const middle = leadership(all[1], root);
  await queued(all[0], root, 2);
  let leads = false;
  const last = leadership(all[2], root).then(() => {
    leads = true;
  });
  await queued(all[0], root, 3);
  await all[1].close();
  t.is((await t.throwsAsync(middle, { instanceOf: ZooKeeperError })).code, 'closed');
  await queued(all[0], root, 2);
  t.false(leads);
  await all[0].close();
  await last;
  t.true(leads);
});

test.serial('a contender whose session expires gives up, and one whose leader expires takes over', async (t) => {
  const root = '/expiry';
  const wire = await wireTo(world.server.address);
  const leader = await session({ hosts: [wire.address], sessionTimeoutMs: 4_000 });
  await leadership(leader, root);
  await announceLeader(leader, root, 'http://one');
  const other = await session();
  const next = leadership(other, root);
  t.is(await readLeader(other, root), 'http://one');
  const waits = await session({ hosts: [wire.address], sessionTimeoutMs: 4_000 });
  const waiting = leadership(waits, root);
  await queued(other, root, 3);
  wire.silence();
  t.is((await t.throwsAsync(waiting, { instanceOf: ZooKeeperError })).code, 'expired');
  await next;
  await announceLeader(other, root, 'http://two');
  t.is(await readLeader(other, root), 'http://two');
  await wire.close();
});

test.serial('a place whose answer was lost is taken once', async (t) => {
  const root = '/lost-answer';
  const wire = await wireTo(world.server.address);
  const zk = await session({ hosts: [wire.address] });
  await zk.mkdirp(`${root}/election`);
  wire.break();
  await leadership(zk, root);
  t.is((await zk.getChildren(`${root}/election`)).length, 1);
  await wire.close();
});

/** Where a contender may be when its session ends: what leads there, then the act that is under way. */
const moments: Record<string, (zk: ZooKeeperSession, root: string) => Promise<() => Promise<unknown>>> = {
  'before it has a place': async (zk, root) => () => leadership(zk, root),
  'while it waits behind another': async (zk, root) => {
    const first = await session();
    await leadership(first, root);
    const waiting = leadership(zk, root);
    waiting.catch(() => undefined);
    await queued(first, root, 2);
    return () => waiting;
  },
  'while it opens the store': async (zk, root) => {
    await leadership(zk, root);
    return () => openZooKeeperStore(zk, root);
  },
  'while it announces itself': async (zk, root) => {
    await leadership(zk, root);
    return () => announceLeader(zk, root, 'http://one');
  },
  'while it writes': async (zk, root) => {
    await leadership(zk, root);
    const store = await openZooKeeperStore(zk, root);
    return () => store.commit([{ kind: 'put', collection: 'tasks', key: 'late', value: 1 }]);
  },
};

for (const [moment, reach] of Object.entries(moments)) {
  test.serial(`MA-61, MA-63: a session that ends ${moment}: it does nothing more, and another one leads`, async (t) => {
    const root = `/ends-${moment.replaceAll(' ', '-')}`;
    const wire = await wireTo(world.server.address);
    const zk = await session({ hosts: [wire.address], sessionTimeoutMs: 4_000 });
    const other = await session();
    await other.mkdirp(root);
    // From the next answer on nothing comes back, and nothing goes out.
    const act = await reach(zk, root);
    const acted = act();
    wire.silence();
    const outcome = await acted.then(
      () => 'done before',
      (error: unknown) => (error instanceof ZooKeeperError || error instanceof Problem ? 'told' : String(error)),
    );
    t.true(['done before', 'told'].includes(outcome), outcome);
    await eventually('the end of the session', async () => zk.state === 'expired');
    if (moment === 'while it waits behind another') await queued(other, root, 1);
    else {
      await leadership(other, root);
      const store = await openZooKeeperStore(other, root);
      t.is((await t.throwsAsync(leadership(zk, root), { instanceOf: ZooKeeperError })).code, 'expired');
      await store.commit([{ kind: 'put', collection: 'tasks', key: 'own', value: 2 }]);
      t.true((await store.load()).some(({ key }) => key === 'own'));
    }
    await wire.close();
  });
}
