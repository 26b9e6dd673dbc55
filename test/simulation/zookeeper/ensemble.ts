/**
 * A ZooKeeper ensemble: its nodes, its sessions and when they expire, who watches what. It may be away as a whole (quorum
 * lost), and some of its servers answer reads from the past.
 */
import type { Operation, OperationResult } from '../../../src/zookeeper/session.ts';
import type { Chance } from '../platform/chance.ts';
import type { Process } from '../platform/process.ts';
import type { Time } from '../platform/time.ts';
import { SimulatedSession } from './session.ts';
import { type Change, refusal, Tree } from './tree.ts';

/** What the ensemble keeps of a session. */
export interface SessionRecord {
  readonly id: string;
  readonly timeoutMs: number;
  heardAt: number;
  expired: boolean;
  /** Changes that this session has seen: it is never shown anything older. */
  seen: number;
  readonly watches: Map<
    string,
    { readonly kind: 'node' | 'children'; readonly path: string; readonly fire: () => void }
  >;
}

export interface EnsembleParts {
  readonly time: Time;
  readonly chance: Chance;
  /** What was written, by which session, before anybody hears of it. */
  readonly written: (session: string, operations: readonly Operation[]) => void;
}

export class Ensemble {
  readonly tree = new Tree();
  /** Without a quorum nobody is answered and no session expires. */
  available = true;
  /** How often a read is answered by a server that lags behind. */
  staleness = 0;
  readonly sessions = new Map<string, SessionRecord>();
  /** Live ends at the clients. */
  readonly ends = new Set<SimulatedSession>();
  /** As with an ACL that somebody changed: of clients' requests alone. */
  refusesWrites = false;
  readonly #parts: EnsembleParts;
  #count = 0;

  constructor(parts: EnsembleParts) {
    this.#parts = parts;
    this.#sweep();
  }

  get chance(): Chance {
    return this.#parts.chance;
  }

  get time(): Time {
    return this.#parts.time;
  }

  open(process: Process, timeoutMs: number): SimulatedSession {
    const end = new SimulatedSession(this, process, timeoutMs);
    this.ends.add(end);
    return end;
  }

  begin(timeoutMs: number): SessionRecord {
    this.#count += 1;
    const id = `0x${this.#count.toString(16).padStart(8, '0')}`;
    const { now } = this.time;
    const session = { id, timeoutMs, heardAt: now, expired: false, seen: this.tree.changes, watches: new Map() };
    this.sessions.set(id, session);
    return session;
  }

  end(session: SessionRecord): void {
    if (session.expired) return;
    session.expired = true;
    session.watches.clear();
    this.sessions.delete(session.id);
    const gone = this.tree.ephemeralsOf(session.id);
    if (gone.length === 0) return;
    const removals = gone.map((path) => ({ kind: 'remove', path, version: 'any' }) as const);
    this.#tell(this.tree.apply(removals, session.id).changes);
  }

  write(session: SessionRecord, operations: readonly Operation[]): OperationResult[] {
    if (session.expired) throw refusal('expired', 'write', 'the session has expired');
    const { results, changes } = this.tree.apply(operations, session.id);
    session.seen = this.tree.changes;
    this.#parts.written(session.id, operations);
    this.#tell(changes);
    return results;
  }

  /** Mostly the present; of a server that lags behind, the past, but none that this session has gone beyond. */
  read(session: SessionRecord, path: string) {
    const { tree, chance } = this;
    const stale = this.staleness > 0 && chance.next() < this.staleness;
    const oldest = Math.max(session.seen, tree.changes - 20);
    const at = stale ? chance.whole(oldest, tree.changes) : tree.changes;
    session.seen = at;
    return { sight: at === tree.changes ? tree.see(path) : tree.seeAt(path, at), current: at === tree.changes };
  }

  /** The client sets one watch for one function and place, however often it asks. */
  watch(session: SessionRecord, kind: 'node' | 'children', path: string, name: string, fire: () => void): void {
    session.watches.set(`${kind} ${path} ${name}`, { kind, path, fire });
  }

  #tell(changes: readonly Change[]): void {
    for (const session of this.sessions.values()) {
      for (const [key, watch] of session.watches) {
        if (!changes.some((change) => change.path === watch.path && concerns(change, watch.kind))) continue;
        session.watches.delete(key);
        watch.fire();
      }
    }
  }

  /** Sessions are ended when nothing was heard of them for their whole time-out, in ticks as ZooKeeper's. */
  #sweep(): void {
    this.time.after(500, () => {
      for (const session of [...this.sessions.values()]) {
        if (!this.available) session.heardAt = this.time.now;
        else if (this.time.now - session.heardAt > session.timeoutMs) this.end(session);
      }
      this.#sweep();
    });
  }
}

function concerns(change: Change, kind: 'node' | 'children'): boolean {
  if (kind === 'children') return change.kind === 'children' || change.kind === 'removed';
  return change.kind !== 'children';
}
