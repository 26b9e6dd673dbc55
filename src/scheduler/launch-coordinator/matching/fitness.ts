/**
 * What makes an agent the better one for a single request: scores from 0 to 1, taken as the demand had been placed there.
 * A calculator that sees only the sizes of an agent (cpus and memory) is asked once for all that are alike.
 */
import type { Spot } from './constraint.ts';
import { amountOf, type Demand } from './demand.ts';

/** Cpus and memory in all, with what our tasks hold; and free. */
export interface Sizes {
  readonly capacityCpus: number;
  readonly capacityMem: number;
  readonly cpus: number;
  readonly mem: number;
  readonly inUse: boolean;
}

export type Fitness = FitnessBySizes | FitnessByAgent;

interface Judgement {
  /** The first agent this good is taken, and no better one looked for. */
  readonly goodEnough?: number;
  /** The score beside the part of the soft constraints that hold; default: as Fenzo weighs them. */
  readonly overall?: (liking: number, score: number) => number;
}

export interface FitnessBySizes extends Judgement {
  readonly sees: 'sizes';
  readonly score: (demand: Demand, at: Sizes) => number;
  /** Of two agents with equal capacities that of the higher rank never has the lower score, whatever is asked for. */
  readonly rank?: (at: Sizes) => number;
}

export interface FitnessByAgent extends Judgement {
  readonly sees: 'agent';
  readonly score: (demand: Demand, at: Sizes & Spot) => number;
}

export const packCpus: Fitness = { sees: 'sizes', score: cpusFull, rank: (at) => -at.cpus };
export const packMemory: Fitness = { sees: 'sizes', score: memoryFull, rank: (at) => -at.mem };
/** The mean of how full cpus and memory are afterwards: Fenzo's cpuMemBinPacker. */
export const packCpusAndMemory: Fitness = {
  sees: 'sizes',
  score: (demand, at) => (cpusFull(demand, at) + memoryFull(demand, at)) / 2,
  rank: (at) => -share(at.cpus, at.capacityCpus) - share(at.mem, at.capacityMem),
};
export const packPorts: Fitness = {
  sees: 'agent',
  score: ({ ports }, at) => share(at.portsGiven + ports, at.portsGiven + at.portCount),
};
export const spreadCpus = opposite(packCpus);
export const spreadMemory = opposite(packMemory);
export const spreadCpusAndMemory = opposite(packCpusAndMemory);
/** Cpus and memory are to run out together: what is left of the one is no use without the other. */
export const leastFragmentation: Fitness = {
  sees: 'sizes',
  score: (demand, at) => 1 - Math.abs(cpusFull(demand, at) - memoryFull(demand, at)),
};

/** How full any scalar is afterwards, by its name: disk, network bandwidth, gpus. */
export function packScalar(name: string): Fitness {
  return {
    sees: 'agent',
    score: (demand, at) => {
      const whole = at.capacityOf(name);
      return share(whole - at.freeOf(name) + amountOf(demand, name), whole);
    },
  };
}

/** The more the more tasks of the group are there. */
export function nearTo(group: string): Fitness {
  return { sees: 'agent', score: (_demand, at) => 1 - 1 / (1 + at.tasksOf(group)) };
}

/** 1 at the agent where the task was before, by its id; 0 elsewhere. */
export function stickToAgent(agentOf: (requestId: string) => string | undefined): Fitness {
  return { sees: 'agent', score: ({ request }, { id }) => (agentOf(request.id) === id ? 1 : 0) };
}

/** 1 where the attribute (or host name, region, zone) has this value; 0 elsewhere. */
export function preferAttribute(field: string, value: string): Fitness {
  return { sees: 'agent', score: (_demand, at) => (at.valueOf(field) === value ? 1 : 0) };
}

export function avoidAttribute(field: string, value: string): Fitness {
  return opposite(preferAttribute(field, value));
}

/** The better the less: spreading instead of packing, avoiding instead of preferring. */
export function opposite(fitness: Fitness): Fitness {
  if (fitness.sees === 'agent') {
    return { sees: 'agent', score: (demand, at) => 1 - fitness.score(demand, at) };
  }
  const { score, rank } = fitness;
  const turned = rank && { rank: (at: Sizes) => -rank(at) };
  return { sees: 'sizes', score: (demand, at) => 1 - score(demand, at), ...turned };
}

/** The mean of several by weights that sum to 1; as in Fenzo, where one of them says 0 it is 0. */
export function weighted(parts: readonly (readonly [weight: number, fitness: Fitness])[]): Fitness {
  const sum = parts.reduce((total, [weight]) => total + weight, 0);
  if (Math.abs(sum - 1) > 1e-9 || parts.some(([weight]) => weight < 0)) {
    throw new Error(
      `the weights are ${parts.map(([weight]) => weight).join(', ')}: they must be positive and sum to 1`,
    );
  }
  const score = (demand: Demand, at: Sizes & Spot) => {
    let mean = 0;
    for (const [weight, fitness] of parts) {
      const value = fitness.score(demand, at);
      if (value === 0) {
        return 0;
      }
      mean += weight * value;
    }
    return mean;
  };
  return { sees: 'agent', score };
}

/** The mean of several by weights of any size; none of them has a veto. */
export function mean(parts: readonly (readonly [weight: number, fitness: Fitness])[]): Fitness {
  const whole = parts.reduce((total, [weight]) => total + weight, 0);
  const score = (demand: Demand, at: Sizes & Spot) =>
    parts.reduce((sum, [weight, fitness]) => sum + weight * fitness.score(demand, at), 0) / whole;
  return parts.every(([, { sees }]) => sees === 'sizes')
    ? { sees: 'sizes', score: score as FitnessBySizes['score'] }
    : { sees: 'agent', score };
}

export function goodEnough(fitness: Fitness, threshold: number): Fitness {
  return { ...fitness, goodEnough: threshold };
}

/** Soft constraints first: the score only decides among agents where equally many of them hold. */
export function preferencesFirst(fitness: Fitness): Fitness {
  return { ...fitness, overall: (liking, score) => liking * 1_000 + score };
}

/**
 * The weights of Fenzo, and its order of operations: its ties are ties of floating-point numbers. What it gives to named
 * sets of resources (15 of 100) is nothing here.
 */
export function overallOf({ overall }: Fitness, liking: number, score: number): number {
  return overall === undefined ? (liking * 50 + score * 35) / 100 : overall(liking, score);
}

/** Any agent in use before any other; of the others the largest, since the next request will come there too. */
export const fullestInUse: FitnessBySizes = {
  sees: 'sizes',
  score: (demand, at) => {
    if (at.inUse) {
      return 1 + (cpusFull(demand, at) + memoryFull(demand, at)) / 2;
    }
    const times = Math.min(at.cpus / Math.max(1, demand.cpus), at.mem / Math.max(1, demand.mem));
    return times / (1 + times);
  },
};

function cpusFull({ cpus }: Demand, at: Sizes): number {
  return share(at.capacityCpus - at.cpus + cpus, at.capacityCpus);
}

function memoryFull({ mem }: Demand, at: Sizes): number {
  return share(at.capacityMem - at.mem + mem, at.capacityMem);
}

/** Where there is nothing, nothing is left to fill. */
function share(part: number, whole: number): number {
  return whole === 0 ? 1 : part / whole;
}
