/**
 * FLINK-14158: many offers, few of which are of use, kept jobs waiting for hours, since most were held and few returned.
 * Here a whole scheduler asks a whole master with 1,000 agents for a cluster of 30 TaskManagers.
 */
import test from 'ava';
import { quotaOf } from '../../src/local-mesos/model/allocation/books.ts';
import type { Scenario } from './scenario.ts';
import { World } from './world.ts';

/** Nine of ten agents have too little memory for a TaskManager. */
const skewed: Scenario = {
  seed: 1,
  agents: 1_000,
  agentCpus: 3,
  agentMemMiB: (index) => (index % 10 === 0 ? 12_288 : 1_024),
  masters: 1,
  agentReregisterMs: 600_000,
  clusters: 0,
  mostTaskManagers: 30,
  sufferMs: 0,
  faultEveryMs: 1_000,
  faults: [],
  actEveryMs: 1_000,
  startAnew: false,
  uninstallAtMs: undefined,
  updateEveryMs: undefined,
  operateEveryMs: undefined,
};

test('FLINK-14158: 30 requests among 1,000 skewed agents are served by the first round of offers, and nothing is held', async (t) => {
  const world = new World(skewed);
  await world.time.run(60_000, () => false);
  const dispatcher = () => world.leader?.house?.dispatcher;
  const launched = () => (dispatcher()?.tasks() ?? []).filter(({ agentId }) => agentId !== undefined);
  const before = dispatcher()?.offers()[0]?.number ?? 0;
  world.operator.create(30, 1, 0);
  await world.time.run(180_000, () => launched().length === 31);
  t.is(launched().length, 31);
  const rounds = (dispatcher()?.offers() ?? []).filter(({ number }) => number > before);
  const used = rounds.filter(({ offers }) => offers.some(({ outcome }) => outcome === 'accepted'));
  t.is(used.length, 1, JSON.stringify(rounds.map(({ number, offers, unlisted }) => [number, offers.length, unlisted])));
  const [round] = used;
  const { declined = 0, accepted = 0, held = 0 } = round?.unlisted ?? {};
  t.is((round?.offers.length ?? 0) + declined + accepted, 1_000);
  t.is(held, 0);
  t.false(rounds.some(({ offers }) => offers.some(({ outcome }) => outcome === 'held')));
  t.deepEqual(world.verdicts.violations, []);
});

/** The case itself: what is held counts against the quota, and keeps the master from offering anything else. */
test('FLINK-14158: under a quota that a few offers use up, the others are offered one after the other until all are served', async (t) => {
  const world = new World(skewed);
  await world.time.run(60_000, () => false);
  const dispatcher = () => world.leader?.house?.dispatcher;
  const launched = () => (dispatcher()?.tasks() ?? []).filter(({ agentId }) => agentId !== undefined);
  // Little more than the cluster needs, and than fifteen agents have.
  const limits = { cpus: { value: 40 }, mem: { value: 60_000 } };
  world.masters.state?.books.quotas.set('*', quotaOf({ role: '*', limits }));
  const before = dispatcher()?.offers()[0]?.number ?? 0;
  world.operator.create(30, 1, 0);
  await world.time.run(180_000, () => launched().length === 31);
  t.is(launched().length, 31);
  const rounds = (dispatcher()?.offers() ?? []).filter(({ number }) => number > before);
  const most = Math.max(...rounds.map(({ offers }) => offers.length));
  t.true(rounds.length > 5 && most < 30, `${rounds.length} rounds of at most ${most} offers: the quota was none`);
  t.false(rounds.some(({ offers }) => offers.some(({ outcome }) => outcome === 'held')));
  t.deepEqual(world.verdicts.violations, []);
});
