/** Asks again until what was asked for has come, telling people what it waits for. */
import { setTimeout as delay } from 'node:timers/promises';
import { Problem } from '../lib/problem.ts';
import { type ClientIo, printNote } from './io.ts';

const pollMs = 250;

export interface Progress<Result> {
  readonly done?: Result;
  /** Printed when it changes. */
  readonly note: string;
}

export async function waitFor<Result>(
  look: () => Promise<Progress<Result>>,
  timeoutSeconds: number,
  io: ClientIo,
): Promise<Result> {
  const deadline = Date.now() + timeoutSeconds * 1000;
  let said: string | undefined;
  for (;;) {
    const { done, note } = await look();
    if (done !== undefined) return done;
    if (note !== said) printNote(io, note);
    said = note;
    if (Date.now() >= deadline) throw new Problem('TIMED_OUT', `after ${timeoutSeconds} s: ${note}`);
    await delay(pollMs, undefined, io.signal === undefined ? {} : { signal: io.signal });
  }
}
