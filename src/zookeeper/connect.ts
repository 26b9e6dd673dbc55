/**
 * One session with an ensemble: the library's callbacks as promises, each of which settles, whatever becomes of the
 * connection. Nothing is queued while there is no connection, so that no write leaves long after it was decided.
 */
import type { Client, LibraryError, LibraryStat } from 'node-zookeeper-client';
import { absolutePath, relativePath } from './chroot.ts';
import { type LibraryClient, startClient } from './library-client.ts';
import { aclOf, commit, modes, statOf, versionOf } from './library-forms.ts';
import type {
  CreateOptions,
  Node,
  Operation,
  OperationResult,
  SessionState,
  Stat,
  Version,
  Watch,
  ZooKeeperOptions,
  ZooKeeperSession,
} from './session.ts';
import { connectionLost, errorOfCode, type Request, ZooKeeperError } from './zookeeper-error.ts';

/** Resolves once the ensemble has let us in; rejects with a ZooKeeperError, and nothing is left, if it does not in time. */
export async function connectZooKeeper(options: ZooKeeperOptions): Promise<ZooKeeperSession> {
  const session = openZooKeeper(options);
  const waitMs = options.connectTimeoutMs ?? options.sessionTimeoutMs;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, waitMs);
  const stop = session.onState(() => resolve());
  await promise;
  clearTimeout(timer);
  stop();
  if (session.state === 'connected') return session;
  await session.close();
  const hosts = options.hosts.join(', ');
  throw new ZooKeeperError('unreachable', `ZooKeeper: no server of ${hosts} let us in within ${waitMs / 1000} s`);
}

/** At once, in state 'connecting'; it dials until it is closed. */
export function openZooKeeper(options: ZooKeeperOptions): ZooKeeperSession {
  return new Session(options);
}

/** The largest that a server takes by default, less some for the frame. */
const MOST_BYTES = 1024 * 1024 - 4096;

class Session implements ZooKeeperSession {
  readonly #chroot: string;
  readonly #hasCredentials: boolean;
  readonly #library: LibraryClient;
  readonly #listeners = new Set<(state: SessionState) => void>();
  /** How to end each request that is under way. */
  readonly #underWay = new Set<(cause: 'lost' | 'expired' | 'closed') => void>();
  readonly #watches = new WeakMap<Watch, Watch>();
  readonly #watchdog: NodeJS.Timeout;
  #state: SessionState = 'connecting';
  #heardAt = performance.now();

