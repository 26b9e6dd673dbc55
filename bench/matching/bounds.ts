/**
 * Proven limits for a workload, to see how far a placement is from the best that anybody could do. The walls between the
 * agents are dropped (a request may be cut into pieces), which only makes placing easier; for what is left, any
 * non-negative prices of the resources give a bound (weak duality), so the search for good prices need not converge.
 * An agent with ports for four requests counts with the cpus and memory of four of the largest at most.
 */
import _ from 'lodash';
import type { Workload, WorkloadAgent, WorkloadRequest } from './workloads.ts';

type Vector = readonly number[];

const steps = 4_000;
const reaches = [1, 0.1, 0.01];

export function allFit({ agents, requests }: Workload): boolean {
  const wanted = sumOf(requests.map(needOf));
  const there = sumOf(agents.map(capacityFor(requests)));
  return wanted.every((amount, resource) => amount <= (there[resource] ?? 0));
}

/**
 * No placement of all requests gets by with agents of less cost. First with the same prices everywhere: as if requests
 * were a heap of cpus, memory, disk and ports. Then with prices of their own for agents of each shape: what a request has
 * to have goes together, so lean agents are of use for lean requests only, and these may be few.
 */
export function leastCost(workload: Workload, cost: (agent: WorkloadAgent) => number): number {
  const { agents, requests } = workload;
  const wanted = sumOf(requests.map(needOf));
  const capacity = capacityFor(requests);
  const kinds = alike(agents, (agent) => [...capacity(agent), cost(agent)]).map(([agent, count]) => {
    const [cpus = 0, mem = 0, disk = 0] = capacity(agent);
    const shape = [mem, disk].map((amount) => Math.round(Math.log2(amount / cpus))).join();
    return { capacity: capacity(agent), shares: sharesOf(capacity(agent), wanted), cost: cost(agent), count, shape };
  });
  const shapes = [...Map.groupBy(kinds, ({ shape }) => shape).values()];
  const alone = wanted.map((_amount, resource) => marginalPrice(kinds, resource));
  const everywhere = climbFromEach(
    wanted.map((_amount, resource) => alone.map((price, index) => (index === resource ? price : 0))),
    (prices) => {
      const slope = prices.map(() => 1);
      return { value: _.sum(prices) - profitOf(kinds, prices, slope), slope };
    },
  );
  const needs = alike(requests, needOf).map(([request, count]) => {
    const need = needOf(request);
    const places = shapes.flatMap((ofShape, index) =>
      ofShape.some((kind) => need.every((amount, resource) => amount <= (kind.capacity[resource] ?? 0))) ? [index] : [],
    );
    return { shares: sharesOf(need, wanted), count, places };
  });
  const apart = climbFromEach([shapes.flatMap(() => everywhere.prices)], (all) => {
    const prices = _.chunk(all, wanted.length);
    const slopes = prices.map((each) => each.map(() => 0));
    let value = 0;
    for (const { shares, count, places } of needs) {
      const [price, place] = cheapest(prices, places, shares);
      value += count * price;
      add(slopes[place] ?? [], shares, count);
    }
    shapes.forEach((ofShape, index) => {
      value -= profitOf(ofShape, prices[index] ?? [], slopes[index] ?? []);
    });
    return { value, slope: slopes.flat() };
  });
  return Math.max(everywhere.value, apart.value);
}

/** A request that nobody has room for is worth nothing. */
function cheapest(prices: readonly Vector[], places: readonly number[], shares: Vector): readonly [number, number] {
  let least = Number.POSITIVE_INFINITY;
  let at = -1;
  for (const place of places) {
    const price = dot(prices[place] ?? [], shares);
    if (price < least) {
      least = price;
      at = place;
    }
  }
  return at < 0 ? [0, at] : [least, at];
}

interface Kind {
  readonly shares: Vector;
  readonly cost: number;
  readonly count: number;
}

/** What agents are worth beyond their cost at these prices. */
function profitOf(kinds: readonly Kind[], prices: Vector, slope: number[]): number {
  let profit = 0;
  for (const { shares, cost, count } of kinds) {
    const gain = dot(prices, shares) - cost;
    if (gain > 0) {
      profit += gain * count;
      add(slope, shares, -count);
    }
  }
  return profit;
}

