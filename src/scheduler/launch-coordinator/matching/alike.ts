/**
 * Agents that are alike in cpus and memory, total and free, have the same fitness for any request: it is worked out once
 * for all of them. Those that are short of ports are kept apart, or each request would stumble over all of them. Members stand in the order in which ties are decided, so the first that will do is the one.
 */
import { comesBefore, type Place } from './place.ts';

export class Alike {
  readonly capacityCpus: number;
  readonly capacityMem: number;
  readonly cpus: number;
  readonly mem: number;
  readonly inUse: boolean;
  /** No member has more. */
  readonly mostPorts: number;
  /** Its one member has named sets. */
  readonly hasSets: boolean;
  /** Of members: asked far more often than they themselves are. */
  #count: number;
  #members: Place[];
  /** Members before it have left: mostly the first leaves, and moving all others each time would cost too much. */
  #head = 0;

  constructor(place: Place, members: Place[]) {
    this.capacityCpus = place.capacityCpus;
    this.capacityMem = place.capacityMem;
    this.cpus = place.cpus;
    this.mem = place.mem;
    this.inUse = place.inUse;
    this.mostPorts = 2 ** magnitudeOf(place.portCount) - 1;
    this.hasSets = place.sets !== undefined;
    this.#count = members.length;
    this.#members = members;
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  get first(): Place | undefined {
    return this.#members[this.#head];
  }

  /** The first member that passes the test. */
  find(test: (place: Place) => boolean): Place | undefined {
    for (let index = this.#head; index < this.#members.length; index += 1) {
      const member = this.#members[index];
      if (member !== undefined && test(member)) {
        return member;
      }
    }
    return undefined;
  }

  add(place: Place): void {
    const at = this.#indexOf(place);
    this.#count += 1;
    if (at === this.#head && at > 0) {
      this.#head -= 1;
      this.#members[this.#head] = place;
    } else if (at === this.#members.length) {
      this.#members.push(place);
    } else {
      this.#members.splice(at, 0, place);
    }
  }

  remove(place: Place): void {
    const at = this.#indexOf(place);
    if (this.#members[at] !== place) {
      throw new Error(`${place.hostname} is not where it was put`);
    }
    this.#count -= 1;
    if (at === this.#head) {
      this.#head += 1;
    } else {
      this.#members.splice(at, 1);
    }
    if (this.#head > 1_000 && this.#head * 2 > this.#members.length) {
      this.#members = this.#members.slice(this.#head);
      this.#head = 0;
    }
  }

  /** Where it is, or where it belongs. */
  #indexOf(place: Place): number {
    let low = this.#head;
    let high = this.#members.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const member = this.#members[middle];
      if (member !== undefined && comesBefore(member, place)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}

/** Of agents with many ports it does not matter how many. */
export function magnitudeOf(ports: number): number {
  return ports < 64 ? 32 - Math.clz32(ports) : 32;
}
