/**
 * The best agent for one demand. All agents are considered, but a fitness that sees only sizes scores one of those that
 * are alike, and agents with less left than anybody asks for are passed over.
 */
import type { Alike } from './alike.ts';
import type { Demand } from './demand.ts';
import { type Fitness, overallOf } from './fitness.ts';
import type { Fleet } from './fleet.ts';
import { comesBefore, type Place } from './place.ts';

/** Fenzo's: beside 0.5 for what is liked and 0.35 for fitness. */
const weightOfSets = 0.15;

export class Search {
  readonly #fleet: Fleet;
  readonly #usual: Fitness;
  readonly #leastCpus: number;
  readonly #leastMem: number;
  readonly #open: Alike[] = [];
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
    for (const alike of fleet.alike()) {
      this.consider(alike);
    }
  }

  consider(alike: Alike | undefined): void {
    if (alike !== undefined && alike.cpus >= this.#leastCpus && alike.mem >= this.#leastMem) {
      this.#open.push(alike);
    }
  }

  bestFor(demand: Demand): Place | undefined {
    const fitness = demand.request.fitness ?? this.#usual;
    this.#fitness = fitness;
    this.#goodEnough = overallOf(fitness, 1, fitness.goodEnough ?? Number.POSITIVE_INFINITY);
    this.#best = undefined;
    this.#highest = Number.NEGATIVE_INFINITY;
    const open = this.#open;
    for (let index = 0; index < open.length && this.#highest < this.#goodEnough; index += 1) {
      const alike = open[index];
      if (alike === undefined || alike.cpus < demand.cpus || alike.mem < demand.mem) {
        continue;
      }
      if (alike.isEmpty) {
        this.#forget(index);
        index -= 1;
      } else if (fitness.sees === 'sizes' && alike.first?.sets === undefined) {
        this.#lookAtAlike(demand, alike, fitness.score(demand, alike));
      } else {
        this.#lookAtEach(demand, alike, fitness.score);
      }
    }
    return this.#best;
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

  /** All of them have become unlike. */
  #forget(index: number): void {
    const last = this.#open.pop();
    if (last !== undefined && index < this.#open.length) {
      this.#open[index] = last;
    }
  }
}
