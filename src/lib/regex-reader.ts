/** Reads a pattern character by character, with the flags that hold at the place it has come to. */
export class PatternFault extends Error {}

export interface Flags {
  readonly ignoreCase: boolean;
  readonly dotAll: boolean;
  readonly multiline: boolean;
}

export interface Reader {
  readonly pattern: readonly string[];
  at: number;
  flags: Flags;
}

export function peek(reader: Reader): string | undefined {
  return reader.pattern[reader.at];
}

export function read(reader: Reader): string {
  const next = reader.pattern[reader.at];
  if (next === undefined) {
    throw new PatternFault(`unexpected end: ${reader.pattern.join('')}`);
  }
  reader.at += 1;
  return next;
}

export function eat(reader: Reader, character: string): boolean {
  const found = reader.pattern[reader.at] === character;
  reader.at += found ? 1 : 0;
  return found;
}

export function pointOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}
