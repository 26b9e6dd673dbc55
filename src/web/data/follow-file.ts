/**
 * Who looks at a file: asks for what was added every second, rarer while nothing is, and for what comes before when it is
 * told to. There is one tail, which both change. Without DOM, so that it can be tested.
 */
import type { SandboxPieceView } from '../../api/views.ts';
import { grown, nothingYet, pieceBytes, precededBy, rangeBefore, type Tail } from './file-tail.ts';

const growingMs = 1_000;
/** Of a file that has not grown for a while, and after a failure. */
const quietMs = 5_000;
const quietAfter = 10;

export interface Followed {
  readonly tail: Tail;
  /** It was read once at least. */
  readonly read: boolean;
  /** What the last reading failed with. */
  readonly failure?: unknown;
}

export const nothingFollowed: Followed = { tail: nothingYet, read: false };

export interface FollowParts {
  /** `offset` below zero: from the end. */
  readonly read: (offset: number, length: number) => Promise<SandboxPieceView>;
  /** Nobody looks at a hidden tab. */
  readonly visible: () => boolean;
  readonly tell: (followed: Followed) => void;
}

export interface Follower {
  earlier(): Promise<void>;
  /** Until it is told to, it reads what is there and no more. */
  follow(on: boolean): void;
  stop(): void;
}

export function followFile({ read, visible, tell }: FollowParts): Follower {
  let tail = nothingYet;
  let begun = false;
  let quiet = 0;
  let following = false;
  let looking = false;
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const told = (failed?: { readonly failure: unknown }) => {
    if (!stopped) tell({ tail, read: begun, ...failed });
  };
  const look = async () => {
    looking = true;
    clearTimeout(timer);
    if (visible()) {
      try {
        const found = await read(begun ? tail.next : -pieceBytes, pieceBytes);
        quiet = found.next === tail.next && begun ? quiet + 1 : 0;
        tail = grown(tail, found);
        begun = true;
        told();
      } catch (failure) {
        quiet = quietAfter;
        told({ failure });
      }
    }
    looking = false;
    if (!stopped && following) timer = setTimeout(look, quiet >= quietAfter ? quietMs : growingMs);
  };
  void look();
  return {
    async earlier() {
      const before = rangeBefore(tail);
      if (before === undefined) return;
      try {
        const found = await read(before.offset, before.length);
        // The file may have been begun anew meanwhile, or somebody asked twice.
        if (tail.from === before.offset + before.length) tail = precededBy(tail, found);
        told();
      } catch (failure) {
        told({ failure });
      }
    },
    follow(on) {
      following = on;
      if (!on) clearTimeout(timer);
      else if (!looking) void look();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
