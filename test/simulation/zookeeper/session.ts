/**
 * A client's end of a ZooKeeper session: what src/zookeeper/connect.ts is over sockets. Requests travel, arrive in order,
 * and are lost with their connection: of a write nobody knows then whether it happened. Heartbeats are the client's; a
 * process that is paused sends none.
 */
import type {
  CreateOptions,
  Node,
  Operation,
  OperationResult,
  SessionState,
  Stat,
  Version,
  Watch,
  ZooKeeperSession,
} from '../../../src/zookeeper/session.ts';
import { connectionLost, ZooKeeperError } from '../../../src/zookeeper/zookeeper-error.ts';
import type { Process } from '../platform/process.ts';
import type { Ensemble, SessionRecord } from './ensemble.ts';
import { parentOf, refusal } from './tree.ts';

interface Flight {
  readonly what: string;
  readonly kind: 'read' | 'write';
  readonly reject: (error: Error) => void;
}

export class SimulatedSession implements ZooKeeperSession {
  state: SessionState = 'connecting';
  readonly timeoutMs: number;
  readonly process: Process;
  /** Traps of the simulator, on the way of each write. */
  onWrite: (point: 'sent' | 'applied' | 'answered') => void = () => undefined;
  record: SessionRecord | undefined;
  readonly #ensemble: Ensemble;
  readonly #listeners = new Set<(state: SessionState) => void>();
  readonly #flights = new Set<Flight>();
  readonly #watchNames = new Map<Watch, string>();
  /** Watches that fired while there was no connection. */
  #owed: (() => void)[] = [];
  /** Numbers the connections: what was sent on an older one is lost. */
  #connection = 0;
  /** Requests arrive in the order of their sending, and so do answers. */
  #arriveAt = 0;
  #answerAt = 0;
  #heardAt: number;
  /** Cut off from the ensemble until then. */
  #cutUntil = 0;

  constructor(ensemble: Ensemble, process: Process, timeoutMs: number) {
    this.#ensemble = ensemble;
    this.process = process;
    this.timeoutMs = timeoutMs;
    this.#heardAt = ensemble.time.now;
    this.#connect(ensemble.chance.between(2, 30));
    this.#beat();
  }

  get id(): string {
    return this.record?.id ?? '0x0';
  }

