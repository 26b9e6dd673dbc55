/**
 * Sets of whole numbers (ports) as Mesos writes them: ranges with both ends inclusive. Every result is normal: sorted,
 * without overlaps, neighbours joined (as include/mesos/values.hpp coalesces them). No list of single numbers is ever
 * built from a range, so a range of 2^16 ports costs as much as one port.
 */
import type { Range } from './mesos.ts';

export function normalRanges(ranges: readonly Range[]): Range[] {
  const sorted = ranges.filter((range) => range.begin <= range.end).sort((a, b) => a.begin - b.begin);
  const normal: Range[] = [];
  for (const { begin, end } of sorted) {
    const last = normal.at(-1);
    if (last !== undefined && begin <= last.end + 1) {
      last.end = Math.max(last.end, end);
    } else {
      normal.push({ begin, end });
    }
  }
  return normal;
}

export function rangesOfNumbers(numbers: Iterable<number>): Range[] {
  return normalRanges([...numbers].map((number) => ({ begin: number, end: number })));
}

export function subtractRanges(ranges: readonly Range[], minus: readonly Range[]): Range[] {
  const holes = normalRanges(minus);
  return normalRanges(ranges).flatMap((range) => cutHoles(range, holes));
}

export function intersectRanges(ranges: readonly Range[], others: readonly Range[]): Range[] {
  const right = normalRanges(others);
  const common = normalRanges(ranges).flatMap((range) =>
    right.map((other) => ({ begin: Math.max(range.begin, other.begin), end: Math.min(range.end, other.end) })),
  );
  return normalRanges(common);
}

export function containsRanges(ranges: readonly Range[], wanted: readonly Range[]): boolean {
  return subtractRanges(wanted, ranges).length === 0;
}

/** The first `count` numbers at or after `startAt`; past the end it goes on with the lowest. Fewer if there are fewer. */
export function firstOfRanges(ranges: readonly Range[], count: number, startAt = 0): number[] {
  const upper = intersectRanges(ranges, [{ begin: startAt, end: Number.MAX_SAFE_INTEGER - 1 }]);
  const numbers: number[] = [];
  for (const { begin, end } of [...upper, ...subtractRanges(ranges, upper)]) {
    for (let number = begin; number <= end && numbers.length < count; number += 1) {
      numbers.push(number);
    }
  }
  return numbers;
}

function cutHoles(range: Range, holes: readonly Range[]): Range[] {
  const pieces: Range[] = [];
  let begin = range.begin;
  for (const hole of holes) {
    if (hole.end < begin) {
      continue;
    }
    if (hole.begin > range.end) {
      break;
    }
    if (hole.begin > begin) {
      pieces.push({ begin, end: hole.begin - 1 });
    }
    begin = hole.end + 1;
  }
  return begin <= range.end ? [...pieces, { begin, end: range.end }] : pieces;
}
