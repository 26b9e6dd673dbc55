/**
 * A ustar archive (POSIX.1-1988) of a few small files, the same bytes for the same files: no times, no owner. Every
 * Mesos fetcher unpacks it with the agent's own tar.
 */

const BLOCK_BYTES = 512;

export interface PackedFile {
  /** Relative, at most 100 bytes. */
  readonly path: string;
  readonly content: string | Buffer;
  /** 0644 unless said. */
  readonly mode?: number;
}

export function tarOf(files: readonly PackedFile[]): Buffer {
  const parts = files.flatMap(({ path, content: given, mode = 0o644 }) => {
    const content = typeof given === 'string' ? Buffer.from(given, 'utf8') : given;
    return [header(path, content.length, mode), content, Buffer.alloc(paddingOf(content.length))];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK_BYTES)]);
}

/** The files of an archive that tarOf has packed. */
export function filesOf(archive: Buffer): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (let at = 0; (archive[at] ?? 0) !== 0; ) {
    const path = archive.toString('utf8', at, at + 100).replace(/\0.*$/, '');
    const bytes = Number.parseInt(archive.toString('ascii', at + 124, at + 135), 8);
    const content = at + BLOCK_BYTES;
    files.set(path, archive.subarray(content, content + bytes));
    at = content + bytes + paddingOf(bytes);
  }
  return files;
}

function header(path: string, bytes: number, mode: number): Buffer {
  if (Buffer.byteLength(path) > 100) throw new Error(`too long for a ustar name: ${path}`);
  const block = Buffer.alloc(BLOCK_BYTES);
  block.write(path, 0);
  writeOctal(block, 100, 8, mode);
  writeOctal(block, 108, 8, 0);
  writeOctal(block, 116, 8, 0);
  writeOctal(block, 124, 12, bytes);
  writeOctal(block, 136, 12, 0);
  block.write(' '.repeat(8), 148);
  block.write('0', 156);
  block.write('ustar\u000000', 257);
  const checksum = block.reduce((sum, byte) => sum + byte, 0);
  block.write(`${checksum.toString(8).padStart(6, '0')}\u0000 `, 148);
  return block;
}

function writeOctal(block: Buffer, offset: number, width: number, value: number): void {
  block.write(`${value.toString(8).padStart(width - 1, '0')}\u0000`, offset);
}

function paddingOf(bytes: number): number {
  return (BLOCK_BYTES - (bytes % BLOCK_BYTES)) % BLOCK_BYTES;
}
