/**
 * How does the matcher's time grow? Agents and requests double up to 20,000 × 50,000; the slope is that of the line
 * through the logarithms of size and time (1 is linear).
 *
 *   node bench/matching/growth.ts
 */
import _ from 'lodash';
import type { Objective } from '../../src/scheduler/launch-coordinator/matching/index.ts';
import { median, table } from '../lib/figures.ts';
import { placeByMatcher } from './by-matcher.ts';
import { drawSized } from './workloads.ts';

const agents = [1_250, 2_500, 5_000, 10_000, 20_000];
const objectives: readonly Objective[] = ['fitness', 'tight', 'fewest-agents'];
const passes = { warmUps: 3, passes: 5, rounds: 0 };
const workloads = agents.map((count) => drawSized('growth', { agents: count, requests: count * 2.5 }, 1));

const rows = objectives.map((objective) => {
  const ms = workloads.map((workload) => median(placeByMatcher(workload, objective, passes).ms));
  return [objective, ...ms.map((each) => each.toFixed(1)), slopeOf(agents.map(Math.log), ms.map(Math.log)).toFixed(2)];
});
console.log(table([['ms', ...agents.map((count) => `${count} × ${count * 2.5}`), 'slope'], ...rows]));

/** Of the line with the least squares. */
function slopeOf(xs: readonly number[], ys: readonly number[]): number {
  const [x, y] = [_.mean(xs), _.mean(ys)];
  const products = xs.map((each, index) => (each - x) * ((ys[index] ?? 0) - y));
  return _.sum(products) / _.sumBy(xs, (each) => (each - x) ** 2);
}
