/**
 * A zip file (PKWARE's APPNOTE 6.3) with Unix modes: `dcos` unpacks files without them as not executable. Times are one and
 * the same and the order is that of the entries, so that equal contents make equal files. Below 4 GiB.
 */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { constants, crc32, deflateRaw } from 'node:zlib';

export interface ZipEntry {
  /** With slashes, relative. */
  readonly name: string;
  readonly content: Buffer;
  readonly executable?: boolean;
}

const made = { versionMadeBy: (3 << 8) | 20, versionNeeded: 20, deflated: 8, utf8: 0x0800 };
/** 2026-01-01 00:00 as MS-DOS has it: years since 1980, month, day. */
const dosDate = ((2026 - 1980) << 9) | (1 << 5) | 1;

/** Returns the SHA-256 of the file, lower-case hex. */
export async function writeZip(path: string, entries: readonly ZipEntry[], level = constants.Z_BEST_COMPRESSION) {
  const file = await open(path, 'wx', 0o644);
  const hash = createHash('sha256');
  let offset = 0;
  const write = async (data: Buffer): Promise<void> => {
    hash.update(data);
    await file.writeFile(data);
    offset += data.length;
  };
  try {
    const directory: Buffer[] = [];
    for (const entry of entries) {
      const packed = await promisify<Buffer, { level: number }, Buffer>(deflateRaw)(entry.content, { level });
      directory.push(centralHeader(entry, packed, offset));
      await write(localHeader(entry, packed));
      await write(packed);
    }
    const start = offset;
    for (const header of directory) await write(header);
    await write(endOfDirectory(entries.length, offset - start, start));
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

function localHeader(entry: ZipEntry, packed: Buffer): Buffer {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  writeCommon(header, 4, entry, packed);
  return Buffer.concat([header, Buffer.from(entry.name)]);
}

function centralHeader(entry: ZipEntry, packed: Buffer, offset: number): Buffer {
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(made.versionMadeBy, 4);
  writeCommon(header, 6, entry, packed);
  const regularFile = 0o100000;
  const mode = regularFile | (entry.executable === true ? 0o755 : 0o644);
  header.writeUInt32LE((mode << 16) >>> 0, 38);
  header.writeUInt32LE(offset, 42);
  return Buffer.concat([header, Buffer.from(entry.name)]);
}

/** What both headers say, from the version that is needed to the length of the name. */
function writeCommon(header: Buffer, at: number, { name, content }: ZipEntry, packed: Buffer): void {
  header.writeUInt16LE(made.versionNeeded, at);
  header.writeUInt16LE(made.utf8, at + 2);
  header.writeUInt16LE(made.deflated, at + 4);
  header.writeUInt16LE(0, at + 6);
  header.writeUInt16LE(dosDate, at + 8);
  header.writeUInt32LE(crc32(content), at + 10);
  header.writeUInt32LE(packed.length, at + 14);
  header.writeUInt32LE(content.length, at + 18);
  header.writeUInt16LE(Buffer.byteLength(name), at + 22);
}

function endOfDirectory(entries: number, bytes: number, offset: number): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries, 8);
  end.writeUInt16LE(entries, 10);
  end.writeUInt32LE(bytes, 12);
  end.writeUInt32LE(offset, 16);
  return end;
}
