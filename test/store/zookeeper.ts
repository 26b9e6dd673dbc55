/** The store in ZooKeeper as the contract opens it, in the test's process and in others: `location` is HOST:PORT/PATH. */
import type { Store } from '../../src/store/store.ts';
import { openZooKeeperStore } from '../../src/store/zookeeper-store.ts';
import { connectZooKeeper } from '../../src/zookeeper/connect.ts';

export async function open(location: string): Promise<Store> {
  const slash = location.indexOf('/');
  const session = await connectZooKeeper({ hosts: [location.slice(0, slash)], sessionTimeoutMs: 10_000 });
  try {
    const store = await openZooKeeperStore(session, location.slice(slash));
    return {
      load: () => store.load(),
      commit: (writes) => store.commit(writes),
      close: async () => {
        await store.close();
        await session.close();
      },
    };
  } catch (error) {
    await session.close();
    throw error;
  }
}
