/**
 * Reads the body of an answer that is no stream: a sentence for people, or nothing. Bounded in size and time, because
 * whoever answers need not be a master; what has come by then is enough for a message.
 */
import { Buffer } from 'node:buffer';
import type { Readable } from 'node:stream';

const maxBytes = 16 * 1024;
const maxMs = 5_000;

/** Read to its end, the connection can serve the next call; cut short, it is closed. */
export async function readAnswerText(body: Readable, { maxCharacters = 500 } = {}): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  const timer = setTimeout(() => body.destroy(), maxMs);
  try {
    for await (const piece of body as AsyncIterable<Buffer>) {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes >= maxBytes) {
        break;
      }
    }
  } catch {
    // The status is the answer and has been read. A body that breaks off takes nothing from it.
  } finally {
    clearTimeout(timer);
  }
  return legible(Buffer.concat(pieces).toString('utf8'), maxCharacters);
}

/** One line without control characters: it goes into messages and logs. */
function legible(text: string, maxCharacters: number): string {
  const line = text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return line.length > maxCharacters ? `${line.slice(0, maxCharacters)}…` : line;
}
