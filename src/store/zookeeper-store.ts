/**
 * State in ZooKeeper, one node a record: <root>/state/<collection>/<key>. Whoever opens the store takes the next epoch, and
 * every write is one transaction that checks it: who was there before can write nothing any more and is told DEPOSED.
 * Every write also moves the node <root>/commit on by one version, with a token of its own. So a write whose answer was lost
 * is simply sent again: if it had happened, the second one is refused, and the token says that it was ours.
 */

import { Problem } from '../lib/problem.ts';
import { patiently } from '../zookeeper/patience.ts';
import type { Node, Operation, ZooKeeperSession } from '../zookeeper/session.ts';
import { ZooKeeperError } from '../zookeeper/zookeeper-error.ts';
import type { Store, StoredRecord, StoreWrite } from './store.ts';
import { batchesOf, fitsOneTransaction, joinJournal, splitJournal } from './zookeeper-batches.ts';
import { decodeKey, decodeValue, type EncodedWrite, encodeWrites } from './zookeeper-records.ts';

const LAYOUT = 1;
const READS_AT_ONCE = 200;

export interface ZooKeeperStore extends Store {
  readonly epoch: number;
}

/** `root` is a path of the session. Nothing else of the session is used, and it is not closed here. */
export async function openZooKeeperStore(session: ZooKeeperSession, root: string): Promise<ZooKeeperStore> {
  const store = new Records(session, root);
  return asProblem(root, async () => {
    await store.open();
    return store;
  });
}

/** What <root>/commit holds. */
interface CommitNote {
  readonly version: number;
  readonly token: string;
  /** Parts of the journal that are committed and not yet all carried over into the state. */
  readonly journal: number;
}

