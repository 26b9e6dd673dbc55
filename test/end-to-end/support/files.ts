/** What jobs have written. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The lines of all files below a directory, sorted. */
export async function linesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  return texts
    .flatMap((text) => text.split('\n'))
    .filter((line) => line !== '')
    .sort();
}
