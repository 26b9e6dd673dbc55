/**
 * Records where Fenzo places two small workloads, for the differential test of the unit suite, which needs no Maven.
 *
 *   node bench/matching/record.ts FILE
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import _ from 'lodash';
import { buildFenzoDriver, placeByFenzo } from './by-fenzo.ts';
import { drawWorkload } from './workloads.ts';

const [target] = process.argv.slice(2);
if (target === undefined) {
  throw new Error('name the file to write');
}
const seed = 1;
const directory = await mkdtemp(join(tmpdir(), 'record-matching-'));
try {
  await buildFenzoDriver();
  const recorded = [];
  for (const name of ['small', 'scarce']) {
    const file = join(directory, `${name}.json`);
    await writeFile(file, JSON.stringify(drawWorkload(name, seed)));
    const { placements } = await placeByFenzo(file, { warmUps: 0, passes: 1, rounds: 0 });
    recorded.push({ name, seed, placements: _.sortBy(placements, 'requestId') });
  }
  await writeFile(target, `${JSON.stringify(recorded, undefined, 1)}\n`);
} finally {
  await rm(directory, { recursive: true, force: true });
}
