/** The parts of the simulated world, where they promise something that a fault of theirs would hide. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { ZooKeeperError } from '../../src/zookeeper/zookeeper-error.ts';
import { outcomeLine } from './account.ts';
import { plantedBugs } from './planted/bugs.ts';
import { faultOf, planted } from './planted/run.ts';
import { Chance } from './platform/chance.ts';
import { installPlatform } from './platform/platform.ts';
import { Process } from './platform/process.ts';
import { Time } from './platform/time.ts';
import { inOrder } from './summary.ts';
import { Ensemble } from './zookeeper/ensemble.ts';
import { Tree } from './zookeeper/tree.ts';

const never = () => false;

function processOf(time: Time, seed = 1): Process {
  installPlatform();
  return new Process('p', time, new Chance(seed));
}

test('events happen in the order of their times, and of their planning at one time', async (t) => {
  const time = new Time();
  const seen: string[] = [];
  time.after(20, () => seen.push('c'));
  time.after(10, () => seen.push('a'));
  time.after(10, () => {
    seen.push('b');
    time.after(0, () => seen.push('b2'));
  });
  const cancel = time.after(15, () => seen.push('never'));
  cancel();
  await time.run(100, never);
  t.deepEqual(seen, ['a', 'b', 'b2', 'c']);
  t.is(time.elapsedMs, 100);
});

test('production code finds the clock, the timers and the chance of its process', async (t) => {
  const time = new Time();
  const seen: unknown[] = [];
  const run = async () => {
    const began = Date.now();
    await sleep(5_000);
    setTimeout(() => seen.push(Date.now() - began), 1_000);
    setImmediate(() => seen.push('soon'));
    seen.push(randomUUID());
  };
  processOf(time).enter(() => void run());
  await time.run(10_000, never);
  const other = new Time();
  const again: unknown[] = [];
  processOf(other).enter(() => again.push(randomUUID()));
  t.deepEqual(seen, [again[0], 'soon', 6_000]);
});

test('what is dead does nothing any more; what stands still does it later, in order', async (t) => {
  const time = new Time();
  const seen: string[] = [];
  const dead = processOf(time);
  dead.after(10, () => seen.push('dead'));
  dead.kill();
  const still = processOf(time);
  still.after(10, () => seen.push('one'));
  still.after(20, () => seen.push('two'));
  still.pause();
  time.after(50, () => {
    seen.push('goes on');
    still.resume();
  });
  await time.run(100, never);
  t.deepEqual(seen, ['goes on', 'one', 'two']);
});

test('a transaction happens whole or not at all; a removed or newer node is refused', (t) => {
  const tree = new Tree();
  const data = Buffer.from('x');
  tree.apply([{ kind: 'create', path: '/a', data }], 's');
  const before = tree.see('/a');
  const operations = [
    { kind: 'set', path: '/a', data: Buffer.from('y'), version: 0 },
    { kind: 'create', path: '/a/b', data },
    { kind: 'check', path: '/a', version: 0 },
  ] as const;
  t.throws(() => tree.apply(operations, 's'), { instanceOf: ZooKeeperError, message: /has version 1, not 0/ });
  t.deepEqual(tree.see('/a'), before);
  t.throws(() => tree.apply([{ kind: 'remove', path: '/c', version: 'any' }], 's'), { message: /no such node/ });
  const [first] = tree.apply([{ kind: 'create', path: '/a/n-', data, mode: 'persistent-sequential' }], 's').results;
  const [second] = tree.apply([{ kind: 'create', path: '/a/n-', data, mode: 'persistent-sequential' }], 's').results;
  t.deepEqual([first?.path, second?.path], ['/a/n-0000000000', '/a/n-0000000001']);
});

test('a session that is not heard of expires, its nodes go, and who watched is told', async (t) => {
  const time = new Time();
  const ensemble = new Ensemble({ time, chance: new Chance(1), written: () => undefined });
  const [lost, other] = [processOf(time, 1), processOf(time, 2)];
  const seen: string[] = [];
  const data = Buffer.alloc(0);
  lost.enter(() => {
    const session = ensemble.open(lost, 10_000);
    session.onState((state) => void (state === 'connected' && session.create('/e', data, { mode: 'ephemeral' })));
  });
  await time.run(1_000, never);
  other.enter(() => {
    const session = ensemble.open(other, 10_000);
    session.onState((state) => void (state === 'connected' && session.exists('/e', () => seen.push('gone'))));
  });
  await time.run(2_000, never);
  lost.pause();
  await time.run(8_000, never);
  t.deepEqual(seen, []);
  await time.run(20_000, never);
  t.deepEqual(seen, ['gone']);
  t.is(ensemble.tree.data('/e'), undefined);
});

test('a write on its way when the connection breaks has an unknown outcome, a read has none', async (t) => {
  const time = new Time();
  const ensemble = new Ensemble({ time, chance: new Chance(1), written: () => undefined });
  const process = processOf(time);
  const codes: string[] = [];
  process.enter(() => {
    const session = ensemble.open(process, 10_000);
    session.onState((state) => {
      if (state !== 'connected' || codes.length > 0) return;
      const note = (error: ZooKeeperError) => codes.push(error.code);
      session.create('/w', Buffer.alloc(0)).catch(note);
      session.getData('/r').catch(note);
      session.cut(0);
    });
  });
  await time.run(5_000, never);
  t.deepEqual(codes.sort(), ['disconnected', 'outcome-unknown']);
});

test('a lagging server never shows a session what is older than what it has seen', async (t) => {
  const time = new Time();
  const ensemble = new Ensemble({ time, chance: new Chance(3), written: () => undefined });
  ensemble.staleness = 1;
  const writer = ensemble.begin(10_000);
  const reader = ensemble.begin(10_000);
  ensemble.write(writer, [{ kind: 'create', path: '/n', data: Buffer.from('0') }]);
  let newest = 0;
  let stale = 0;
  for (let value = 1; value <= 200; value += 1) {
    ensemble.write(writer, [{ kind: 'set', path: '/n', data: Buffer.from(String(value)), version: 'any' }]);
    const read = Number(ensemble.read(reader, '/n').sight.node?.data ?? 0);
    t.true(read >= newest);
    stale += read < value ? 1 : 0;
    newest = read;
  }
  t.true(stale > 0);
});

test('every planted bug has its place in the sources of now', (t) => {
  t.deepEqual(
    plantedBugs.flatMap((bug) => faultOf(bug) ?? []),
    [],
  );
});

test('a planted bug needs one place that it fits, whatever the white space', (t) => {
  const bug = { name: 'b', file: 'f', find: 'if (a) { return b; }', instead: 'c' };
  t.is(planted(bug, 'x\n  if (a) {\n    return b;\n  }\ny'), 'x\n  c\ny');
});

test('outcomes are taken in the order of their seeds, whoever was faster', (t) => {
  const taken: number[] = [];
  const add = inOrder(1, ({ seed }) => taken.push(seed));
  const outcome = { violations: [], hash: '', simulatedSeconds: 1, calmSeconds: 1, faults: {}, steps: 1 };
  for (const seed of [3, 1, 4, 2]) add({ ...outcome, seed });
  t.deepEqual(taken, [1, 2, 3, 4]);
  const violations = [{ invariant: 'I3', what: 'task x runs a second time', atSeconds: 1 }] as const;
  t.regex(
    outcomeLine({ ...outcome, seed: 7, violations }),
    /--seed 7 --trace[\s\S]*I3, nothing is launched twice: .* x runs/,
  );
});
