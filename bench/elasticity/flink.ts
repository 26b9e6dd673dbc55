/** Flink's REST as the benchmark asks it: of a JobManager of ours and of one that was started by hand, in the same way. */
import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY_MS = 50;
const WITHIN_MS = 180_000;

interface Job {
  readonly state: string;
  readonly vertices: readonly { readonly status: string; readonly parallelism: number }[];
}

/** Resolves with what was found, as soon as it is. Refusals are answers that are not there yet. */
export async function until<T>(what: string, look: () => Promise<T | undefined | false>): Promise<T> {
  const deadline = performance.now() + WITHIN_MS;
  while (performance.now() < deadline) {
    const found = await look().catch(() => undefined);
    if (found !== undefined && found !== false) return found;
    await sleep(LOOK_EVERY_MS);
  }
  throw new Error(`${what}: not within ${WITHIN_MS / 1000} s`);
}

export async function ask<T>(url: string, init?: RequestInit): Promise<T> {
  const answer = await fetch(url, init);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

export function post<T>(url: string, body: object): Promise<T> {
  return ask(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
}

export async function uploadJar<T>(url: string, jar: string): Promise<T> {
  const form = new FormData();
  form.append('jarfile', await openAsBlob(jar), basename(jar));
  return ask<T>(url, { method: 'POST', body: form });
}

/** All its subtasks run. */
export function allRun(flink: string, job: string, parallelism: number): Promise<unknown> {
  return until(`job ${job} runs`, async () => {
    const { state, vertices } = await ask<Job>(`${flink}/jobs/${job}`);
    const widest = Math.max(0, ...vertices.map((vertex) => vertex.parallelism));
    return state === 'RUNNING' && widest === parallelism && vertices.every(({ status }) => status === 'RUNNING');
  });
}

export async function taskManagersOf(flink: string): Promise<readonly string[]> {
  const { taskmanagers } = await ask<{ taskmanagers: { id: string; slotsNumber: number }[] }>(`${flink}/taskmanagers`);
  return taskmanagers.map(({ id }) => id);
}
