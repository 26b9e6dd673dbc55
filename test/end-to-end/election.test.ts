/** Leader election on a real ZooKeeper. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { connectZooKeeper } from '../../src/zookeeper/connect.ts';
import { announceLeader, leadership, readLeader } from '../../src/zookeeper/election.ts';
import type { ZooKeeperSession } from '../../src/zookeeper/session.ts';
import { ZooKeeperError } from '../../src/zookeeper/zookeeper-error.ts';
import { eventually } from './support/process.ts';
import { startZooKeeper, wireTo, type ZooKeeperServer } from './support/zookeeper.ts';

let directory: string;
let server: ZooKeeperServer;
const opened: ZooKeeperSession[] = [];

test.before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flink-mesos-election-'));
  server = await startZooKeeper(directory);
});

test.afterEach.always(async () => {
  for (const session of opened.splice(0)) await session.close();
});

test.after.always(async () => {
  await server?.kill();
  await rm(directory, { recursive: true, force: true });
});

async function session(address = server.address, sessionTimeoutMs = 10_000): Promise<ZooKeeperSession> {
  const made = await connectZooKeeper({ hosts: [address], sessionTimeoutMs });
  opened.push(made);
  return made;
}

async function queued(zk: ZooKeeperSession, root: string, count: number): Promise<void> {
  await eventually(
    `${count} in the row`,
    5_000,
    async () => (await zk.getChildren(`${root}/election`)).length === count,
  );
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
  const wire = await wireTo(server.address);
  const leader = await session(wire.address, 1_000);
  await leadership(leader, root);
  await announceLeader(leader, root, 'http://one');
  const other = await session(server.address);
  const next = leadership(other, root);
  t.is(await readLeader(other, root), 'http://one');
  const waits = await session(wire.address, 1_000);
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
  const wire = await wireTo(server.address);
  const zk = await session(wire.address);
  await zk.mkdirp(`${root}/election`);
  wire.break();
  await leadership(zk, root);
  t.is((await zk.getChildren(`${root}/election`)).length, 1);
  await wire.close();
});
