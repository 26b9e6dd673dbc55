/**
 * Regular expressions whose matching takes time in proportion to the text, whatever the expression is (as RE2 does it): a
 * scheduler's pattern is judged by the master, and one that backtracks could stop it. Compiled to a small program whose
 * threads run side by side. Understood is RE2's syntax of letters, classes, groups, alternatives, repetitions, anchors
 * and the flags i, s, m, U; what is left out (Unicode classes by name, \C) is refused as a fault of the pattern.
 */
type Test = (codePoint: number) => boolean;

type Instruction =
  | { readonly kind: 'take'; readonly test: Test }
  | { readonly kind: 'split'; first: number; second: number }
  | { readonly kind: 'jump'; to: number }
  | { readonly kind: 'assert'; readonly holds: (text: readonly number[], at: number) => boolean }
  | { readonly kind: 'done' };

export type CompiledRegex =
  | { readonly kind: 'regex'; readonly programSize: number; matchesAll(text: string): boolean }
  | { readonly kind: 'fault'; readonly message: string };

type Tree =
  | { readonly kind: 'empty' }
  | { readonly kind: 'take'; readonly test: Test }
  | { readonly kind: 'assert'; readonly holds: (text: readonly number[], at: number) => boolean }
  | { readonly kind: 'sequence' | 'alternatives'; readonly parts: readonly Tree[] }
  | { readonly kind: 'repeat'; readonly part: Tree; readonly least: number; readonly most: number };

/** RE2's own bound of counted repetitions. */
const maxRepeat = 1000;
/** No program is built beyond it; limits of callers are far below. */
const maxProgram = 10_000;

class PatternFault extends Error {}

export function compileRegex(pattern: string): CompiledRegex {
  try {
    const program: Instruction[] = [];
    emit(program, parsePattern([...pattern]));
    program.push({ kind: 'done' });
    return { kind: 'regex', programSize: program.length, matchesAll: (text) => run(program, text) };
  } catch (error) {
    if (error instanceof PatternFault) {
      return { kind: 'fault', message: error.message };
    }
    throw error;
  }
}

function emit(program: Instruction[], tree: Tree): void {
  if (program.length > maxProgram) {
    throw new PatternFault('pattern too large - compile failed');
  }
  switch (tree.kind) {
    case 'empty':
      return;
    case 'take':
    case 'assert':
      program.push(tree);
      return;
    case 'sequence':
      for (const part of tree.parts) {
        emit(program, part);
      }
      return;
    case 'alternatives':
      emitAlternatives(program, tree.parts);
      return;
    case 'repeat':
      emitRepeat(program, tree);
      return;
  }
}

function emitAlternatives(program: Instruction[], parts: readonly Tree[]): void {
  const ends: { kind: 'jump'; to: number }[] = [];
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1) {
      emit(program, part);
      continue;
    }
    const split: Instruction = { kind: 'split', first: program.length + 1, second: 0 };
    program.push(split);
    emit(program, part);
    const end = { kind: 'jump' as const, to: 0 };
    ends.push(end);
    program.push(end);
    split.second = program.length;
  }
  for (const end of ends) {
    end.to = program.length;
  }
}

function emitRepeat(program: Instruction[], { part, least, most }: Tree & { kind: 'repeat' }): void {
  for (let count = 0; count < least; count += 1) {
    emit(program, part);
  }
  if (most === Number.POSITIVE_INFINITY) {
    const split: Instruction = { kind: 'split', first: program.length + 1, second: 0 };
    program.push(split);
    emit(program, part);
    program.push({ kind: 'jump', to: program.indexOf(split) });
    split.second = program.length;
    return;
  }
  const splits: { kind: 'split'; first: number; second: number }[] = [];
  for (let count = least; count < most; count += 1) {
    const split = { kind: 'split' as const, first: program.length + 1, second: 0 };
    splits.push(split);
    program.push(split);
    emit(program, part);
  }
  for (const split of splits) {
    split.second = program.length;
  }
}

