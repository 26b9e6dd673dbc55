/**
 * The Mesos masters: one leads, the others send on to it. What leads is the shell and model of the embedded master, inside
 * of a simulated process; what it forgets when it dies is forgotten, and its registry survives if the fault lets it.
 */
import { defaultMasterOptions, emptyRegistry, type Registry } from '../../../src/local-mesos/model/master-io.ts';
import type { MasterState } from '../../../src/local-mesos/model/master-state.ts';
import { systemClock } from '../../../src/local-mesos/server/clock.ts';
import type { RegistryFile } from '../../../src/local-mesos/server/master-registry.ts';
import { type MasterShell, startMasterShell } from '../../../src/local-mesos/server/master-shell.ts';
import type { Network } from '../network.ts';
import type { Chance } from '../platform/chance.ts';
import { uuidOf } from '../platform/platform.ts';
import { Process } from '../platform/process.ts';
import type { Ensemble, SessionRecord } from '../zookeeper/ensemble.ts';
import type { AgentHost } from './agent-host.ts';
import { SimulatedLink } from './link.ts';
import type { SimulatedStream } from './stream.ts';

export interface MasterHost {
  readonly name: string;
  readonly address: string;
  process: Process;
  up: boolean;
  shell: MasterShell | undefined;
  session: SessionRecord | undefined;
  /** Its node among the masters in ZooKeeper. */
  node: string | undefined;
}

export interface MastersParts {
  readonly network: Network;
  readonly chance: Chance;
  readonly ensemble: Ensemble;
  readonly count: number;
  readonly note: (who: string, what: string) => void;
  readonly agentReregisterMs: number;
}

const MASTERS_PATH = '/mesos';

export class Masters {
  readonly hosts: readonly MasterHost[];
  /** Every link that agents have made and not closed. */
  readonly links = new Set<SimulatedLink>();
  readonly streams = new Set<SimulatedStream>();
  /** Nobody is elected until then. */
  #vacantUntil = 0;
  #registry: Registry = emptyRegistry;
  readonly #claims = new Set<SessionRecord>();
  readonly #parts: MastersParts;

  constructor(parts: MastersParts) {
    this.#parts = parts;
    this.hosts = Array.from({ length: parts.count }, (_, index) => ({
      name: `master-${index + 1}`,
      address: `master-${index + 1}:5050`,
      process: this.#process(`master-${index + 1}`),
      up: true,
      shell: undefined,
      session: undefined,
      node: undefined,
    }));
    this.#elect();
  }

  get leader(): MasterHost | undefined {
    return this.hosts.find(({ shell }) => shell !== undefined);
  }

  get state(): MasterState | undefined {
    return this.leader?.shell?.state;
  }

  find(address: string): MasterHost | undefined {
    return this.hosts.find((host) => host.address === address);
  }

  /** kill -9; its node in ZooKeeper stays until its session expires. */
  kill(host: MasterHost, forgetRegistry = false): void {
    if (!host.up) return;
    host.up = false;
    host.process.kill();
    host.shell = undefined;
    if (forgetRegistry) this.#registry = emptyRegistry;
    for (const link of this.links) link.break();
    for (const stream of [...this.streams]) if (stream.ends.masterHost === host.name) stream.break();
    this.streams.clear();
  }

  start(host: MasterHost): void {
    if (host.up) return;
    host.up = true;
    host.process = this.#process(host.name);
  }

  /** All of them lose their places in ZooKeeper, and none takes one for so long. */
  vacate(forMs: number): void {
    this.#vacantUntil = this.#parts.network.time.now + forMs;
    for (const host of this.hosts) this.#withdraw(host);
    const { leader } = this;
    if (leader !== undefined) this.kill(leader);
  }

