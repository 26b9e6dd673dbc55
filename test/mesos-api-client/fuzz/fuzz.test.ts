import test from 'ava';
import { readCorpus } from './corpus.ts';
import { fuzzRound } from './fuzz.ts';

const corpus = readCorpus();

for (const { name, bytes } of corpus.filter(({ name }) => !name.includes('-events'))) {
  test(`MA-7 MA-8 hostile bytes, as they are and cut anyhow: ${name}`, async (t) => {
    for (let seed = 0; seed < 20; seed += 1) await fuzzRound(seed, [{ name, bytes }]);
    t.pass();
  });
}

test('MA-5 MA-7 MA-8 ten thousand rounds of the fuzzer, from a seed that is always the same', async (t) => {
  for (let seed = 1; seed <= 10_000; seed += 1) await fuzzRound(seed, corpus);
  t.pass();
});