/** Every thread is at one instruction; two at the same one are one. So the work is bounded by text times program. */
function run(program: readonly Instruction[], text: string): boolean {
  const points = [...text].map((character) => character.codePointAt(0) ?? 0);
  let threads = follow(program, [0], points, 0);
  for (const [index, point] of points.entries()) {
    const next = [...threads].filter((at) => {
      const instruction = program[at];
      return instruction?.kind === 'take' && instruction.test(point);
    });
    threads = follow(
      program,
      next.map((at) => at + 1),
      points,
      index + 1,
    );
    if (threads.size === 0) {
      return false;
    }
  }
  return threads.has(program.length - 1);
}

function follow(program: readonly Instruction[], from: number[], text: readonly number[], at: number): Set<number> {
  const reached = new Set<number>();
  const waiting = [...from];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const instruction = program[next];
    if (reached.has(next) || instruction === undefined) {
      continue;
    }
    reached.add(next);
    if (instruction.kind === 'split') {
      waiting.push(instruction.first, instruction.second);
    } else if (instruction.kind === 'jump') {
      waiting.push(instruction.to);
    } else if (instruction.kind === 'assert' && instruction.holds(text, at)) {
      waiting.push(next + 1);
    }
  }
  return reached;
}

interface Flags {
  readonly ignoreCase: boolean;
  readonly dotAll: boolean;
  readonly multiline: boolean;
}

interface Reader {
  readonly pattern: readonly string[];
  at: number;
  flags: Flags;
}

function parsePattern(pattern: readonly string[]): Tree {
  const reader: Reader = { pattern, at: 0, flags: { ignoreCase: false, dotAll: false, multiline: false } };
  const tree = parseAlternatives(reader, 0);
  if (reader.at < pattern.length) {
    throw new PatternFault(`unexpected ): ${pattern.join('')}`);
  }
  return tree;
}

const maxDepth = 200;

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

function isPoint(wanted: number): Test {
  return (point) => point === wanted;
}

/** With the flag i a character counts as its lower and its upper case. */
function caseAware(reader: Reader, test: Test): Test {
  if (!reader.flags.ignoreCase) {
    return test;
  }
  return (point) => {
    const character = String.fromCodePoint(point);
    return test(point) || test(pointOf(character.toLowerCase())) || test(pointOf(character.toUpperCase()));
  };
}

function parseGroup(reader: Reader, depth: number): Tree {
  const before = reader.flags;
  if (eat(reader, '?')) {
    const rest = reader.pattern.slice(reader.at).join('');
    const named = /^P?<(\w+)>/.exec(rest);
    const flags = /^([imsU]*)(?:-([imsU]+))?([:)])/.exec(rest);
    if (named !== null) {
      reader.at += named[0].length;
    } else if (flags !== null) {
      reader.at += flags[0].length;
      reader.flags = changedFlags(before, flags[1] ?? '', flags[2] ?? '');
      if (flags[3] === ')') {
        return { kind: 'empty' };
      }
    } else {
      throw new PatternFault(`invalid perl operator: (?${rest.slice(0, 1)}`);
    }
  }
  const tree = parseAlternatives(reader, depth + 1);
  if (!eat(reader, ')')) {
    throw new PatternFault(`missing ): ${reader.pattern.join('')}`);
  }
  reader.flags = before;
  return tree;
}

function changedFlags(flags: Flags, on: string, off: string): Flags {
  const has = (letter: string, now: boolean) => (now || on.includes(letter)) && !off.includes(letter);
  return {
    ignoreCase: has('i', flags.ignoreCase),
    dotAll: has('s', flags.dotAll),
    multiline: has('m', flags.multiline),
  };
}

const isDigit: Test = (point) => point >= 48 && point <= 57;
const isWord: Test = (point) =>
  isDigit(point) || point === 95 || (point >= 65 && point <= 90) || (point >= 97 && point <= 122);
const isSpace: Test = (point) => point === 32 || point === 9 || point === 10 || point === 12 || point === 13;

const perlClasses: Readonly<Record<string, Test>> = {
  d: isDigit,
  D: (point) => !isDigit(point),
  w: isWord,
  W: (point) => !isWord(point),
  s: isSpace,
  S: (point) => !isSpace(point),
};

