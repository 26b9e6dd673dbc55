/**
 * Schedulers killed with -9 at each point between what they persist, what they call and what they acknowledge, on a real
 * ZooKeeper and the embedded Mesos. A round is the life of one leader: it takes over, brings everything to what it should be
 * (which is compared with the processes of this machine), goes on to make and end things, and dies. Held in every round:
 *
 * - I1, I2: the processes that live are those that the leader knows, no more and no fewer.
 * - I3: no task id has started twice.  I4: none has that was not written down before.  I7: one framework id.
 * - A cluster whose creation was confirmed is there, one whose deletion was confirmed goes.
 *
 *   npm run crash-points [-- --rounds 300 --seed S]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createRandom } from '../../src/lib/random.ts';
import { startLocalMesos } from '../../src/local-mesos/server/start-local-mesos.ts';
import { connectZooKeeper } from '../../src/zookeeper/connect.ts';
import type { ZooKeeperSession } from '../../src/zookeeper/session.ts';
import { startZooKeeper } from '../end-to-end/support/zookeeper.ts';
import { Judge } from './judge.ts';
import { type Member, startMember } from './member.ts';
import type { FromMember } from './messages.ts';
import { type Crash, points } from './points.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '300' },
    seed: { type: 'string' },
    budget: { type: 'string', default: '1500' },
  },
});
const rounds = Number(values.rounds);
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
const random = createRandom(seed);
const ROOT = '/crash-points';
/** A life that comes to nothing within this time has lost something. */
const LIFE_MS = 60_000;
/** In every so manieth round ZooKeeper finds out by itself that the leader is dead; in the others it is told. */
const EXPIRES_EVERY = 10;

console.log(`${rounds} rounds, seed ${seed}`);
const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-crash-'));
const startsFile = join(directory, 'starts');
const zooKeeper = await startZooKeeper(directory);
const mesos = await startLocalMesos({
  port: 0,
  workDir: directory,
  agents: [0, 1].map(() => ({ resources: 'cpus:4;mem:4096;disk:10000;ports:[31000-31999]' })),
  allocationMs: 50,
});
const admin = await connectZooKeeper({ hosts: [zooKeeper.address], sessionTimeoutMs: 30_000 });
const judge = new Judge(directory, startsFile);
const members: Member[] = [];
const died = new Map<string, number>();
const startedAt = Date.now();
let made = 0;
let passed = 0;
let failed = 0;
try {
  for (let round = 0; round < rounds; round += 1) {
    if (Date.now() - startedAt > Number(values.budget) * 1000) {
      console.log(`the budget of ${values.budget} s is used up after ${round} rounds`);
      break;
    }
    while (members.length < 2) members.push(member(made, nextCrash()));
    const leader = await Promise.race(members.map((each) => each.leads.then(() => each)));
    members.splice(members.indexOf(leader), 1);
    const troubles = await life(leader);
    const how = await leader.ended;
    await buried(round);
    if (how !== 'SIGKILL' && how !== 16) troubles.push(`it ended with ${how}: ${leader.said()}`);
    if (troubles.length === 0) passed += 1;
    else {
      failed += 1;
      console.log(`round ${round}, ${JSON.stringify(leader.options.crash)}:\n  ${troubles.join('\n  ')}`);
    }
  }
  await lastLife();
} finally {
  for (const each of members) each.kill();
  await admin.close();
  await mesos.close();
  await zooKeeper.kill();
  await rm(directory, { recursive: true, force: true });
}
const never = points.filter((point) => !died.has(point));
console.log(
  `${judge.started} tasks launched; died at ${died.size} of ${points.length} points in ${Math.round((Date.now() - startedAt) / 1000)} s`,
);
if (never.length > 0) console.log(`never at: ${never.join(', ')}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

function member(number: number, crash: Crash | undefined): Member {
  made += 1;
  const name = `r${number}`;
  const mesosMaster = new URL(mesos.masterUrl).host;
  const common = { zooKeeper: zooKeeper.address, root: ROOT, mesosMaster, startsFile, name, startedAt: Date.now() };
  return startMember({ ...common, seed: Math.floor(random.next() * 2 ** 31), ...(crash && { crash }) });
}

/** Each point in its turn, at a crossing by chance: early ones in the takeover, later ones in what follows. */
function nextCrash(): Crash {
  const point = points[(made * 7) % points.length] ?? '';
  const rare = /subscribe|SUBSCRIBED/.test(point);
  return { point, nth: rare ? 1 : 1 + Math.floor(random.next() ** 2 * 12) };
}

/** Follows a leader until it is dead; what it found wrong. */
async function life(leader: Member): Promise<string[]> {
  const troubles: string[] = [];
  let settled = 0;
  const timer = setTimeout(() => {
    troubles.push(`nothing came of it in ${LIFE_MS / 1000} s, after ${settled} times that all was well`);
    leader.kill();
  }, LIFE_MS);
  for (;;) {
    const message = await leader.next();
    if (message === undefined) break;
    troubles.push(...(await judge.hear(message)));
    if (message.kind !== 'settled') continue;
    settled += 1;
    // It may cross its point never: then it dies here.
    if (settled > 8) leader.kill();
    else leader.tell('go-on');
  }
  clearTimeout(timer);
  if (settled <= 8 && leader.options.crash)
    died.set(leader.options.crash.point, (died.get(leader.options.crash.point) ?? 0) + 1);
  return troubles;
}

/** The place of the dead in the row goes when its session has expired. Mostly that is not waited for. */
async function buried(round: number): Promise<void> {
  if (round % EXPIRES_EVERY === 0) return;
  const row = `${ROOT}/election`;
  const places = await admin.getChildren(row).catch(() => []);
  const [first] = places.sort((a, b) => Number(a.slice(-10)) - Number(b.slice(-10)));
  if (first !== undefined) await removed(admin, `${row}/${first}`);
}

async function removed(session: ZooKeeperSession, path: string): Promise<void> {
  await session.remove(path, 'any').catch(() => undefined);
}

/** One that does not die brings everything to rest and then to an end: no process is left. */
async function lastLife(): Promise<void> {
  for (const each of members.splice(0)) {
    each.kill();
    await each.ended;
  }
  for (const place of await admin.getChildren(`${ROOT}/election`)) await removed(admin, `${ROOT}/election/${place}`);
  const last = member(made, undefined);
  members.push(last);
  const troubles: string[] = [];
  const hear = async (kind: FromMember['kind']): Promise<void> => {
    for (;;) {
      const message = await last.next();
      if (message === undefined) throw new Error(`the last scheduler ended: ${last.said()}`);
      troubles.push(...(await judge.hear(message)));
      if (message.kind === kind) return;
    }
  };
  await hear('settled');
  last.tell('clear');
  troubles.push(...(await judge.end()));
  if (troubles.length > 0) {
    failed += 1;
    console.log(`at the end:\n  ${troubles.join('\n  ')}`);
  } else passed += 1;
}
