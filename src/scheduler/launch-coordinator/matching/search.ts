/**
 * The best agent for one demand. All agents are considered, but a fitness that sees only sizes scores one of those that
 * are alike, and agents with less left than anybody asks for are passed over.
 */
import type { Alike } from './alike.ts';
import type { Demand } from './demand.ts';
import { type Fitness, overallOf } from './fitness.ts';
import type { Fleet } from './fleet.ts';
import { OpenAgents } from './open-agents.ts';
import { comesBefore, type Place } from './place.ts';
import { nearly, type Row } from './row.ts';

/** Fenzo's: beside 0.5 for what is liked and 0.35 for fitness. */
const weightOfSets = 0.15;

export class Search {
  readonly #fleet: Fleet;
  readonly #usual: Fitness;
  readonly #leastCpus: number;
  readonly #leastMem: number;
  /** For each fitness that was asked for. */
  readonly #open = new Map<Fitness, OpenAgents>();
  #fitness: Fitness;
  #goodEnough = Number.POSITIVE_INFINITY;
  #best: Place | undefined;
  #highest = Number.NEGATIVE_INFINITY;

  constructor(fleet: Fleet, demands: readonly Demand[], fitness: Fitness) {
    this.#fleet = fleet;
    this.#usual = fitness;
    this.#fitness = fitness;
    this.#leastCpus = demands.reduce((least, { cpus }) => Math.min(least, cpus), Number.POSITIVE_INFINITY);
    this.#leastMem = demands.reduce((least, { mem }) => Math.min(least, mem), Number.POSITIVE_INFINITY);
  }

  /** From now on these are alike, too. */
  consider(alike: Alike | undefined): void {
    if (alike !== undefined && this.#isOfUse(alike)) {
      for (const open of this.#open.values()) {
        open.add(alike);
      }
    }
  }

  bestFor(demand: Demand): Place | undefined {
    const fitness = demand.request.fitness ?? this.#usual;
    this.#fitness = fitness;
    this.#goodEnough = overallOf(fitness, 1, fitness.goodEnough ?? Number.POSITIVE_INFINITY);
    this.#best = undefined;
    this.#highest = Number.NEGATIVE_INFINITY;
    const open = this.#openFor(fitness);
    for (const row of open.rows) {
      if (this.#highest >= this.#goodEnough) {
        break;
      }
      this.#lookAlong(demand, row, fitness);
    }
    return this.#best;
  }

  #openFor(fitness: Fitness): OpenAgents {
    const known = this.#open.get(fitness);
    if (known !== undefined) {
      return known;
    }
    const open = new OpenAgents(fitness);
    for (const alike of this.#fleet.alike()) {
      if (this.#isOfUse(alike)) {
        open.add(alike);
      }
    }
    this.#open.set(fitness, open);
    return open;
  }

  #isOfUse({ cpus, mem }: Alike): boolean {
    return cpus >= this.#leastCpus && mem >= this.#leastMem;
  }

  #lookAlong(demand: Demand, row: Row, fitness: Fitness): void {
    let index = row.startFor(demand);
    for (let alike = row.at(index); alike !== undefined; alike = row.at(index)) {
      if (alike.isEmpty) {
        row.forget(index);
        index -= 1;
      } else if (alike.mostPorts >= demand.ports) {
        if (!this.#isWorthIt(demand, alike, fitness, row.isRanked) || this.#highest >= this.#goodEnough) {
          return;
        }
      }
      index = row.next(index, demand);
    }
  }

  /** Answers whether those that come after it may be any better. */
  #isWorthIt(demand: Demand, alike: Alike, fitness: Fitness, isRanked: boolean): boolean {
    if (fitness.sees === 'agent' || alike.hasSets) {
      this.#lookAtEach(demand, alike, fitness.score);
      return true;
    }
    const score = fitness.score(demand, alike);
    if (isRanked && overallOf(fitness, 1, score) < this.#highest - nearly) {
      return false;
    }
    this.#lookAtAlike(demand, alike, score);
    return true;
  }

  #lookAtAlike(demand: Demand, alike: Alike, fitness: number): void {
    const most = overallOf(this.#fitness, 1, fitness);
    const { first } = alike;
    if (first === undefined || !this.#isBetter(most, first)) {
      return;
    }
    if (demand.soft.length === 0) {
      const found = alike.find((place) => this.#fits(demand, place));
      this.#offer(most, found);
    } else {
      this.#offerMostLiked(demand, alike, fitness);
    }
  }

  #lookAtEach(demand: Demand, alike: Alike, score: (demand: Demand, place: Place) => number): void {
    alike.find((place) => {
      if (this.#fits(demand, place)) {
        const fitness = score(demand, place);
        // What is no number is the least there is.
        const value = Number.isNaN(fitness) ? 0 : fitness;
        const overall = overallOf(this.#fitness, this.#fleet.neighbours.liking(demand, place), value);
        this.#offer(place.sets === undefined ? overall : overall + weightOfSets * place.sets.score(demand.sets), place);
      }
      return this.#highest >= this.#goodEnough;
    });
  }

  #offerMostLiked(demand: Demand, alike: Alike, fitness: number): void {
    let most = -1;
    alike.find((place) => {
      if (this.#fits(demand, place)) {
        const liking = this.#fleet.neighbours.liking(demand, place);
        if (liking > most) {
          most = liking;
          this.#offer(overallOf(this.#fitness, liking, fitness), place);
        }
      }
      return most === 1;
    });
  }

  #offer(value: number, place: Place | undefined): void {
    if (place !== undefined && this.#isBetter(value, place)) {
      this.#best = place;
      this.#highest = value;
    }
  }

  #isBetter(value: number, place: Place): boolean {
    return (
      value > this.#highest || (value === this.#highest && this.#best !== undefined && comesBefore(place, this.#best))
    );
  }

  #fits(demand: Demand, place: Place): boolean {
    return place.hasRoom(demand) && this.#fleet.neighbours.allow(demand, place);
  }
}
