/** Makes bad input of good: deterministic by its source of random numbers, so that what broke once can be broken again. */
import type { Random } from '../../../src/lib/random.ts';

const hostile: readonly unknown[] = [
  null,
  true,
  '',
  'x'.repeat(300),
  '\u0000',
  '../..',
  '__proto__',
  0,
  -1,
  0.0004,
  1e308,
  Number.MAX_SAFE_INTEGER + 2,
  'NaN',
  '-Infinity',
  [],
  [[]],
  [null],
  {},
  { value: null },
  { value: 'x' },
  { __proto__: null, constructor: { prototype: {} } },
];

/** One value of a JSON document is replaced, dropped, doubled, or joined by one that nobody knows. */
export function mutateJson(document: unknown, random: Random): unknown {
  const copy = structuredClone(document);
  const places = placesIn(copy);
  const rounds = 1 + Math.floor(random.next() * 3);
  for (let round = 0; round < rounds; round += 1) {
    const place = pick(places, random);
    if (place === undefined) return pick(hostile, random);
    change(place, random);
  }
  return copy;
}

/** Bytes are flipped, cut out, doubled, or others put between them. */
export function mutateBytes(text: string, random: Random): Buffer {
  const bytes = Buffer.from(text);
  const at = Math.floor(random.next() * bytes.length);
  const length = Math.floor(random.next() * 16);
  switch (Math.floor(random.next() * 5)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    case 2:
      return Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
    case 3: {
      const noise = Buffer.from(Array.from({ length }, () => Math.floor(random.next() * 256)));
      return Buffer.concat([bytes.subarray(0, at), noise, bytes.subarray(at)]);
    }
    default: {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << Math.floor(random.next() * 8));
      return flipped;
    }
  }
}

interface Place {
  readonly holder: Record<string, unknown> | unknown[];
  readonly key: string | number;
}

function placesIn(value: unknown): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  const keys = Array.isArray(value) ? value.map((_, index) => index) : Object.keys(value);
  return keys.flatMap((key) => [{ holder, key }, ...placesIn(holder[key])]);
}

function change({ holder, key }: Place, random: Random): void {
  const values = holder as Record<string | number, unknown>;
  switch (Math.floor(random.next() * 5)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else delete values[key];
      return;
    case 1:
      if (Array.isArray(holder)) holder.push(structuredClone(values[key]));
      else values[`${key}_of_tomorrow`] = values[key];
      return;
    case 2:
      values[key] = [structuredClone(values[key])];
      return;
    default:
      values[key] = structuredClone(pick(hostile, random));
  }
}

function pick<Value>(values: readonly Value[], random: Random): Value | undefined {
  return values[Math.floor(random.next() * values.length)];
}
