/**
 * How do the matcher's time and memory grow? Agents and requests double up to 20,000 × 50,000; the slope is that of the
 * line through the logarithms of size and time (1 is linear). Time is that of the processor in this thread, the least of a
 * few blocks of passes: other work on the machine only counts for what it does to the caches. How much that is shows a
 * plain copy of agents and requests, which is linear by itself. Memory is what the heap holds after a match, matcher and
 * answer, beyond what it held before.
 *
 *   node --expose-gc bench/matching/growth.ts [--json]
 */
import _ from 'lodash';
import { Matcher, type Objective } from '../../src/scheduler/launch-coordinator/matching/index.ts';
import { table } from '../lib/figures.ts';
import { agentsOf, requestsOf } from './by-matcher.ts';
import { drawSized } from './workloads.ts';

const counts = [1_250, 2_500, 5_000, 10_000, 20_000];
const objectives: readonly Objective[] = ['fitness', 'tight', 'fewest-agents'];
const blocks = 3;
/** So many requests are placed in a block, whatever their batches: the clock of threads is a coarse one. */
const requestsOfBlock = 200_000;

const workloads = counts.map((agents) => {
  const workload = drawSized('growth', { agents, requests: agents * 2.5 }, 1);
  return { agents: agentsOf(workload), requests: requestsOf(workload) };
});
type Sized = (typeof workloads)[number];

const ways: readonly (readonly [what: string, pass: (sized: Sized) => void])[] = [
  ...objectives.map(
    (objective) =>
      [objective, ({ agents, requests }: Sized) => void new Matcher(agents).match(requests, objective)] as const,
  ),
  ['a plain copy', ({ agents, requests }) => void [...agents, ...requests].map((each) => ({ ...each }))],
];
const rows = ways.map(([what, pass]) => {
  workloads.slice(0, 1).forEach((each) => {
    block(each, pass);
  });
  const ms = workloads.map((each) => _.min(_.times(blocks, () => block(each, pass))) ?? 0);
  return { what, ms, slope: slopeOf(counts.map(Math.log), ms.map(Math.log)) };
});
const bytes = workloads.map((each) => heldAfter(each));

console.log(
  table([
    ['', ...counts.map((count) => `${count} × ${count * 2.5}`), 'slope'],
    ...rows.map(({ what, ms, slope }) => [`${what}, ms`, ...ms.map((each) => each.toFixed(1)), slope.toFixed(2)]),
    [
      'MiB',
      ...bytes.map((each) => (each / 2 ** 20).toFixed(1)),
      slopeOf(counts.map(Math.log), bytes.map(Math.log)).toFixed(2),
    ],
  ]),
);
if (process.argv.includes('--json')) {
  console.log(JSON.stringify({ counts, rows, bytes }));
}

/** Milliseconds for each pass of a block. */
function block(sized: Sized, pass: (sized: Sized) => void): number {
  const passes = Math.max(1, Math.round(requestsOfBlock / sized.requests.length));
  const start = threadMs();
  for (let done = 0; done < passes; done += 1) {
    pass(sized);
  }
  return (threadMs() - start) / passes;
}

function heldAfter({ agents, requests }: Sized): number {
  const before = settledHeap();
  const matcher = new Matcher(agents);
  const matching = matcher.match(requests, 'fitness');
  const held = settledHeap() - before;
  // Both live until here.
  return matching.placements.length > 0 && matcher instanceof Matcher ? held : 0;
}

function settledHeap(): number {
  if (globalThis.gc === undefined) {
    throw new Error('start it with node --expose-gc');
  }
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** Of the line with the least squares. */
function slopeOf(xs: readonly number[], ys: readonly number[]): number {
  const [x, y] = [_.mean(xs), _.mean(ys)];
  const products = xs.map((each, index) => (each - x) * ((ys[index] ?? 0) - y));
  return _.sum(products) / _.sumBy(xs, (each) => (each - x) ** 2);
}
