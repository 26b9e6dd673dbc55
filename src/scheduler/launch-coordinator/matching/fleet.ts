/** All agents: each by its id, and in groups of those that are alike. Every change of a place goes through here. */
import type { Alike } from './alike.ts';
import { AlikeIndex } from './alike-index.ts';
import type { Demand } from './demand.ts';
import type { Agent, Placement } from './model.ts';
import { Neighbours } from './neighbours.ts';
import { comesBefore, Place } from './place.ts';

export class Fleet {
  readonly neighbours = new Neighbours();
  readonly #places = new Map<string, Place>();
  readonly #alike = new AlikeIndex();

  constructor(agents: Iterable<Agent>) {
    const places: Place[] = [];
    for (const agent of agents) {
      this.delete(agent.id);
      places.push(this.#open(agent));
    }
    // In this order each is the last of those that are alike.
    for (const place of places.sort((a, b) => (comesBefore(a, b) ? -1 : 1))) {
      if (this.#places.get(place.id) === place) {
        this.#enter(place);
      }
    }
  }

  places(): Iterable<Place> {
    return this.#places.values();
  }

  /** Those that have something left. */
  alike(): Iterable<Alike> {
    return this.#alike.all();
  }

  /** What was known of the agent is replaced. */
  set(agent: Agent): void {
    this.delete(agent.id);
    this.#enter(this.#open(agent));
  }

  delete(agentId: string): void {
    const place = this.#places.get(agentId);
    if (place !== undefined) {
      this.#leave(place);
      this.#places.delete(agentId);
      this.neighbours.leave(place);
    }
  }

  /** Answers those that are alike from now on, if this place is the first of them. */
  put(demands: readonly Demand[], place: Place, placements: Placement[]): Alike | undefined {
    this.#leave(place);
    for (const demand of demands) {
      placements.push(placementOf(demand, place));
      for (const group of demand.groups) {
        this.neighbours.join(group, place);
      }
    }
    return this.#enter(place);
  }

  /** A demand that was put there is taken away again, and the place is what it was before. */
  takeBack({ groups }: Demand, place: Place, restore: () => void): Alike | undefined {
    this.#leave(place);
    restore();
    for (const group of groups) {
      this.neighbours.part(group, place);
    }
    return this.#enter(place);
  }

  #open(agent: Agent): Place {
    const place = new Place(agent);
    this.#places.set(agent.id, place);
    for (const group of agent.groups ?? []) {
      this.neighbours.join(group, place);
    }
    return place;
  }

  #enter(place: Place): Alike | undefined {
    // Every task takes of the one or the other.
    if (place.cpus <= 0 && place.mem <= 0) {
      return undefined;
    }
    const known = this.#alike.find(place);
    if (known !== undefined) {
      known.add(place);
      place.alike = known;
      return undefined;
    }
    place.alike = this.#alike.open(place, [place]);
    return place.alike;
  }

  #leave(place: Place): void {
    const { alike } = place;
    if (alike === undefined) {
      return;
    }
    place.alike = undefined;
    alike.remove(place);
    if (alike.isEmpty) {
      this.#alike.close(place);
    }
  }
}

function placementOf(demand: Demand, place: Place): Placement {
  const sets = place.sets?.take(demand.sets);
  const plain = { requestId: demand.request.id, agentId: place.id, ports: place.take(demand) };
  return sets === undefined ? plain : { ...plain, sets };
}
