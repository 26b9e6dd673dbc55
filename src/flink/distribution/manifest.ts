/**
 * When is a cached distribution whole? Its manifest is written after everything else, and every file that it names has
 * the size that it had then. So neither an interrupted download nor a damaged cache is taken for a Flink.
 */
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface Download {
  readonly fileName: string;
  readonly sha256: string;
}

interface Manifest {
  readonly version: string;
  /** What it was unpacked from. */
  readonly downloads: readonly Download[];
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
}

const manifestName = 'flink-mesos-manifest.json';

export async function writeManifest(home: string, version: string, downloads: readonly Download[]): Promise<void> {
  const manifest: Manifest = { version, downloads, files: await listFiles(home) };
  await writeFile(join(home, manifestName), `${JSON.stringify(manifest, null, 1)}\n`);
}

export type Wholeness = { readonly kind: 'whole' | 'absent' } | { readonly kind: 'damaged'; readonly reason: string };

export async function checkManifest(home: string, version: string): Promise<Wholeness> {
  const manifest = await readManifest(home);
  if (manifest === undefined) return { kind: 'absent' };
  if (manifest === 'unreadable' || manifest.version !== version)
    return { kind: 'damaged', reason: 'its manifest is not one' };
  for (const { path, bytes } of manifest.files) {
    const found = await stat(join(home, path)).catch(() => undefined);
    if (found?.size !== bytes) {
      const state = found === undefined ? 'is missing' : `has ${found.size} bytes instead of ${bytes}`;
      return { kind: 'damaged', reason: `${path} ${state}` };
    }
  }
  return { kind: 'whole' };
}

async function readManifest(home: string): Promise<Manifest | 'unreadable' | undefined> {
  let text: string;
  try {
    text = await readFile(join(home, manifestName), 'utf8');
  } catch (error) {
    // No directory, or one without a manifest: the latter was not made by us, or is being removed.
    return (await stat(home).catch(() => undefined)) === undefined ? undefined : onlyAbsent(error);
  }
  try {
    const manifest = JSON.parse(text) as Manifest;
    return Array.isArray(manifest.files) && manifest.files.length > 0 ? manifest : 'unreadable';
  } catch {
    return 'unreadable';
  }
}

function onlyAbsent(error: unknown): 'unreadable' {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'unreadable';
  throw error;
}

/** Every regular file below a directory, by path; deterministic. */
export async function listFiles(directory: string): Promise<{ path: string; bytes: number }[]> {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const sized = files.map(async (path) => ({ path: path.slice(directory.length + 1), bytes: (await stat(path)).size }));
  return (await Promise.all(sized)).sort((a, b) => (a.path < b.path ? -1 : 1));
}
