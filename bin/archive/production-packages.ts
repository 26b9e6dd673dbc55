/**
 * Which packages a release needs when it runs: those of package-lock.json that are neither for development nor for a
 * platform. What the dashboard is bundled with and of is not needed once it is bundled.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly optional?: boolean;
}

const bundledAway = new Set(['esbuild', 'preact', 'uplot'].map((name) => `node_modules/${name}`));

/** Their directories relative to the project's, sorted; a nested package is one of its own. */
export async function productionPackages(root: string): Promise<string[]> {
  const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };
  return Object.entries(lock.packages)
    .filter(
      ([path, { dev, devOptional, optional }]) =>
        path !== '' && !bundledAway.has(path) && !dev && !devOptional && !optional,
    )
    .map(([path]) => path)
    .sort();
}
