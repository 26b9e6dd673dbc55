/**
 * A tar archive as a stream, the same bytes for the same files: sorted by the caller, owned by nobody, modes reduced to
 * "may be run or not". Times of files are kept, for Java's class data archives are void when one jar's time differs.
 * Format: ustar (POSIX.1-1988), which every tar reads.
 */
import { createReadStream } from 'node:fs';
import { Problem } from '../../lib/problem.ts';

export interface TarEntry {
  /** With "/" at the end for a directory. */
  readonly name: string;
  readonly source: string;
  readonly bytes: number;
  readonly executable: boolean;
  readonly modifiedSeconds: number;
}

const blockBytes = 512;

export async function* tarStream(entries: readonly TarEntry[]): AsyncGenerator<Buffer> {
  for (const entry of entries) {
    yield tarHeader(entry);
    if (entry.name.endsWith('/')) continue;
    let written = 0;
    for await (const chunk of createReadStream(entry.source, { highWaterMark: 1 << 20 })) {
      written += chunk.length;
      yield chunk;
    }
    if (written !== entry.bytes) throw new Problem('CONFLICT', `${entry.source} changed while it was packed`);
    yield Buffer.alloc((blockBytes - (written % blockBytes)) % blockBytes);
  }
  yield Buffer.alloc(2 * blockBytes);
}

export function tarHeader(entry: TarEntry): Buffer {
  const directory = entry.name.endsWith('/');
  const { name, prefix } = splitName(entry.name);
  const header = Buffer.alloc(blockBytes);
  const octal = (value: number, offset: number, length: number) =>
    header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, offset, 'latin1');
  header.write(name, 0);
  octal(directory || entry.executable ? 0o755 : 0o644, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(directory ? 0 : entry.bytes, 124, 12);
  octal(entry.modifiedSeconds, 136, 12);
  header.write(directory ? '5' : '0', 156);
  header.write('ustar\x0000', 257, 'latin1');
  header.write(prefix, 345);
  // The sum is taken with blanks in its own place.
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

/** 100 bytes of name, and 155 before a "/" in front of it. */
function splitName(path: string): { name: string; prefix: string } {
  if (Buffer.byteLength(path) <= 100) return { name: path, prefix: '' };
  for (let slash = path.indexOf('/'); slash !== -1 && slash < path.length - 1; slash = path.indexOf('/', slash + 1)) {
    const [prefix, name] = [path.slice(0, slash), path.slice(slash + 1)];
    if (Buffer.byteLength(prefix) <= 155 && Buffer.byteLength(name) <= 100) return { name, prefix };
  }
  throw new Problem('USAGE', `the path is too long for a tar archive: ${path}`);
}
