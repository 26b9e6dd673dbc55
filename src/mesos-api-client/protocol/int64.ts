/**
 * JSON as Mesos speaks it, with its 64-bit whole numbers. Mesos writes them as plain JSON numbers, and JavaScript's numbers are exact up to 2^53 only (a
 * time in nanoseconds is beyond it). So one beyond is a bigint here, from the wire and back to it; all others stay numbers.
 */

import { isTooDeep, maxJsonDepth } from './json-depth.ts';

/** `Number(value)` makes either kind a number. */
export type Int64 = number | bigint;

/** Ranges are calculated with, millions of times a second: theirs stay numbers, and no port comes near the limit. */
const roundedKeys: ReadonlySet<string> = new Set(['begin', 'end']);

/** Sixteen digits in a row are the fewest that can pass 2^53; most records have none, and cost nothing more. */
const longNumber = /\d{16}/;
const wholeNumber = /^-?\d+$/;

/** As JSON.parse, but exact, and bounded in depth. Throws a SyntaxError as that does. */
export function parseExact(text: string): unknown {
  if (isTooDeep(text)) throw new SyntaxError(`it is nested deeper than ${maxJsonDepth} levels`);
  return longNumber.test(text) ? JSON.parse(text, exact) : JSON.parse(text);
}

/** As JSON.stringify, with bigints as plain numbers. A replacer costs several times as much: only what needs it pays. */
export function stringifyExact(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof TypeError) return JSON.stringify(value, plain);
    throw error;
  }
}

/** `context.source` is the number as it is written (ECMAScript's "JSON.parse source text access"). */
function exact(this: unknown, key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value) || roundedKeys.has(key)) return value;
  const source = context?.source ?? '';
  return wholeNumber.test(source) ? BigInt(source) : value;
}

/** Part of the same proposal as `context.source`, in Node since 22; TypeScript has no type of it yet. */
declare global {
  interface JSON {
    rawJSON(text: string): unknown;
  }
}

function plain(this: unknown, _key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? JSON.rawJSON(value.toString()) : value;
}
