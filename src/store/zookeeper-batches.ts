/** How much goes into one transaction, and what is more than that as a journal in parts. */
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Operation } from '../zookeeper/session.ts';
import type { EncodedWrite } from './zookeeper-records.ts';

/** Below a server's 1 MiB for one frame, with room for the fence. */
const MOST_TRANSACTION_BYTES = 960 * 1024;
/** Headers, lengths and the ACL with a digest. */
const OPERATION_BYTES = 160;
const JOURNAL_PART_BYTES = 900 * 1024;

export function fitsOneTransaction(operations: readonly Operation[]): boolean {
  return operations.reduce((sum, operation) => sum + bytesOf(operation), 0) <= MOST_TRANSACTION_BYTES;
}

/** In the same order, each as large as may be. */
export function batchesOf(operations: readonly Operation[]): Operation[][] {
  const batches: Operation[][] = [];
  let batch: Operation[] = [];
  let bytes = 0;
  for (const operation of operations) {
    const more = bytesOf(operation);
    if (batch.length > 0 && bytes + more > MOST_TRANSACTION_BYTES) {
      batches.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(operation);
    bytes += more;
  }
  return batch.length === 0 ? batches : [...batches, batch];
}

export function splitJournal(writes: readonly EncodedWrite[]): Buffer[] {
  const lines = writes.map(({ collection, key, data }) => [collection, key, data?.toString('base64') ?? null]);
  const bytes = gzipSync(JSON.stringify(lines));
  const parts: Buffer[] = [];
  for (let start = 0; start < bytes.length; start += JOURNAL_PART_BYTES)
    parts.push(bytes.subarray(start, start + JOURNAL_PART_BYTES));
  return parts;
}

export function joinJournal(parts: readonly Buffer[]): EncodedWrite[] {
  const lines = JSON.parse(gunzipSync(Buffer.concat(parts)).toString('utf8')) as [string, string, string | null][];
  return lines.map(([collection, key, data]) => ({
    collection,
    key,
    data: data === null ? undefined : Buffer.from(data, 'base64'),
  }));
}

function bytesOf(operation: Operation): number {
  return OPERATION_BYTES + operation.path.length + ('data' in operation ? operation.data.length : 0);
}
