/** What a plan puts on one agent, while it is being improved: demands come and go. */
import type { Demand } from './demand.ts';
import type { Neighbours } from './neighbours.ts';
import type { Place } from './place.ts';

export class Load {
  readonly place: Place;
  readonly #neighbours: Neighbours;
  /** In the order in which they came: what a constraint asks of others it asks of those before. */
  readonly demands: Demand[] = [];
  /** What is left. */
  cpus: number;
  mem: number;
  disk: number;
  ports: number;

  constructor(place: Place, demands: readonly Demand[], neighbours: Neighbours) {
    this.place = place;
    this.#neighbours = neighbours;
    this.cpus = place.cpus;
    this.mem = place.mem;
    this.disk = place.disk;
    this.ports = place.portCount;
    for (const demand of demands) {
      this.add(demand);
    }
  }

  add(demand: Demand): void {
    this.demands.push(demand);
    this.#count(demand, 1);
  }

  remove(demand: Demand): void {
    this.demands.splice(this.demands.indexOf(demand), 1);
    this.#count(demand, -1);
  }

  hasRoomFor({ cpus, mem, disk, ports }: Demand): boolean {
    return cpus <= this.cpus && mem <= this.mem && disk <= this.disk && ports <= this.ports;
  }

  /** Those whose room, with what is left, would do for the demand. */
  roomierThan(demand: Demand): Demand[] {
    const cpus = demand.cpus - this.cpus;
    const mem = demand.mem - this.mem;
    const disk = demand.disk - this.disk;
    const ports = demand.ports - this.ports;
    return this.demands.filter(
      (each) => each.cpus >= cpus && each.mem >= mem && each.disk >= disk && each.ports >= ports,
    );
  }

  /** What constraints say, of all that is here. */
  welcomes(demand: Demand): boolean {
    const { hard, soft, aloneAmong } = demand;
    return (
      (hard.length === 0 && soft.length === 0) ||
      (!aloneAmong.some((group) => this.demands.some(({ groups }) => groups.includes(group))) &&
        this.#neighbours.allow(demand, this.place) &&
        this.#neighbours.liking(demand, this.place) === 1)
    );
  }

  #count({ cpus, mem, disk, ports }: Demand, times: 1 | -1): void {
    this.cpus -= times * cpus;
    this.mem -= times * mem;
    this.disk -= times * disk;
    this.ports -= times * ports;
  }
}
