/** A jar as multipart/form-data (RFC 7578), read from disk while it is sent. */
import { randomUUID } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { Problem } from '../lib/problem.ts';

export interface JarForm {
  readonly headers: Record<string, string>;
  readonly body: Readable;
}

export async function openJarForm(file: string): Promise<JarForm> {
  const bytes = await sizeOf(file);
  const boundary = `flink-mesos-${randomUUID()}`;
  const head = Buffer.from(
    `--${boundary}\r\ncontent-disposition: form-data; name="jarfile"; filename="${quotable(basename(file))}"\r\n` +
      'content-type: application/java-archive\r\n\r\n',
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  return {
    headers: {
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': String(head.length + bytes + tail.length),
    },
    body: Readable.from(pieces(head, file, bytes, tail), { objectMode: false }),
  };
}

async function* pieces(head: Buffer, file: string, bytes: number, tail: Buffer): AsyncGenerator<Buffer> {
  yield head;
  // Not past the size that was announced, should the file grow meanwhile.
  if (bytes > 0) yield* createReadStream(file, { end: bytes - 1 });
  yield tail;
}

/** Says at once what cannot be read, before anything is sent. */
async function sizeOf(file: string): Promise<number> {
  try {
    await access(file, constants.R_OK);
    const status = await stat(file);
    if (status.isFile()) return status.size;
  } catch (cause) {
    throw new Problem('USAGE', `${file} cannot be read: ${(cause as Error).message}`, { cause });
  }
  throw new Problem('USAGE', `${file} is not a file`);
}

/** As browsers do it: https://html.spec.whatwg.org/#multipart-form-data */
function quotable(name: string): string {
  return name.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22');
}
