/**
 * The end of a file that grows, read in pieces through the scheduler: asked for more every second while somebody looks,
 * backwards when they ask for it, and never more than a bounded amount kept. Without DOM, so that it can be tested.
 */
import type { SandboxPieceView } from '../../api/views.ts';

export interface Tail {
  readonly text: string;
  /** Of the text, in bytes of the file. */
  readonly from: number;
  readonly next: number;
  readonly size: number;
}

const mostKept = 1024 * 1024;
export const pieceBytes = 65_536;

export const nothingYet: Tail = { text: '', from: 0, next: 0, size: 0 };

/** What comes after what is there. A file that became shorter was begun anew, and so is its tail. */
export function grown(tail: Tail, piece: SandboxPieceView): Tail {
  const { text, offset, next, size } = piece;
  if (size < tail.next) return { text: '', from: 0, next: 0, size };
  if (tail.text === '') return { text, from: offset, next, size };
  return { ...cut(tail.text + text, tail.from), next, size };
}

/** What comes before it. */
export function precededBy(tail: Tail, piece: SandboxPieceView): Tail {
  return { ...tail, text: piece.text + tail.text, from: piece.offset };
}

/** From where to ask for the piece before, and how much: none before the beginning, and none beyond what is kept. */
export function rangeBefore({ from, text }: Tail): { readonly offset: number; readonly length: number } | undefined {
  if (from === 0 || text.length + pieceBytes > mostKept) return undefined;
  const offset = Math.max(0, from - pieceBytes);
  return { offset, length: from - offset };
}

/** Forgets the oldest lines, or of a line that alone is too long its beginning. */
function cut(text: string, from: number): { readonly text: string; readonly from: number } {
  if (text.length <= mostKept) return { text, from };
  const least = text.length - mostKept;
  // Bytes are counted where lines end, if any does: there the place is exact, whatever was no text before.
  const at = text.indexOf('\n', least) + 1 || wholeCharacterFrom(text, least);
  const left = text.slice(0, at);
  return { text: text.slice(at), from: from + new TextEncoder().encode(left).length };
}

/** Not between the halves of a surrogate pair. */
function wholeCharacterFrom(text: string, at: number): number {
  return /[\uDC00-\uDFFF]/.test(text.charAt(at)) ? at + 1 : at;
}
