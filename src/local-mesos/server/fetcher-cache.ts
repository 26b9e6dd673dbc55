/**
 * The fetcher's cache: one file for each user and URI, never refreshed (as in Mesos). Tasks that want the same URI at
 * the same time wait for one download. Over its limit the files that were unused longest go, but none that is in use.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';

export interface FetcherCache {
  /** The file must be read, and only read, inside `consume`. */
  use(key: string, obtain: (file: string) => Promise<void>, consume: (file: string) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

export function createFetcherCache(directory: string, limitBytes: number): FetcherCache {
  const coming = new Map<string, Promise<void>>();
  const users = new Map<string, number>();
  let trimming = Promise.resolve();

  async function ensure(file: string, obtain: (file: string) => Promise<void>): Promise<void> {
    if (await isThere(file)) return;
    const underWay = coming.get(file);
    // The one who downloads may be told to stop: then the next one starts afresh.
    if (underWay !== undefined) return underWay.catch(() => ensure(file, obtain));
    const download = mkdir(directory, { recursive: true, mode: 0o700 }).then(() => obtain(file));
    coming.set(file, download);
    try {
      await download;
    } finally {
      coming.delete(file);
    }
  }

  return {
    async use(key, obtain, consume) {
      const file = join(directory, createHash('sha256').update(key).digest('hex'));
      users.set(file, (users.get(file) ?? 0) + 1);
      try {
        await ensure(file, obtain);
        const now = new Date();
        await utimes(file, now, (await stat(file)).mtime);
        await consume(file);
      } finally {
        users.set(file, (users.get(file) ?? 1) - 1);
      }
      trimming = trimming.then(() => trim(directory, limitBytes, (path) => (users.get(path) ?? 0) > 0));
      await trimming;
    },
    close: () => trimming,
  };
}

async function trim(directory: string, limitBytes: number, inUse: (file: string) => boolean): Promise<void> {
  const files = await Promise.all(
    (await readdir(directory)).map(async (name) => {
      const file = join(directory, name);
      const { size, atimeMs } = await stat(file);
      return { file, size, atimeMs };
    }),
  );
  let total = files.reduce((sum, { size }) => sum + size, 0);
  for (const { file, size } of files.sort((a, b) => a.atimeMs - b.atimeMs)) {
    if (total <= limitBytes) return;
    if (inUse(file)) continue;
    await rm(file, { force: true });
    total -= size;
  }
}

async function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
