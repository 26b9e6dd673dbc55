/**
 * Plans a whole batch, one agent after the other: those that can use most for their cost first, each filled until
 * something runs out. It only plans, so that several ways can be compared. Requests for rare scalars (gpus, …) and those
 * that look for company are none of its business.
 */
import type { Demand } from './demand.ts';
import { fillFromStock, type Manner } from './filling.ts';
import type { Neighbours } from './neighbours.ts';
import { comesBefore, type Place } from './place.ts';
import { Stock } from './stock.ts';

/** What one agent gets. */
export interface Step {
  readonly place: Place;
  readonly demands: readonly Demand[];
}

export interface Plan {
  readonly steps: readonly Step[];
  readonly rest: readonly Demand[];
  readonly cost: number;
}

export type Cost = (place: Place) => number;

/** How a plan orders the agents, and how it fills each. */
export interface Way extends Manner {
  /**
   * How much further than in the mean the memory of an agent reaches, because the demands for it can be chosen: more
   * takes larger and leaner agents, less takes those that are easy to fill.
   */
  readonly stretch: number;
}

export function planBatch(
  places: readonly Place[],
  demands: readonly Demand[],
  neighbours: Neighbours,
  cost: Cost,
  way: Way,
): Plan {
  const stock = new Stock(demands);
  const steps: Step[] = [];
  let total = 0;
  for (const place of inOrder(places, demands, cost, way)) {
    if (stock.isEmpty) {
      break;
    }
    const filled = fillFromStock(place, stock, neighbours, way);
    if (filled.length > 0) {
      total += place.inUse ? 0 : cost(place);
      steps.push({ place, demands: filled });
    }
  }
  return { steps, rest: stock.rest(), cost: total };
}

/** Disk and ports reach further than memory: they differ more between the demands of one kind. */
const stretchOfDisk = 2.5;
const stretchOfPorts = 1.5;

/** Agents in use cost nothing any more, so they come first; of those that are worth the same, the larger and the richer. */
function inOrder(places: readonly Place[], demands: readonly Demand[], cost: Cost, { stretch }: Way): Place[] {
  const wanted = { cpus: 0, mem: 0, disk: 0, ports: 0 };
  for (const { cpus, mem, disk, ports } of demands) {
    wanted.cpus += cpus;
    wanted.mem += mem;
    wanted.disk += disk;
    wanted.ports += ports;
  }
  const perMem = wanted.cpus / (wanted.mem || 1);
  const perDisk = wanted.cpus / (wanted.disk || 1);
  const perPort = wanted.cpus / (wanted.ports || 1);
  const rated = places.map((place) => {
    const usable = Math.min(
      place.cpus,
      stretch * place.mem * perMem,
      stretchOfDisk * place.disk * perDisk,
      stretchOfPorts * place.portCount * perPort,
    );
    // Rounded to a fiftieth: what differs less is alike.
    const worth = Math.round((50 * usable) / cost(place));
    return { place, worth, richness: Math.min(place.mem * perMem, place.disk * perDisk) / place.cpus };
  });
  rated.sort(
    (a, b) =>
      Number(b.place.inUse) - Number(a.place.inUse) ||
      b.worth - a.worth ||
      b.place.cpus - a.place.cpus ||
      b.richness - a.richness ||
      (comesBefore(a.place, b.place) ? -1 : 1),
  );
  return rated.map(({ place }) => place);
}
