/** As much of node-zookeeper-client 1.1.3 as this room uses; the package brings no types. Fields of its ConnectionManager included. */
declare module 'node-zookeeper-client' {
  import type { EventEmitter } from 'node:events';
  import type { Socket } from 'node:net';

  export interface LibraryError extends Error {
    readonly code?: number;
  }
  export interface LibraryStat {
    readonly version: number;
    readonly dataLength: number;
    readonly numChildren: number;
    readonly ephemeralOwner: Buffer;
  }
  export interface TransactionResult {
    readonly type: number;
    readonly path?: string;
    readonly stat?: LibraryStat;
    readonly err?: number;
  }
  export type Answer<T extends unknown[]> = (error: LibraryError | null | undefined, ...results: T) => void;

  export interface LibraryAcl {
    readonly permission: number;
  }

  export interface Transaction {
    readonly ops: { version?: number }[];
    create(path: string, data: Buffer, acls: readonly LibraryAcl[], mode: number): this;
    check(path: string, version: number): this;
    setData(path: string, data: Buffer, version: number): this;
    remove(path: string, version: number): this;
    commit(callback: Answer<[TransactionResult[] | undefined]>): void;
  }

  export interface ConnectionManager extends EventEmitter {
    state: number;
    socket?: Socket;
    connectTimeoutHandler: NodeJS.Timeout | null;
    readonly packetQueue: { queue: unknown[] };
    onSocketData(buffer: Buffer): void;
    findNextServer(callback: (server: { host: string; port: string }) => void): void;
  }

  export interface Client {
    readonly connectionManager: ConnectionManager;
    connect(): void;
    close(): void;
    addAuthInfo(scheme: string, auth: Buffer): void;
    getSessionId(): Buffer;
    getSessionTimeout(): number;
    create(path: string, data: Buffer, acls: readonly LibraryAcl[], mode: number, callback: Answer<[string]>): void;
    remove(path: string, version: number, callback: Answer<[]>): void;
    setData(path: string, data: Buffer, version: number, callback: Answer<[LibraryStat]>): void;
    getData(path: string, watcher: (() => void) | undefined, callback: Answer<[Buffer | undefined, LibraryStat]>): void;
    exists(path: string, watcher: (() => void) | undefined, callback: Answer<[LibraryStat | null]>): void;
    getChildren(path: string, watcher: (() => void) | undefined, callback: Answer<[string[], LibraryStat]>): void;
    transaction(): Transaction;
  }

  const library: {
    createClient(connectionString: string, options: { sessionTimeout: number; spinDelay: number }): Client;
    readonly ACL: {
      readonly OPEN_ACL_UNSAFE: readonly LibraryAcl[];
      readonly CREATOR_ALL_ACL: readonly LibraryAcl[];
      readonly READ_ACL_UNSAFE: readonly LibraryAcl[];
    };
    readonly Exception: { create(code: number, path?: string): LibraryError; readonly [name: string]: unknown };
  };
  // biome-ignore lint/style/noDefaultExport: what a CommonJS package exports is the default.
  export default library;
}
