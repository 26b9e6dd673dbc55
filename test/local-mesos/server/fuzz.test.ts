/** FUZZ_ROUNDS and FUZZ_SEED run more of it, or the same again; `npm run fuzz` much more. */
import test from 'ava';
import { fuzzMaster } from './fuzz.ts';

const rounds = Number(process.env.FUZZ_ROUNDS ?? 600);
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 1e9);

test(`LM-2: mutants of real calls, ${rounds} of them`, async (t) => {
  t.timeout(600_000);
  t.log(`FUZZ_SEED=${seed}`);
  await t.notThrowsAsync(fuzzMaster(seed, rounds));
});
