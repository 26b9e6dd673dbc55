/**
 * A process of the simulated world. Production code runs inside of one and finds a platform there: its timers, its
 * clock and its random numbers (platform.ts) are those of the process it runs in. What is dead does nothing any more,
 * what is paused (SIGSTOP, a long garbage collection) does everything later.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Random } from '../../../src/lib/random.ts';
import type { Time } from './time.ts';

const inside = new AsyncLocalStorage<Process>();

/** The process whose code runs at this moment; undefined in the simulator itself. */
export function presentProcess(): Process | undefined {
  return inside.getStore();
}

/** So many steps within one second of its time, and a process is turning in a circle. */
const MOST_STEPS_A_SECOND = 5000;

export class Process {
  readonly name: string;
  readonly time: Time;
  readonly random: Random;
  /** Its clock shows so much more than the world's. */
  clockOffsetMs = 0;
  timers = 0;
  /** False for code without promises: nothing need settle after it. */
  promises = true;
  #state: 'running' | 'paused' | 'dead' = 'running';
  #held: (() => void)[] = [];
  #second = 0;
  #stepsOfSecond = 0;
  readonly #spins: (process: Process) => void;

  constructor(name: string, time: Time, random: Random, spins: (process: Process) => void = () => undefined) {
    this.name = name;
    this.time = time;
    this.random = random;
    this.#spins = spins;
  }

  get state(): 'running' | 'paused' | 'dead' {
    return this.#state;
  }

  get now(): number {
    return this.time.now + this.clockOffsetMs;
  }

  /** Lets something happen to it. */
  enter(run: () => void): void {
    if (this.#state === 'dead') return;
    if (this.#state === 'paused') {
      this.#held.push(run);
      return;
    }
    this.#count();
    if (this.promises) this.time.promisesPend = true;
    inside.run(this, run);
  }

  /** As Node's timers: whole milliseconds, and at least one. */
  after(delayMs: number, run: () => void): () => void {
    return this.#plan(Math.max(1, Math.trunc(delayMs)), run);
  }

  /** When what is happening at this moment is over. */
  soon(run: () => void): () => void {
    return this.#plan(0, run);
  }

  #plan(delayMs: number, run: () => void): () => void {
    this.timers += 1;
    let open = true;
    const close = () => {
      if (open) this.timers -= 1;
      open = false;
    };
    const cancel = this.time.after(delayMs, () => {
      close();
      this.enter(run);
    });
    return () => {
      close();
      cancel();
    };
  }

  /** As by kill -9: nothing more of it happens, whatever it waited for. */
  kill(): void {
    this.#state = 'dead';
    this.#held = [];
  }

  pause(): void {
    if (this.#state === 'running') this.#state = 'paused';
  }

  resume(): void {
    if (this.#state !== 'paused') return;
    this.#state = 'running';
    for (const run of this.#held.splice(0)) this.time.after(0, () => this.enter(run));
  }

  #count(): void {
    const second = Math.floor(this.time.now / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#stepsOfSecond = 0;
    }
    this.#stepsOfSecond += 1;
    if (this.#stepsOfSecond === MOST_STEPS_A_SECOND) this.#spins(this);
  }
}
