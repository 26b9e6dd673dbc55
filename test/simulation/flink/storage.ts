/** The storage that all agents reach: checkpoints by their path, as Flink lays them out. */
import { below } from './names.ts';

export class Storage {
  /** Path → how far the job had come by it. */
  readonly #progress = new Map<string, { readonly progress: number; readonly at: number }>();
  readonly #newest = new Map<string, number>();
  readonly #now: () => number;
  /** Nobody writes to it or lists it until then. */
  awayUntil = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  get away(): boolean {
    return this.#now() < this.awayUntil;
  }

  has(path: string): boolean {
    return this.#progress.has(path);
  }

  progressOf(path: string): number {
    return this.#progress.get(path)?.progress ?? 0;
  }

  writtenAt(path: string): number {
    return this.#progress.get(path)?.at ?? 0;
  }

  /** One more of this job; its number goes on from that of the checkpoint that it started from. */
  checkpoint(cluster: string, job: string, from: string | undefined): string {
    const directory = below(cluster, job);
    const number = Math.max(this.#newest.get(directory) ?? 0, numberOf(from)) + 1;
    const path = `${directory}/chk-${number}`;
    this.#newest.set(directory, number);
    this.#progress.set(path, { progress: number, at: this.#now() });
    return path;
  }

  newest(directory: string): string | undefined {
    const number = this.#newest.get(directory);
    return number === undefined ? undefined : `${directory}/chk-${number}`;
  }
}

function numberOf(path: string | undefined): number {
  return Number(/chk-(\d+)$/.exec(path ?? '')?.[1] ?? 0);
}