  /** For so long ZooKeeper names this one first, whoever leads: as after a node that should have gone with its session. */
  claim(address: string, forMs: number): boolean {
    const { ensemble, network } = this.#parts;
    const path = `${MASTERS_PATH}/json.info_0000000000`;
    if (!ensemble.available || ensemble.tree.see(MASTERS_PATH).node === undefined) return false;
    if (ensemble.tree.see(path).node !== undefined) return false;
    const session = ensemble.begin(10 * forMs);
    ensemble.write(session, [{ kind: 'create', path, data: infoOf(address), mode: 'ephemeral' }]);
    this.#claims.add(session);
    network.time.after(forMs, () => this.#unclaim(session));
    return true;
  }

  #unclaim(session: SessionRecord): void {
    if (this.#claims.delete(session)) this.#parts.ensemble.end(session);
  }

  heal(): void {
    for (const session of [...this.#claims]) this.#unclaim(session);
    this.#vacantUntil = 0;
    for (const host of this.hosts) this.start(host);
  }

  /** As an agent dials: to the leader, if it is reached. */
  dial(agent: AgentHost): SimulatedLink | undefined {
    const { leader } = this;
    const { network } = this.#parts;
    if (leader?.shell === undefined || !network.reaches(agent.name, leader.name)) return undefined;
    const { shell, process } = leader;
    const ends = { agentHost: agent.name, masterHost: leader.name, agent: agent.process, master: process };
    const link = new SimulatedLink(network, ends);
    this.links.add(link);
    link.agent.onClosed(() => this.links.delete(link));
    process.enter(() => shell.agentConnected(link.master));
    return link;
  }

  #process(name: string): Process {
    const { network, chance } = this.#parts;
    const process = new Process(name, network.time, chance.split());
    process.promises = false;
    return process;
  }

  /** Each holds a place in ZooKeeper while it is up; the first of them leads. */
  #elect(): void {
    const { network, ensemble, chance, note } = this.#parts;
    if (ensemble.available) {
      for (const host of this.hosts) this.#keepPlace(host);
      const first = this.hosts
        .filter(({ node }) => node !== undefined)
        .sort((left, right) => String(left.node).localeCompare(String(right.node)))[0];
      const { leader } = this;
      if (leader !== undefined && leader !== first) {
        note(leader.name, 'no longer leads and ends, as Mesos masters do');
        this.kill(leader);
      } else if (leader === undefined && first?.up === true) this.#lead(first);
    }
    network.time.after(chance.between(300, 900), () => this.#elect());
  }

  #keepPlace(host: MasterHost): void {
    const { ensemble, network } = this.#parts;
    const { time } = network;
    if (host.session?.expired === true) this.#withdraw(host);
    if (host.up && host.session !== undefined) host.session.heardAt = time.now;
    if (!host.up || host.session !== undefined || time.now < this.#vacantUntil) return;
    const session = ensemble.begin(10_000);
    host.session = session;
    if (ensemble.tree.see(MASTERS_PATH).node === undefined)
      ensemble.write(session, [{ kind: 'create', path: MASTERS_PATH, data: Buffer.alloc(0) }]);
    const data = infoOf(host.address);
    const create = { kind: 'create', path: `${MASTERS_PATH}/json.info_`, data, mode: 'ephemeral-sequential' } as const;
    host.node = ensemble.write(session, [create])[0]?.path;
  }

  #withdraw(host: MasterHost): void {
    if (host.session !== undefined) this.#parts.ensemble.end(host.session);
    host.session = undefined;
    host.node = undefined;
  }

  #lead(host: MasterHost): void {
    const { chance, note, agentReregisterMs } = this.#parts;
    const options = {
      ...defaultMasterOptions,
      agentReregisterMs,
      masterId: uuidOf(chance.hex(32)),
      hostname: host.name,
      ip: '10.0.0.9',
      port: 5050,
    };
    const registry: RegistryFile = {
      read: () => this.#registry,
      write: (written) => {
        this.#registry = written;
      },
      // A master ends in the moment in which another one leads: there is nobody to keep out.
      fenced: () => registry,
    };
    const { process } = host;
    process.enter(() => {
      host.shell = startMasterShell(options, registry, { ...systemClock, now: () => process.now });
    });
    note(host.name, `leads as ${options.masterId.slice(0, 8)} with ${this.#registry.admitted.length} known agents`);
  }
}

function infoOf(address: string): Buffer {
  const [hostname, port] = address.split(':');
  return Buffer.from(JSON.stringify({ address: { hostname, ip: '10.0.0.9', port: Number(port) } }));
}
