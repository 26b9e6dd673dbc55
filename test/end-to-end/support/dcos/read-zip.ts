/** The files of a zip with their Unix modes, by its central directory (PKWARE's APPNOTE 4.3.12), as whoever unpacks it reads it. */
import { inflateRawSync } from 'node:zlib';

export interface UnpackedFile {
  readonly name: string;
  readonly mode: number;
  readonly content: Buffer;
}

const END = 0x06054b50;
const DEFLATED = 8;

export function readZip(zip: Buffer): readonly UnpackedFile[] {
  let end = zip.length - 22;
  while (zip.readUInt32LE(end) !== END) end -= 1;
  const files: UnpackedFile[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let count = zip.readUInt16LE(end + 10); count > 0; count--) {
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => zip.readUInt16LE(at + field));
    const name = zip.toString('utf8', at + 46, at + 46 + (nameBytes ?? 0));
    files.push({ name, mode: zip.readUInt32LE(at + 38) >>> 16, content: contentOf(zip, at) });
    at += 46 + (nameBytes ?? 0) + (extraBytes ?? 0) + (commentBytes ?? 0);
  }
  return files;
}

/** The local header has lengths of its own. */
function contentOf(zip: Buffer, entry: number): Buffer {
  const local = zip.readUInt32LE(entry + 42);
  const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
  const packed = zip.subarray(start, start + zip.readUInt32LE(entry + 20));
  return zip.readUInt16LE(entry + 10) === DEFLATED ? inflateRawSync(packed) : Buffer.from(packed);
}
