import test from 'ava';
import fc from 'fast-check';
import { createRandom } from '../../src/lib/random.ts';

test('the same seed gives the same numbers, each at least 0 and below 1', (t) => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (seed) => {
      const [one, other] = [createRandom(seed), createRandom(seed)];
      for (let round = 0; round < 50; round++) {
        const number = one.next();
        t.is(number, other.next());
        t.true(number >= 0 && number < 1);
      }
    }),
    { numRuns: 50 },
  );
});

test('seeds that differ by one give unlike numbers, spread evenly', (t) => {
  const counts = Array.from({ length: 10 }, () => 0);
  for (let seed = 0; seed < 10_000; seed++) {
    const tenth = Math.floor(createRandom(seed).next() * 10);
    counts[tenth] = (counts[tenth] ?? 0) + 1;
  }
  t.true(
    counts.every((count) => count > 850 && count < 1150),
    counts.join(' '),
  );
});
