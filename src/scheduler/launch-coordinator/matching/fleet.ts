/** All agents: each by its id, and in groups of those that are alike. Every change of a place goes through here. */
import { Alike, keyOf } from './alike.ts';
import type { Demand } from './demand.ts';
import type { Agent, Placement } from './model.ts';
import { Neighbours } from './neighbours.ts';
import { comesBefore, Place } from './place.ts';

export class Fleet {
  readonly neighbours = new Neighbours();
  readonly #places = new Map<string, Place>();
  readonly #alike = new Map<string, Alike>();

  constructor(agents: Iterable<Agent>) {
    const together = new Map<string, Place[]>();
    for (const agent of agents) {
      this.delete(agent.id);
      const place = this.#open(agent);
      const key = keyOf(place);
      const members = together.get(key);
      if (members === undefined) {
        together.set(key, [place]);
      } else {
        members.push(place);
      }
    }
    for (const [key, members] of together) {
      const [first] = members.sort((a, b) => (comesBefore(a, b) ? -1 : 1));
      if (first !== undefined) {
        const alike = new Alike(key, first, members);
        this.#alike.set(key, alike);
        for (const place of members) {
          place.alike = alike;
        }
      }
    }
  }

  places(): Iterable<Place> {
    return this.#places.values();
  }

  /** Those that have something left. */
  alike(): Iterable<Alike> {
    return this.#alike.values();
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
    const key = keyOf(place);
    const known = this.#alike.get(key);
    if (known !== undefined) {
      known.add(place);
      place.alike = known;
      return undefined;
    }
    const alike = new Alike(key, place, [place]);
    place.alike = alike;
    this.#alike.set(key, alike);
    return alike;
  }

  #leave(place: Place): void {
    const { alike } = place;
    if (alike === undefined) {
      return;
    }
    place.alike = undefined;
    alike.remove(place);
    if (alike.isEmpty) {
      this.#alike.delete(alike.key);
    }
  }
}

function placementOf(demand: Demand, place: Place): Placement {
  const sets = place.sets?.take(demand.sets);
  const plain = { requestId: demand.request.id, agentId: place.id, ports: place.take(demand) };
  return sets === undefined ? plain : { ...plain, sets };
}
