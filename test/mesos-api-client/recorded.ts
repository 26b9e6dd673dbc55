/** The recorded streams of a real master. */
import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';

export interface Recording {
  /** Status line and headers. */
  readonly head: Buffer;
  /** With their HTTP framing, as they came. */
  readonly chunks: readonly Buffer[];
  /** The RecordIO bytes in them. */
  readonly body: Buffer;
  readonly events: readonly unknown[];
}

export const recordings = ['subscribe-heartbeat', 'utf8'] as const;

export function recording(name: (typeof recordings)[number]): Recording {
  const text = readFileSync(new URL(`./recorded/${name}.jsonl`, import.meta.url), 'utf8');
  const lines = text.trim().split('\n').map((line) => JSON.parse(line)); // biome-ignore format: one line
  const bytes = (kind: string) =>
    lines.filter((line) => line.kind === kind).map((line) => Buffer.from(line.base64, 'base64'));
  const chunks = bytes('chunk');
  return {
    head: Buffer.concat(bytes('head')),
    chunks,
    body: Buffer.concat(chunks.map(dataOfChunk)),
    events: lines.filter((line) => line.kind === 'event').map((line) => line.body),
  };
}

function dataOfChunk(chunk: Buffer): Buffer {
  const line = chunk.indexOf('\r\n');
  const size = Number.parseInt(chunk.toString('latin1', 0, line), 16);
  return chunk.subarray(line + 2, line + 2 + size);
}
