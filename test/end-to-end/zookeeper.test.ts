/** Sessions, watches, transactions and master detection against a real ZooKeeper. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { startMaster } from '../../src/local-mesos/server/master-server.ts';
import { type Detection, detectMasters } from '../../src/mesos-api-client/detect-masters.ts';
import { connectZooKeeper, openZooKeeper } from '../../src/zookeeper/connect.ts';
import { openReader } from '../../src/zookeeper/reader.ts';
import type { SessionState, ZooKeeperOptions, ZooKeeperSession } from '../../src/zookeeper/session.ts';
import { ZooKeeperError, type ZooKeeperErrorCode } from '../../src/zookeeper/zookeeper-error.ts';
import { apiOf } from './support/api.ts';
import { eventually, flinkMesos, type Running } from './support/process.ts';
import { startZooKeeper, wireTo } from './support/zookeeper.ts';
import { zooKeeperWorld } from './support/zookeeper-world.ts';

const world = zooKeeperWorld(test, 'zk');

function session(options: Partial<ZooKeeperOptions> = {}): Promise<ZooKeeperSession> {
  return world.session({ sessionTimeoutMs: 20_000, ...options });
}

function bytes(text: string): Buffer {
  return Buffer.from(text);
}

async function code(asked: Promise<unknown>): Promise<ZooKeeperErrorCode | 'no error'> {
  try {
    await asked;
    return 'no error';
  } catch (error) {
    if (error instanceof ZooKeeperError) return error.code;
    throw error;
  }
}

function entered(session: ZooKeeperSession, state: SessionState): Promise<void> {
  return new Promise((resolve) => {
    if (session.state === state) resolve();
    session.onState((now) => now === state && resolve());
  });
}

/** A watch and the promise that it was called. */
function watch(): { called: Promise<void>; changed: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { called: promise, changed: resolve };
}

test.serial('nodes are made, read, written at a version and removed; what cannot be has a code', async (t) => {
  const zk = await session();
  t.true(zk.timeoutMs > 0);
  await zk.mkdirp('/plain/a/b');
  await zk.mkdirp('/plain/a/b');
  t.is(await zk.create('/plain/a/b/c', bytes('one')), '/plain/a/b/c');
  const { data, stat } = await zk.getData('/plain/a/b/c');
  t.is(data.toString(), 'one');
  t.deepEqual(stat, { version: 0, bytes: 3, children: 0 });
  t.is((await zk.set('/plain/a/b/c', bytes('two'), 0)).version, 1);
  t.is(await code(zk.set('/plain/a/b/c', bytes('x'), 0)), 'bad-version');
  t.is(await code(zk.remove('/plain/a/b/c', 0)), 'bad-version');
  t.is(await code(zk.remove('/plain/a/b', 'any')), 'not-empty');
  t.is(await code(zk.create('/plain/a', bytes(''))), 'node-exists');
  t.is(await code(zk.create('/plain/no/parent', bytes(''))), 'no-node');
  t.is(await code(zk.getData('/plain/no')), 'no-node');
  t.is(await code(zk.getChildren('/plain/no')), 'no-node');
  t.is(await code(zk.getData('no slash')), 'refused');
  t.is(await code(zk.create('/plain/large', Buffer.alloc(1024 * 1024))), 'refused');
  t.is(await zk.exists('/plain/no'), undefined);
  t.is((await zk.getData('/plain/a')).data.length, 0);
  await zk.remove('/plain/a/b/c', 1);
  t.deepEqual(await zk.getChildren('/plain/a/b'), []);
});

