/** What the tests of ZooKeeper set up: a server in a directory of its own, and sessions that end with each test. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestFn } from 'ava';
import { connectZooKeeper } from '../../../src/zookeeper/connect.ts';
import type { ZooKeeperOptions, ZooKeeperSession } from '../../../src/zookeeper/session.ts';
import { startZooKeeper, type ZooKeeperServer } from './zookeeper.ts';

export interface ZooKeeperWorld {
  /** Once the tests run. */
  readonly directory: string;
  readonly server: ZooKeeperServer;
  /** Closed after the test. */
  session(options?: Partial<ZooKeeperOptions>): Promise<ZooKeeperSession>;
}

/** Hooks into all tests of a file, which must be serial. */
export function zooKeeperWorld(test: TestFn, name: string): ZooKeeperWorld {
  let directory: string | undefined;
  let server: ZooKeeperServer | undefined;
  const opened: ZooKeeperSession[] = [];
  test.before(async () => {
    directory = await mkdtemp(join(tmpdir(), `flink-mesos-${name}-`));
    server = await startZooKeeper(directory);
  });
  test.afterEach.always(async () => {
    for (const session of opened.splice(0)) await session.close();
  });
  test.after.always(async () => {
    await server?.kill();
    if (directory !== undefined) await rm(directory, { recursive: true, force: true });
  });
  const started = <T>(part: T | undefined): T => {
    if (part === undefined) throw new Error('asked for before the tests run');
    return part;
  };
  return {
    get directory() {
      return started(directory);
    },
    get server() {
      return started(server);
    },
    async session(options = {}) {
      const made = await connectZooKeeper({ hosts: [started(server).address], sessionTimeoutMs: 30_000, ...options });
      opened.push(made);
      return made;
    },
  };
}
