/**
 * Demands that are alike in all but their disk, by which they are sorted. What is taken stays where it was and is passed
 * over: of tens of thousands none has to be moved.
 */
import type { Demand } from './demand.ts';

export class Kind {
  readonly cpus: number;
  readonly mem: number;
  readonly ports: number;
  /** To some agents, by hard attributes. */
  readonly tied: boolean;
  /** In the mean, at the start. */
  readonly disk: number;
  /** By rising disk. */
  readonly #demands: readonly Demand[];
  readonly #disks: Float64Array;
  /** By index, one up: of one that is left its own, of one that was taken that of some before it (0: there is none). */
  readonly #leftUpTo: Int32Array;
  #first = 0;
  #taken = false;

  constructor({ cpus, mem, ports }: Demand, tied: boolean, demands: Demand[]) {
    this.cpus = cpus;
    this.mem = mem;
    this.ports = ports;
    this.tied = tied;
    this.disk = demands.reduce((sum, { disk }) => sum + disk, 0) / demands.length;
    this.#demands = demands.sort((a, b) => a.disk - b.disk || b.index - a.index);
    this.#disks = Float64Array.from(this.#demands, ({ disk }) => disk);
    this.#leftUpTo = Int32Array.from({ length: demands.length + 1 }, (_one, index) => index);
  }

  get isEmpty(): boolean {
    return this.#first === this.#demands.length;
  }

  at(index: number): Demand | undefined {
    return this.#demands[index];
  }

  /** The index of the last that is left with at most that much disk, or of the first that is left; -1 if none is. */
  lastUpTo(disk: number): number {
    let low = this.#first;
    let high = this.#demands.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#disks[middle] ?? 0) <= disk) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    const last = this.#leftAtOrBefore(low - 1);
    return last >= 0 || this.isEmpty ? last : this.#first;
  }

  /** The index of the one before it that is left; -1 if none is. */
  before(index: number): number {
    return this.#leftAtOrBefore(index - 1);
  }

  take(index: number): void {
    this.#taken = true;
    this.#leftUpTo[index + 1] = index;
    while (this.#first < this.#demands.length && this.#leftAtOrBefore(this.#first) !== this.#first) {
      this.#first += 1;
    }
  }

  rest(): Demand[] {
    return this.#demands.filter((_demand, index) => this.#leftAtOrBefore(index) === index);
  }

  /** All of them are there again. */
  refill(): void {
    if (this.#taken) {
      this.#taken = false;
      this.#first = 0;
      this.#leftUpTo.forEach((_one, index, all) => {
        all[index] = index;
      });
    }
  }

  /** Halves the way for whoever goes it again. */
  #leftAtOrBefore(index: number): number {
    const left = this.#leftUpTo;
    let at = index + 1;
    let next = left[at] ?? 0;
    while (next !== at) {
      const further = left[next] ?? 0;
      left[at] = further;
      at = next;
      next = further;
    }
    return at - 1;
  }
}
