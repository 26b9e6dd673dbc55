/**
 * Worlds in worker processes, as many as there are cores. A process plays a stretch of seeds at a time; one that dies
 * takes the whole run with it, with its words.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Outcome } from './play.ts';

export interface Seeds {
  readonly first: number;
  readonly count: number;
  readonly jobs: number;
  /** The worker's script; that of a copy of the sources, where one is to be played. */
  readonly script?: string;
  readonly faults?: readonly string[] | undefined;
}

const STRETCH = 25;

export interface Stretch {
  readonly first: number;
  readonly count: number;
  readonly faults?: readonly string[] | undefined;
}

const workerScript: string = fileURLToPath(new URL('./worker.ts', import.meta.url));

/** Until all are played, or `take` has seen enough. */
export async function playInWorkers(
  { first, count, jobs, script = workerScript, faults }: Seeds,
  take: (outcome: Outcome) => 'enough' | undefined,
): Promise<void> {
  let next = first;
  let over = false;
  const stretch = (): Stretch | undefined => {
    const left = first + count - next;
    if (over || left <= 0) return undefined;
    const one = { first: next, count: Math.min(STRETCH, left), faults };
    next += one.count;
    return one;
  };
  const workers = Array.from({ length: Math.min(jobs, Math.ceil(count / STRETCH)) }, () => {
    const worker = fork(script, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    return follow(worker, stretch, (outcome) => {
      if (take(outcome) === 'enough') over = true;
      return over;
    });
  });
  await Promise.all(workers);
}

function follow(
  worker: ChildProcess,
  stretch: () => Stretch | undefined,
  take: (outcome: Outcome) => boolean,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const give = () => {
      const work = stretch();
      if (work === undefined) worker.kill('SIGKILL');
      else worker.send(work);
    };
    let enough = false;
    worker.on('message', (message: Outcome | 'done') => {
      if (enough) return;
      if (message === 'done') give();
      else if (take(message)) {
        enough = true;
        worker.kill('SIGKILL');
      }
    });
    worker.on('error', reject);
    worker.on('exit', (code, signal) => {
      if (signal === 'SIGKILL') resolve();
      else reject(new Error(`a worker of the simulation ended by itself, with ${code ?? signal}`));
    });
    give();
  });
}