test.serial('ephemeral nodes go with their session, sequential ones are numbered in order', async (t) => {
  const [owner, other] = [await session(), await session()];
  await other.mkdirp('/ephemeral');
  const first = await owner.create('/ephemeral/n_', bytes('1'), { mode: 'ephemeral-sequential' });
  const second = await owner.create('/ephemeral/n_', bytes('2'), { mode: 'ephemeral-sequential' });
  await owner.create('/ephemeral/plain', bytes('3'), { mode: 'ephemeral' });
  t.deepEqual([first, second], ['/ephemeral/n_0000000000', '/ephemeral/n_0000000001']);
  t.is((await other.exists(first))?.ephemeralOwner, owner.id);
  t.is(await code(owner.create(`${first}/child`, bytes(''))), 'refused');
  await owner.close();
  t.is(await code(owner.getChildren('/ephemeral')), 'closed');
  await eventually('no node left', async () => (await other.getChildren('/ephemeral')).length === 0);
});

test.serial('watches tell of children, data, creation and removal, once each', async (t) => {
  const [zk, writer] = [await session({ chroot: '/watched' }), await session({ chroot: '/watched' })];
  await writer.mkdirp('/');
  const [children, created, data, removed] = [watch(), watch(), watch(), watch()];
  await zk.getChildren('/', children.changed);
  t.is(await zk.exists('/node', created.changed), undefined);
  await writer.create('/node', bytes('1'));
  await Promise.all([children.called, created.called]);
  await zk.getData('/node', data.changed);
  await writer.set('/node', bytes('2'), 'any');
  await data.called;
  await zk.exists('/node', removed.changed);
  await writer.remove('/node', 'any');
  await removed.called;
  t.pass();
});

test.serial('transactions below a chroot are all or nothing, and a check of version 0 is one', async (t) => {
  const [zk, whole] = [await session({ chroot: '/rooted/deep' }), await session()];
  await zk.mkdirp('/');
  await zk.create('/epoch', bytes('1'));
  const results = await zk.transact([
    { kind: 'check', path: '/epoch', version: 0 },
    { kind: 'create', path: '/task', data: bytes('a') },
    { kind: 'create', path: '/n_', data: bytes(''), mode: 'ephemeral-sequential' },
    { kind: 'set', path: '/task', data: bytes('b'), version: 0 },
  ]);
  t.is(results[1]?.path, '/task');
  t.regex(results[2]?.path ?? '', /^\/n_\d{10}$/);
  t.is(results[3]?.stat?.version, 1);
  t.is((await whole.getData('/rooted/deep/task')).data.toString(), 'b');
  await zk.set('/epoch', bytes('2'), 0);
  for (const late of [
    { kind: 'check', path: '/epoch', version: 0 },
    { kind: 'set', path: '/epoch', data: bytes('x'), version: 0 },
    { kind: 'remove', path: '/epoch', version: 0 },
  ] as const) {
    const refused = await t.throwsAsync(zk.transact([{ kind: 'create', path: '/half', data: bytes('') }, late]), {
      instanceOf: ZooKeeperError,
    });
    t.is(refused?.code, 'bad-version');
    t.regex(refused?.message ?? '', new RegExp(`${late.kind} /epoch \\(2 of 2\\)`));
    t.is(await zk.exists('/half'), undefined);
  }
  await zk.transact([{ kind: 'remove', path: '/task', version: 1 }]);
  t.is(await whole.exists('/rooted/deep/task'), undefined);
});

test.serial('I13: what is made with credentials is closed to others, or theirs to read', async (t) => {
  const credentials = { user: 'flink', password: 'p@ss:word' };
  const owner = await session({ credentials });
  await owner.create('/private', bytes('secret'));
  await owner.create('/shown', bytes('leader'), { readableByAll: true });
  await owner.transact([{ kind: 'create', path: '/private/child', data: bytes('') }]);
  for (const stranger of [await session(), await session({ credentials: { user: 'flink', password: 'wrong' } })]) {
    t.is(await code(stranger.getData('/private')), 'not-authorized');
    t.is(await code(stranger.set('/private', bytes(''), 'any')), 'not-authorized');
    t.is(await code(stranger.getData('/private/child')), 'not-authorized');
    t.is((await stranger.getData('/shown')).data.toString(), 'leader');
    t.is(await code(stranger.set('/shown', bytes(''), 'any')), 'not-authorized');
  }
  t.is((await (await session({ credentials })).getData('/private')).data.toString(), 'secret');
});

