/**
 * Regular expressions whose matching takes time in proportion to the text, whatever the expression is (as RE2 does it):
 * patterns come from users, and one that backtracks could stop a master or a scheduler. Compiled to a small program whose
 * threads run side by side. Understood is RE2's syntax of letters, classes, groups, alternatives, repetitions, anchors
 * and the flags i, s, m, U; what is left out (Unicode classes by name, \C) is refused as a fault of the pattern.
 */
import type { Test } from './regex-characters.ts';
import { PatternFault } from './regex-reader.ts';
import { parsePattern, type Tree } from './regex-syntax.ts';

type Instruction =
  | { readonly kind: 'take'; readonly test: Test }
  | { readonly kind: 'split'; first: number; second: number }
  | { readonly kind: 'jump'; to: number }
  | { readonly kind: 'assert'; readonly holds: (text: readonly number[], at: number) => boolean }
  | { readonly kind: 'done' };

export type CompiledRegex =
  | { readonly kind: 'regex'; readonly programSize: number; matchesAll(text: string): boolean }
  | { readonly kind: 'fault'; readonly message: string };

/** No program is built beyond it; limits of callers are far below. */
const maxProgram = 10_000;

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
    const before = program.length;
    emit(program, part);
    // What takes nothing takes nothing any number of times; nested, its repetitions would multiply.
    if (program.length === before) {
      return;
    }
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
