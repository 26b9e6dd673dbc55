/**
 * How long from a command to a running job? `npm start` against Flink's own scripts (start-cluster.sh, then
 * `flink run`), on the same Flink with the same job, sizes and number of TaskManagers, in turn. Every run begins with
 * nothing but the caches (distribution, example jar, packages) and ends with no process.
 *
 *   npm run bench:start [-- --runs 3 --flink-version 2.3.0 --json]
 */
import { parseArgs } from 'node:util';
import { buildExampleJar } from '../examples/build.ts';
import { obtainDistribution } from '../src/flink/distribution/obtain.ts';
import { completeSpec } from '../src/flink/render/complete-spec.ts';
import { defaultCacheDir } from '../src/main/directories.ts';
import { parseCount } from '../src/main/settings.ts';
import { secondsByScripts } from './lib/by-scripts.ts';
import { secondsByStart } from './lib/by-start.ts';
import { median, table } from './lib/figures.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    runs: { type: 'string', default: '3' },
    'flink-version': { type: 'string' },
  },
});
const runs = parseCount(values.runs, '--runs', 1, 100);
const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => interrupted.abort(new Error(`ended by ${signal}`)));

const cacheDir = defaultCacheDir();
const { version, home } = await obtainDistribution(
  {
    version: values['flink-version'],
    flinkHome: process.env.FLINK_HOME || undefined,
    cacheDir,
    signal: interrupted.signal,
  },
  (progress) => {
    if (progress.kind === 'unpacking') console.log(`unpacking Flink ${progress.version}`);
  },
);
const jar = await buildExampleJar(home, `${cacheDir}/examples`);
const spec = completeSpec({ name: 'default' }, { version, source: { version } });
/** One slot each, and as many parallel subtasks. */
const taskManagers = 2;
const common = { version, taskManagers, home, jar, spec, signal: interrupted.signal };

console.log(`Flink ${version}; ${runs} runs each, after one that fills the caches and is not counted`);
const byStart: number[] = [];
const byScripts: number[] = [];
for (let run = 0; run <= runs; run += 1) {
  const start = await secondsByStart(common);
  const scripts = await secondsByScripts(common);
  console.log(
    `${run === 0 ? 'first' : `run ${run}`}: npm start ${start.toFixed(1)} s, scripts ${scripts.toFixed(1)} s`,
  );
  if (run === 0) continue;
  byStart.push(start);
  byScripts.push(scripts);
}

const startSeconds = round(median(byStart));
const byScriptsSeconds = round(median(byScripts));
const ratio = round(median(byStart) / median(byScripts));
console.log(
  table([
    ['seconds to job RUNNING', 'median', 'least', 'most'],
    ['npm start', ...summary(byStart)],
    ["Flink's scripts", ...summary(byScripts)],
    ['ratio', ratio.toFixed(2), '', ''],
  ]),
);
if (values.json) console.log(JSON.stringify({ startSeconds, byScriptsSeconds, ratio }));

function summary(seconds: readonly number[]): string[] {
  return [median(seconds), Math.min(...seconds), Math.max(...seconds)].map((value) => value.toFixed(1));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
