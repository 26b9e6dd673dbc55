/**
 * The command behind `npm run fuzz [-- --seed N --rounds N]`: as many rounds as wished, each from the next seed. What
 * fails is printed with its input; put it into corpus.jsonl once it is mended.
 */
import { parseArgs } from 'node:util';
import { readCorpus } from './corpus.ts';
import { fuzzRound } from './fuzz.ts';

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, rounds: { type: 'string', default: '200000' } },
});
const [first, rounds] = [Number(values.seed), Number(values.rounds)];
const corpus = readCorpus();
let failed = 0;
for (let seed = first; seed < first + rounds; seed += 1) {
  try {
    await fuzzRound(seed, corpus);
  } catch (error) {
    failed += 1;
    console.error(error);
  }
  if ((seed - first + 1) % 20_000 === 0) {
    console.log(`${seed - first + 1} rounds, heap ${Math.round(process.memoryUsage().heapUsed / 2 ** 20)} MiB`);
  }
}
console.log(`${rounds - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
