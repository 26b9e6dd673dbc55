/** The contract of a home for state, on a real ZooKeeper; and what only this home promises: one writer, whoever else believes to be it. */

import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { Problem } from '../../src/lib/problem.ts';
import { openZooKeeperStore } from '../../src/store/zookeeper-store.ts';
import { connectZooKeeper } from '../../src/zookeeper/connect.ts';
import type { ZooKeeperSession } from '../../src/zookeeper/session.ts';
import { put, remove, storeContract } from '../store/contract.ts';
import { open } from '../store/zookeeper.ts';
import { startZooKeeper, type Wire, wireTo, type ZooKeeperServer } from './support/zookeeper.ts';

let directory: string;
let server: ZooKeeperServer;

test.before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flink-mesos-zk-store-'));
  server = await startZooKeeper(directory, ['-Xmx400m']);
});

test.after.always(async () => {
  await server?.kill();
  await rm(directory, { recursive: true, force: true });
});

const module = new URL('../store/zookeeper.ts', import.meta.url).href;
storeContract(test, {
  name: 'WS-1, WS-4 to WS-7, ZooKeeper',
  open,
  module,
  location: async () => `${server.address}/stores/${randomUUID()}`,
});

async function session(
  t: ExecutionContext,
  address = server.address,
  sessionTimeoutMs = 30_000,
): Promise<ZooKeeperSession> {
  const made = await connectZooKeeper({ hosts: [address], sessionTimeoutMs });
  t.teardown(() => made.close());
  return made;
}

async function wire(t: ExecutionContext): Promise<Wire> {
  const made = await wireTo(server.address);
  t.teardown(() => made.close());
  return made;
}

const root = (): string => `/stores/${randomUUID()}`;

test('I6, MA-63: whoever was deposed by a later opener writes nothing any more and is told so', async (t) => {
  const [first, second] = [await session(t), await session(t)];
  const path = root();
  const old = await openZooKeeperStore(first, path);
  await old.commit([put('a', 1)]);
  const successor = await openZooKeeperStore(second, path);
  t.is(successor.epoch, old.epoch + 1);
  for (const writes of [[put('a', 2)], [remove('a')], [put('b', 1, 'new')]]) {
    t.is((await t.throwsAsync(old.commit(writes), { instanceOf: Problem })).code, 'DEPOSED');
  }
  await successor.commit([put('b', 3)]);
  t.is((await t.throwsAsync(old.commit([put('a', 2)]), { instanceOf: Problem })).code, 'DEPOSED');
  t.deepEqual(
    (await successor.load()).map(({ key, value }) => [key, value]),
    [
      ['a', 1],
      ['b', 3],
    ],
  );
});

test('a write whose answer is lost is resolved: done once, and the next goes on from it', async (t) => {
  const cut = await wire(t);
  const zk = await session(t, cut.address);
  const path = root();
  const store = await openZooKeeperStore(zk, path);
  for (let number = 1; number <= 10; number += 1) {
    // The transaction reaches the server; its answer does not come back whole.
    cut.breakAfter(number);
    await store.commit([put('last', number), put(`n${number}`, 1)]);
  }
  t.true(cut.dialled() > 10);
  t.is((await zk.getData(`${path}/commit`)).stat.version, 10);
  const records = await store.load();
  t.is(records.length, 11);
  t.is(records.find(({ key }) => key === 'last')?.value, 10);
});

test('an expired session deposes, before anybody else has come', async (t) => {
  const cut = await wire(t);
  const zk = await session(t, cut.address, 4_000);
  const store = await openZooKeeperStore(zk, root());
  cut.silence();
  t.is((await t.throwsAsync(store.commit([put('a', 1)]), { instanceOf: Problem })).code, 'DEPOSED');
});

test('ZooKeeper killed and started again within the session: the commit waits and is done', async (t) => {
  const own = await mkdtemp(join(tmpdir(), 'flink-mesos-zk-restart-'));
  const other = await startZooKeeper(own);
  t.teardown(async () => {
    await other.kill();
    await rm(own, { recursive: true, force: true });
  });
  const zk = await session(t, other.address, 60_000);
  const store = await openZooKeeperStore(zk, root());
  await store.commit([put('a', 1)]);
  await other.kill();
  const waiting = store.commit([put('a', 2)]);
  await other.restart();
  await waiting;
  t.is((await store.load())[0]?.value, 2);
});

test('a value that no node takes is refused by name and changes nothing; the next commit is taken', async (t) => {
  const zk = await session(t);
  const store = await openZooKeeperStore(zk, root());
  const large = randomBytes(1024 * 1024).toString('base64');
  const error = await t.throwsAsync(store.commit([put('a', 1), put('large', large)]), { instanceOf: Problem });
  t.is(error.code, 'PERSIST_FAILED');
  t.regex(error.message, /tasks\/large/);
  t.deepEqual(await store.load(), []);
  await store.commit([put('a', 1)]);
});

test('a commit past one transaction is whole or not at all, wherever its writer stops', async (t) => {
  const half = randomBytes(200_000);
  const many = Array.from({ length: 6 }, (_, index) => put(`k${index}`, `${index}${half.toString('base64')}`));
  const zk = await session(t);
  // Each transaction of the commit is the last one in one of the rounds.
  for (let last = 0; ; last += 1) {
    const path = root();
    const before = await openZooKeeperStore(zk, path);
    await before.commit([put('k0', 'old')]);
    let left = last;
    const dying: ZooKeeperSession = Object.create(zk, {
      state: { get: () => zk.state },
      transact: {
        value: (operations: Parameters<ZooKeeperSession['transact']>[0]) => {
          if (left === 0) throw new Error('the writer died');
          left -= 1;
          return zk.transact(operations);
        },
      },
      getData: { value: zk.getData.bind(zk) },
      getChildren: { value: zk.getChildren.bind(zk) },
      set: { value: zk.set.bind(zk) },
      create: { value: zk.create.bind(zk) },
      mkdirp: { value: zk.mkdirp.bind(zk) },
      onState: { value: zk.onState.bind(zk) },
    });
    const writer = await openZooKeeperStore(dying, path);
    const done = await writer.commit(many).then(
      () => true,
      () => false,
    );
    const after = await openZooKeeperStore(zk, path);
    const found = await after.load();
    t.true(found.length === 6 || (found.length === 1 && found[0]?.value === 'old' && !done), `after ${last}`);
    await after.commit([put('k0', 'new')]);
    t.deepEqual(await zk.getChildren(`${path}/journal`), []);
    if (done) {
      t.true(last > 4);
      break;
    }
  }
});
