/**
 * A distribution as one archive for agents elsewhere: what Flink's processes need of it, below flink/. It is not
 * compressed (jars are already), and kept in the cache under a name that tells its content, so that the same Flink is
 * packed once.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type TarEntry, tarStream } from './tar.ts';

/** Scripts and their configuration stay behind: processes are started as plain java commands. */
const packed = ['LICENSE', 'NOTICE', 'lib', 'licenses', 'plugins'];

export async function packDistribution(home: string, version: string, cacheDir: string): Promise<string> {
  const entries = await listEntries(home);
  const directory = join(cacheDir, 'packed');
  const archive = join(directory, `flink-${version}-${keyOf(entries)}.tar`);
  // It got this name when it was complete.
  if (await stat(archive).catch(() => undefined)) return archive;
  await mkdir(directory, { recursive: true });
  const unfinished = `${archive}.${process.pid}-${randomUUID().slice(0, 8)}`;
  try {
    await pipeline(tarStream(entries), createWriteStream(unfinished, { highWaterMark: 1 << 20 }));
    await rename(unfinished, archive);
  } finally {
    await rm(unfinished, { force: true });
  }
  return archive;
}

async function listEntries(home: string): Promise<TarEntry[]> {
  const present = new Set(await readdir(home));
  const entries: TarEntry[] = [];
  for (const name of packed.filter((candidate) => present.has(candidate))) {
    entries.push(...(await entriesBelow(join(home, name), `flink/${name}`)));
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Links are followed: vendors' distributions have some. */
async function entriesBelow(source: string, name: string): Promise<TarEntry[]> {
  const found = await stat(source);
  // A directory's own time says when it was unpacked, which is no part of its content.
  const time = Math.floor(found.mtimeMs / 1000);
  if (!found.isDirectory()) {
    return [{ name, source, bytes: found.size, executable: (found.mode & 0o100) !== 0, modifiedSeconds: time }];
  }
  const names = (await readdir(source)).sort();
  const below = await Promise.all(names.map((child) => entriesBelow(join(source, child), `${name}/${child}`)));
  return [{ name: `${name}/`, source, bytes: 0, executable: true, modifiedSeconds: 0 }, ...below.flat()];
}

function keyOf(entries: readonly TarEntry[]): string {
  const said = entries.map((entry) => [entry.name, entry.bytes, entry.executable, entry.modifiedSeconds]);
  return createHash('sha256').update(JSON.stringify(said)).digest('hex').slice(0, 16);
}
