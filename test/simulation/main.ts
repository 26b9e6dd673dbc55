/**
 * npm run sim -- --seeds N [--first S] [--jobs J] [--json]   plays N worlds, those of the seeds from S on
 * npm run sim -- --seed S [--trace]                          plays one, with an account of what happened
 * npm run sim -- --planted [--json]                          plays worlds with planted bugs: each must be found
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { account, outcomeLine } from './account.ts';
import { playPlanted } from './planted/run.ts';
import { play } from './play.ts';
import { inOrder, Summary } from './summary.ts';
import { playInWorkers } from './workers.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    first: { type: 'string', default: '1' },
    seed: { type: 'string' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    only: { type: 'string' },
    trace: { type: 'boolean', default: false },
    planted: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

/** Of worlds that failed; the others are counted. */
const MOST_SHOWN = 20;

function wholeNumber(name: string, text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 1) return number;
  console.error(`--${name} ${text}: expected a whole number from 1 on`);
  process.exit(2);
}

async function one(seed: number): Promise<number> {
  const outcome = await play(seed, values.trace ? { listener: (line) => console.log(line) } : {});
  console.log(outcomeLine(outcome));
  return outcome.violations.length === 0 ? 0 : 1;
}

async function many(count: number, first: number, jobs: number): Promise<number> {
  const summary = new Summary(count);
  const add = inOrder(first, (outcome) => {
    summary.add(outcome);
    if (outcome.violations.length > 0 && summary.failed <= MOST_SHOWN) console.log(outcomeLine(outcome));
    if (!values.json && summary.seeds % 500 === 0) console.log(`${summary.seeds} of ${count} seeds`);
  });
  await playInWorkers({ first, count, jobs }, add);
  if (!values.json) console.log(account(summary));
  console.log(values.json ? JSON.stringify(summary.figures()) : `${summary.passed} passed, ${summary.failed} failed`);
  return summary.failed === 0 ? 0 : 1;
}

const jobs = wholeNumber('jobs', values.jobs);
if (values.planted) process.exitCode = await playPlanted({ jobs, json: values.json, only: values.only });
else if (values.seed !== undefined) process.exitCode = await one(wholeNumber('seed', values.seed));
else
  process.exitCode = await many(wholeNumber('seeds', values.seeds ?? '200'), wholeNumber('first', values.first), jobs);
