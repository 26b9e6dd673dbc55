/** What a session with a ZooKeeper ensemble is to the rest of the house. Paths are below the chroot, where there is one. */

export type SessionState =
  /** Not yet let in for the first time. */
  | 'connecting'
  | 'connected'
  /** The connection is lost; the session and its ephemeral nodes may still live. Requests are refused, not kept. */
  | 'suspended'
  /** Over: by the ensemble's word, or because nothing was heard for the whole session time-out. A new one is needed. */
  | 'expired'
  | 'closed';

export interface ZooKeeperOptions {
  /** `host:port` each. */
  readonly hosts: readonly string[];
  /** All paths are below this one; made by mkdirp('/'). */
  readonly chroot?: string;
  /** Digest. What is created belongs to them alone. */
  readonly credentials?: { readonly user: string; readonly password: string };
  readonly sessionTimeoutMs: number;
  /** How long connectZooKeeper waits; default: the session time-out. */
  readonly connectTimeoutMs?: number;
}

export interface Stat {
  readonly version: number;
  readonly bytes: number;
  readonly children: number;
  /** The session that an ephemeral node ends with, in hexadecimal as ZooKeeper's own tools write it. */
  readonly ephemeralOwner?: string;
}

export interface Node {
  readonly data: Buffer;
  readonly stat: Stat;
}

/** A write that is to happen only at this version of the node, or at any. */
export type Version = number | 'any';

export type CreateMode = 'persistent' | 'persistent-sequential' | 'ephemeral' | 'ephemeral-sequential';

export interface CreateOptions {
  readonly mode?: CreateMode;
  /** With credentials: lets anybody read it (never write). Without, everything is open to everybody. */
  readonly readableByAll?: boolean;
}

export type Operation =
  | { readonly kind: 'check'; readonly path: string; readonly version: Version }
  | ({ readonly kind: 'create'; readonly path: string; readonly data: Buffer } & CreateOptions)
  | { readonly kind: 'set'; readonly path: string; readonly data: Buffer; readonly version: Version }
  | { readonly kind: 'remove'; readonly path: string; readonly version: Version };

/** In the order of the operations: the path that a create made, the stat that a set left. */
export interface OperationResult {
  readonly path?: string;
  readonly stat?: Stat;
}

/** Called at most once, when what was read has changed. Watches outlive a suspension, and end without a call with the session. */
export type Watch = () => void;

/** Requests reject with a ZooKeeperError. */
export interface ZooKeeperSession {
  readonly state: SessionState;
  /** In hexadecimal; meaningful while connected. */
  readonly id: string;
  /** As the ensemble granted it. */
  readonly timeoutMs: number;
  /** Tells each change; returns the way to stop. A listener must not throw. */
  onState(listener: (state: SessionState) => void): () => void;
  getChildren(path: string, watch?: Watch): Promise<string[]>;
  getData(path: string, watch?: Watch): Promise<Node>;
  /** The watch tells of the creation, too. */
  exists(path: string, watch?: Watch): Promise<Stat | undefined>;
  /** The path as it was made, with its number where it is sequential. */
  create(path: string, data: Buffer, options?: CreateOptions): Promise<string>;
  set(path: string, data: Buffer, version: Version): Promise<Stat>;
  remove(path: string, version: Version): Promise<void>;
  /** All or nothing. The error names the operation that failed. */
  transact(operations: readonly Operation[]): Promise<OperationResult[]>;
  /** Makes the node and those above it, empty, as far as they are missing. */
  mkdirp(path: string): Promise<void>;
  /** Ends the session: its ephemeral nodes go at once. */
  close(): Promise<void>;
}
