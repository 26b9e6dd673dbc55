/**
 * The command behind `npm run fuzz [-- --seed N --rounds N --master-rounds N]`: as many rounds as wished of what the client
 * reads, each from the next seed, then of what the embedded master is told. What fails is printed with its input; put it
 * into the corpus.jsonl of its side once it is mended.
 */
import { parseArgs } from 'node:util';
import { fuzzMaster } from '../../local-mesos/server/fuzz.ts';
import { readCorpus } from './corpus.ts';
import { fuzzRound } from './fuzz.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '200000' },
    'master-rounds': { type: 'string', default: '20000' },
  },
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
// A thousand at a time: each begins with a master of its own.
const masterRounds = Number(values['master-rounds']);
for (let done = 0; done < masterRounds; done += 1_000) {
  try {
    await fuzzMaster(first + done, Math.min(1_000, masterRounds - done));
  } catch (error) {
    failed += 1;
    console.error(error);
  }
  console.log(`master: ${done + 1_000} rounds, heap ${Math.round(process.memoryUsage().heapUsed / 2 ** 20)} MiB`);
}
console.log(`${rounds + masterRounds - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
