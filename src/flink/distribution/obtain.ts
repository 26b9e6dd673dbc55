/**
 * Where a Flink comes from: the FLINK_HOME that the user has, else the cache, else PyPI by pip. What is fetched is
 * unpacked beside its place in the cache and renamed into it when it is whole, so an interrupted download is never
 * taken for a Flink, and two processes at once end with one of two equal ones.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Problem } from '../../lib/problem.ts';
import { type Distribution, readFlinkHome } from './flink-home.ts';
import { checkManifest, type Download, writeManifest } from './manifest.ts';
import { downloadPackages } from './pip.ts';
import { unpackPackage } from './unpack.ts';
import { chooseVersion, knownVersions, type PinnedVersion } from './versions.ts';

export interface DistributionRequest {
  /** "2.3.0", or a line ("1.20", "1.20.x"); the newest known one by default. */
  readonly version?: string | undefined;
  /** The user's own Flink; nothing is fetched then. */
  readonly flinkHome?: string | undefined;
  readonly cacheDir: string;
  /** What is not in the cache is a problem. */
  readonly offline?: boolean;
  readonly signal?: AbortSignal;
  /** What pip is run with; this process's own by default. */
  readonly env?: NodeJS.ProcessEnv;
  /** The table of versions; tests bring one of their own. */
  readonly known?: readonly PinnedVersion[];
}

export type DistributionProgress =
  /** A cached one is not what it was: it is fetched anew. */
  | { readonly kind: 'damaged'; readonly version: string; readonly home: string; readonly reason: string }
  | { readonly kind: 'downloading'; readonly version: string; readonly bytes: number; readonly totalBytes?: number }
  | { readonly kind: 'unpacking'; readonly version: string }
  | {
      readonly kind: 'ready';
      readonly version: string;
      readonly home: string;
      readonly from: 'home' | 'cache' | 'pip';
    };

type Report = (progress: DistributionProgress) => void;

export async function obtainDistribution(request: DistributionRequest, report: Report): Promise<Distribution> {
  if (request.flinkHome !== undefined) return useHome(request.flinkHome, request.version, report);
  const version = chooseVersion(request.version, request.known);
  const home = join(request.cacheDir, 'flink', version);
  const state = await checkManifest(home, version);
  if (state.kind !== 'whole') {
    if (state.kind === 'damaged') report({ kind: 'damaged', version, home, reason: state.reason });
    if (request.offline) throw notCached(version, request.cacheDir);
    await fetchInto(home, version, request, report);
  }
  report({ kind: 'ready', version, home, from: state.kind === 'whole' ? 'cache' : 'pip' });
  return { version, home };
}

async function useHome(flinkHome: string, asked: string | undefined, report: Report): Promise<Distribution> {
  const found = await readFlinkHome(flinkHome);
  if (asked !== undefined && asked !== found.version && !found.version.startsWith(`${asked.replace(/\.x$/, '')}.`)) {
    throw new Problem(
      'USAGE',
      `Flink ${asked} is asked for, but FLINK_HOME=${found.home} is ${found.version}: drop one of the two`,
    );
  }
  report({ kind: 'ready', ...found, from: 'home' });
  return found;
}

function notCached(version: string, cacheDir: string): Problem {
  return new Problem(
    'DOWNLOAD_FAILED',
    `Flink ${version} is not in ${cacheDir}, and nothing may be downloaded (offline)`,
  );
}

async function fetchInto(home: string, version: string, request: DistributionRequest, report: Report): Promise<void> {
  const parent = join(request.cacheDir, 'flink');
  await mkdir(parent, { recursive: true });
  await removeLeftovers(parent);
  const work = join(parent, `${leftoverPrefix}${process.pid}-${randomUUID().slice(0, 8)}`);
  try {
    const fresh = join(work, 'home');
    await assemble(fresh, join(work, 'download'), version, request, report);
    await moveIntoPlace(fresh, home, version, join(work, 'replaced'));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function assemble(
  home: string,
  directory: string,
  version: string,
  request: DistributionRequest,
  report: Report,
): Promise<void> {
  const pinned = (request.known ?? knownVersions).find((entry) => entry.version === version);
  const total = pinned === undefined ? undefined : pinned.scripts.bytes + pinned.libraries.bytes;
  const onBytes = (bytes: number) =>
    // While pip moves a file it is there twice.
    report({
      kind: 'downloading',
      version,
      ...(total === undefined ? { bytes } : { bytes: Math.min(bytes, total), totalBytes: total }),
    });
  onBytes(0);
  await mkdir(home, { recursive: true });
  await mkdir(directory, { recursive: true });
  const { scripts, libraries } = await downloadPackages({
    version,
    pinned,
    directory,
    signal: request.signal,
    env: request.env ?? process.env,
    onBytes,
  });
  const downloads = [await verify(scripts, pinned?.scripts.sha256), await verify(libraries, pinned?.libraries.sha256)];
  report({ kind: 'unpacking', version });
  await unpackPackage(scripts, home);
  await unpackPackage(libraries, home);
  const found = await readFlinkHome(home);
  if (found.version !== version) {
    throw new Problem('DOWNLOAD_FAILED', `the packages of Flink ${version} hold Flink ${found.version}`);
  }
  await writeManifest(home, version, downloads);
}

/** pip has checked already; this holds whatever pip is. */
async function verify(path: string, expected: string | undefined): Promise<Download> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  const sha256 = hash.digest('hex');
  const fileName = basename(path);
  if (expected !== undefined && sha256 !== expected) {
    throw new Problem(
      'DOWNLOAD_FAILED',
      `${fileName} has SHA-256 ${sha256}, but ${expected} is expected: it is not used`,
    );
  }
  return { fileName, sha256 };
}

/** One rename. Whoever comes second keeps what the first one put there. */
async function moveIntoPlace(fresh: string, home: string, version: string, replaced: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await rename(fresh, home);
    } catch (error) {
      if (attempt === 3) throw error;
      if ((await checkManifest(home, version)).kind === 'whole') return;
      await rename(home, `${replaced}-${attempt}`);
    }
  }
}

const leftoverPrefix = '.fetching-';

/** Of processes that ended in the middle. */
async function removeLeftovers(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = name.startsWith(leftoverPrefix) ? Number(name.slice(leftoverPrefix.length).split('-')[0]) : 0;
    if (pid > 0 && pid !== process.pid && !isAlive(pid)) await rm(join(parent, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
