/** What a command touches of the world, so that tests can hand it another one. */
import type { Readable, Writable } from 'node:stream';
import type { Door } from './door.ts';

export interface ClientIo {
  readonly stdin: Readable;
  readonly stdout: Pick<Writable, 'write'>;
  readonly stderr: Pick<Writable, 'write'>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Default: straight to the scheduler. */
  readonly door?: Door;
  /** Ends commands that would go on for ever (`events --follow`). */
  readonly signal?: AbortSignal;
}

export function processIo(): ClientIo {
  return { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, environment: process.env };
}

export function printLine(io: ClientIo, line: string): void {
  io.stdout.write(`${line}\n`);
}

/** For people only: never part of what a program reads. */
export function printNote(io: ClientIo, line: string): void {
  io.stderr.write(`${line}\n`);
}

/** Exactly what the API answered. */
export function printJson(io: ClientIo, answer: unknown): void {
  printLine(io, JSON.stringify(answer, null, 2));
}
