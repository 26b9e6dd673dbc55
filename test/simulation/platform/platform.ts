/**
 * Node's clock, timers and random numbers, replaced for code that runs inside of a simulated process; code outside of
 * one keeps Node's own. So production code needs no switch for simulations, and none of its waits is forgotten.
 */
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import timersPromises from 'node:timers/promises';
import { type Process, presentProcess } from './process.ts';

interface Handle {
  readonly cancel: () => void;
  ref(): Handle;
  unref(): Handle;
}

type Run = (...given: unknown[]) => void;

let installed = false;

/** Once for a Node process; it is never undone. */
export function installPlatform(): void {
  if (installed) return;
  installed = true;
  installClock();
  installTimers();
  installRandomness();
  syncBuiltinESMExports();
}

function installClock(): void {
  const now = Date.now;
  Date.now = () => presentProcess()?.now ?? now();
  const uptime = performance.now.bind(performance);
  performance.now = () => presentProcess()?.time.elapsedMs ?? uptime();
}

function installTimers(): void {
  const real = { setTimeout, clearTimeout, setImmediate, sleep: timersPromises.setTimeout };
  const set = (delay: (process: Process, run: () => void, ms: number) => () => void, otherwise: unknown) =>
    ((run: Run, ms = 0, ...given: unknown[]) => {
      const process = presentProcess();
      if (process === undefined) return (otherwise as (...all: unknown[]) => unknown)(run, ms, ...given);
      return handle(delay(process, () => run(...given), ms));
    }) as unknown;
  globalThis.setTimeout = set((process, run, ms) => process.after(ms, run), real.setTimeout) as typeof setTimeout;
  globalThis.setImmediate = ((run: Run, ...given: unknown[]) => {
    const process = presentProcess();
    if (process === undefined) return real.setImmediate(run, ...given);
    return handle(process.soon(() => run(...given)));
  }) as unknown as typeof setImmediate;
  globalThis.clearTimeout = ((timer: unknown) => {
    if (isHandle(timer)) timer.cancel();
    else real.clearTimeout(timer as NodeJS.Timeout);
  }) as typeof clearTimeout;
  timersPromises.setTimeout = ((ms: number, value: unknown, options: { signal?: AbortSignal } = {}) => {
    const process = presentProcess();
    if (process === undefined) return real.sleep(ms, value, options);
    return sleepIn(process, ms, value, options.signal);
  }) as typeof timersPromises.setTimeout;
}

function handle(cancel: () => void): Handle {
  const self: Handle = { cancel, ref: () => self, unref: () => self };
  return self;
}

function isHandle(timer: unknown): timer is Handle {
  return typeof timer === 'object' && timer !== null && 'cancel' in timer;
}

function sleepIn(process: Process, ms: number, value: unknown, signal: AbortSignal | undefined): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const aborted = () => reject(Object.assign(new Error('The operation was aborted'), { name: 'AbortError' }));
    if (signal?.aborted === true) return aborted();
    const cancel = process.after(ms, () => resolve(value));
    signal?.addEventListener('abort', () => {
      cancel();
      aborted();
    });
  });
}

function installRandomness(): void {
  const real = { randomBytes: crypto.randomBytes, randomUUID: crypto.randomUUID, randomInt: crypto.randomInt };
  const bytes = (process: Process, size: number) =>
    Buffer.from(Array.from({ length: size }, () => Math.floor(process.random.next() * 256)));
  crypto.randomBytes = ((size: number) => {
    const process = presentProcess();
    return process === undefined ? real.randomBytes(size) : bytes(process, size);
  }) as typeof crypto.randomBytes;
  crypto.randomUUID = (() => {
    const process = presentProcess();
    return process === undefined ? real.randomUUID() : uuidOf(bytes(process, 16).toString('hex'));
  }) as typeof crypto.randomUUID;
  crypto.randomInt = ((limit: number) => {
    const process = presentProcess();
    return process === undefined ? real.randomInt(limit) : Math.floor(process.random.next() * limit);
  }) as typeof crypto.randomInt;
}

export function uuidOf(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