test.serial(
  'a broken connection suspends the session: its nodes, watches and credentials come back with it',
  async (t) => {
    const wire = await wireTo(world.server.address);
    const credentials = { user: 'u', password: 'p' };
    const [zk, other] = [await session({ hosts: [wire.address], credentials }), await session({ credentials })];
    await zk.create('/kept', bytes('1'), { mode: 'ephemeral' });
    const changed = watch();
    await zk.getData('/kept', changed.changed);
    const [before, suspended] = [zk.id, entered(zk, 'suspended')];
    wire.break();
    await suspended;
    t.is(await code(zk.getData('/kept')), 'disconnected');
    await entered(zk, 'connected');
    t.is(zk.id, before);
    t.is((await zk.getData('/kept')).stat.ephemeralOwner, before);
    await other.set('/kept', bytes('2'), 'any');
    await changed.called;
    await zk.close();
    await wire.close();
  },
);

test.serial('requests under way when the connection goes are told so: a write may have happened', async (t) => {
  const wire = await wireTo(world.server.address);
  const zk = await session({ hosts: [wire.address] });
  wire.silence();
  const [read, write] = [code(zk.getChildren('/')), code(zk.create('/perhaps', bytes('')))];
  wire.break();
  t.is(await read, 'disconnected');
  t.is(await write, 'outcome-unknown');
  await zk.close();
  await wire.close();
});

test.serial('a connection that breaks inside an answer leaves nothing behind that spoils the next', async (t) => {
  const wire = await wireTo(world.server.address);
  const zk = await session({ hosts: [wire.address] });
  const large = Buffer.alloc(500_000, 'x');
  await zk.create('/large', large);
  for (const most of [3, 100, 200_000]) {
    wire.breakAfter(most);
    const suspended = entered(zk, 'suspended');
    t.is(await code(zk.getData('/large')), 'disconnected');
    await suspended;
    await entered(zk, 'connected');
    t.true((await zk.getData('/large')).data.equals(large));
  }
  await zk.close();
  await wire.close();
});

test.serial('a session that is closed before there was a connection ends at once', async (t) => {
  const wire = await wireTo(world.server.address);
  const early = openZooKeeper({ hosts: [wire.address], sessionTimeoutMs: 5_000 });
  await early.close();
  await session({ hosts: [wire.address] });
  t.is(wire.dialled(), 1);
  t.is(early.state, 'closed');
  t.is(await code(early.getChildren('/')), 'closed');
  await wire.close();
});

test.serial('a silent connection ends in an expired session on both sides, within the session time-out', async (t) => {
  const wire = await wireTo(world.server.address);
  const [zk, other] = [await session({ hosts: [wire.address], sessionTimeoutMs: 4_000 }), await session()];
  await zk.create('/gone', bytes(''), { mode: 'ephemeral' });
  const states: SessionState[] = [];
  zk.onState((state) => states.push(state));
  const [expired, removed] = [entered(zk, 'expired'), watch()];
  await other.exists('/gone', removed.changed);
  wire.silence();
  await expired;
  t.is(states.at(-1), 'expired');
  t.false(states.includes('connected'));
  t.is(await code(zk.exists('/gone')), 'expired');
  await removed.called;
  wire.heal();
  t.is(zk.state, 'expired');
  await wire.close();
});

test.serial('an ensemble that was killed and comes back finds sessions that last long enough', async (t) => {
  const zk = await session({ sessionTimeoutMs: 60_000 });
  const short = await session({ sessionTimeoutMs: 500 });
  await zk.create('/survivor', bytes('1'), { mode: 'ephemeral' });
  const before = zk.id;
  const [suspended, expired] = [entered(zk, 'suspended'), entered(short, 'expired')];
  await world.server.kill();
  await Promise.all([suspended, expired]);
  t.is(await code(connectZooKeeper({ hosts: [world.server.address], sessionTimeoutMs: 300 })), 'unreachable');
  await world.server.restart();
  await entered(zk, 'connected');
  t.is(zk.id, before);
  t.is((await zk.getData('/survivor')).stat.ephemeralOwner, before);
});

