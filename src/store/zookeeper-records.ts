/** Records as nodes: a key becomes a name that ZooKeeper takes, a value JSON, compressed where it is long. */
import { gunzipSync, gzipSync } from 'node:zlib';
import { Problem } from '../lib/problem.ts';
import type { StoreWrite } from './store.ts';

/** `data` is undefined for a deletion. */
export interface EncodedWrite {
  readonly collection: string;
  readonly key: string;
  readonly data: Buffer | undefined;
}

const COMPRESS_FROM_BYTES = 64 * 1024;

/** A node takes 1 MiB by default (jute.maxbuffer), the frame around it included. */
const MOST_VALUE_BYTES = 900 * 1024;

/** The last write to a key counts. Everything is judged before anything is written. */
export function encodeWrites(writes: readonly StoreWrite[]): EncodedWrite[] {
  const encoded = new Map<string, EncodedWrite>();
  for (const write of writes) {
    const [collection, key] = [encodeKey(write.collection), encodeKey(write.key)];
    encoded.set(`${collection}/${key}`, {
      collection,
      key,
      data: write.kind === 'put' ? encodeValue(write) : undefined,
    });
  }
  return [...encoded.values()];
}

/** Never empty, never `.` or `..`, and without a slash. */
function encodeKey(key: string): string {
  if (!key.isWellFormed()) throw new Problem('PERSIST_FAILED', `the key ${JSON.stringify(key)} is no text`);
  return `=${encodeURIComponent(key)}`;
}

export function decodeKey(name: string): string {
  try {
    return decodeURIComponent(name.slice(1));
  } catch (cause) {
    throw new Problem('STORE_CORRUPT', `the node ${name} in ZooKeeper is none of ours`, { cause });
  }
}

function encodeValue({ collection, key, value }: Extract<StoreWrite, { kind: 'put' }>): Buffer {
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw new Problem('PERSIST_FAILED', `the value of ${collection}/${key} is no JSON`);
  const plain = Buffer.from(text);
  const data = plain.length < COMPRESS_FROM_BYTES ? plain : gzipSync(plain);
  if (data.length <= MOST_VALUE_BYTES) return data;
  throw new Problem(
    'PERSIST_FAILED',
    `the value of ${collection}/${key} has ${data.length} bytes, compressed; ZooKeeper takes ${MOST_VALUE_BYTES}`,
  );
}

/** JSON never begins with the byte that gzip begins with. */
export function decodeValue(path: string, data: Buffer): unknown {
  try {
    return JSON.parse((data[0] === 0x1f ? gunzipSync(data) : data).toString('utf8'));
  } catch (cause) {
    throw new Problem('STORE_CORRUPT', `${path} in ZooKeeper is damaged: it is no JSON`, { cause });
  }
}
