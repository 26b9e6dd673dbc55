/**
 * Two packages become one FLINK_HOME. A wheel holds it below pyflink/, beside Python code that nothing here needs; the
 * source package of 1.20's libraries holds it below deps/. Times and executable bits are kept.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import yauzl from 'yauzl';
import { Problem } from '../../lib/problem.ts';

export async function unpackPackage(archive: string, home: string): Promise<void> {
  try {
    if (archive.endsWith('.whl')) await unpackWheel(archive, home);
    else await unpackSourcePackage(archive, home);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Problem('DOWNLOAD_FAILED', `${archive} cannot be unpacked: ${reason}`, { cause });
  }
}

async function unpackWheel(archive: string, home: string): Promise<void> {
  // yauzl refuses names that lead out of the directory.
  const zip = await yauzl.openPromise(archive);
  try {
    for await (const entry of zip.eachEntry()) {
      const path = pathInHome(entry.fileName);
      if (path === undefined || path.endsWith('/')) continue;
      const target = join(home, path);
      await mkdir(dirname(target), { recursive: true });
      const executable = ((entry.externalFileAttributes >>> 16) & 0o100) !== 0;
      const content = await zip.openReadStreamPromise(entry);
      await pipeline(content, createWriteStream(target, { mode: executable ? 0o755 : 0o644 }));
      const time = entry.getLastModDate({ timezone: 'UTC' });
      await utimes(target, time, time);
    }
  } finally {
    zip.close();
  }
}

/** LICENSE and NOTICE stand in a directory of the wheel's own. */
function pathInHome(name: string): string | undefined {
  const legal = /^[^/]+\.dist-info\/(?:licenses\/)?(LICENSE|NOTICE)$/.exec(name)?.[1];
  if (legal !== undefined) return legal;
  return /^pyflink\/((?:lib|opt|plugins|bin|conf|log|licenses)\/.*|README\.txt)$/.exec(name)?.[1];
}

async function unpackSourcePackage(archive: string, home: string): Promise<void> {
  const directory = `${archive}.unpacked`;
  await mkdir(directory);
  const tar = spawn('tar', ['-xzf', archive, '-C', directory, '--strip-components', '1'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [stderr] = await Promise.all([text(tar.stderr), once(tar, 'close')]);
  if (tar.exitCode !== 0) throw new Error(`tar ended with ${tar.exitCode}: ${stderr.trim()}`);
  await moveInto(join(directory, 'deps'), home);
  for (const name of ['LICENSE', 'NOTICE']) await rename(join(directory, name), join(home, name));
  await rm(directory, { recursive: true });
}

/** Joins directories that both have (bin). */
async function moveInto(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await moveInto(source, target);
    else await rename(source, target);
  }
}
