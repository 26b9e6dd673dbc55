/**
 * How fast and how tightly does the matcher place, beside Netflix Fenzo (cpu-and-memory packer, full search) on the same
 * workloads, one after the other? Most of the time goes to W3, of which Fenzo takes seconds for each pass, and up to a
 * minute on a busy machine.
 *
 *   npm run bench:matching [-- --seed N --workloads W1,W2 --json]
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import _ from 'lodash';
import type { Objective } from '../src/scheduler/launch-coordinator/matching/index.ts';
import { median, table } from './lib/figures.ts';
import { allFit, leastCost, mostAssigned } from './matching/bounds.ts';
import { buildFenzoDriver, type Outcome, type Passes, placeByFenzo } from './matching/by-fenzo.ts';
import { placeByMatcher } from './matching/by-matcher.ts';
import { faultsOf } from './matching/faults.ts';
import { drawWorkload, type Workload } from './matching/workloads.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    workloads: { type: 'string', default: 'W1,W2,W3,W4,W5,W5C,W6' },
  },
});
const seed = Number(values.seed);
if (!Number.isSafeInteger(seed)) {
  throw new Error(`--seed is ${values.seed}: give a whole number`);
}
const objectives: readonly Objective[] = ['fitness', 'tight', 'fewest-agents'];
/** Both sides get the same. */
const usual: Passes = { warmUps: 10, passes: 11, rounds: 300 };
/** A pass of W3 is so long that nothing is cold after one. */
const ofW3: Passes = { warmUps: 1, passes: 3, rounds: 0 };

const heading = [
  'workload, objective',
  'ms',
  'Fenzo ms',
  'ratio',
  'assigned',
  'Fenzo',
  'at most',
  'agents',
  'Fenzo',
  'their cpus',
  'Fenzo',
  'lower bound',
  'above it',
];

const workloads = values.workloads.split(',').map((name) => drawWorkload(name, seed));
const directory = await mkdtemp(join(tmpdir(), 'bench-matching-'));
try {
  await buildFenzoDriver();
  const rows = [];
  for (const workload of workloads) {
    rows.push(...(await compare(workload)));
  }
  console.log(table([heading, ...rows.map(cellsOf)]));
  if (values.json) {
    console.log(JSON.stringify({ workloads: rows }));
  }
} finally {
  await rm(directory, { recursive: true, force: true });
}

async function compare(workload: Workload) {
  const file = join(directory, `${workload.name}.json`);
  await writeFile(file, JSON.stringify(workload));
  const passes = workload.name === 'W3' ? ofW3 : usual;
  const results = objectives.map((objective) => ({
    objective,
    figures: figuresOf(workload, placeByMatcher(workload, objective, passes)),
  }));
  const fenzo = figuresOf(workload, await placeByFenzo(file, passes));
  keepsUp(workload.name, results, fenzo);
  const served =
    workload.mode === 'rounds' ? { ...workload, requests: workload.requests.slice(0, passes.rounds) } : workload;
  return results.map(({ objective, figures }) => ({
    workload: workload.name,
    objective,
    ...figures,
    lowerBound: lowerBound(served, objective),
    mostAssigned: mostAssigned(served),
    ratio: round(fenzo.ms / figures.ms),
    fenzo,
  }));
}

/** By fitness as many are placed as by Fenzo, on agents with no more cpus; anything else is a fault of ours. */
function keepsUp(name: string, results: readonly { objective: Objective; figures: Figures }[], fenzo: Figures): void {
  const ours = results.find(({ objective }) => objective === 'fitness')?.figures;
  if (ours !== undefined && (ours.assigned < fenzo.assigned || ours.cpusOfUsedAgents > fenzo.cpusOfUsedAgents)) {
    throw new Error(`${name}: by fitness ${JSON.stringify(ours)}, by Fenzo ${JSON.stringify(fenzo)}`);
  }
}

type Figures = ReturnType<typeof figuresOf>;

/** Of agents in use for `fewest-agents`, of their cpus otherwise; none where not all requests can be placed. */
function lowerBound(workload: Workload, objective: Objective): number | null {
  if (!allFit(workload)) {
    return null;
  }
  return objective === 'fewest-agents'
    ? Math.ceil(leastCost(workload, () => 1) - 1e-6)
    : round(leastCost(workload, ({ cpus }) => cpus));
}

function figuresOf(workload: Workload, { ms, placements }: Outcome) {
  const faults = faultsOf(workload, placements);
  if (faults.length > 0) {
    throw new Error(`${workload.name} was placed wrongly: ${faults.slice(0, 3).join('; ')}`);
  }
  const used = new Set(placements.map(({ agentId }) => agentId));
  return {
    ms: round(median(ms)),
    assigned: placements.length,
    agentsUsed: used.size,
    cpusOfUsedAgents: _.sumBy(
      workload.agents.filter(({ id }) => used.has(id)),
      'cpus',
    ),
  };
}

type Row = Awaited<ReturnType<typeof compare>>[number];

function cellsOf({ workload, objective, ms, assigned, mostAssigned, ratio, fenzo, ...row }: Row): string[] {
  const measure = objective === 'fewest-agents' ? row.agentsUsed : row.cpusOfUsedAgents;
  return [
    `${workload} ${objective}`,
    ...[ms, fenzo.ms, ratio, assigned, fenzo.assigned, mostAssigned].map(String),
    ...[row.agentsUsed, fenzo.agentsUsed, row.cpusOfUsedAgents, fenzo.cpusOfUsedAgents].map(String),
    row.lowerBound === null ? '-' : String(row.lowerBound),
    row.lowerBound === null ? '-' : `${((measure / row.lowerBound - 1) * 100).toFixed(1)} %`,
  ];
}

function round(value: number): number {
  return value < 1 ? Number(value.toPrecision(2)) : Math.round(value * 100) / 100;
}