  onState(listener: (state: SessionState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A server died, a cable was pulled: for so long nothing reaches the ensemble. */
  cut(forMs: number): void {
    if (this.state === 'expired' || this.state === 'closed') return;
    this.#cutUntil = Math.max(this.#cutUntil, this.#ensemble.time.now + forMs);
    this.process.enter(() => this.#lose());
  }

  getChildren(path: string, watch?: Watch): Promise<string[]> {
    return this.#read(`list ${path}`, path, 'children', watch, ({ node, children }) => {
      if (node === undefined) throw refusal('no-node', `list ${path}`, 'there is no such node');
      return [...children];
    });
  }

  getData(path: string, watch?: Watch): Promise<Node> {
    return this.#read(`read ${path}`, path, 'node', watch, ({ node }) => {
      if (node === undefined) throw refusal('no-node', `read ${path}`, 'there is no such node');
      return node;
    });
  }

  exists(path: string, watch?: Watch): Promise<Stat | undefined> {
    return this.#read(`look at ${path}`, path, 'node', watch, ({ node }) => node?.stat);
  }

  async create(path: string, data: Buffer, options: CreateOptions = {}): Promise<string> {
    const [made] = await this.#write(`create ${path}`, [{ kind: 'create', path, data, ...options }]);
    return made?.path ?? path;
  }

  async set(path: string, data: Buffer, version: Version): Promise<Stat> {
    const [left] = await this.#write(`set ${path}`, [{ kind: 'set', path, data, version }]);
    if (left?.stat === undefined) throw new Error('a set leaves a stat');
    return left.stat;
  }

  async remove(path: string, version: Version): Promise<void> {
    await this.#write(`remove ${path}`, [{ kind: 'remove', path, version }]);
  }

  transact(operations: readonly Operation[]): Promise<OperationResult[]> {
    return this.#write('transact', operations);
  }

  async mkdirp(path: string): Promise<void> {
    if (path === '/' || (await this.exists(path)) !== undefined) return;
    await this.mkdirp(parentOf(path));
    try {
      await this.create(path, Buffer.alloc(0));
    } catch (error) {
      if (!(error instanceof ZooKeeperError && error.code === 'node-exists')) throw error;
    }
  }

  async close(): Promise<void> {
    const { record } = this;
    if (this.state === 'connected' && record !== undefined)
      this.#ensemble.time.after(this.#latency(), () => this.#ensemble.end(record));
    this.#turn('closed');
    this.#dropFlights(() => new ZooKeeperError('closed', 'ZooKeeper: the session is closed'));
  }

  #read<Result>(
    what: string,
    path: string,
    kind: 'node' | 'children',
    watch: Watch | undefined,
    take: (sight: { node: Node | undefined; children: readonly string[] }) => Result,
  ): Promise<Result> {
    return this.#request({ what, kind: 'read' }, (record) => {
      const { sight, current } = this.#ensemble.read(record, path);
      if (watch !== undefined) this.#watch(record, kind, path, watch, current);
      return take(sight);
    });
  }

  #watch(record: SessionRecord, kind: 'node' | 'children', path: string, watch: Watch, current: boolean): void {
    const name = this.#watchNames.get(watch) ?? String(this.#watchNames.size);
    this.#watchNames.set(watch, name);
    const fire = () => {
      const run = () => this.process.enter(() => this.state !== 'closed' && watch());
      if (this.state === 'connected') this.#ensemble.time.after(this.#answerDelay(), run);
      else this.#owed.push(run);
    };
    // The past was read: its change is still to come.
    if (current) this.#ensemble.watch(record, kind, path, name, fire);
    else this.#ensemble.time.after(this.#ensemble.chance.between(5, 200), fire);
  }

  #write(what: string, operations: readonly Operation[]): Promise<OperationResult[]> {
    this.onWrite('sent');
    return this.#request({ what, kind: 'write' }, (record) => {
      if (this.#ensemble.refusesWrites) throw refusal('not-authorized', what, 'the ACL of the node does not allow it');
      const results = this.#ensemble.write(record, operations);
      this.onWrite('applied');
      return results;
    });
  }

  #request<Result>(about: Pick<Flight, 'what' | 'kind'>, serve: (record: SessionRecord) => Result): Promise<Result> {
    const over = this.#refusal(about.what);
    if (over !== undefined) return Promise.reject(over);
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const flight: Flight = { ...about, reject };
    this.#flights.add(flight);
    const connection = this.#connection;
    const { time } = this.#ensemble;
    const settle = (how: () => void) =>
      time.after(this.#answerDelay(), () =>
        this.process.enter(() => {
          if (connection !== this.#connection || !this.#flights.delete(flight)) return;
          this.#heardAt = this.process.time.now;
          if (about.kind === 'write') this.onWrite('answered');
          how();
        }),
      );
    time.after(this.#arrivalDelay(), () => {
      const { record } = this;
      if (connection !== this.#connection || record === undefined || !this.#reaches()) return;
      record.heardAt = time.now;
      try {
        const result = serve(record);
        settle(() => resolve(result));
      } catch (error) {
        const expired = error instanceof ZooKeeperError && error.code === 'expired';
        settle(() => {
          if (expired) this.#expire();
          reject(error as Error);
        });
      }
    });
    return promise;
  }

  #refusal(what: string): ZooKeeperError | undefined {
    if (this.state === 'connected') return undefined;
    if (this.state === 'expired') return refusal('expired', what, 'the session has expired');
    if (this.state === 'closed') return refusal('closed', what, 'the session is closed');
    return refusal('disconnected', what, 'there is no connection');
  }

  #reaches(): boolean {
    return this.#ensemble.available && this.#ensemble.time.now >= this.#cutUntil;
  }

  /** Heartbeats, and what their absence means: the client's own view of a session that is over. */
  #beat(): void {
    this.process.after(this.timeoutMs / 3, () => {
      if (this.state === 'closed' || this.state === 'expired') return;
      const { now } = this.process.time;
      const { record } = this;
      if (this.#reaches() && this.state === 'connected' && record !== undefined) {
        if (record.expired) return this.#expire();
        record.heardAt = now;
        this.#heardAt = now;
      } else if (record !== undefined && now - this.#heardAt > this.timeoutMs) {
        return this.#expire();
      } else if (this.state === 'connected') {
        this.#lose();
      }
      this.#beat();
    });
  }

  #connect(delayMs: number): void {
    this.process.after(delayMs, () => {
      if (this.state !== 'connecting' && this.state !== 'suspended') return;
      if (!this.#reaches()) return this.#connect(this.#ensemble.chance.between(100, 1000));
      this.#heardAt = this.process.time.now;
      this.record ??= this.#ensemble.begin(this.timeoutMs);
      if (this.record.expired) return this.#expire();
      this.record.heardAt = this.#heardAt;
      this.#connection += 1;
      this.#turn('connected');
      for (const run of this.#owed.splice(0)) this.#ensemble.time.after(this.#answerDelay(), run);
    });
  }

  #lose(): void {
    if (this.state !== 'connected') return;
    this.#connection += 1;
    this.#turn('suspended');
    this.#dropFlights(connectionLost);
    this.#connect(this.#ensemble.chance.between(50, 1500));
  }

  #expire(): void {
    this.#turn('expired');
    this.#dropFlights(({ what }) => refusal('expired', what, 'the session has expired'));
  }

  #dropFlights(errorOf: (flight: Flight) => Error): void {
    for (const flight of [...this.#flights]) {
      this.#flights.delete(flight);
      flight.reject(errorOf(flight));
    }
  }

  #turn(state: SessionState): void {
    if (this.state === state) return;
    this.state = state;
    if (state === 'expired' || state === 'closed') this.#ensemble.ends.delete(this);
    for (const listener of [...this.#listeners]) listener(state);
  }

  #latency(): number {
    return this.#ensemble.chance.between(1, 6);
  }

  #arrivalDelay(): number {
    const { now } = this.#ensemble.time;
    this.#arriveAt = Math.max(this.#arriveAt, now + this.#latency());
    return this.#arriveAt - now;
  }

  #answerDelay(): number {
    const { now } = this.#ensemble.time;
    this.#answerAt = Math.max(this.#answerAt, now + this.#latency());
    return this.#answerAt - now;
  }
}
