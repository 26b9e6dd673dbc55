/**
 * The artifact store in a directory: each file lies under its own SHA-256, so what is there already is never written
 * again, and a request can only ever name a digest. A file appears whole or not at all: it is written and hashed under a
 * temporary name, synced, then renamed. Addresses are signed, for agents have no other credentials to fetch with.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, link, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Problem } from '../lib/problem.ts';
import type { Artifact, ArtifactStore } from './artifact-store.ts';

const DIGEST = /^[0-9a-f]{64}$/;
const FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;

export async function openArtifactStore(directory: string, secret: Buffer): Promise<ArtifactStore> {
  const incoming = join(directory, 'incoming');
  // What an interrupted process left behind was never part of the store.
  await rm(incoming, { recursive: true, force: true });
  await mkdir(incoming, { recursive: true, mode: 0o700 });
  const present = new Set((await readdir(directory)).filter((name) => DIGEST.test(name)));
  return new FileArtifacts(directory, incoming, secret, present);
}

class FileArtifacts implements ArtifactStore {
  readonly #directory: string;
  readonly #incoming: string;
  readonly #secret: Buffer;
  readonly #present: Set<string>;

  constructor(directory: string, incoming: string, secret: Buffer, present: Set<string>) {
    this.#directory = directory;
    this.#incoming = incoming;
    this.#secret = secret;
    this.#present = present;
  }

  async put(
    fileName: string,
    content: Readable | Buffer,
    limitBytes: number,
    check?: (path: string) => Promise<void>,
  ): Promise<Artifact> {
    checkFileName(fileName);
    return this.#take(async (temporary) => {
      const { digest, bytes } = await writeHashed(temporary, content, limitBytes, fileName);
      await check?.(temporary);
      return { digest, fileName, bytes };
    });
  }

  async adopt(path: string, fileName: string): Promise<Artifact> {
    checkFileName(fileName);
    return this.#take(async (temporary) => {
      await linkOrCopy(path, temporary);
      const digest = await hashFile(temporary);
      return { digest, fileName, bytes: (await stat(temporary)).size };
    });
  }

  path(digest: string): string | undefined {
    return this.#present.has(digest) ? join(this.#directory, digest) : undefined;
  }

  async read(digest: string): Promise<Buffer | undefined> {
    const path = this.path(digest);
    return path === undefined ? undefined : await readFile(path);
  }

  signedPath({ digest, fileName }: Artifact): string {
    return `/v1/artifacts/${digest}/${encodeURIComponent(fileName)}?signature=${this.#sign(digest, fileName)}`;
  }

  verify(digest: string, fileName: string, signature: string): boolean {
    const expected = Buffer.from(this.#sign(digest, fileName));
    const given = Buffer.from(signature);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }

  /** Fills a temporary file, then puts it under its digest; whatever fails, nothing is left. */
  async #take(fill: (temporary: string) => Promise<Artifact>): Promise<Artifact> {
    const temporary = join(this.#incoming, randomBytes(16).toString('hex'));
    try {
      const artifact = await fill(temporary);
      if (this.#present.has(artifact.digest)) return artifact;
      await sync(temporary);
      await rename(temporary, join(this.#directory, artifact.digest));
      await sync(this.#directory);
      this.#present.add(artifact.digest);
      return artifact;
    } finally {
      await rm(temporary, { force: true });
    }
  }

  #sign(digest: string, fileName: string): string {
    return createHmac('sha256', this.#secret).update(`${digest}/${fileName}`).digest('hex');
  }
}

async function writeHashed(
  path: string,
  content: Readable | Buffer,
  limitBytes: number,
  fileName: string,
): Promise<{ digest: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  const measure = async function* (source: AsyncIterable<Buffer | string>) {
    for await (const chunk of source) {
      const data = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk);
      bytes += data.length;
      if (bytes > limitBytes) throw tooLarge(fileName, limitBytes);
      hash.update(data);
      yield data;
    }
  };
  const file = await open(path, 'wx', 0o600);
  await pipeline(Buffer.isBuffer(content) ? Readable.from([content]) : content, measure, file.createWriteStream());
  return { digest: hash.digest('hex'), bytes };
}

/** A link costs nothing, but only holds as long as nobody writes into the original: the caller's files are never changed in place. */
async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') throw new Problem('NOT_FOUND', `there is no file ${from}`, { cause: error });
    // Another file system, or one without links.
    if (code !== 'EXDEV' && code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EMLINK') throw error;
    await copyFile(from, to);
  }
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function checkFileName(fileName: string): void {
  if (!FILE_NAME.test(fileName)) {
    throw new Problem(
      'BAD_REQUEST',
      `"${fileName.slice(0, 80)}" is no plain file name (letters, digits, ".", "_", "-")`,
    );
  }
}

function tooLarge(fileName: string, limitBytes: number): Problem {
  return new Problem('TOO_LARGE', `${fileName} is larger than the limit of ${limitBytes} bytes`);
}
