/**
 * The syntax of RE2 as far as constraints use it: from a pattern to a tree. Faults are told in RE2's words, because a
 * master passes them on.
 */
import { caseAware, escapedPoint, isPoint, isWord, parseClass, perlClasses, type Test } from './regex-characters.ts';
import { eat, type Flags, PatternFault, peek, pointOf, type Reader, read } from './regex-reader.ts';

export type Tree =
  | { readonly kind: 'empty' }
  | { readonly kind: 'take'; readonly test: Test }
  | { readonly kind: 'assert'; readonly holds: (text: readonly number[], at: number) => boolean }
  | { readonly kind: 'sequence' | 'alternatives'; readonly parts: readonly Tree[] }
  | { readonly kind: 'repeat'; readonly part: Tree; readonly least: number; readonly most: number };

/** RE2's own bound of counted repetitions. */
const maxRepeat = 1000;
const maxDepth = 200;

export function parsePattern(pattern: readonly string[]): Tree {
  const reader: Reader = { pattern, at: 0, flags: { ignoreCase: false, dotAll: false, multiline: false } };
  const tree = parseAlternatives(reader, 0);
  if (reader.at < pattern.length) {
    throw new PatternFault(`unexpected ): ${pattern.join('')}`);
  }
  return tree;
}

function parseAlternatives(reader: Reader, depth: number): Tree {
  if (depth > maxDepth) {
    throw new PatternFault('bad repetition operator: nested too deep');
  }
  const parts: Tree[] = [];
  do {
    parts.push(parseSequence(reader, depth));
  } while (eat(reader, '|'));
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { kind: 'alternatives', parts };
}

function parseSequence(reader: Reader, depth: number): Tree {
  const parts: Tree[] = [];
  for (let next = peek(reader); next !== undefined && next !== '|' && next !== ')'; next = peek(reader)) {
    parts.push(parseRepeat(reader, parseAtom(reader, depth)));
  }
  return { kind: 'sequence', parts };
}

function parseRepeat(reader: Reader, part: Tree): Tree {
  const start = reader.at;
  const counts = readCounts(reader);
  if (counts === undefined) {
    return part;
  }
  eat(reader, '?');
  const after = reader.at;
  if (readCounts(reader) !== undefined) {
    throw new PatternFault(`bad repetition operator: ${reader.pattern.slice(start, reader.at).join('')}`);
  }
  reader.at = after;
  return { kind: 'repeat', part, ...counts };
}

function readCounts(reader: Reader): { least: number; most: number } | undefined {
  if (eat(reader, '*')) {
    return { least: 0, most: Number.POSITIVE_INFINITY };
  }
  if (eat(reader, '+')) {
    return { least: 1, most: Number.POSITIVE_INFINITY };
  }
  if (eat(reader, '?')) {
    return { least: 0, most: 1 };
  }
  const counted = /^\{(\d+)(?:(,)(\d*))?\}/.exec(reader.pattern.slice(reader.at, reader.at + 16).join(''));
  if (counted === null) {
    return undefined;
  }
  const least = Number(counted[1]);
  const most = counted[2] === undefined ? least : counted[3] === '' ? Number.POSITIVE_INFINITY : Number(counted[3]);
  if (least > maxRepeat || (most > maxRepeat && most !== Number.POSITIVE_INFINITY) || least > most) {
    throw new PatternFault(`invalid repetition size: ${counted[0]}`);
  }
  reader.at += counted[0].length;
  return { least, most };
}

function parseAtom(reader: Reader, depth: number): Tree {
  const next = read(reader);
  switch (next) {
    case '(':
      return parseGroup(reader, depth);
    case '[':
      return { kind: 'take', test: parseClass(reader) };
    case '.':
      return { kind: 'take', test: reader.flags.dotAll ? () => true : (point) => point !== newline };
    case '^':
      return anchor(
        reader.flags.multiline ? (text, at) => at === 0 || text[at - 1] === newline : (_text, at) => at === 0,
      );
    case '$': {
      const { multiline } = reader.flags;
      return anchor((text, at) => at === text.length || (multiline && text[at] === newline));
    }
    case '\\':
      return parseEscape(reader);
    case '*':
    case '+':
    case '?':
      throw new PatternFault(`no argument for repetition operator: ${next}`);
    default:
      return literal(reader, next);
  }
}

const newline = 10;

function anchor(holds: (text: readonly number[], at: number) => boolean): Tree {
  return { kind: 'assert', holds };
}

function literal(reader: Reader, character: string): Tree {
  return { kind: 'take', test: caseAware(reader, isPoint(pointOf(character))) };
}

function parseGroup(reader: Reader, depth: number): Tree {
  const before = reader.flags;
  if (eat(reader, '?')) {
    const head = groupHead(reader);
    const named = /^P?<(\w+)>/.exec(head);
    const flags = /^([imsU]*)(?:-([imsU]+))?([:)])/.exec(head);
    if (named !== null) {
      reader.at += named[0].length;
    } else if (flags !== null) {
      reader.at += flags[0].length;
      reader.flags = changedFlags(before, flags[1] ?? '', flags[2] ?? '');
      if (flags[3] === ')') {
        return { kind: 'empty' };
      }
    } else {
      throw new PatternFault(`invalid perl operator: (?${head.slice(0, 1)}`);
    }
  }
  const tree = parseAlternatives(reader, depth + 1);
  if (!eat(reader, ')')) {
    throw new PatternFault(`missing ): ${reader.pattern.join('')}`);
  }
  reader.flags = before;
  return tree;
}

/** To where it must end: what comes behind it is not looked at for each group anew. */
function groupHead({ pattern, at }: Reader): string {
  let end = at;
  while (end < pattern.length && !'>:)'.includes(pattern[end] ?? '')) {
    end += 1;
  }
  return pattern.slice(at, end + 1).join('');
}

function changedFlags(flags: Flags, on: string, off: string): Flags {
  const has = (letter: string, now: boolean) => (now || on.includes(letter)) && !off.includes(letter);
  return {
    ignoreCase: has('i', flags.ignoreCase),
    dotAll: has('s', flags.dotAll),
    multiline: has('m', flags.multiline),
  };
}

function parseEscape(reader: Reader): Tree {
  const next = peek(reader);
  const test = next === undefined ? undefined : perlClasses[next];
  if (next !== undefined && test !== undefined) {
    reader.at += 1;
    return { kind: 'take', test };
  }
  switch (next) {
    case 'A':
      reader.at += 1;
      return anchor((_text, at) => at === 0);
    case 'z':
      reader.at += 1;
      return anchor((text, at) => at === text.length);
    case 'b':
    case 'B':
      reader.at += 1;
      return anchor((text, at) => atBoundary(text, at) === (next === 'b'));
    case 'Q':
      return parseQuoted(reader);
    default:
      return { kind: 'take', test: caseAware(reader, isPoint(escapedPoint(reader))) };
  }
}

function atBoundary(text: readonly number[], at: number): boolean {
  const before = text[at - 1];
  const after = text[at];
  return (before !== undefined && isWord(before)) !== (after !== undefined && isWord(after));
}

/** \Q … \E: as it stands. */
function parseQuoted(reader: Reader): Tree {
  reader.at += 1;
  const parts: Tree[] = [];
  while (reader.at < reader.pattern.length) {
    if (reader.pattern[reader.at] === '\\' && reader.pattern[reader.at + 1] === 'E') {
      reader.at += 2;
      break;
    }
    parts.push(literal(reader, read(reader)));
  }
  return { kind: 'sequence', parts };
}
