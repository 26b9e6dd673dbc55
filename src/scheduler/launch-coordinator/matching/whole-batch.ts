/** Places a batch that may be sorted: by a plan for all of it; of too large a batch the smaller requests. */
import _ from 'lodash';
import { planBatch } from './batch-plan.ts';
import type { Demand } from './demand.ts';
import type { Fleet } from './fleet.ts';
import type { Objective, Placement } from './model.ts';
import type { Cost, Plan } from './plan.ts';

const costs: Record<Exclude<Objective, 'fitness'>, Cost> = {
  tight: (place) => place.capacityCpus,
  'fewest-agents': () => 1,
};

/** Answers those that were not placed. */
export function placeWhole(
  fleet: Fleet,
  demands: readonly Demand[],
  objective: keyof typeof costs,
  placements: Placement[],
): readonly Demand[] {
  const places = [...fleet.places()].filter(({ cpus, mem, exclusive }) => cpus > 0 && mem > 0 && !exclusive);
  const [common, rare] = _.partition(demands, 'plannable');
  const room = roomOf(places);
  const { kept, dropped } = keepTheSmall(common, room);
  const rest = carryOut(fleet, planBatch(places, kept, fleet.neighbours, costs[objective]), placements);
  return _.sortBy([...rest, ...rare, ...dropped], sizeIn(room));
}

interface Room {
  readonly cpus: number;
  readonly mem: number;
}

function roomOf(all: readonly Room[]): Room {
  let cpus = 0;
  let mem = 0;
  for (const each of all) {
    cpus += each.cpus;
    mem += each.mem;
  }
  return { cpus, mem };
}

/** As many as there is room for, counted over all agents: smaller ones for larger ones, so that most are served. */
function keepTheSmall(demands: readonly Demand[], room: Room) {
  const wanted = roomOf(demands);
  if (wanted.cpus <= room.cpus && wanted.mem <= room.mem) {
    return { kept: demands, dropped: [] };
  }
  let { cpus, mem } = room;
  const kept: Demand[] = [];
  const dropped: Demand[] = [];
  for (const demand of _.sortBy(demands, sizeIn(room))) {
    if (dropped.length === 0 && demand.cpus <= cpus && demand.mem <= mem) {
      kept.push(demand);
      cpus -= demand.cpus;
      mem -= demand.mem;
    } else {
      dropped.push(demand);
    }
  }
  return { kept, dropped };
}

function sizeIn(room: Room): (demand: Demand) => number {
  return ({ cpus, mem }) => cpus / (room.cpus || 1) + mem / (room.mem || 1);
}

/** A plan does not know of constraints between agents that it fills: these are looked at now. */
function carryOut(fleet: Fleet, { steps, rest }: Plan, placements: Placement[]): Demand[] {
  const left = [...rest];
  const { neighbours } = fleet;
  for (const { place, demands } of steps) {
    const [welcome, unwelcome] = _.partition(
      demands,
      (demand) =>
        (demand.aloneAmong.length === 0 && demand.soft.length === 0) ||
        (neighbours.allow(demand, place) && neighbours.liking(demand, place) === 1),
    );
    fleet.put(welcome, place, placements);
    left.push(...unwelcome);
  }
  return left;
}
