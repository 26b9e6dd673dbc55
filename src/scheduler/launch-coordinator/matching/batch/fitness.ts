/** What makes an agent the better one for a single request. */
import type { Alike } from './alike.ts';
import type { Demand } from './demand.ts';

/** The mean of how full cpus and memory are afterwards, 0 to 1. */
export function fullness(demand: Demand, at: Alike): number {
  const cpus = share(at.capacityCpus - at.cpus + demand.cpus, at.capacityCpus);
  const mem = share(at.capacityMem - at.mem + demand.mem, at.capacityMem);
  return (cpus + mem) / 2;
}

/** Any agent in use before any other; of the others the largest, since the next request will come there too. */
export function fullnessOfThoseInUse(demand: Demand, at: Alike): number {
  if (at.inUse) {
    return 1 + fullness(demand, at);
  }
  const times = Math.min(at.cpus / Math.max(1, demand.cpus), at.mem / Math.max(1, demand.mem));
  return times / (1 + times);
}

/** Where there is nothing, nothing is left to fill. */
function share(part: number, whole: number): number {
  return whole === 0 ? 1 : part / whole;
}
