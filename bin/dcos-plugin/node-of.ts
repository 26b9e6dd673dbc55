/** Node for another system: from our own packages where it is there, else by npm, kept in the cache and checked. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Problem } from '../../src/lib/problem.ts';
import type { Platform } from './platforms.ts';

const run = promisify(execFile);

export interface NodeFiles {
  readonly node: Buffer;
  readonly license: Buffer;
}

export async function nodeOf(platform: Platform, root: string, cacheDir: string): Promise<NodeFiles> {
  const directory = (await installed(platform, root)) ?? (await fetched(platform, cacheDir));
  const [node, license] = await Promise.all([
    readFile(join(directory, platform.node)),
    // Not all of the packages have it; it is the same for all systems.
    readFile(join(directory, 'LICENSE')).catch(() => readFile(join(root, 'node_modules', ownNode, 'LICENSE'))),
  ]);
  return { node, license };
}

const ownNode = `node-${process.platform}-${process.arch}`;

async function installed({ nodePackage, nodeVersion }: Platform, root: string): Promise<string | undefined> {
  const directory = join(root, 'node_modules', nodePackage);
  const manifest = await readFile(join(directory, 'package.json'), 'utf8').catch(() => '{}');
  return (JSON.parse(manifest) as { version?: string }).version === nodeVersion ? directory : undefined;
}

async function fetched({ nodePackage, nodeVersion, integrity }: Platform, cacheDir: string): Promise<string> {
  const name = `${nodePackage}-${nodeVersion}`;
  const kept = join(cacheDir, 'node', name);
  if (existsSync(kept)) return join(kept, 'package');
  await mkdir(join(cacheDir, 'node'), { recursive: true });
  const work = await mkdtemp(join(cacheDir, 'node', '.fetching-'));
  try {
    await run('npm', ['pack', `${nodePackage}@${nodeVersion}`, '--pack-destination', work, '--ignore-scripts']);
    const archive = join(work, `${name}.tgz`);
    const found = `sha512-${createHash('sha512')
      .update(await readFile(archive))
      .digest('base64')}`;
    if (found !== integrity) throw new Error(`${name}.tgz is not the one that was looked at (${found})`);
    await run('tar', ['-xzf', archive, '-C', work]);
    await rm(archive);
    // Somebody else may have been faster.
    await rename(work, kept).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
    return join(kept, 'package');
  } catch (cause) {
    throw new Problem('DOWNLOAD_FAILED', `npm package ${nodePackage} ${nodeVersion}: ${(cause as Error).message}`, {
      cause,
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