test.serial('an ensemble that demands SASL is named as such, and nothing breaks', async (t) => {
  const auth = 'org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.server.auth';
  const strict = await startZooKeeper(world.directory, [
    '-Dzookeeper.sessionRequireClientSASLAuth=true',
    `-Dzookeeper.authProvider.1=${auth}.SASLAuthenticationProvider`,
  ]);
  try {
    const zk = await session({ hosts: [strict.address] });
    const refused = await t.throwsAsync(zk.getChildren('/'), { instanceOf: ZooKeeperError });
    t.is(refused?.code, 'not-authorized');
    t.regex(refused?.message ?? '', /SASL/);
  } finally {
    await strict.kill();
  }
});

/** As Apache Mesos 1.12 writes it. */
function masterInfo(port: number): Buffer {
  return bytes(
    JSON.stringify({
      address: { hostname: '127.0.0.1', ip: '127.0.0.1', port },
      capabilities: [{ type: 'AGENT_UPDATE' }, { type: 'AGENT_DRAINING' }, { type: 'QUOTA_V2' }],
      hostname: '127.0.0.1',
      id: '400fa33a-f063-4b28-a7e9-166e67e1d75d',
      ip: 16_777_343,
      pid: `master@127.0.0.1:${port}`,
      port,
      version: '1.12.0',
    }),
  );
}

function contend(session: ZooKeeperSession, path: string, port: number): Promise<string> {
  return session.create(`${path}/json.info_`, masterInfo(port), { mode: 'ephemeral-sequential' });
}

test.serial(
  'MA-59, MA-60: masters are detected as they come and go, over sessions of the detector that end',
  async (t) => {
    const wire = await wireTo(world.server.address);
    const reader = openReader({ hosts: [wire.address], sessionTimeoutMs: 1_000 });
    const told: Detection[] = [];
    const heard = new Set<() => void>();
    const detector = detectMasters({
      reader,
      path: '/detected',
      report: (found) => {
        told.push(found);
        for (const look of heard) look();
      },
    });
    const names = (masters: readonly string[], why?: RegExp): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => {
          const last = told.at(-1);
          if (last?.masters.join() === masters.join() && (why === undefined || why.test(last.why ?? ''))) resolve();
        };
        heard.add(look);
        look();
      });
    await names([], /no node/);
    const [a, b] = [await session(), await session()];
    await a.mkdirp('/detected');
    await names([], /no master/);
    await a.create('/detected/log_replicas', bytes(''));
    await contend(a, '/detected', 5051);
    await names(['127.0.0.1:5051']);
    await contend(b, '/detected', 5052);
    await a.close();
    await names(['127.0.0.1:5052']);
    wire.silence();
    await names([], /no session/);
    wire.heal();
    await names(['127.0.0.1:5052']);
    await b.close();
    await names([], /no master/);
    detector.close();
    await reader.close();
    await wire.close();
    t.pass();
  },
);