  constructor(options: ZooKeeperOptions) {
    this.#chroot = options.chroot === undefined || options.chroot === '/' ? '' : options.chroot;
    this.#hasCredentials = options.credentials !== undefined;
    this.#library = startClient(options, {
      connected: () => this.#enter('connected'),
      disconnected: () => this.#suspend(),
      expired: () => this.#expire(),
      credentialsRefused: () => this.#expire(),
      heard: () => {
        this.#heardAt = performance.now();
      },
    });
    this.#watchdog = setInterval(() => this.#watch(), Math.max(20, options.sessionTimeoutMs / 10));
  }

  get state(): SessionState {
    return this.#state;
  }

  get id(): string {
    return `0x${this.#client.getSessionId().toString('hex').replace(/^0+/, '') || '0'}`;
  }

  get timeoutMs(): number {
    return this.#client.getSessionTimeout();
  }

  onState(listener: (state: SessionState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  getChildren(path: string, watch?: Watch): Promise<string[]> {
    return this.#ask({ what: `children of ${path}`, kind: 'read' }, (answer) =>
      this.#client.getChildren(this.#absolute(path), this.#told(watch), answer),
    );
  }

  getData(path: string, watch?: Watch): Promise<Node> {
    return this.#ask({ what: `get ${path}`, kind: 'read' }, (answer) =>
      this.#client.getData(this.#absolute(path), this.#told(watch), (error, data, stat) =>
        answer(error, error ? undefined : { data: data ?? Buffer.alloc(0), stat: statOf(stat) }),
      ),
    );
  }

  async exists(path: string, watch?: Watch): Promise<Stat | undefined> {
    const stat = await this.#ask<LibraryStat | null>({ what: `exists ${path}`, kind: 'read' }, (answer) =>
      this.#client.exists(this.#absolute(path), this.#told(watch), answer),
    );
    return stat === null ? undefined : statOf(stat);
  }

  async create(path: string, data: Buffer, options: CreateOptions = {}): Promise<string> {
    const acl = aclOf(this.#hasCredentials, options);
    const made = await this.#ask<string>({ what: `create ${path}`, kind: 'write' }, (answer) =>
      this.#client.create(this.#absolute(path), checked(data), acl, modes[options.mode ?? 'persistent'], answer),
    );
    return relativePath(this.#chroot, made);
  }

  async set(path: string, data: Buffer, version: Version): Promise<Stat> {
    const stat = await this.#ask<LibraryStat>({ what: `set ${path}`, kind: 'write' }, (answer) =>
      this.#client.setData(this.#absolute(path), checked(data), versionOf(version), answer),
    );
    return statOf(stat);
  }

  async remove(path: string, version: Version): Promise<void> {
    await this.#ask<undefined>({ what: `remove ${path}`, kind: 'write' }, (answer) =>
      this.#client.remove(this.#absolute(path), versionOf(version), (error) => answer(error, undefined)),
    );
  }

  async transact(operations: readonly Operation[]): Promise<OperationResult[]> {
    const results = await this.#ask<OperationResult[]>({ what: 'transaction', kind: 'write' }, (answer) => {
      checkedSum(operations);
      const absolute = operations.map((operation) => ({ ...operation, path: this.#absolute(operation.path) }));
      commit(this.#client.transaction(), absolute, this.#hasCredentials, operations, answer);
    });
    return results.map(({ path, ...rest }) =>
      path === undefined ? rest : { ...rest, path: relativePath(this.#chroot, path) },
    );
  }

  async mkdirp(path: string): Promise<void> {
    const names = this.#absolute(path).split('/').filter(Boolean);
    for (const depth of names.keys()) {
      const absolute = `/${names.slice(0, depth + 1).join('/')}`;
      await this.#makeIfMissing(absolute);
    }
  }

  async close(): Promise<void> {
    if (this.#state !== 'expired') this.#enter('closed');
    await this.#library.end();
  }

  get #client(): Client {
    return this.#library.client;
  }

  /** The same function each time for the same watch, by which the library knows that it is set already. */
  #told(watch: Watch | undefined): Watch | undefined {
    if (watch === undefined) return undefined;
    const told = this.#watches.get(watch) ?? (() => loudly(watch));
    this.#watches.set(watch, told);
    return told;
  }

  #absolute(path: string): string {
    return absolutePath(this.#chroot, path);
  }

  /** Looks first: where we may not create, an existing node is refused as well. */
  async #makeIfMissing(absolute: string): Promise<void> {
    const stat = await this.#ask<LibraryStat | null>({ what: `exists ${absolute}`, kind: 'read' }, (answer) =>
      this.#client.exists(absolute, undefined, answer),
    );
    if (stat !== null) return;
    try {
      await this.#ask<string>({ what: `create ${absolute}`, kind: 'write' }, (answer) =>
        this.#client.create(absolute, Buffer.alloc(0), aclOf(this.#hasCredentials, {}), modes.persistent, answer),
      );
    } catch (error) {
      if (!(error instanceof ZooKeeperError && error.code === 'node-exists')) throw error;
    }
  }

  #ask<T>(
    request: Request,
    send: (answer: (error: LibraryError | ZooKeeperError | null | undefined, result?: T) => void) => void,
  ): Promise<T> {
    if (this.#state !== 'connected') return Promise.reject(notConnected(this.#state, request));
    return new Promise((resolve, reject) => {
      const end = (cause: 'lost' | 'expired' | 'closed'): void =>
        reject(cause === 'expired' && request.kind === 'read' ? notConnected(cause, request) : connectionLost(request));
      this.#underWay.add(end);
      try {
        send((error, result) => {
          this.#underWay.delete(end);
          if (error) reject(error instanceof ZooKeeperError ? error : translate(error, request));
          else resolve(result as T);
        });
      } catch (error) {
        this.#underWay.delete(end);
        reject(error instanceof ZooKeeperError ? error : translate(error as Error, request));
      }
    });
  }

  /** Twice a third of the time-out without a word, pings answered included: the connection is dead, whatever TCP says. */
  #watch(): void {
    const silentMs = performance.now() - this.#heardAt;
    if (this.#state === 'suspended' && silentMs >= this.timeoutMs) this.#expire();
    else if (this.#state === 'connected' && silentMs >= this.timeoutMs) this.#expire();
    else if (this.#state === 'connected' && silentMs >= (this.timeoutMs * 2) / 3) this.#library.drop();
  }

  #suspend(): void {
    if (this.#state === 'connected') this.#enter('suspended');
    this.#endRequests('lost');
  }

  #expire(): void {
    if (this.#state === 'expired' || this.#state === 'closed') return;
    this.#enter('expired');
    void this.#library.end();
  }

  #enter(state: SessionState): void {
    if (this.#state === state || this.#state === 'expired' || this.#state === 'closed') return;
    this.#state = state;
    if (state === 'expired' || state === 'closed') {
      clearInterval(this.#watchdog);
      this.#endRequests(state);
    }
    for (const listener of [...this.#listeners]) loudly(() => listener(state));
  }

  #endRequests(cause: 'lost' | 'expired' | 'closed'): void {
    for (const end of [...this.#underWay]) end(cause);
    this.#underWay.clear();
  }
}

function notConnected(state: SessionState, { what }: Request): ZooKeeperError {
  switch (state) {
    case 'expired':
      return new ZooKeeperError('expired', `ZooKeeper: ${what}: the session has expired`);
    case 'closed':
      return new ZooKeeperError('closed', `ZooKeeper: ${what}: the session is closed`);
    default:
      return new ZooKeeperError('disconnected', `ZooKeeper: ${what}: there is no connection at present`);
  }
}

/** An error of a listener is its own defect: it surfaces, rather than break the reading of the connection. */
function loudly(run: () => void): void {
  try {
    run();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

/** The library throws assertions at paths and sizes that it does not take. */
function translate(error: LibraryError, request: Request): ZooKeeperError {
  if (typeof error.code === 'number') return errorOfCode(error.code, request);
  return new ZooKeeperError('refused', `ZooKeeper: ${request.what}: ${error.message}`, { cause: error });
}

function checked(data: Buffer): Buffer {
  if (data.length > MOST_BYTES) throw tooLarge(data.length);
  return data;
}

/** A server drops the connection at a longer frame, without an answer. */
function checkedSum(operations: readonly Operation[]): void {
  let bytes = 0;
  for (const operation of operations)
    bytes += operation.path.length + ('data' in operation ? operation.data.length : 0);
  if (bytes > MOST_BYTES) throw tooLarge(bytes);
}

function tooLarge(bytes: number): ZooKeeperError {
  return new ZooKeeperError('refused', `ZooKeeper: ${bytes} bytes are more than the ${MOST_BYTES} of one request`);
}
