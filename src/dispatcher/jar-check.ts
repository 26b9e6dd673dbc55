/**
 * Whether a file is a jar: a zip file (its first bytes, and a central directory at its end: APPNOTE.TXT of PKWARE, 4.3)
 * that holds META-INF/ or a class. Only the directory is read, never the content.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { Problem } from '../lib/problem.ts';

const LOCAL_FILE = 0x04034b50;
const CENTRAL_FILE = 0x02014b50;
const END = 0x06054b50;
const ZIP64_LOCATOR = 0x07064b50;
const ZIP64_END = 0x06064b50;
const END_BYTES = 22;
/** A comment of at most 65535 bytes may follow the end record; a locator of 20 bytes may stand before it. */
const TAIL_BYTES = 20 + END_BYTES + 0xffff;
const LARGEST_DIRECTORY_BYTES = 64 * 1024 * 1024;

export async function checkJar(path: string, name: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    const why = await faultOf(file);
    if (why !== undefined) throw new Problem('JAR_INVALID', `${name} is no jar: ${why}`);
  } finally {
    await file.close();
  }
}

async function faultOf(file: FileHandle): Promise<string | undefined> {
  const { size } = await file.stat();
  if (size < END_BYTES) return size === 0 ? 'it is empty' : 'it is too short for a zip file';
  const head = await read(file, 0, 4);
  if (head.readUInt32LE(0) !== LOCAL_FILE) return 'it does not begin like a zip file';
  const directory = await findDirectory(file, size);
  if (directory === undefined) return 'it has no central directory (was it cut short?)';
  const { offset, bytes } = directory;
  if (bytes > LARGEST_DIRECTORY_BYTES || offset + bytes > size) return 'its central directory is damaged';
  return judgeNames(await read(file, offset, bytes));
}

async function findDirectory(file: FileHandle, size: number): Promise<{ offset: number; bytes: number } | undefined> {
  const tailBytes = Math.min(size, TAIL_BYTES);
  const tail = await read(file, size - tailBytes, tailBytes);
  const end = lastEndRecord(tail);
  if (end === undefined) return undefined;
  const [bytes, offset] = [tail.readUInt32LE(end + 12), tail.readUInt32LE(end + 16)];
  const isZip64 = bytes === 0xffffffff || offset === 0xffffffff;
  return isZip64 ? findZip64Directory(file, tail, end, size) : { offset, bytes };
}

function lastEndRecord(tail: Buffer): number | undefined {
  for (let at = tail.length - END_BYTES; at >= 0; at--) {
    if (tail.readUInt32LE(at) === END && at + END_BYTES + tail.readUInt16LE(at + 20) === tail.length) return at;
  }
  return undefined;
}

async function findZip64Directory(file: FileHandle, tail: Buffer, end: number, size: number) {
  const locator = end - 20;
  if (locator < 0 || tail.readUInt32LE(locator) !== ZIP64_LOCATOR) return undefined;
  const at = Number(tail.readBigUInt64LE(locator + 8));
  if (at + 56 > size) return undefined;
  const record = await read(file, at, 56);
  if (record.readUInt32LE(0) !== ZIP64_END) return undefined;
  return { bytes: Number(record.readBigUInt64LE(40)), offset: Number(record.readBigUInt64LE(48)) };
}

function judgeNames(directory: Buffer): string | undefined {
  let at = 0;
  while (at + 46 <= directory.length) {
    if (directory.readUInt32LE(at) !== CENTRAL_FILE) return 'its central directory is damaged';
    const nameBytes = directory.readUInt16LE(at + 28);
    const name = directory.toString('utf8', at + 46, at + 46 + nameBytes);
    if (name.startsWith('META-INF/') || name.endsWith('.class')) return undefined;
    at += 46 + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return 'it is a zip file without META-INF/ and without classes';
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}
