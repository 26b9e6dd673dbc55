/** The Flinks that a scheduler has, and how agents get them. */
import { join } from 'node:path';
import type { Artifact, ArtifactStore } from '../artifacts/artifact-store.ts';
import type { Distributions } from '../dispatcher/flink-source.ts';
import { type DistributionProgress, obtainDistribution } from '../flink/distribution/obtain.ts';
import { packDistribution } from '../flink/distribution/pack.ts';
import { buildDriverJar } from '../flink/driver/driver-jar.ts';
import { driverJarName } from '../flink/driver/names.ts';
import { Problem } from '../lib/problem.ts';

export interface Flink {
  readonly version: string;
  readonly home: string;
}

export interface DistributionWish {
  /** Versions, the default one first; none is the newest known. */
  readonly versions: readonly string[];
  readonly flinkHome?: string | undefined;
  readonly cacheDir: string;
  /** Ends a download. */
  readonly signal?: AbortSignal;
}

/** All of them, the default one first. */
export async function obtainFlinks(wish: DistributionWish, say: (line: string) => void): Promise<[Flink, ...Flink[]]> {
  const { cacheDir, flinkHome, versions, signal } = wish;
  const common = { cacheDir, ...(signal === undefined ? {} : { signal }) };
  const report = progressTeller(say);
  const first = await obtainDistribution({ ...common, flinkHome, version: versions[0] }, report);
  const others: Flink[] = [];
  for (const version of versions.slice(1)) others.push(await obtainDistribution({ ...common, version }, report));
  return [first, ...others];
}

/** Served from the artifact store, packed when the first cluster wants it. */
export function servedDistributions(
  flinks: readonly Flink[],
  artifacts: ArtifactStore,
  cacheDir: string,
): Distributions {
  const archives = new Map<string, Promise<Artifact>>();
  return {
    versions: () => flinks.map(({ version }) => version),
    archive: (version) => {
      const present = archives.get(version);
      if (present !== undefined) return present;
      const packed = pack(flinks, version, artifacts, cacheDir);
      archives.set(version, packed);
      packed.catch(() => archives.delete(version));
      return packed;
    },
  };
}

/** Used where it lies: every agent is on this machine. */
export function localDistributions(flinks: readonly Flink[]): Distributions {
  const find = (version: string): Flink | undefined => flinks.find((flink) => flink.version === version);
  return {
    versions: () => flinks.map(({ version }) => version),
    home: (version) => find(version)?.home,
    archive: async (version) => {
      throw unknown(version);
    },
  };
}

/** Compiled with any Flink it is the same: built once, when the first elastic cluster is created. */
export function driverJarOf(flink: Flink, artifacts: ArtifactStore, cacheDir: string): () => Promise<Artifact> {
  let built: Promise<Artifact> | undefined;
  return () => {
    built ??= buildDriverJar(flink.home, join(cacheDir, 'driver')).then((path) => artifacts.adopt(path, driverJarName));
    built.catch(() => {
      built = undefined;
    });
    return built;
  };
}

async function pack(
  flinks: readonly Flink[],
  version: string,
  artifacts: ArtifactStore,
  cacheDir: string,
): Promise<Artifact> {
  const flink = flinks.find((candidate) => candidate.version === version);
  if (flink === undefined) throw unknown(version);
  return artifacts.adopt(await packDistribution(flink.home, version, cacheDir), `flink-${version}.tar`);
}

function unknown(version: string): Problem {
  return new Problem('FLINK_VERSION_UNKNOWN', `Flink ${version} is not served by this scheduler`);
}

/** A line each time that something begins, and every tenth of a download. */
function progressTeller(say: (line: string) => void): (progress: DistributionProgress) => void {
  let told = -1;
  return (progress) => {
    switch (progress.kind) {
      case 'damaged':
        return say(`Flink ${progress.version} in the cache is damaged (${progress.reason}): it is fetched anew`);
      case 'downloading': {
        const { bytes, totalBytes } = progress;
        const tenth = totalBytes === undefined ? 0 : Math.floor((bytes / totalBytes) * 10);
        if (tenth === told) return;
        told = tenth;
        const of = totalBytes === undefined ? '' : ` of ${mebibytes(totalBytes)}`;
        return say(`downloading Flink ${progress.version}: ${mebibytes(bytes)}${of}`);
      }
      case 'unpacking':
        return say(`unpacking Flink ${progress.version}`);
      case 'ready':
        told = -1;
        return say(`Flink ${progress.version} is at ${progress.home}`);
    }
  };
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}
