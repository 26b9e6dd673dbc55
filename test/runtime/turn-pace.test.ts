import test from 'ava';
import { systemPace } from '../../src/runtime/turn-pace.ts';

test('a turn after a pause begins at once; one that follows another leaves time for more to arrive', async (t) => {
  let now = 1000;
  const pauses: number[] = [];
  const pace = systemPace(
    () => now,
    async (ms) => pauses.push(ms),
  );
  await pace.ready();
  pace.turned();
  now += 2;
  await pace.ready();
  t.deepEqual(pauses, [3]);
  pace.turned();
  now += 5;
  await pace.ready();
  t.is(pauses.length, 1);
});
