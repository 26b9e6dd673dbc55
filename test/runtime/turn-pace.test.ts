import test from 'ava';
import { systemPace } from '../../src/runtime/turn-pace.ts';

/** Turns of these lengths, one after the other: how long each but the first waits. */
async function waits(...turnsMs: readonly number[]): Promise<number[]> {
  let now = 1000;
  const pauses: number[] = [];
  const pace = systemPace(
    () => now,
    async (ms) => {
      pauses.push(ms);
      now += ms;
    },
  );
  for (const turnMs of turnsMs) {
    await pace.ready();
    now += turnMs;
    pace.turned();
  }
  return pauses;
}

test('a turn that follows another waits for as long as that one took, five milliseconds at least, thirty at most', async (t) => {
  t.deepEqual(await waits(1, 12, 200, 1), [5, 12, 30]);
});

test('a turn after a pause begins at once', async (t) => {
  let now = 1000;
  const pauses: number[] = [];
  const pace = systemPace(
    () => now,
    async (ms) => pauses.push(ms),
  );
  await pace.ready();
  now += 10;
  pace.turned();
  now += 8;
  await pace.ready();
  t.deepEqual(pauses, [2]);
  pace.turned();
  now += 10;
  await pace.ready();
  t.is(pauses.length, 1);
});
