/**
 * Fills one agent from the stock, one demand after the other, so that all it has runs out together. Which kind comes next
 * is judged by one of two measures:
 *
 * - alike: that whose shape (the proportions of cpus, memory, disk and ports) is most like the shape of what is left. Good
 *   for any agent, as it leaves for the next ones a mixture of everything.
 * - dear: that which is worth most, at the prices of the whole batch, for the share of what is left that it takes of its
 *   scarcest part. Lean agents get the leanest demands and rich ones the richest, so it is for a sequence of agents in
 *   which the choosy ones come first.
 */
import type { Demand } from './demand.ts';
import type { Kind } from './kind.ts';
import type { Neighbours } from './neighbours.ts';
import type { Place } from './place.ts';
import type { Stock } from './stock.ts';

/** What goes with a cpu. */
export interface PerCpu {
  readonly mem: number;
  readonly disk: number;
  readonly ports: number;
}

export interface Manner {
  readonly measure: 'alike' | 'dear';
  /** What disk counts beside cpus and memory: it seldom runs out, and demands of every kind can be had with little of it. */
  readonly weightOfDisk: number;
  /** Demands tied to some agents by hard attributes go there before those that can go anywhere. */
  readonly bonusOfTied: number;
}

const weightOfPorts = 0.05;
/** More than this many times what goes with the cpus that are left is as good as just this. */
const plenty = 2;
/** Of kinds that are nearly as good the larger: small demands find room later, too. Of as many thousandths of a cpu. */
const bonusOfLarge = 0.02 / 8_000;

/** The demands for this agent, taken from the stock, and what goes with a cpu in the whole batch. */
export function fillFromStock(
  place: Place,
  stock: Stock,
  neighbours: Neighbours,
  manner: Manner,
  usual: PerCpu,
): readonly Demand[] {
  return new Filling(place, stock, neighbours, manner, usual).run();
}

class Filling {
  readonly #place: Place;
  readonly #stock: Stock;
  readonly #neighbours: Neighbours;
  readonly #manner: Manner;
  readonly #usual: PerCpu;
  readonly #kinds: readonly Kind[];
  /** By the index of the kind. */
  readonly #factors: Float64Array;
  /** They turn everything into what this agent has of it for each of its cpus. */
  readonly #units: { readonly perMem: number; readonly perDisk: number; readonly perPort: number };
  /** Nothing of these may come here (any more). */
  readonly #shut = new Set<Kind>();
  readonly #groups = new Set<string>();
  readonly #demands: Demand[] = [];
  #cpus: number;
  #mem: number;
  #disk: number;
  #ports: number;

  constructor(place: Place, stock: Stock, neighbours: Neighbours, manner: Manner, usual: PerCpu) {
    this.#place = place;
    this.#stock = stock;
    this.#neighbours = neighbours;
    this.#manner = manner;
    this.#usual = usual;
    this.#kinds = stock.kinds((sample) => neighbours.allow(sample, place));
    this.#units = {
      perMem: place.cpus * inverse(place.mem),
      perDisk: place.cpus * inverse(place.disk),
      perPort: place.cpus * inverse(place.portCount),
    };
    this.#factors = new Float64Array(this.#kinds.length);
    this.#kinds.forEach((kind, index) => {
      this.#factors[index] = this.#factorOf(kind);
    });
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
    return this.#manner.measure === 'alike' ? this.#mostAlike() : this.#dearest();
  }

  /** By the angle between the shapes: by its cosine, but for a factor. */
  #mostAlike(): Kind | undefined {
    const { weightOfDisk } = this.#manner;
    const { perMem, perDisk, perPort } = this.#units;
    const cpus = this.#cpus;
    const most = cpus * plenty;
    const mem = Math.min(this.#mem * perMem, most) * perMem;
    const disk = Math.min(this.#disk * perDisk, most) * perDisk * weightOfDisk;
    const ports = Math.min(this.#ports * perPort, most) * perPort * weightOfPorts;
    let best: Kind | undefined;
    let highest = Number.NEGATIVE_INFINITY;
    for (let index = 0; index < this.#kinds.length; index += 1) {
      const kind = this.#kinds[index];
      if (kind !== undefined && this.#isOpen(kind)) {
        const product = kind.cpus * cpus + kind.mem * mem + kind.disk * disk + kind.ports * ports;
        const score = product * (this.#factors[index] ?? 0);
        if (score > highest) {
          best = kind;
          highest = score;
        }
      }
    }
    return best;
  }

  #dearest(): Kind | undefined {
    const perCpus = inverse(this.#cpus);
    const perMem = inverse(this.#mem);
    const perDisk = inverse(this.#disk);
    const perPorts = inverse(this.#ports);
    let best: Kind | undefined;
    let highest = Number.NEGATIVE_INFINITY;
    for (let index = 0; index < this.#kinds.length; index += 1) {
      const kind = this.#kinds[index];
      if (kind !== undefined && this.#isOpen(kind)) {
        const share = Math.max(kind.cpus * perCpus, kind.mem * perMem, kind.disk * perDisk, kind.ports * perPorts);
        const score = (this.#factors[index] ?? 0) / share;
        if (score > highest) {
          best = kind;
          highest = score;
        }
      }
    }
    return best;
  }

  /** What of a kind's score stays the same while this agent is filled. */
  #factorOf({ cpus, mem, disk, ports, tied }: Kind): number {
    const { measure, weightOfDisk, bonusOfTied } = this.#manner;
    const bonus = (1 + bonusOfLarge * cpus) * (tied ? 1 + bonusOfTied : 1);
    if (measure === 'dear') {
      const { mem: usualMem, disk: usualDisk } = this.#usual;
      return bonus * (cpus + mem / usualMem + (weightOfDisk * disk) / usualDisk);
    }
    const { perMem, perDisk, perPort } = this.#units;
    const [m, d, p] = [mem * perMem, disk * perDisk, ports * perPort];
    return bonus / (Math.sqrt(cpus * cpus + m * m + d * d * weightOfDisk + p * p * weightOfPorts) || 1);
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

/** Of what is not there nobody can ask for any. */
function inverse(amount: number): number {
  return amount > 0 ? 1 / amount : 0;
}
