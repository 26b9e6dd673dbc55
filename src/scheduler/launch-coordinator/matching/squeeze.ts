/**
 * Improves the plan of a small batch. First what was left over is put somewhere after all; then one agent after the other
 * is closed, those with the least for their cost first, and its demands are put on the others.
 *
 * Who finds no room there takes that of another demand, which is put elsewhere in its turn (an ejection chain). Whoever was
 * hard to place before is ejected last, so chains do not go round in circles. The work is counted, and ends.
 */
import _ from 'lodash';
import type { Demand } from './demand.ts';
import type { PerCpu } from './filling.ts';
import { Load } from './load.ts';
import type { Neighbours } from './neighbours.ts';
import type { Place } from './place.ts';
import type { Cost, Plan } from './plan.ts';

/** So many agents and demands are looked at for each demand of the batch: of one thousand some tens of milliseconds. */
const looksPerDemand = 8_000;
/** An attempt to close an agent gets this part of it; that to place what was left over gets all of it. */
const partOfAttempt = 0.2;
/** How many agents are tried until one can be closed. */
const candidates = 10;
/** What cpus count for which no memory is left, beside those that can be used. */
const weightOfStranded = 1.5;

export function squeeze(
  plan: Plan,
  places: readonly Place[],
  neighbours: Neighbours,
  cost: Cost,
  usual: PerCpu,
  enough: number,
): Plan {
  return new Squeeze(plan, places, neighbours, cost, usual).run(enough);
}

class Squeeze {
  readonly #neighbours: Neighbours;
  readonly #cost: Cost;
  readonly #whole: { readonly cpus: number; readonly mem: number };
  /** With less memory for a cpu than half the usual hardly any demand can use it. */
  readonly #leanMem: number;
  readonly #looksOfAttempt: number;
  /** How often each found no room. */
  readonly #refusals = new Map<Demand, number>();
  #loads: readonly Load[];
  #waiting: readonly Demand[];
  #looksLeft: number;

  constructor({ steps, rest }: Plan, places: readonly Place[], neighbours: Neighbours, cost: Cost, usual: PerCpu) {
    const planned = new Map(steps.map(({ place, demands }) => [place, demands]));
    const open = rest.length === 0 ? steps.map(({ place }) => place) : places;
    this.#neighbours = neighbours;
    this.#cost = cost;
    this.#whole = { cpus: _.sumBy(open, 'cpus') || 1, mem: _.sumBy(open, 'mem') || 1 };
    this.#leanMem = usual.mem / 2;
    this.#loads = open.map((place) => new Load(place, planned.get(place) ?? [], neighbours));
    this.#waiting = rest;
    this.#looksLeft = looksPerDemand * (rest.length + _.sumBy(steps, ({ demands }) => demands.length));
    this.#looksOfAttempt = partOfAttempt * this.#looksLeft;
  }

  run(enough: number): Plan {
    if (this.#waiting.length > 0) {
      this.#attempt(this.#loads, this.#waiting, this.#looksLeft);
    }
    this.#loads = this.#loads.filter(({ demands }) => demands.length > 0);
    while (this.#waiting.length === 0 && this.#total() > enough && this.#closeOne()) {
      // As long as one can be closed.
    }
    const steps = this.#loads.map(({ place, demands }) => ({ place, demands }));
    return { steps, rest: this.#waiting, cost: this.#total() };
  }

  #total(): number {
    return _.sumBy(this.#loads, ({ place }) => (place.inUse ? 0 : this.#cost(place)));
  }

  #closeOne(): boolean {
    const byUse = _.sortBy(
      this.#loads.filter(({ place }) => !place.inUse),
      ({ place, demands }) => _.sumBy(demands, (demand) => this.#sizeOf(demand)) / this.#cost(place),
    );
    return byUse.slice(0, candidates).some((load) => {
      const others = this.#loads.filter((each) => each !== load);
      return haveRoom(others, load.demands) && this.#attempt(others, load.demands, this.#looksOfAttempt);
    });
  }

  /** Nothing has changed unless all found room. */
  #attempt(loads: readonly Load[], demands: readonly Demand[], looks: number): boolean {
    const changed = loads.map((load) => new Load(load.place, load.demands, this.#neighbours));
    const waiting = _.sortBy(demands, (demand) => this.#sizeOf(demand));
    const end = Math.max(0, this.#looksLeft - looks);
    for (let demand = waiting.pop(); demand !== undefined; demand = waiting.pop()) {
      if (this.#looksLeft <= end || !this.#put(demand, changed, waiting)) {
        return false;
      }
    }
    this.#loads = changed;
    this.#waiting = [];
    return true;
  }

  #put(demand: Demand, loads: readonly Load[], waiting: Demand[]): boolean {
    this.#looksLeft -= loads.length;
    const room = _.minBy(
      loads.filter((load) => load.hasRoomFor(demand) && load.welcomes(demand)),
      (load) => this.#sizeOf(load) + this.#newlyStranded(load, demand),
    );
    if (room !== undefined) {
      room.add(demand);
      return true;
    }
    this.#refusals.set(demand, (this.#refusals.get(demand) ?? 0) + 1);
    return this.#takeRoomOfAnother(demand, loads, waiting);
  }

  #takeRoomOfAnother(demand: Demand, loads: readonly Load[], waiting: Demand[]): boolean {
    let found: { readonly load: Load; readonly other: Demand } | undefined;
    let least = Number.POSITIVE_INFINITY;
    for (const load of loads) {
      this.#looksLeft -= load.demands.length;
      for (const other of load.roomierThan(demand)) {
        const loss = this.#lossOf(other, load, demand, least);
        if (loss < least && load.welcomes(demand)) {
          found = { load, other };
          least = loss;
        }
      }
    }
    found?.load.remove(found.other);
    found?.load.add(demand);
    waiting.push(...(found === undefined ? [] : [found.other]));
    return found !== undefined;
  }

  /** Small ones find room again; never so much is won that the size of the other would not count. From `most` on: infinite. */
  #lossOf(other: Demand, load: Load, demand: Demand, most: number): number {
    const size = this.#sizeOf(other);
    if (0.1 * size >= most) {
      return Number.POSITIVE_INFINITY;
    }
    const stranded = Math.max(-0.9 * size, this.#newlyStranded(load, demand, other));
    return (1 + (this.#refusals.get(other) ?? 0)) * (size + stranded);
  }

  #sizeOf({ cpus, mem }: { readonly cpus: number; readonly mem: number }): number {
    return cpus / this.#whole.cpus + mem / this.#whole.mem;
  }

  /** How much more of the agent's cpus lack memory once the demand is there, the other one gone. */
  #newlyStranded({ cpus, mem }: Load, demand: Demand, other?: Demand): number {
    const after = this.#stranded(cpus - demand.cpus + (other?.cpus ?? 0), mem - demand.mem + (other?.mem ?? 0));
    return after - this.#stranded(cpus, mem);
  }

  #stranded(cpus: number, mem: number): number {
    return (weightOfStranded * Math.max(0, cpus - mem / this.#leanMem)) / this.#whole.cpus;
  }
}

/** Counted over all of them: if not even so, no chain can help. */
function haveRoom(loads: readonly Load[], demands: readonly Demand[]): boolean {
  return _.sumBy(loads, 'cpus') >= _.sumBy(demands, 'cpus') && _.sumBy(loads, 'mem') >= _.sumBy(demands, 'mem');
}
