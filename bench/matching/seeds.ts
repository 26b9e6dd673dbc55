/**
 * How tight is the matcher on many seeds of the workloads? No Fenzo: only our own placements against the proven bounds.
 *
 *   node bench/matching/seeds.ts [FIRST LAST [WORKLOAD…]]
 *
 * W3 only where it is named: its bounds take a quarter of a minute a seed.
 */
import _ from 'lodash';
import { median, table } from '../lib/figures.ts';
import { leastCost } from './bounds.ts';
import { placeByMatcher } from './by-matcher.ts';
import { faultsOf } from './faults.ts';
import { drawWorkload, type Workload } from './workloads.ts';

const [first = '1', last = '20', ...named] = process.argv.slice(2);
const names = named.length > 0 ? named : ['W1', 'W2', 'W4', 'W6'];
const seeds = _.range(Number(first), Number(last) + 1);
const once = { warmUps: 0, passes: 1, rounds: 0 };

const aboveBound = _.without(names, 'W6').flatMap((name) => {
  const workloads = seeds.map((seed) => drawWorkload(name, seed));
  return [
    rowOf(
      `${name} tight: cpus above the bound, %`,
      workloads.map((each) => above(each, 'tight', ({ cpus }) => cpus)),
    ),
    rowOf(
      `${name} fewest-agents: agents above the bound, %`,
      workloads.map((each) => above(each, 'fewest-agents', () => 1)),
    ),
  ];
});
const assigned = () =>
  rowOf(
    'W6 tight: assigned',
    seeds.map((seed) => placed(drawWorkload('W6', seed), 'tight').length),
  );
console.log(
  table([
    [`seeds ${first} to ${last}`, 'least', 'median', 'most'],
    ...aboveBound,
    ...(names.includes('W6') ? [assigned()] : []),
  ]),
);

function above(workload: Workload, objective: 'tight' | 'fewest-agents', cost: (agent: { cpus: number }) => number) {
  const used = new Set(placed(workload, objective).map(({ agentId }) => agentId));
  const bound = leastCost(workload, cost);
  const least = objective === 'tight' ? bound : Math.ceil(bound - 1e-6);
  const spent = _.sumBy(
    workload.agents.filter(({ id }) => used.has(id)),
    cost,
  );
  return (spent / least - 1) * 100;
}

function placed(workload: Workload, objective: 'tight' | 'fewest-agents') {
  const { placements } = placeByMatcher(workload, objective, once);
  const faults = faultsOf(workload, placements);
  if (faults.length > 0) {
    throw new Error(`${workload.name}, seed ${workload.seed}: ${faults.slice(0, 3).join('; ')}`);
  }
  return placements;
}

function rowOf(name: string, values: readonly number[]): string[] {
  return [name, ...[Math.min(...values), median(values), Math.max(...values)].map((value) => value.toFixed(1))];
}
