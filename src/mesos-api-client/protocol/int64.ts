/**
 * JSON as Mesos speaks it, with its 64-bit whole numbers. Mesos writes them as plain JSON numbers, and JavaScript's numbers are exact up to 2^53 only (a
 * time in nanoseconds is beyond it). So one beyond is a bigint here, from the wire and back to it; all others stay numbers.
 */

import { isTooDeep, maxJsonDepth } from './json-depth.ts';

/** `Number(value)` makes either kind a number. */
export type Int64 = number | bigint;

/** Ranges are calculated with, millions of times a second: theirs stay numbers, and no port comes near the limit. */
const roundedKeys: ReadonlySet<string> = new Set(['begin', 'end']);

const wholeNumber = /^-?\d+$/;

/** As JSON.parse, but exact, and bounded in depth. Throws a SyntaxError as that does. */
export function parseExact(text: string): unknown {
  if (isTooDeep(text)) throw new SyntaxError(`it is nested deeper than ${maxJsonDepth} levels`);
  return hasLongNumber(text) ? JSON.parse(text, exact) : JSON.parse(text);
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

/** The fewest that can pass 2^53. */
const longDigits = 16;

/**
 * Most records have none and cost no more than this look. Of any sixteen digits in a row one stands at a multiple of
 * sixteen, so only those places are looked at.
 */
function hasLongNumber(text: string): boolean {
  for (let at = longDigits - 1; at < text.length; at += longDigits) {
    if (!isDigit(text.charCodeAt(at))) continue;
    let [before, after] = [1, 1];
    while (before < longDigits && isDigit(text.charCodeAt(at - before))) before += 1;
    while (before + after <= longDigits && isDigit(text.charCodeAt(at + after))) after += 1;
    if (before + after > longDigits) return true;
  }
  return false;
}

/** False for NaN, which is what stands outside of the text. */
function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
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
