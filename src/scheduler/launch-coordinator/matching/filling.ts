/**
 * Fills one agent from the stock so that all it has runs out together: at every step the demand is taken whose shape (the
 * proportions of cpus, memory, disk and ports) is most like the shape of what is left, whatever its size. Large demands
 * first would fill the first agents better, and leave for the last ones only what does not go together.
 */
import type { Demand } from './demand.ts';
import type { Kind } from './kind.ts';
import type { Neighbours } from './neighbours.ts';
import type { Place } from './place.ts';
import type { Stock } from './stock.ts';

/** What a shape counts beside cpus and memory. Which manner is the better one differs from batch to batch. */
export interface Manner {
  /** Disk seldom runs out, and demands of every kind can be had with little of it. */
  readonly weightOfDisk: number;
  /** Demands tied to some agents by hard attributes go there before those that can go anywhere. */
  readonly bonusOfTied: number;
}

const weightOfPorts = 0.05;
/** More than this many times what goes with the cpus that are left is as good as just this. */
const plenty = 2;

/** The demands for this agent, taken from the stock. */
export function fillFromStock(place: Place, stock: Stock, neighbours: Neighbours, manner: Manner): readonly Demand[] {
  return new Filling(place, stock, neighbours, manner).run();
}

class Filling {
  readonly #place: Place;
  readonly #stock: Stock;
  readonly #neighbours: Neighbours;
  readonly #manner: Manner;
  readonly #kinds: readonly Kind[];
  /** Nothing of these may come here (any more). */
  readonly #shut = new Set<Kind>();
  readonly #groups = new Set<string>();
  readonly #demands: Demand[] = [];
  #cpus: number;
  #mem: number;
  #disk: number;
  #ports: number;

  constructor(place: Place, stock: Stock, neighbours: Neighbours, manner: Manner) {
    this.#place = place;
    this.#stock = stock;
    this.#neighbours = neighbours;
    this.#manner = manner;
    this.#kinds = stock.kinds((sample) => neighbours.allow(sample, place));
    this.#cpus = place.cpus;
    this.#mem = place.mem;
    this.#disk = place.disk;
    this.#ports = place.portCount;
  }

  run(): readonly Demand[] {
    for (let kind = this.#nextKind(); kind !== undefined; kind = this.#nextKind()) {
      const at = this.#nextOf(kind);
      const demand = kind.at(at);
      if (demand === undefined) {
        this.#shut.add(kind);
      } else {
        this.#stock.take(kind, at);
        this.#pick(demand);
      }
    }
    return this.#demands;
  }

  #nextKind(): Kind | undefined {
    const { weightOfDisk, bonusOfTied } = this.#manner;
    // In units of what this agent has for each of its cpus.
    const perMem = unitOf(this.#place.cpus, this.#place.mem);
    const perDisk = unitOf(this.#place.cpus, this.#place.disk);
    const perPort = unitOf(this.#place.cpus, this.#place.portCount);
    const most = this.#cpus * plenty;
    const cpus = this.#cpus;
    const mem = Math.min(this.#mem * perMem, most);
    const disk = Math.min(this.#disk * perDisk, most) * weightOfDisk;
    const ports = Math.min(this.#ports * perPort, most) * weightOfPorts;
    let best: Kind | undefined;
    let highest = Number.NEGATIVE_INFINITY;
    for (const kind of this.#kinds) {
      if (!this.#isOpen(kind)) {
        continue;
      }
      const c = kind.cpus;
      const m = kind.mem * perMem;
      const d = kind.disk * perDisk;
      const p = kind.ports * perPort;
      const length = Math.sqrt(c * c + m * m + d * d * weightOfDisk + p * p * weightOfPorts) || 1;
      const likeness = (c * cpus + m * mem + d * disk + p * ports) / length;
      const score = kind.tied ? likeness * (1 + bonusOfTied) : likeness;
      if (score > highest) {
        best = kind;
        highest = score;
      }
    }
    return best;
  }

  #isOpen(kind: Kind): boolean {
    return (
      kind.cpus <= this.#cpus &&
      kind.mem <= this.#mem &&
      kind.ports <= this.#ports &&
      !kind.isEmpty &&
      (this.#shut.size === 0 || !this.#shut.has(kind))
    );
  }

  /** The one with the most disk that leaves enough of it for the other cpus, if constraints and all else let it in. */
  #nextOf(kind: Kind): number {
    const share = this.#cpus === 0 ? this.#disk : (this.#disk * kind.cpus) / this.#cpus;
    for (let at = kind.lastUpTo(share); at >= 0; at = kind.before(at)) {
      const demand = kind.at(at);
      if (demand !== undefined && demand.disk <= this.#disk && this.#isWelcome(demand)) {
        return at;
      }
    }
    return -1;
  }

  #isWelcome(demand: Demand): boolean {
    if (demand.aloneAmong.length === 0 && demand.soft.length === 0) {
      return true;
    }
    return (
      !demand.aloneAmong.some((group) => this.#groups.has(group)) &&
      this.#neighbours.allow(demand, this.#place) &&
      this.#neighbours.liking(demand, this.#place) === 1
    );
  }

  #pick(demand: Demand): void {
    this.#demands.push(demand);
    this.#cpus -= demand.cpus;
    this.#mem -= demand.mem;
    this.#disk -= demand.disk;
    this.#ports -= demand.ports;
    for (const group of demand.groups) {
      this.#groups.add(group);
    }
  }
}

function unitOf(cpus: number, amount: number): number {
  return amount > 0 ? cpus / amount : 0;
}
