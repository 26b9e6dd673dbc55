/**
 * A session of ZooKeeper that expires at any moment of a leader's way, from its first word to its writes: the production
 * election, store and leadership on the simulated ensemble, the session ended before each of its requests in turn.
 */
import test from 'ava';
import { Problem } from '../../src/lib/problem.ts';
import { becomeLeader, type Leadership } from '../../src/main/leadership.ts';
import { ZooKeeperError } from '../../src/zookeeper/zookeeper-error.ts';
import { Chance } from './platform/chance.ts';
import { installPlatform } from './platform/platform.ts';
import { Process } from './platform/process.ts';
import { Time } from './platform/time.ts';
import { Ensemble } from './zookeeper/ensemble.ts';
import type { SimulatedSession } from './zookeeper/session.ts';

const ROOT = '/flink-mesos';

interface Candidate {
  readonly process: Process;
  readonly sessions: SimulatedSession[];
  leadership?: Leadership;
  /** How it ended, if it did. */
  ended?: unknown;
}

interface Ways {
  readonly time: Time;
  readonly ensemble: Ensemble;
  stand(name: string, work: (leadership: Leadership) => Promise<void>): Candidate;
}

function ways(seed: number): Ways {
  installPlatform();
  const time = new Time();
  const ensemble = new Ensemble({ time, chance: new Chance(seed), written: () => undefined });
  return {
    time,
    ensemble,
    stand(name, work) {
      const process = new Process(name, time, new Chance(seed + name.length));
      const candidate: Candidate = { process, sessions: [] };
      const openSession = () => {
        const session = ensemble.open(process, 10_000);
        candidate.sessions.push(session);
        return session;
      };
      const run = async () => {
        const leadership = await becomeLeader({
          openSession,
          root: ROOT,
          where: 'zk://simulated',
          startStandby: async () => ({ close: async () => undefined }),
          logger: { info: () => undefined, warn: () => undefined },
        });
        candidate.leadership = leadership;
        await work(leadership);
      };
      process.enter(() => {
        run().catch((error: unknown) => {
          candidate.ended = error;
        });
      });
      return candidate;
    },
  };
}

/** What a leader does first: it reads, writes, says where it is, writes on. */
async function lead({ store, announce }: Leadership): Promise<void> {
  await store.load();
  await store.commit([{ kind: 'put', collection: 'settings', key: 'a', value: 1 }]);
  await announce('http://here');
  for (let value = 0; ; value += 1) {
    await store.commit([{ kind: 'put', collection: 'settings', key: 'b', value }]);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

/** Ends whatever session is open at the nth event after the start. */
async function playedWith(expireAt: number): Promise<{ first: Candidate; second: Candidate; before: string }> {
  const { time, ensemble, stand } = ways(expireAt + 1);
  const first = stand('first', lead);
  let second: Candidate | undefined;
  time.after(2_000, () => {
    second = stand('second', lead);
  });
  let before = 'no session';
  const start = time.steps;
  await time.run(30_000, () => time.steps - start >= expireAt);
  const session = first.sessions.at(-1);
  if (session !== undefined) {
    before = first.leadership === undefined ? `${session.state}, on its way` : `${session.state}, leading`;
    if (session.record !== undefined) ensemble.end(session.record);
    session.cut(500);
  }
  await time.run(90_000, () => false);
  if (second === undefined) throw new Error('the second one never stood');
  return { first, second, before };
}

test('a session that expires at whatever moment: who had it ends or begins anew, and in the end one leads and writes', async (t) => {
  const seen = new Set<string>();
  for (let at = 0; at < 150; at += 1) {
    const { first, second, before } = await playedWith(at);
    seen.add(before);
    const leads = [first, second].filter(({ leadership, ended }) => leadership !== undefined && ended === undefined);
    t.is(leads.length, 1, `expired at event ${at}, ${before}`);
    for (const { ended } of [first, second]) {
      if (ended === undefined) continue;
      t.true(ended instanceof Problem && ended.code === 'DEPOSED', `event ${at}, ${before}: ${String(ended)}`);
    }
  }
  t.deepEqual([...seen].sort(), ['connected, leading', 'connected, on its way', 'connecting, on its way']);
});

test('a leader that cannot take away what it kept leaves the row all the same', async (t) => {
  const { time, stand } = ways(1);
  const first = stand('first', async ({ close }) => {
    const [session] = first.sessions;
    if (session === undefined) throw new Error('it leads without a session');
    session.remove = () => Promise.reject(new ZooKeeperError('not-authorized', 'not with these credentials'));
    await close(true);
  });
  await time.run(30_000, () => first.ended !== undefined);
  t.like(first.ended, { code: 'not-authorized' });
  t.deepEqual(
    first.sessions.map(({ state }) => state),
    ['closed'],
  );
});
