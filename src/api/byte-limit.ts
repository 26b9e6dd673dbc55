/** Passes a stream on and fails it at the first byte over the limit, so that a cut file is never taken for a whole one. */

import type { IncomingHttpHeaders } from 'node:http';
import { Transform, type TransformCallback } from 'node:stream';
import { Problem } from '../lib/problem.ts';

export class ByteLimit extends Transform {
  readonly #limitBytes: number;
  readonly #what: string;
  #bytes = 0;

  constructor(limitBytes: number, what: string) {
    super();
    this.#limitBytes = limitBytes;
    this.#what = what;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.#limitBytes) done(tooLarge(this.#what, this.#limitBytes));
    else done(null, chunk);
  }
}

/** Says so before the first byte is read where the sender tells the size. */
export function refuseDeclaredSize(
  headers: IncomingHttpHeaders,
  limitBytes: number,
  what: string,
  overheadBytes = 0,
): void {
  if (Number(headers['content-length'] ?? 0) > limitBytes + overheadBytes) throw tooLarge(what, limitBytes);
}

function tooLarge(what: string, limitBytes: number): Problem {
  return new Problem('TOO_LARGE', `${what} is larger than the limit of ${limitBytes} bytes`, {
    details: { limitBytes },
  });
}
