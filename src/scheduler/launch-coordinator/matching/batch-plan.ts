/**
 * Plans a whole batch, one agent after the other, each filled until something runs out; several times, and the best plan
 * counts. The first plans go by worth: those agents first that can use most for their cost. From then on it is known how
 * many agents it takes, and the next plans try to do with one less: of so many the choosy ones come first, with little
 * memory or disk for their cpus, while there is still enough of what suits them.
 * The plan of a small batch is improved from there.
 *
 * Nothing is placed here. Requests for rare scalars (gpus, …) and those that look for company are none of its business.
 */
import _ from 'lodash';
import type { Demand } from './demand.ts';
import { fillFromStock, type Manner, type PerCpu } from './filling.ts';
import type { Neighbours } from './neighbours.ts';
import { comesBefore, type Place } from './place.ts';
import type { Cost, Plan, Step } from './plan.ts';
import { squeeze } from './squeeze.ts';
import { Stock } from './stock.ts';

const evenly: Manner = { measure: 'alike', weightOfDisk: 0.1, bonusOfTied: 0.05 };
const withDisk: Manner = { measure: 'alike', weightOfDisk: 0.3, bonusOfTied: 0.1 };
const thriftily: readonly Manner[] = [
  { measure: 'dear', weightOfDisk: 0.1, bonusOfTied: 0.2 },
  { measure: 'dear', weightOfDisk: 0.1, bonusOfTied: 0.4 },
];
/** What a small batch loses at its last agent weighs more, and one more plan costs little. */
const smallBatch = 1_000;
/** With so many times the least cost that is thinkable a plan is good enough. */
const goodEnough = 1.005;

export function planBatch(
  places: readonly Place[],
  demands: readonly Demand[],
  neighbours: Neighbours,
  cost: Cost,
): Plan {
  const usual = perCpuOf(demands);
  const stock = new Stock(demands);
  const order = byWorth(places, usual, cost);
  const enough = goodEnough * leastCost(places, _.sumBy(demands, 'cpus'), cost);
  let best: Plan = { steps: [], rest: demands, cost: 0 };
  const tryOut = (sequence: readonly Place[], manner: Manner): void => {
    if (best.rest.length > 0 || best.cost > enough) {
      stock.refill();
      const fill = (place: Place) => fillFromStock(place, stock, neighbours, manner, usual);
      best = betterOf(best, planInOrder(sequence, stock, cost, fill));
    }
  };
  for (const manner of demands.length <= smallBatch ? [evenly, withDisk] : [evenly]) {
    tryOut(order, manner);
  }
  for (const manner of thriftily) {
    const fewer = Math.max(0, best.steps.length - 1);
    tryOut([...byChoosiness(order.slice(0, fewer), usual), ...order.slice(fewer)], manner);
  }
  return demands.length <= smallBatch ? squeeze(best, order, neighbours, cost, usual, enough) : best;
}

/** What is left over costs more agents, however many. */
function betterOf(a: Plan, b: Plan): Plan {
  const isBetter = b.rest.length < a.rest.length || (b.rest.length === a.rest.length && b.cost < a.cost);
  return isBetter ? b : a;
}

function planInOrder(
  places: readonly Place[],
  stock: Stock,
  cost: Cost,
  fill: (place: Place) => readonly Demand[],
): Plan {
  const steps: Step[] = [];
  let total = 0;
  for (const place of places) {
    if (stock.isEmpty) {
      break;
    }
    const demands = fill(place);
    if (demands.length > 0) {
      total += place.inUse ? 0 : cost(place);
      steps.push({ place, demands });
    }
  }
  return { steps, rest: stock.rest(), cost: total };
}

/** What the demands want for each cpu, in the mean; a little of everything. */
function perCpuOf(demands: readonly Demand[]): PerCpu {
  const wanted = { cpus: 0, mem: 0, disk: 0, ports: 0 };
  for (const { cpus, mem, disk, ports } of demands) {
    wanted.cpus += cpus;
    wanted.mem += mem;
    wanted.disk += disk;
    wanted.ports += ports;
  }
  const cpus = wanted.cpus || 1;
  return { mem: (wanted.mem || 1) / cpus, disk: (wanted.disk || 1) / cpus, ports: (wanted.ports || 1) / cpus };
}

/**
 * How much further than in the mean the memory of an agent reaches, because the demands for it can be chosen. Disk and
 * ports reach further than memory: they differ more between the demands of one kind.
 */
const stretch: PerCpu = { mem: 1.5, disk: 2.5, ports: 1.5 };

/** Agents in use cost nothing any more, so they come first; of those that are worth the same, the larger and the richer. */
function byWorth(places: readonly Place[], usual: PerCpu, cost: Cost): Place[] {
  const rated = places.map((place) => {
    const usable = Math.min(
      place.cpus,
      (stretch.mem * place.mem) / usual.mem,
      (stretch.disk * place.disk) / usual.disk,
      (stretch.ports * place.portCount) / usual.ports,
    );
    // Rounded to a fiftieth: what differs less is alike.
    const worth = Math.round((50 * usable) / cost(place));
    return { place, worth, richness: Math.min(place.mem / usual.mem, place.disk / usual.disk) / place.cpus };
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

/** Those first of whose cpus the usual demands could use the smallest part. */
function byChoosiness(places: readonly Place[], usual: PerCpu): Place[] {
  return _.sortBy(
    places,
    ({ cpus, mem, disk, portCount }) => Math.min(mem / usual.mem, disk / usual.disk, portCount / usual.ports) / cpus,
  );
}

/** If only cpus counted, and an agent could be taken in part. */
function leastCost(places: readonly Place[], wanted: number, cost: Cost): number {
  const price = (place: Place) => (place.inUse ? 0 : cost(place) / place.cpus);
  let left = wanted;
  let least = 0;
  for (const place of _.sortBy(places, price)) {
    const taken = Math.min(left, place.cpus);
    left -= taken;
    least += taken * price(place);
  }
  return least;
}
