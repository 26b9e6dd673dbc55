/** What makes an agent the better one for a task, in the matcher's terms. Preferences come before it. */
import type { FitnessPart, PlacementFitness } from '../model/placement.ts';
import { type Fitness, fitness } from './matching/index.ts';
import { everyoneOf } from './wishes.ts';

/** `former`: the agents where tasks of its group and part were before. */
export function fitnessOf(wish: PlacementFitness, former: () => ReadonlySet<string>): Fitness {
  if (wish === 'pack') {
    return fullest;
  }
  if (wish === 'spread') {
    return emptiest;
  }
  const mixed = fitness.mean(wish.parts.map((part) => [part.weight ?? 1, partOf(part, former)]));
  return fitness.preferencesFirst(wish.goodEnough === undefined ? mixed : fitness.goodEnough(mixed, wish.goodEnough));
}

export const fullest = fitness.preferencesFirst(fitness.packCpusAndMemory);
const emptiest = fitness.preferencesFirst(fitness.spreadCpusAndMemory);

function partOf(part: FitnessPart, former: () => ReadonlySet<string>): Fitness {
  switch (part.by) {
    case 'pack':
      return packing(part.of);
    case 'spread':
      return fitness.opposite(packing(part.of));
    case 'least-fragmentation':
      return fitness.leastFragmentation;
    case 'former-agent': {
      const agents = former();
      return { sees: 'agent', score: (_demand, { id }) => (agents.has(id) ? 1 : 0) };
    }
    case 'near':
      return fitness.nearTo(everyoneOf(part.group));
    case 'prefer':
      return fitness.preferAttribute(part.field, part.value);
    case 'avoid':
      return fitness.avoidAttribute(part.field, part.value);
  }
}

function packing(of: string | undefined): Fitness {
  switch (of) {
    case undefined:
      return fitness.packCpusAndMemory;
    case 'cpus':
      return fitness.packCpus;
    case 'memory':
      return fitness.packMemory;
    case 'ports':
      return fitness.packPorts;
    default:
      return fitness.packScalar(of);
  }
}
