/** What a single character may be: classes in RE2's three ways of writing ([a-z], [:alpha:], \d), and escapes. */
import { eat, PatternFault, peek, pointOf, type Reader, read } from './regex-reader.ts';

export type Test = (codePoint: number) => boolean;

export function parseClass(reader: Reader): Test {
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

/** A character behind a backslash, inside of classes and outside. */
export function escapedPoint(reader: Reader): number {
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

export function isPoint(wanted: number): Test {
  return (point) => point === wanted;
}

/** With the flag i a character counts as its lower and its upper case. */
export function caseAware(reader: Reader, test: Test): Test {
  if (!reader.flags.ignoreCase) {
    return test;
  }
  return (point) => {
    const character = String.fromCodePoint(point);
    return test(point) || test(pointOf(character.toLowerCase())) || test(pointOf(character.toUpperCase()));
  };
}

const isDigit: Test = (point) => point >= 48 && point <= 57;
export const isWord: Test = (point) =>
  isDigit(point) || point === 95 || (point >= 65 && point <= 90) || (point >= 97 && point <= 122);
const isSpace: Test = (point) => point === 32 || point === 9 || point === 10 || point === 12 || point === 13;

export const perlClasses: Readonly<Record<string, Test>> = {
  d: isDigit,
  D: (point) => !isDigit(point),
  w: isWord,
  W: (point) => !isWord(point),
  s: isSpace,
  S: (point) => !isSpace(point),
};

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

const controls: Readonly<Record<string, number>> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 };