class Records implements ZooKeeperStore {
  epoch = 0;
  readonly #session: ZooKeeperSession;
  readonly #root: string;
  /** `collection/key` of the nodes that are there, and the collections themselves. We are the only writer. */
  readonly #present = new Set<string>();
  #epochVersion = 0;
  #commitVersion = 0;
  #sequence = 0;
  #tail: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(session: ZooKeeperSession, root: string) {
    this.#session = session;
    this.#root = root;
  }

  async open(): Promise<void> {
    for (const name of ['state', 'journal']) await patiently(this.#session, (zk) => zk.mkdirp(this.#at(name)));
    await this.#createIfMissing(this.#at('epoch'), { version: LAYOUT, epoch: 0 });
    await this.#createIfMissing(this.#at('commit'), { version: LAYOUT, token: '', journal: 0 });
    await this.#takeEpoch();
    const commit = await this.#read(this.#at('commit'));
    this.#commitVersion = commit.stat.version;
    const { journal } = noteIn<CommitNote>(this.#at('commit'), commit);
    for (const { collection, key } of await this.#keys()) this.#present.add(`${collection}/${key}`);
    await this.#recover(journal);
  }

  load(): Promise<readonly StoredRecord[]> {
    return this.#inTurn(async () => {
      const records: StoredRecord[] = [];
      const keys = await this.#keys();
      for (let start = 0; start < keys.length; start += READS_AT_ONCE) {
        const some = keys.slice(start, start + READS_AT_ONCE);
        records.push(...(await Promise.all(some.map((place) => this.#record(place)))));
      }
      return records;
    });
  }

  commit(writes: readonly StoreWrite[]): Promise<void> {
    return this.#inTurn(async () => {
      const encoded = encodeWrites(writes);
      const operations = this.#operations(encoded);
      if (fitsOneTransaction(operations)) await this.#write(operations, 0);
      else await this.#writeByJournal(encoded);
      this.#note(encoded);
    });
  }

  async close(): Promise<void> {
    await this.#tail;
    this.#closed = true;
  }

  #at(path: string): string {
    return `${this.#root}/${path}`;
  }

  /** One after the other, in the order of the calls; what failed does not hold up the next. */
  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#tail.then(() => {
      if (this.#closed) throw new Problem('PERSIST_FAILED', `the store ${this.#root} in ZooKeeper is closed`);
      return asProblem(this.#root, act);
    });
    this.#tail = done.catch(() => undefined);
    return done;
  }

  /** Until nobody came between reading the present epoch and taking the next. */
  async #takeEpoch(): Promise<void> {
    const path = this.#at('epoch');
    for (;;) {
      const node = await this.#read(path);
      const epoch = noteIn<{ version: number; epoch: number }>(path, node).epoch + 1;
      const data = json({ version: LAYOUT, epoch });
      try {
        this.#epochVersion = (await this.#session.set(path, data, node.stat.version)).version;
        this.epoch = epoch;
        return;
      } catch (error) {
        // Of an unknown outcome as well: an epoch more does no harm.
        const again = ['bad-version', 'outcome-unknown', 'disconnected'];
        if (!(error instanceof ZooKeeperError && again.includes(error.code))) throw error;
      }
    }
  }

  async #createIfMissing(path: string, note: unknown): Promise<void> {
    await patiently(this.#session, async (zk) => {
      try {
        await zk.create(path, json(note));
      } catch (error) {
        if (!(error instanceof ZooKeeperError && error.code === 'node-exists')) throw error;
      }
    });
  }

  async #keys(): Promise<{ collection: string; key: string }[]> {
    const collections = await patiently(this.#session, (zk) => zk.getChildren(this.#at('state')));
    const keys: { collection: string; key: string }[] = [];
    for (const collection of collections) {
      this.#present.add(collection);
      const names = await patiently(this.#session, (zk) => zk.getChildren(this.#at(`state/${collection}`)));
      keys.push(...names.map((key) => ({ collection, key })));
    }
    return keys;
  }

  async #record({ collection, key }: { collection: string; key: string }): Promise<StoredRecord> {
    const path = this.#at(`state/${collection}/${key}`);
    const { data } = await this.#read(path);
    return { collection: decodeKey(collection), key: decodeKey(key), value: decodeValue(path, data) };
  }

  #read(path: string): Promise<Node> {
    return patiently(this.#session, (zk) => zk.getData(path));
  }

  #operations(writes: readonly EncodedWrite[]): Operation[] {
    const operations: Operation[] = [];
    const made = new Set<string>();
    for (const { collection, key, data } of writes) {
      const path = this.#at(`state/${collection}/${key}`);
      const present = this.#present.has(`${collection}/${key}`);
      if (data === undefined) {
        if (present) operations.push({ kind: 'remove', path, version: 'any' });
        continue;
      }
      if (!this.#present.has(collection) && !made.has(collection)) {
        made.add(collection);
        operations.push({ kind: 'create', path: this.#at(`state/${collection}`), data: Buffer.alloc(0) });
      }
      operations.push(present ? { kind: 'set', path, data, version: 'any' } : { kind: 'create', path, data });
    }
    return operations;
  }

  #note(writes: readonly EncodedWrite[]): void {
    for (const { collection, key, data } of writes) {
      if (data === undefined) this.#present.delete(`${collection}/${key}`);
      else this.#present.add(collection).add(`${collection}/${key}`);
    }
  }

  /** What is too much for one transaction is written aside first, committed by one small write, and then carried over. */
  async #writeByJournal(writes: readonly EncodedWrite[]): Promise<void> {
    const parts = splitJournal(writes);
    for (const [index, data] of parts.entries())
      await this.#write([{ kind: 'create', path: this.#at(`journal/${index}`), data }], 0);
    await this.#write([], parts.length);
    await this.#carryOver(writes, parts.length);
  }

  async #carryOver(writes: readonly EncodedWrite[], parts: number): Promise<void> {
    for (const batch of batchesOf(this.#operations(writes))) await this.#write(batch, parts);
    const paths = Array.from({ length: parts }, (_, index) => this.#at(`journal/${index}`));
    await this.#write(
      paths.map((path) => ({ kind: 'remove', path, version: 'any' })),
      0,
    );
  }

  /** After a predecessor that died in between: what it had committed is carried over, what it had not is dropped. */
  async #recover(parts: number): Promise<void> {
    if (parts > 0) {
      const indexes = Array.from({ length: parts }, (_, index) => index);
      const nodes = await Promise.all(indexes.map((index) => this.#read(this.#at(`journal/${index}`))));
      const writes = joinJournal(nodes.map(({ data }) => data));
      await this.#carryOver(writes, parts);
      this.#note(writes);
      return;
    }
    const left = await patiently(this.#session, (zk) => zk.getChildren(this.#at('journal')));
    for (const name of left)
      await this.#write([{ kind: 'remove', path: this.#at(`journal/${name}`), version: 'any' }], 0);
  }

  /** Repeated until its outcome is known, or the session is over. */
  async #write(operations: readonly Operation[], journal: number): Promise<void> {
    this.#sequence += 1;
    const token = `${this.epoch}-${this.#sequence}`;
    const fenced: Operation[] = [
      { kind: 'check', path: this.#at('epoch'), version: this.#epochVersion },
      {
        kind: 'set',
        path: this.#at('commit'),
        data: json({ version: LAYOUT, token, journal } satisfies CommitNote),
        version: this.#commitVersion,
      },
      ...operations,
    ];
    try {
      await patiently(this.#session, (zk) => zk.transact(fenced));
    } catch (error) {
      if (!(error instanceof ZooKeeperError && error.code === 'bad-version')) throw error;
      if (!(await this.#isOurs(token))) throw await this.#deposed();
    }
    this.#commitVersion += 1;
  }

  /** The refusal came after the write that it stands against, and so does this read, on the same session. */
  async #isOurs(token: string): Promise<boolean> {
    const node = await this.#read(this.#at('commit'));
    return noteIn<CommitNote>(this.#at('commit'), node).token === token;
  }

  async #deposed(): Promise<Problem> {
    const path = this.#at('epoch');
    const { epoch } = noteIn<{ version: number; epoch: number }>(path, await this.#read(path));
    return new Problem(
      'DEPOSED',
      `${this.#root} in ZooKeeper is at epoch ${epoch}, this scheduler was at ${this.epoch}`,
    );
  }
}

function json(note: unknown): Buffer {
  return Buffer.from(JSON.stringify(note));
}

function noteIn<T extends { readonly version: number }>(path: string, { data }: Node): T {
  const note = decodeValue(path, data) as T;
  if (note?.version === LAYOUT) return note;
  throw new Problem(
    'STORE_CORRUPT',
    `${path} in ZooKeeper has version ${note?.version}, this flink-mesos knows version ${LAYOUT}: was it written by a newer one?`,
  );
}

async function asProblem<T>(root: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof ZooKeeperError)) throw error;
    if (error.code === 'expired')
      throw new Problem('DEPOSED', `${root}: the session with ZooKeeper has expired`, { cause: error });
    throw new Problem('PERSIST_FAILED', `${root}: ${error.message}`, { cause: error });
  }
}