const controls: Readonly<Record<string, number>> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 };

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

/** A character behind a backslash, inside of classes and outside. */
function escapedPoint(reader: Reader): number {
  if (reader.at >= reader.pattern.length) {
    throw new PatternFault('trailing \\: \\');
  }
  const next = read(reader);
  const control = controls[next];
  if (control !== undefined) {
    return control;
  }
  const rest = reader.pattern.slice(reader.at, reader.at + 12).join('');
  const hex = next === 'x' ? /^(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,6})\})/.exec(rest) : null;
  if (hex !== null) {
    reader.at += hex[0].length;
    return Number.parseInt(hex[1] ?? hex[2] ?? '0', 16);
  }
  if (/^[A-Za-z0-9]$/.test(next)) {
    throw new PatternFault(`invalid escape sequence: \\${next}`);
  }
  return pointOf(next);
}

const posixClasses: Readonly<Record<string, Test>> = {
  alnum: (point) => isWord(point) && point !== 95,
  alpha: (point) => isWord(point) && point !== 95 && !isDigit(point),
  blank: (point) => point === 32 || point === 9,
  digit: isDigit,
  lower: (point) => point >= 97 && point <= 122,
  punct: (point) => point > 32 && point < 127 && (point === 95 || !isWord(point)),
  space: (point) => isSpace(point) || point === 11,
  upper: (point) => point >= 65 && point <= 90,
  word: isWord,
  xdigit: (point) => isDigit(point) || (point >= 65 && point <= 70) || (point >= 97 && point <= 102),
};

function parseClass(reader: Reader): Test {
  const start = reader.at - 1;
  const negated = eat(reader, '^');
  const tests: Test[] = [];
  for (let first = true; first || peek(reader) !== ']'; first = false) {
    if (reader.at >= reader.pattern.length) {
      throw new PatternFault(`missing ]: ${reader.pattern.slice(start).join('')}`);
    }
    tests.push(parseClassPart(reader));
  }
  reader.at += 1;
  const within = caseAware(reader, (point) => tests.some((test) => test(point)));
  return negated ? (point) => !within(point) : within;
}

function parseClassPart(reader: Reader): Test {
  const rest = reader.pattern.slice(reader.at, reader.at + 12).join('');
  const posix = /^\[:(\^?)(\w+):\]/.exec(rest);
  if (posix !== null) {
    const test = posixClasses[posix[2] ?? ''];
    if (test === undefined) {
      throw new PatternFault(`invalid character class range: ${posix[0]}`);
    }
    reader.at += posix[0].length;
    return posix[1] === '^' ? (point) => !test(point) : test;
  }
  const perl = rest.startsWith('\\') ? perlClasses[rest.slice(1, 2)] : undefined;
  if (perl !== undefined) {
    reader.at += 2;
    return perl;
  }
  const begin = classPoint(reader);
  if (peek(reader) !== '-' || reader.pattern[reader.at + 1] === ']' || reader.at + 1 >= reader.pattern.length) {
    return isPoint(begin);
  }
  reader.at += 1;
  const end = classPoint(reader);
  if (end < begin) {
    throw new PatternFault(
      `invalid character class range: ${String.fromCodePoint(begin)}-${String.fromCodePoint(end)}`,
    );
  }
  return (point) => point >= begin && point <= end;
}

function classPoint(reader: Reader): number {
  return eat(reader, '\\') ? escapedPoint(reader) : pointOf(read(reader));
}

function peek(reader: Reader): string | undefined {
  return reader.pattern[reader.at];
}

function read(reader: Reader): string {
  const next = reader.pattern[reader.at];
  if (next === undefined) {
    throw new PatternFault(`unexpected end: ${reader.pattern.join('')}`);
  }
  reader.at += 1;
  return next;
}

function eat(reader: Reader, character: string): boolean {
  const found = reader.pattern[reader.at] === character;
  reader.at += found ? 1 : 0;
  return found;
}

function pointOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}
