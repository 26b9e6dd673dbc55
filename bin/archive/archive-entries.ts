/**
 * What lies in the archive, and where: everything below one directory, `flink-mesos/`, so that a supervisor's command can
 * name it whatever the version is. Times are one and the same, so that equal contents make equal archives.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { TarEntry } from '../../src/flink/distribution/tar.ts';
import { productionPackages } from './production-packages.ts';

export interface ArchiveParts {
  /** The project. */
  readonly root: string;
  /** Where the compiled JavaScript and the archive's own package.json lie. */
  readonly compiled: string;
  /** The package that brings Node. */
  readonly node: string;
}

const modifiedSeconds = Date.UTC(2026, 0, 1) / 1000;

/** Nobody reads these at run time, and they are half of the files. */
const uselessAtRunTime = /\.(?:[cm]?ts|map|tsbuildinfo)$/;

export async function archiveEntries({ root, compiled, node }: ArchiveParts): Promise<TarEntry[]> {
  const from = (source: string, to: string, take: (name: string) => boolean = () => true): Promise<TarEntry[]> =>
    entriesBelow(source, `flink-mesos/${to}`, take);
  const packages = await productionPackages(root);
  const entries = await Promise.all([
    from(join(root, 'LICENSE'), 'LICENSE'),
    from(join(root, 'bin/archive/flink-mesos'), 'bin/flink-mesos'),
    from(join(node, 'bin/node'), 'node/bin/node'),
    from(join(node, 'LICENSE'), 'node/LICENSE'),
    from(join(compiled, 'package.json'), 'package.json'),
    from(join(compiled, 'src'), 'src'),
    from(join(compiled, 'examples'), 'examples'),
    // What is no TypeScript is read at run time as it is: Java sources, pages.
    from(join(root, 'src'), 'src', (name) => !/\.(tsx?|md)$/.test(name)),
    from(join(root, 'examples/jobs'), 'examples/jobs'),
    ...packages.map((path) =>
      from(join(root, path), path, (name) => name !== 'node_modules' && !uselessAtRunTime.test(name)),
    ),
  ]);
  return withDirectories(entries.flat());
}

async function entriesBelow(source: string, name: string, take: (name: string) => boolean): Promise<TarEntry[]> {
  const found = await stat(source);
  if (!found.isDirectory()) {
    return [{ name, source, bytes: found.size, executable: (found.mode & 0o100) !== 0, modifiedSeconds }];
  }
  const children = await readdir(source, { withFileTypes: true });
  const taken = children.filter((child) => (child.isDirectory() ? child.name !== 'node_modules' : take(child.name)));
  const below = await Promise.all(
    taken.map((child) => entriesBelow(join(source, child.name), `${name}/${child.name}`, take)),
  );
  return below.flat();
}

/** Each directory once, before what lies in it; empty ones are left out. */
function withDirectories(files: readonly TarEntry[]): TarEntry[] {
  const directories = new Set<string>();
  for (const { name } of files) {
    for (let slash = name.indexOf('/'); slash !== -1; slash = name.indexOf('/', slash + 1)) {
      directories.add(name.slice(0, slash + 1));
    }
  }
  const entries = [...directories].map((name) => ({ name, source: '', bytes: 0, executable: true, modifiedSeconds }));
  return [...entries, ...files].sort((a, b) => (a.name < b.name ? -1 : 1));
}
