/**
 * A link between an agent and a master as both shells know it, over the simulated network. What a cut swallows is lost, and
 * with it the link: no message arrives where one before it did not.
 */
import type {
  AgentLink,
  AgentToMaster,
  Link,
  MasterLink,
  MasterToAgent,
} from '../../../src/local-mesos/model/agent-protocol.ts';
import { Lane, type Network } from '../network.ts';
import type { Process } from '../platform/process.ts';

export interface LinkEnds {
  readonly agentHost: string;
  readonly masterHost: string;
  readonly agent: Process;
  readonly master: Process;
}

export class SimulatedLink {
  readonly agent: AgentLink;
  readonly master: MasterLink;
  /** So many messages of the master get lost; then the link breaks, and both start over. */
  loseNext = 0;
  #open = true;
  /** Something was lost on it. */
  #damaged = false;
  readonly #closed: (() => void)[] = [];

  constructor(network: Network, ends: LinkEnds) {
    const up = new Lane(network);
    const down = new Lane(network);
    const toMaster: { take?: (message: AgentToMaster) => void; early: AgentToMaster[] } = { early: [] };
    const toAgent: { take?: (message: MasterToAgent) => void; early: MasterToAgent[] } = { early: [] };
    const reaches = () => network.reaches(ends.agentHost, ends.masterHost);
    const end = <Out, In>(
      lane: Lane,
      process: Process,
      far: Process,
      outbox: { take?: (message: Out) => void; early: Out[] },
      inbox: { take?: (message: In) => void; early: In[] },
      isLost: () => boolean,
    ): Link<Out, In> => ({
      send: (message) => {
        if (!this.#open) return;
        lane.carry(() => {
          if (!this.#open || isLost()) return;
          if (!reaches()) this.#damaged = true;
          else if (this.#damaged) this.break();
          else far.enter(() => (outbox.take === undefined ? outbox.early.push(message) : outbox.take(message)));
        });
      },
      onMessage: (handler) => {
        inbox.take = handler;
        for (const message of inbox.early.splice(0)) handler(message);
      },
      onClosed: (handler) => {
        this.#closed.push(() => process.enter(handler));
      },
      close: () => this.break(),
    });
    this.agent = end<AgentToMaster, MasterToAgent>(up, ends.agent, ends.master, toMaster, toAgent, () => false);
    this.master = end<MasterToAgent, AgentToMaster>(down, ends.master, ends.agent, toAgent, toMaster, () => {
      if (this.loseNext === 0) return false;
      this.loseNext -= 1;
      network.time.after(50, () => this.break());
      return true;
    });
  }

  get open(): boolean {
    return this.#open;
  }

  break(): void {
    if (!this.#open) return;
    this.#open = false;
    for (const tell of this.#closed.splice(0)) tell();
  }
}