/** No placement serves more requests. */
export function mostAssigned({ agents, requests }: Workload): number {
  const there = sumOf(agents.map(capacityFor(requests)));
  const needs = alike(requests, needOf).map(([request, count]) => ({
    shares: sharesOf(needOf(request), there),
    count,
  }));
  const { value: worst } = climb(
    there.map(() => requests.length / 4),
    requests.length / 10,
    (prices) => {
      const slope = prices.map(() => -1);
      let value = -_.sum(prices);
      for (const { shares, count } of needs) {
        const gain = 1 - dot(prices, shares);
        if (gain > 0) {
          value -= gain * count;
          add(slope, shares, count);
        }
      }
      return { value, slope };
    },
  );
  return Math.floor(-worst + 1e-6);
}

/** What the last agent costs for its share that is needed of one resource, if only that counted: the best price of it alone. */
function marginalPrice(kinds: readonly Kind[], resource: number): number {
  const shareOf = ({ shares }: Kind) => shares[resource] ?? 0;
  let left = 1;
  for (const kind of _.sortBy(kinds, (each) => each.cost / shareOf(each))) {
    left -= kind.count * shareOf(kind);
    if (left <= 0) {
      return kind.cost / shareOf(kind);
    }
  }
  return 0;
}

type Valued = (prices: Vector) => { readonly value: number; readonly slope: Vector };

/** The best of them, then from there in shorter and shorter strides: a long way first, and what it missed near its end. */
function climbFromEach(starts: readonly Vector[], at: Valued): { readonly value: number; readonly prices: Vector } {
  let best = _.maxBy(
    starts.map((prices) => ({ value: at(prices).value, prices })),
    'value',
  ) ?? { value: 0, prices: [] };
  const length = Math.max(0, ...best.prices);
  for (const reach of reaches) {
    best = _.maxBy([best, climb(best.prices, reach * length, at)], 'value') ?? best;
  }
  return best;
}

/** The highest value that was met on the way, and its prices. A slope that turns this way and that is smoothed. */
function climb(
  start: Vector,
  reach: number,
  at: (prices: Vector) => { readonly value: number; readonly slope: Vector },
): { readonly value: number; readonly prices: Vector } {
  let prices = start;
  let way: Vector = start.map(() => 0);
  let best = { value: Number.NEGATIVE_INFINITY, prices };
  for (let step = 0; step < steps; step += 1) {
    const { value, slope } = at(prices);
    if (value > best.value) {
      best = { value, prices };
    }
    way = way.map((before, index) => 0.8 * before + 0.2 * (slope[index] ?? 0));
    const length = Math.sqrt(way.reduce((sum, each) => sum + each * each, 0)) || 1;
    const stride = (reach * (1 - step / steps) ** 2) / length;
    prices = prices.map((price, index) => Math.max(0, price + stride * (way[index] ?? 0)));
  }
  return best;
}

/** One of each, and how many there are. */
function alike<Each>(all: readonly Each[], keyOf: (each: Each) => Vector): (readonly [Each, number])[] {
  return [...Map.groupBy(all, (each) => keyOf(each).join()).values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [[first, group.length] as const];
  });
}

function add(sum: number[], vector: Vector, times: number): void {
  for (let index = 0; index < vector.length; index += 1) {
    sum[index] = (sum[index] ?? 0) + (vector[index] ?? 0) * times;
  }
}

function needOf({ cpus, memMiB, diskMiB, ports }: WorkloadRequest): Vector {
  return [cpus, memMiB, diskMiB, ports];
}

function capacityFor(requests: readonly WorkloadRequest[]): (agent: WorkloadAgent) => Vector {
  const fewestPorts = Math.max(1, Math.min(...requests.map(({ ports }) => ports)));
  const mostCpus = Math.max(...requests.map(({ cpus }) => cpus));
  const mostMem = Math.max(...requests.map(({ memMiB }) => memMiB));
  return ({ cpus, memMiB, diskMiB, ports }) => {
    const portCount = _.sumBy(ports, ([first, last]) => last - first + 1);
    const most = Math.floor(portCount / fewestPorts);
    return [Math.min(cpus, most * mostCpus), Math.min(memMiB, most * mostMem), diskMiB, portCount];
  };
}

function sumOf(vectors: readonly Vector[]): Vector {
  return [0, 1, 2, 3].map((resource) => _.sumBy(vectors, (vector) => vector[resource] ?? 0));
}

function sharesOf(vector: Vector, whole: Vector): Vector {
  return vector.map((amount, resource) => amount / (whole[resource] || 1));
}

function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) {
    sum += (a[index] ?? 0) * (b[index] ?? 0);
  }
  return sum;
}
