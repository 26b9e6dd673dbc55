/** The storage that all agents reach: checkpoints by their path, as Flink lays them out. */
import { below, STORAGE } from './names.ts';

export class Storage {
  /** Path → how far the job had come by it. */
  readonly #progress = new Map<string, { readonly progress: number; readonly at: number }>();
  /** By directory of an attempt. */
  readonly #newest = new Map<string, string>();
  readonly #numbered = new Map<string, number>();
  readonly #stopped = new Map<string, string>();
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

  /** One more of this job; its number goes on from that of what it started from. */
  checkpoint(cluster: string, job: string, from: string | undefined): string {
    const directory = below(cluster, job);
    const number = this.#next(directory, from);
    const path = `${directory}/chk-${number}`;
    this.#newest.set(directory, path);
    this.#progress.set(path, { progress: number, at: this.#now() });
    return path;
  }

  /** Numbered with the checkpoints, and named as Flink names it. */
  savepoint(cluster: string, job: string, from: string | undefined, named: string): string {
    const path = `${STORAGE}/${cluster}/savepoints/savepoint-${job.slice(0, 6)}-${named}`;
    this.#progress.set(path, { progress: this.#next(below(cluster, job), from), at: this.#now() });
    return path;
  }

  /** An attempt has ended with this savepoint. */
  stopped(cluster: string, job: string, path: string): void {
    this.#stopped.set(below(cluster, job), path);
  }

  stoppedWith(directory: string): string | undefined {
    return this.#stopped.get(directory);
  }

  newest(directory: string): string | undefined {
    return this.#newest.get(directory);
  }

  /** What an attempt left last: a checkpoint, or the savepoint that it was stopped with, if that is known. */
  last(directory: string, isKnown: (savepoint: string) => boolean): string | undefined {
    const savepoint = this.#stopped.get(directory);
    return savepoint !== undefined && isKnown(savepoint) ? savepoint : this.#newest.get(directory);
  }

  #next(directory: string, from: string | undefined): number {
    const number = Math.max(this.#numbered.get(directory) ?? 0, this.progressOf(from ?? '')) + 1;
    this.#numbered.set(directory, number);
    return number;
  }
}
