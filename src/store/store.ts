/**
 * The contract of both homes for state. Records are versioned JSON in collections; what belongs together is committed
 * together. Every failure is a Problem: STORE_LOCKED, STORE_CORRUPT or PERSIST_FAILED.
 */
export interface StoredRecord {
  readonly collection: string;
  readonly key: string;
  readonly value: unknown;
}

export type StoreWrite =
  | { readonly kind: 'put'; readonly collection: string; readonly key: string; readonly value: unknown }
  | { readonly kind: 'delete'; readonly collection: string; readonly key: string };

export interface Store {
  load(): Promise<readonly StoredRecord[]>;
  /** All or nothing, durable when it resolves. Also with nothing to write it is refused to whoever was deposed. */
  commit(writes: readonly StoreWrite[]): Promise<void>;
  close(): Promise<void>;
}
