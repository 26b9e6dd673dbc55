/**
 * The nodes of a ZooKeeper ensemble as its leader has them: versions, numbered names, ephemeral nodes, transactions that
 * happen whole or not at all. It remembers what changed lately, for a server that lags behind reads the past.
 */
import type { Node, Operation, OperationResult, Stat, Version } from '../../../src/zookeeper/session.ts';
import { ZooKeeperError, type ZooKeeperErrorCode } from '../../../src/zookeeper/zookeeper-error.ts';

interface Place {
  data: Buffer;
  version: number;
  readonly owner: string | undefined;
  readonly children: Set<string>;
  /** Numbers the children that ask for a number. */
  counter: number;
}

/** What a read sees of a node. */
export interface Sight {
  readonly node: Node | undefined;
  readonly children: readonly string[];
}

export interface Change {
  readonly path: string;
  readonly kind: 'created' | 'set' | 'removed' | 'children';
}

/** A lagging server is so many changes behind at most. */
const PAST_KEPT = 40;
/** Of large directories the past is not kept. */
const MOST_CHILDREN_REMEMBERED = 16;
/** jute.maxbuffer. */
const MOST_FRAME_BYTES = 1024 * 1024;

export class Tree {
  /** Counts the changes (ZooKeeper's zxid). */
  changes = 0;
  readonly #places = new Map<string, Place>([['/', emptyPlace()]]);
  readonly #past: { readonly before: number; readonly path: string; readonly sight: Sight }[] = [];

  get size(): number {
    return this.#places.size;
  }

  get bytes(): number {
    let sum = 0;
    for (const { data } of this.#places.values()) sum += data.length;
    return sum;
  }

  see(path: string): Sight {
    const place = this.#places.get(path);
    if (place === undefined) return { node: undefined, children: [] };
    return { node: { data: place.data, stat: statOf(place) }, children: [...place.children] };
  }

  /** As it stood after so many changes, as far as that is remembered. */
  seeAt(path: string, changes: number): Sight {
    const later = this.#past.find((entry) => entry.path === path && entry.before >= changes);
    return later === undefined ? this.see(path) : later.sight;
  }

  data(path: string): Buffer | undefined {
    return this.#places.get(path)?.data;
  }

  childrenOf(path: string): ReadonlySet<string> {
    return this.#places.get(path)?.children ?? new Set();
  }

  ephemeralsOf(owner: string): string[] {
    return [...this.#places].flatMap(([path, place]) => (place.owner === owner ? [path] : []));
  }

  /** All or nothing. */
  apply(operations: readonly Operation[], owner: string): { results: OperationResult[]; changes: Change[] } {
    const bytes = operations.reduce((sum, each) => sum + each.path.length + ('data' in each ? each.data.length : 0), 0);
    if (bytes > MOST_FRAME_BYTES) throw refusal('refused', 'transact', `${bytes} bytes are more than a frame takes`);
    const undo: (() => void)[] = [];
    const changes: Change[] = [];
    try {
      const results = operations.map((operation) => this.#one(operation, owner, undo, changes));
      this.changes += 1;
      return { results, changes };
    } catch (error) {
      for (const revert of undo.reverse()) revert();
      throw error;
    }
  }

  #one(operation: Operation, owner: string, undo: (() => void)[], changes: Change[]): OperationResult {
    switch (operation.kind) {
      case 'check':
        this.#existing(operation.path, operation.version, 'check');
        return {};
      case 'set': {
        const place = this.#existing(operation.path, operation.version, 'set');
        const { data, version } = place;
        this.#remember(operation.path);
        undo.push(() => Object.assign(place, { data, version }));
        Object.assign(place, { data: operation.data, version: version + 1 });
        changes.push({ path: operation.path, kind: 'set' });
        return { stat: statOf(place) };
      }
      case 'remove':
        this.#remove(operation.path, operation.version, undo, changes);
        return {};
      case 'create':
        return { path: this.#create(operation, owner, undo, changes) };
    }
  }

  #create(operation: Operation & { kind: 'create' }, owner: string, undo: (() => void)[], changes: Change[]): string {
    const parentPath = parentOf(operation.path);
    const parent = this.#existing(parentPath, 'any', 'create');
    const mode = operation.mode ?? 'persistent';
    const numbered = mode.endsWith('sequential');
    const path = numbered ? `${operation.path}${String(parent.counter).padStart(10, '0')}` : operation.path;
    if (this.#places.has(path)) throw refusal('node-exists', `create ${path}`, 'the node exists');
    this.#remember(parentPath);
    this.#remember(path);
    const { counter } = parent;
    parent.counter += 1;
    parent.children.add(nameOf(path));
    const place = { ...emptyPlace(), data: operation.data, owner: mode.startsWith('ephemeral') ? owner : undefined };
    this.#places.set(path, place);
    undo.push(() => {
      this.#places.delete(path);
      parent.children.delete(nameOf(path));
      parent.counter = counter;
    });
    changes.push({ path, kind: 'created' }, { path: parentPath, kind: 'children' });
    return path;
  }

  #remove(path: string, version: Version, undo: (() => void)[], changes: Change[]): void {
    const place = this.#existing(path, version, 'remove');
    if (place.children.size > 0) throw refusal('not-empty', `remove ${path}`, 'the node has children');
    const parent = this.#existing(parentOf(path), 'any', 'remove');
    this.#remember(path);
    this.#remember(parentOf(path));
    this.#places.delete(path);
    parent.children.delete(nameOf(path));
    undo.push(() => {
      this.#places.set(path, place);
      parent.children.add(nameOf(path));
    });
    changes.push({ path, kind: 'removed' }, { path: parentOf(path), kind: 'children' });
  }

  #existing(path: string, version: Version, what: string): Place {
    const place = this.#places.get(path);
    if (place === undefined) throw refusal('no-node', `${what} ${path}`, 'there is no such node');
    if (version === 'any' || version === place.version) return place;
    throw refusal('bad-version', `${what} ${path}`, `the node has version ${place.version}, not ${version}`);
  }

  #remember(path: string): void {
    if ((this.#places.get(path)?.children.size ?? 0) > MOST_CHILDREN_REMEMBERED) return;
    this.#past.push({ before: this.changes, path, sight: this.see(path) });
    if (this.#past.length > PAST_KEPT) this.#past.shift();
  }
}

function emptyPlace(): Place {
  return { data: Buffer.alloc(0), version: 0, owner: undefined, children: new Set(), counter: 0 };
}

function statOf({ data, version, children, owner }: Place): Stat {
  return {
    version,
    bytes: data.length,
    children: children.size,
    ...(owner !== undefined && { ephemeralOwner: owner }),
  };
}

export function refusal(code: ZooKeeperErrorCode, what: string, why: string): ZooKeeperError {
  return new ZooKeeperError(code, `ZooKeeper: ${what}: ${why}`);
}

export function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
