/** Plants one bug after the other in a copy of the sources and plays worlds there until one of them shows it. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Outcome } from '../play.ts';
import { playInWorkers } from '../workers.ts';
import { type PlantedBug, plantedBugs } from './bugs.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** So many worlds a bug may stay hidden in, where it does not say more. */
const MOST_WORLDS = 1_000;

export interface PlantedOptions {
  readonly jobs: number;
  readonly json: boolean;
  /** Bugs whose name holds these words. */
  readonly only?: string | undefined;
}

interface Finding {
  readonly bug: PlantedBug;
  readonly outcome: Outcome | undefined;
}

/** The exit code. */
export async function playPlanted({ jobs, json, only = '' }: PlantedOptions): Promise<number> {
  const bugs = plantedBugs.filter(({ name }) => name.includes(only));
  const faded = bugs.flatMap((bug) => {
    const fault = faultOf(bug);
    return fault === undefined ? [] : [fault];
  });
  if (faded.length > 0) {
    console.error(faded.join('\n'));
    return 2;
  }
  const findings: Finding[] = [];
  const left = [...bugs];
  const lane = async () => {
    for (let bug = left.shift(); bug !== undefined; bug = left.shift()) {
      const finding = { bug, outcome: await find(bug) };
      findings.push(finding);
      if (!json) console.log(inWords(finding));
    }
  };
  await Promise.all(Array.from({ length: jobs }, lane));
  const missed = findings.filter(({ outcome }) => outcome === undefined).map(({ bug }) => bug.name);
  const caught = findings.length - missed.length;
  if (json) console.log(JSON.stringify({ planted: findings.length, caught, missed }));
  else console.log(`${caught} passed, ${missed.length} failed`);
  return missed.length === 0 ? 0 : 1;
}

async function find(bug: PlantedBug): Promise<Outcome | undefined> {
  const copy = mkdtempSync(join(tmpdir(), 'flink-mesos-planted-'));
  try {
    plant(bug, copy);
    let found: Outcome | undefined;
    const script = join(copy, 'test/simulation/worker.ts');
    await playInWorkers(
      { first: 1, count: bug.worlds ?? MOST_WORLDS, jobs: 1, script, faults: bug.faults },
      (outcome) => {
        if (outcome.violations.length > 0) found ??= outcome;
        return found === undefined ? undefined : 'enough';
      },
    );
    return found;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function plant(bug: PlantedBug, copy: string): void {
  cpSync(join(root, 'src'), join(copy, 'src'), { recursive: true });
  cpSync(join(root, 'test/simulation'), join(copy, 'test/simulation'), { recursive: true });
  cpSync(join(root, 'package.json'), join(copy, 'package.json'));
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  writeFileSync(join(copy, bug.file), planted(bug, sourceOf(bug)));
}

function sourceOf({ file }: PlantedBug): string {
  return readFileSync(join(root, file), 'utf8');
}

/** Undefined for a bug that can be planted. */
export function faultOf(bug: PlantedBug): string | undefined {
  const count = placesOf(bug, sourceOf(bug)).length;
  if (count === 1) return undefined;
  return `the planted bug "${bug.name}" looks for a place in ${bug.file} that is there ${count} times: change it with the sources, in test/simulation/planted/bugs.ts`;
}

export function planted(bug: PlantedBug, source: string): string {
  const [place] = placesOf(bug, source);
  if (place === undefined) throw new Error(faultOf(bug) ?? 'there is no place for a bug');
  return `${source.slice(0, place.index)}${bug.instead}${source.slice(place.index + place[0].length)}`;
}

/** White space in what is looked for stands for any, or none. */
function placesOf({ find }: PlantedBug, source: string): RegExpExecArray[] {
  const words = find.split(/\s+/).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return [...source.matchAll(new RegExp(words.join('\\s*'), 'g'))];
}

function inWords({ bug, outcome }: Finding): string {
  if (outcome === undefined) return `MISSED in ${bug.worlds ?? MOST_WORLDS} worlds: ${bug.name}`;
  const [first] = outcome.violations;
  return `found in seed ${outcome.seed}: ${bug.name}\n    ${first?.invariant}: ${first?.what}`;
}
