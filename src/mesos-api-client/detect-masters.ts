/**
 * Finds the leading master through the nodes that masters keep in ZooKeeper, and tells each change. Who reads ZooKeeper
 * is the caller's choice. While no master can be named the answer is none: an old one is never told again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { leaderOf, readLeader } from './protocol/leader-node.ts';

/** A connection to ZooKeeper that outlives its sessions. */
export interface ZooKeeperReader {
  /** Tells the state at once and whenever it changes; returns the way to stop. Watches end with an expired session. */
  onState(listener: (state: 'connecting' | 'connected' | 'suspended' | 'expired' | 'closed') => void): () => void;
  /** Names of the children, undefined for no such node; `changed` is called once when that is no longer so. */
  children(path: string, changed: () => void): Promise<readonly string[] | undefined>;
  /** Undefined for no such node. */
  data(path: string, changed: () => void): Promise<Uint8Array | undefined>;
}

export interface Detection {
  /** All addresses of the leading master, `host:port`, the best first; empty while none is known. */
  readonly masters: readonly string[];
  /** Why there are none. */
  readonly why?: string;
}

export interface DetectorParts {
  readonly reader: ZooKeeperReader;
  /** Of the directory in which the masters stand, as in `/mesos`. */
  readonly path: string;
  /** Called with each change. Must not throw. */
  readonly report: (found: Detection) => void;
  /** After an answer that is an error; default 2 s. */
  readonly retryMs?: number;
}

export interface MasterDetector {
  /** Nothing is reported any more. The reader is left as it is. */
  close(): void;
}

export function detectMasters(parts: DetectorParts): MasterDetector {
  return new Detector(parts);
}

class Detector implements MasterDetector {
  readonly #parts: DetectorParts;
  readonly #over = new AbortController();
  readonly #stopListening: () => void;
  #connected = false;
  #looking = false;
  /** Something has changed since the look under way began. */
  #again = false;
  #told: string | undefined;

  constructor(parts: DetectorParts) {
    this.#parts = parts;
    this.#stopListening = parts.reader.onState((state) => this.#turn(state));
  }

  close(): void {
    this.#over.abort();
    this.#stopListening();
  }

  /** A lost connection alone says nothing of the master; with the session gone nobody knows who leads. */
  #turn(state: 'connecting' | 'connected' | 'suspended' | 'expired' | 'closed'): void {
    this.#connected = state === 'connected';
    if (this.#connected) this.#look();
    else if (state !== 'suspended') this.#tell({ masters: [], why: 'there is no session with ZooKeeper' });
  }

  /** One function, so that a watch that is set already is not set twice. */
  readonly #look = (): void => {
    this.#again = true;
    if (!this.#looking) void this.#lookUntilSettled();
  };

  async #lookUntilSettled(): Promise<void> {
    this.#looking = true;
    while (this.#again && this.#connected && !this.#over.signal.aborted) {
      this.#again = false;
      try {
        const found = await this.#find();
        if (found === 'vanished') this.#again = true;
        else if (this.#connected) this.#tell(found);
      } catch (error) {
        await this.#failed(error);
      }
    }
    this.#looking = false;
  }

  /** A master that vanishes between the list and its data leaves the next one to lead: list again (MA-60). */
  async #find(): Promise<Detection | 'vanished'> {
    const { reader, path } = this.#parts;
    const names = await reader.children(path, this.#look);
    if (names === undefined) return { masters: [], why: `ZooKeeper has no node ${path}` };
    const leader = leaderOf(names);
    if (leader === undefined) return { masters: [], why: `no master stands below ${path}` };
    const data = await reader.data(`${path === '/' ? '' : path}/${leader.name}`, this.#look);
    if (data === undefined) return 'vanished';
    const read = readLeader(leader.name, new TextDecoder().decode(data));
    return read.kind === 'master' ? { masters: read.addresses } : { masters: [], why: read.why };
  }

  /** A connection that was lost is told by the state, and looked at again then. */
  async #failed(error: unknown): Promise<void> {
    if (!this.#connected) return;
    this.#tell({ masters: [], why: error instanceof Error ? error.message : String(error) });
    this.#again = true;
    await sleep(this.#parts.retryMs ?? 2000, undefined, { signal: this.#over.signal }).catch(() => undefined);
  }

  #tell(found: Detection): void {
    const text = JSON.stringify(found);
    if (this.#over.signal.aborted || text === this.#told) return;
    this.#told = text;
    this.#parts.report(found);
  }
}