test.serial('MA-59: a scheduler told of zk:// follows the leading master from one to the next', async (t) => {
  const [one, two] = [
    await startMaster({ port: 0, workDir: join(world.directory, 'one') }),
    await startMaster({ port: 0, workDir: join(world.directory, 'two') }),
  ];
  let running = [one, two];
  const [a, b] = [await session(), await session()];
  await a.mkdirp('/mesos');
  const secret = join(world.directory, 'mesos-master');
  await writeFile(secret, `zk://user:hunter2@${world.server.address}/mesos\n`);
  const scheduler = flinkMesos([
    ...['scheduler', '--mesos-master', `file://${secret}`, '--listen', '127.0.0.1:0'],
    ...['--data-dir', join(world.directory, 'scheduler'), '--storage', `file://${join(world.directory, 'storage')}`],
  ]);
  try {
    const api = await apiOf(scheduler);
    t.is((await api.info()).mesos.state, 'searching');
    await contend(a, '/mesos', one.port);
    await contend(b, '/mesos', two.port);
    const subscribedTo = (port: number): Promise<unknown> =>
      eventually(`subscribed to ${port}`, async () => {
        const { mesos } = await api.info();
        return mesos.state === 'subscribed' && mesos.master === `127.0.0.1:${port}`;
      });
    await subscribedTo(one.port);
    await a.close();
    running = [two];
    await one.close();
    await subscribedTo(two.port);
    t.notRegex(scheduler.output(), /hunter2/);
    t.regex(scheduler.output(), /no leading master/);
  } finally {
    await scheduler.kill('SIGTERM');
    for (const master of running) await master.close();
  }
});

test.serial('masters that a ZooKeeper elsewhere names count as elsewhere: storage is demanded', async (t) => {
  const scheduler = flinkMesos([
    ...['scheduler', '--mesos-master', 'zk://user:hunter2@zk1:2181/mesos', '--listen', '127.0.0.1:0'],
    ...['--data-dir', join(world.directory, 'refused')],
  ]);
  t.is(await scheduler.exited(), 2);
  t.regex(scheduler.output(), /--storage/);
  t.notRegex(scheduler.output(), /hunter2/);
});

test.serial(
  '--zk alone: on one machine it finds the masters, keeps state and storage, and the next leader finds both',
  async (t) => {
    const master = await startMaster({ port: 0, workDir: join(world.directory, 'alone-master') });
    const named = await session();
    await named.mkdirp('/mesos');
    await contend(named, '/mesos', master.port);
    const schedulers: Running[] = [];
    const start = async (name: string): Promise<Running> => {
      const own = ['--listen', '127.0.0.1:0', '--data-dir', join(world.directory, name), '--zk-session-timeout', '8s'];
      const scheduler = flinkMesos(['scheduler', '--zk', `zk://${world.server.address}/alone`, ...own]);
      schedulers.push(scheduler);
      await scheduler.said(/waiting for its turn/);
      return scheduler;
    };
    const subscribed = async (scheduler: Running): Promise<string | undefined> => {
      const api = await apiOf(scheduler);
      await eventually('subscribed', async () => (await api.info()).mesos.state === 'subscribed');
      return (await api.info()).frameworkId;
    };
    try {
      const first = await start('one');
      const frameworkId = await subscribed(first);
      const second = await start('two');
      await first.kill('SIGKILL');
      t.is(await subscribed(second), frameworkId);
      const { data } = await named.getData('/alone/state/=settings/=storage');
      t.is(JSON.parse(data.toString()), `file://${join(world.directory, 'one', 'storage')}`);
    } finally {
      for (const scheduler of schedulers) await scheduler.kill('SIGTERM');
      await master.close();
    }
  },
);

test.serial('--zk alone: a master that turns out to be on another machine is refused, with the reason', async (t) => {
  const named = await session();
  await named.mkdirp('/mesos');
  const elsewhere = JSON.parse(masterInfo(5050).toString()) as Record<string, unknown>;
  const info = {
    ...elsewhere,
    hostname: 'far.example',
    address: { hostname: 'far.example', ip: '192.0.2.1', port: 5050 },
  };
  await named.create('/mesos/json.info_', bytes(JSON.stringify(info)), { mode: 'ephemeral-sequential' });
  const scheduler = flinkMesos([
    ...['scheduler', '--zk', `zk://${world.server.address}/far`, '--listen', '127.0.0.1:0'],
    ...['--data-dir', join(world.directory, 'far')],
  ]);
  t.is(await scheduler.exited(), 2);
  t.regex(scheduler.output(), /is not on this machine: give --storage/);
});
