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

export function allFit({ agents, requests }: Workload): boolean {
  const wanted = sumOf(requests.map(needOf));
  const there = sumOf(agents.map(capacityFor(requests)));
  return wanted.every((amount, resource) => amount <= (there[resource] ?? 0));
}

/** No placement of all requests gets by with agents of less cost. */
export function leastCost(workload: Workload, cost: (agent: WorkloadAgent) => number): number {
  const { agents, requests } = workload;
  const wanted = sumOf(requests.map(needOf));
  const capacity = capacityFor(requests);
  const kinds = _.values(_.groupBy(agents, (agent) => JSON.stringify([capacity(agent), cost(agent)]))).flatMap(
    (alike) => {
      const [first] = alike;
      return first === undefined
        ? []
        : [{ shares: sharesOf(capacity(first), wanted), cost: cost(first), count: alike.length }];
    },
  );
  const scale = _.sumBy(agents, cost);
  return climb(
    wanted.map((_amount, index) => (index === 0 ? scale / 4 : 0)),
    scale,
    (prices) => {
      const slope = prices.map(() => 1);
      let value = _.sum(prices);
      for (const kind of kinds) {
        const gain = dot(prices, kind.shares) - kind.cost;
        if (gain > 0) {
          value -= gain * kind.count;
          kind.shares.forEach((share, index) => {
            slope[index] = (slope[index] ?? 0) - share * kind.count;
          });
        }
      }
      return { value, slope };
    },
  );
}

/** No placement serves more requests. */
export function mostAssigned({ agents, requests }: Workload): number {
  const there = sumOf(agents.map(capacityFor(requests)));
  const kinds = _.values(_.countBy(requests, (request) => JSON.stringify(needOf(request))));
  const needs = _.keys(_.countBy(requests, (request) => JSON.stringify(needOf(request)))).map((key, index) => ({
    shares: sharesOf(JSON.parse(key), there),
    count: kinds[index] ?? 0,
  }));
  const worst = climb(
    there.map(() => requests.length / 4),
    requests.length,
    (prices) => {
      const slope = prices.map(() => -1);
      let value = -_.sum(prices);
      for (const { shares, count } of needs) {
        const gain = 1 - dot(prices, shares);
        if (gain > 0) {
          value -= gain * count;
          shares.forEach((share, index) => {
            slope[index] = (slope[index] ?? 0) + share * count;
          });
        }
      }
      return { value, slope };
    },
  );
  return Math.floor(-worst + 1e-6);
}

/** The highest value that was met on the way. */
function climb(
  start: Vector,
  scale: number,
  at: (prices: Vector) => { readonly value: number; readonly slope: Vector },
): number {
  let prices = start;
  let best = Number.NEGATIVE_INFINITY;
  for (let step = 0; step < steps; step += 1) {
    const { value, slope } = at(prices);
    best = Math.max(best, value);
    const stride = (scale * 0.1 * (1 - step / steps) ** 2) / (Math.hypot(...slope) || 1);
    prices = prices.map((price, index) => Math.max(0, price + stride * (slope[index] ?? 0)));
  }
  return best;
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
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}
