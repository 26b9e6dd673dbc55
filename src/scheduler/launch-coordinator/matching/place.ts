/** One agent while it is being filled: what it has, what is free, and who is there. */
import type { Range } from '../../../mesos-api-client/protocol/mesos.ts';
import type { Alike } from './alike.ts';
import { type Demand, noSets } from './demand.ts';
import { fieldOf } from './field.ts';
import type { Agent, Scalars } from './model.ts';
import { NamedSets } from './named-sets.ts';

export class Place {
  readonly #agent: Agent;
  readonly id: string;
  readonly hostname: string;
  readonly capacityCpus: number;
  readonly capacityMem: number;
  cpus: number;
  mem: number;
  disk: number;
  portCount: number;
  /** Tasks of ours run there, or were placed there. */
  inUse: boolean;
  /** A task that is to be alone is there. */
  exclusive: boolean;
  portsGiven = 0;
  /** Those it stands among, while anything is left of it. */
  alike: Alike | undefined;
  /** What it has of named sets. An agent that has some is like no other. */
  readonly sets: NamedSets | undefined;
  /** Undefined where there are none, as on most agents. */
  readonly #others: Map<string, number> | undefined;
  readonly #ports: readonly Range[];
  /** The range of the next port, and how many of it are taken. */
  #range = 0;
  #taken = 0;
  /** Tasks there by their groups. */
  #groups: Map<string, number> | undefined;

  constructor(agent: Agent) {
    const { free, used } = agent;
    this.#agent = agent;
    this.id = agent.id;
    this.hostname = agent.hostname;
    this.cpus = free.cpus ?? 0;
    this.mem = free.mem ?? 0;
    this.disk = free.disk ?? 0;
    this.capacityCpus = this.cpus + (used?.cpus ?? 0);
    this.capacityMem = this.mem + (used?.mem ?? 0);
    this.exclusive = agent.exclusive ?? false;
    this.inUse = this.exclusive || (agent.groups?.length ?? 0) > 0 || hasSome(used);
    this.sets = agent.sets === undefined ? undefined : new NamedSets(agent.sets);
    this.#others = othersOf(free);
    this.#ports = agent.ports;
    this.portCount = this.#ports.reduce((count, { begin, end }) => count + end - begin + 1, 0);
  }

  valueOf(field: string): string | undefined {
    return fieldOf(this.#agent, field);
  }

  groups(): Iterable<string> {
    return this.#groups?.keys() ?? [];
  }

  /** Tasks of the group there: those that ran before, and those that were placed since. */
  tasksOf(group: string): number {
    return this.#groups?.get(group) ?? 0;
  }

  count(group: string, by: number): number {
    const count = this.tasksOf(group) + by;
    this.#groups ??= new Map();
    this.#groups.set(group, count);
    return count;
  }

  /** What is free of any scalar. */
  freeOf(name: string): number {
    return name === 'cpus' || name === 'mem' || name === 'disk' ? this[name] : (this.#others?.get(name) ?? 0);
  }

  /** What there is of any scalar, with what our tasks hold. */
  capacityOf(name: string): number {
    return (this.#agent.free[name] ?? 0) + (this.#agent.used?.[name] ?? 0);
  }

  /** Whether cpus, memory, ports and all else suffice; constraints are looked at elsewhere. */
  hasRoom({ cpus, mem, disk, ports, others, sets }: Demand): boolean {
    if (this.cpus < cpus || this.mem < mem || this.disk < disk || this.portCount < ports) {
      return false;
    }
    for (const [name, amount] of others) {
      if ((this.#others?.get(name) ?? 0) < amount) {
        return false;
      }
    }
    return this.sets === undefined ? sets === noSets : this.sets.hasRoom(sets);
  }

  /** Takes what the demand asks for, and answers its ports: counted up from the first range. */
  take({ cpus, mem, disk, ports, others, exclusive }: Demand): number[] {
    this.cpus -= cpus;
    this.mem -= mem;
    this.disk -= disk;
    this.portCount -= ports;
    this.portsGiven += ports;
    this.inUse = true;
    this.exclusive ||= exclusive;
    for (const [name, amount] of others) {
      this.#others?.set(name, (this.#others.get(name) ?? 0) - amount);
    }
    // Of its length from the start: an array that grows takes room for many more.
    const given = new Array<number>(ports);
    for (let index = 0; index < ports; index += 1) {
      given[index] = this.#nextPort();
    }
    return given;
  }

  /** Answers how to get back to what it is now, but for the groups of its tasks. */
  remember(): () => void {
    const { cpus, mem, disk, portCount, portsGiven, inUse, exclusive } = this;
    const [others, range, taken, restoreSets] = [
      [...(this.#others ?? [])],
      this.#range,
      this.#taken,
      this.sets?.remember(),
    ];
    return () => {
      Object.assign(this, { cpus, mem, disk, portCount, portsGiven, inUse, exclusive });
      this.#range = range;
      this.#taken = taken;
      restoreSets?.();
      for (const [name, amount] of others) {
        this.#others?.set(name, amount);
      }
    };
  }

  #nextPort(): number {
    const range = this.#ports[this.#range];
    if (range === undefined) {
      throw new Error(`no port is left at ${this.hostname}`);
    }
    const port = range.begin + this.#taken;
    this.#taken += 1;
    if (port === range.end) {
      this.#range += 1;
      this.#taken = 0;
    }
    return port;
  }
}

/** The order in which ties are decided. */
export function comesBefore(a: Place, b: Place): boolean {
  return a.hostname === b.hostname ? a.id < b.id : a.hostname < b.hostname;
}

function hasSome(scalars: Scalars | undefined): boolean {
  return scalars !== undefined && Object.values(scalars).some((amount) => amount > 0);
}

function othersOf(free: Scalars): Map<string, number> | undefined {
  let others: Map<string, number> | undefined;
  for (const name in free) {
    if (name !== 'cpus' && name !== 'mem' && name !== 'disk') {
      others ??= new Map();
      others.set(name, free[name] ?? 0);
    }
  }
  return others;
}
