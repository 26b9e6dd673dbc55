/** Changes bytes as decoders hate it: flips, cuts, repeats, joins, and puts in what numbers and brackets are made of. */
import type { Random } from '../../../src/lib/random.ts';
import type { Seed } from './corpus.ts';

const morsels = [
  '0\n',
  '1\n',
  '{}',
  '[',
  ']',
  '{"a":',
  '"',
  '\\',
  '\n',
  '\r\n',
  ',',
  'null',
  '-',
  '1e999',
  '18446744073709551616',
  '9007199254740993',
  '\u0000',
  '\ufeff',
  '"__proto__":{}',
  '{"type":"HEARTBEAT"}',
].map((morsel) => Buffer.from(morsel));

export function below(random: Random, limit: number): number {
  return Math.floor(random.next() * limit);
}

export function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[below(random, items.length)] as Item;
}

export function mutated(random: Random, corpus: readonly Seed[]): Buffer {
  let bytes = Buffer.from(pick(random, corpus).bytes);
  for (let left = below(random, 6); left > 0; left -= 1) bytes = Buffer.from(mutatedOnce(random, bytes, corpus));
  // A right header now and then, or nothing behind it would ever be looked at.
  const body = bytes.subarray(bytes.indexOf(0x0a) + 1);
  return random.next() < 0.6 ? Buffer.concat([Buffer.from(`${body.length}\n`), body]) : bytes;
}

function mutatedOnce(random: Random, bytes: Buffer, corpus: readonly Seed[]): Buffer {
  const at = below(random, bytes.length + 1);
  const to = Math.min(bytes.length, at + below(random, 64));
  const [before, middle, after] = [bytes.subarray(0, at), bytes.subarray(at, to), bytes.subarray(to)];
  switch (below(random, 7)) {
    case 0:
      if (at < bytes.length) bytes[at] = below(random, 256);
      return bytes;
    case 1:
      return before;
    case 2:
      return Buffer.concat([before, after]);
    case 3:
      return Buffer.concat([before, middle, middle, middle, after]);
    case 4:
      return Buffer.concat([before, pick(random, morsels), middle, after]);
    case 5:
      return Buffer.concat([bytes, pick(random, corpus).bytes]);
    default:
      return Buffer.concat([before, pick(random, morsels), after]);
  }
}

export function cutAnyhow(random: Random, bytes: Buffer): Buffer[] {
  const chunks: Buffer[] = [];
  const most = pick(random, [1, 7, 100, 10_000]);
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + below(random, most);
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}
