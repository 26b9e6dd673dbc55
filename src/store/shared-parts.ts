/**
 * What thousands of records have in common is written once: a large member of each record of a collection (the process of
 * a task) becomes a record of a collection of its own, named by its content, and the name stands in its place. Whoever
 * uses the store sees records as ever. A part that nobody names any more goes in the transaction that took the last name.
 */
import { createHash } from 'node:crypto';
import _ from 'lodash';
import { Problem } from '../lib/problem.ts';
import type { Store, StoredRecord, StoreWrite } from './store.ts';

export interface SharedPart {
  /** The member `of.member` of records of this collection … */
  readonly collection: string;
  readonly of: string;
  readonly member: string;
  /** … is kept in this one. */
  readonly into: string;
}

type Shape = Readonly<Record<string, unknown>>;
type Put = Extract<StoreWrite, { kind: 'put' }>;

export function sharingParts(store: Store, part: SharedPart): Store {
  return new SharingStore(store, part);
}

class SharingStore implements Store {
  readonly #store: Store;
  readonly #part: SharedPart;
  /** By key of a record: the name of its part. */
  readonly #named = new Map<string, string>();
  /** How many records name a part; 0 for one that is in the store and that nobody names. */
  readonly #uses = new Map<string, number>();
  readonly #names = new WeakMap<object, string>();
  #tail: Promise<unknown> = Promise.resolve();

  constructor(store: Store, part: SharedPart) {
    this.#store = store;
    this.#part = part;
  }

  async load(): Promise<readonly StoredRecord[]> {
    const { collection, into } = this.#part;
    const [parts, records] = _.partition(await this.#store.load(), (record) => record.collection === into);
    const known = new Map(parts.map(({ key, value }) => [key, (value as { part?: unknown } | null)?.part]));
    this.#named.clear();
    this.#uses.clear();
    for (const name of known.keys()) this.#uses.set(name, 0);
    for (const [name, value] of known) if (_.isObject(value)) this.#names.set(value, name);
    return records.map((record) => (record.collection === collection ? this.#joined(record, known) : record));
  }

  /** One after the other: what a commit leaves of the parts is known when it is done. */
  commit(writes: readonly StoreWrite[]): Promise<void> {
    const done = this.#tail.then(() => this.#commit(writes));
    this.#tail = done.catch(() => undefined);
    return done;
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  async #commit(writes: readonly StoreWrite[]): Promise<void> {
    const named = new Map<string, string | undefined>();
    const parts = new Map<string, unknown>();
    const split = writes.map((write) => {
      if (write.collection !== this.#part.collection) return write;
      const value = write.kind === 'put' ? this.#valueOf(write) : undefined;
      named.set(write.key, value === undefined ? undefined : this.#nameOf(value));
      if (value === undefined || write.kind === 'delete') return write;
      const name = this.#nameOf(value);
      parts.set(name, value);
      return this.#withName(write, name);
    });
    const uses = this.#usesAfter(named);
    await this.#store.commit([...split, ...this.#partWrites(uses, parts)]);
    for (const [key, name] of named) {
      if (name === undefined) this.#named.delete(key);
      else this.#named.set(key, name);
    }
    for (const [name, count] of uses) {
      if (count > 0) this.#uses.set(name, count);
      else this.#uses.delete(name);
    }
  }

  /** Those that changed, and those that nobody named when the store was read. */
  #usesAfter(named: ReadonlyMap<string, string | undefined>): Map<string, number> {
    const uses = new Map<string, number>();
    const count = (name: string, by: number) => uses.set(name, (uses.get(name) ?? this.#uses.get(name) ?? 0) + by);
    for (const [key, name] of named) {
      const before = this.#named.get(key);
      if (before === name) continue;
      if (before !== undefined) count(before, -1);
      if (name !== undefined) count(name, 1);
    }
    if (named.size > 0) for (const [name, used] of this.#uses) if (used === 0) count(name, 0);
    return uses;
  }

  #partWrites(uses: ReadonlyMap<string, number>, parts: ReadonlyMap<string, unknown>): StoreWrite[] {
    const { into: collection } = this.#part;
    return [...uses].flatMap(([key, count]): StoreWrite[] => {
      const present = this.#uses.has(key);
      if (count > 0 && !present) return [{ kind: 'put', collection, key, value: { version: 1, part: parts.get(key) } }];
      return count === 0 && present ? [{ kind: 'delete', collection, key }] : [];
    });
  }

  /** Undefined for a record that has no such part, or has it by name already. */
  #valueOf({ value }: Put): object | undefined {
    const { of, member } = this.#part;
    const outer = _.isPlainObject(value) ? (value as Shape)[of] : undefined;
    const inner = _.isPlainObject(outer) ? (outer as Shape)[member] : undefined;
    return _.isPlainObject(inner) ? (inner as object) : undefined;
  }

  #withName(write: Put, name: string): Put {
    const { of, member } = this.#part;
    const value = write.value as Shape;
    return { ...write, value: { ...value, [of]: { ...(value[of] as Shape), [member]: name } } };
  }

  #joined(record: StoredRecord, known: ReadonlyMap<string, unknown>): StoredRecord {
    const { collection, of, member, into } = this.#part;
    const { key, value } = record;
    const outer = _.isPlainObject(value) ? (value as Shape)[of] : undefined;
    const name = _.isPlainObject(outer) ? (outer as Shape)[member] : undefined;
    if (typeof name !== 'string') return record;
    const part = known.get(name);
    if (part === undefined)
      throw new Problem('STORE_CORRUPT', `record ${key} of ${collection} names ${into}/${name}, which is not there`);
    this.#named.set(key, name);
    this.#uses.set(name, (this.#uses.get(name) ?? 0) + 1);
    return { ...record, value: { ...(value as Shape), [of]: { ...(outer as Shape), [member]: part } } };
  }

  #nameOf(part: object): string {
    const known = this.#names.get(part);
    if (known !== undefined) return known;
    const name = createHash('sha256').update(JSON.stringify(part)).digest('base64url').slice(0, 22);
    this.#names.set(part, name);
    return name;
  }
}
