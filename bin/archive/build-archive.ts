/**
 * `npm run dist`: one archive that a machine without network, Node or npm can run. TypeScript is compiled, for Node strips
 * no types below node_modules and a release should not depend on that it does elsewhere.
 */
import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGzip } from 'node:zlib';
import { bundleDashboard } from '../../src/api/dashboard-files.ts';
import { obtainDistribution } from '../../src/flink/distribution/obtain.ts';
import { tarStream } from '../../src/flink/distribution/tar.ts';
import { buildDriverJar, shippedDriverJar } from '../../src/flink/driver/driver-jar.ts';
import { Problem } from '../../src/lib/problem.ts';
import { defaultCacheDir } from '../../src/main/directories.ts';
import { archiveEntries } from './archive-entries.ts';

export interface Archive {
  readonly path: string;
  readonly name: string;
  /** Lower-case hex. */
  readonly sha256: string;
}

const run = promisify(execFile);

/** Builds for the machine that it runs on (Linux). The archive has its name when it is whole. */
export async function buildArchive(root: string, outDir: string, options: { level?: number } = {}): Promise<Archive> {
  const platform = `${process.platform}-${process.arch}`;
  const node = join(root, 'node_modules', `node-${platform}`);
  if (!existsSync(node)) {
    throw new Problem('MISSING_TOOL', `the packages bring no Node for ${platform}: build on Linux (x64 or arm64)`);
  }
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Manifest;
  const name = `flink-mesos-${manifest.version}-${platform}.tar.gz`;
  await mkdir(outDir, { recursive: true });
  const work = join(outDir, `.building-${randomUUID().slice(0, 8)}`);
  try {
    await compile(root, join(work, 'compiled'));
    await writeFile(join(work, 'compiled/package.json'), ownManifest(manifest));
    await writeDashboard(join(work, 'compiled/src/web/bundle'));
    await writeDriverJar(join(work, 'compiled/src/flink/driver', basename(shippedDriverJar)), work);
    const entries = await archiveEntries({ root, compiled: join(work, 'compiled'), node });
    const unfinished = join(work, name);
    await pipeline(tarStream(entries), createGzip({ level: options.level ?? 9 }), createWriteStream(unfinished));
    await rename(unfinished, join(outDir, name));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return { path: join(outDir, name), name, sha256: await sha256Of(join(outDir, name)) };
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
}

function ownManifest({ name, version, description, license }: Manifest): string {
  return `${JSON.stringify({ name, version, description, license, type: 'module', private: true }, undefined, 2)}\n`;
}

/** Bundled now: the archive has neither the bundler nor the sources. */
async function writeDashboard(directory: string): Promise<void> {
  const { script, style } = await bundleDashboard();
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'script.js'), script);
  await writeFile(join(directory, 'style.css'), style);
}

/** With any Flink: the jar is the same. */
async function writeDriverJar(path: string, work: string): Promise<void> {
  const { home } = await obtainDistribution({ cacheDir: defaultCacheDir() }, () => {});
  await copyFile(await buildDriverJar(home, join(work, 'driver')), path);
}

async function compile(root: string, outDir: string): Promise<void> {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const project = join(root, 'bin/archive/tsconfig.json');
  await run(process.execPath, [compiler, '-p', project, '--outDir', outDir]).catch((error: { stdout?: string }) => {
    throw new Problem('BUILD_FAILED', `tsc said:\n${error.stdout ?? error}`, { cause: error });
  });
}

export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
