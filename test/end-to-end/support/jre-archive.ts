/** A Java for agents that have none, as an archive like those of its vendors: made of this machine's own, kept in the cache. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { defaultCacheDir } from '../../../src/main/directories.ts';

const run = promisify(execFile);

/** What Flink needs of a JDK: the platform, and what its memory and network code asks for beside that. */
const modules = 'java.se,jdk.unsupported,jdk.management,jdk.crypto.ec,jdk.zipfs,jdk.naming.dns';

export async function jreArchive(): Promise<string> {
  const { stderr: settings } = await run('java', ['-XshowSettings:properties', '-version']);
  const [, home = ''] = /java\.home = (.+)/.exec(settings) ?? [];
  const [, version = ''] = /java\.version = (.+)/.exec(settings) ?? [];
  const cache = join(defaultCacheDir(), 'test');
  const kept = join(cache, `jre-${version}.tar.gz`);
  if (existsSync(kept)) return kept;
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, '.jre-'));
  try {
    const jre = join(work, 'jre');
    const slim = ['--strip-debug', '--no-header-files', '--no-man-pages'];
    const jlink = join(home, 'bin/jlink');
    // A machine may have a JRE alone; Debian's is full of links to /etc.
    if (existsSync(jlink)) await run(jlink, ['--add-modules', modules, ...slim, '--output', jre]);
    else await run('cp', ['-rL', home, jre]);
    await run('tar', ['-czf', join(work, 'jre.tar.gz'), '-C', work, 'jre']);
    await rename(join(work, 'jre.tar.gz'), kept);
    return kept;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** A PATH on which everything of this one is found but Java. */
export async function pathWithoutJava(directory: string): Promise<string> {
  const path = join(directory, 'bin-without-java');
  await mkdir(path);
  for (const place of new Set((process.env.PATH ?? '').split(':').filter((each) => each.startsWith('/')))) {
    for (const name of await readdir(place).catch(() => [])) {
      if (/^java/.test(name)) continue;
      await symlink(join(place, name), join(path, name)).catch((error: NodeJS.ErrnoException) => {
        // What stands earlier in the PATH wins.
        if (error.code !== 'EEXIST') throw error;
      });
    }
  }
  return path;
}
