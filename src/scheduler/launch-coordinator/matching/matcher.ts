/**
 * Finds agents for batches of requests. It keeps what it knows of the agents from batch to batch, so that one new request
 * among thousands of known agents costs little.
 */
import _ from 'lodash';
import { type Demand, demandsOf } from './demand.ts';
import { type Fitness, fullestInUse, packCpusAndMemory } from './fitness.ts';
import { Fleet } from './fleet.ts';
import type { Agent, Matching, Objective, Placement, Request } from './model.ts';
import { placeOneByOne } from './one-by-one.ts';
import { placeWhole } from './whole-batch.ts';

export class Matcher {
  readonly #fleet: Fleet;

  constructor(agents: Iterable<Agent> = []) {
    this.#fleet = new Fleet(agents);
  }

  /** A new agent, or news of one: what was known of it is replaced. */
  set(agent: Agent): void {
    this.#fleet.set(agent);
  }

  delete(agentId: string): void {
    this.#fleet.delete(agentId);
  }

  /** What is placed is taken from what is free, and counts as used from then on. */
  match(requests: readonly Request[], objective: Objective, fitness: Fitness = packCpusAndMemory): Matching {
    const demands = demandsOf(requests);
    const placements: Placement[] = [];
    const unplaced = this.#place(demands, objective, fitness, placements);
    return { placements, unplaced: _.sortBy(unplaced, 'index').map(({ request }) => request.id) };
  }

  #place(
    demands: readonly Demand[],
    objective: Objective,
    fitness: Fitness,
    placements: Placement[],
  ): readonly Demand[] {
    if (objective === 'fitness') {
      return placeOneByOne(this.#fleet, demands, fitness, placements);
    }
    const rest = demands.length === 1 ? demands : placeWhole(this.#fleet, demands, objective, placements);
    return placeOneByOne(this.#fleet, rest, fullestInUse, placements);
  }
}
