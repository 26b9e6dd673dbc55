/** The end of a file of a task's sandbox, as it grows. */
import { useCallback, useEffect, useState } from 'preact/hooks';
import type { SandboxPieceView } from '../../api/views.ts';
import { asFailure, ask, type RequestFailed } from './api-client.ts';
import { grown, nothingYet, pieceBytes, precededBy, rangeBefore, type Tail } from './file-tail.ts';

const growingMs = 1_000;
/** Of a file that has not grown for a while, and after a failure. */
const quietMs = 5_000;
const quietAfter = 10;

export interface FollowedFile {
  readonly tail: Tail;
  readonly read: boolean;
  readonly failure?: RequestFailed;
  readonly earlier?: () => void;
}

export function useTail(task: string, path: string, following: boolean): FollowedFile {
  const [tail, setTail] = useState<Tail>(nothingYet);
  const [read, setRead] = useState(false);
  const [failure, setFailure] = useState<RequestFailed>();
  const piece = useCallback(
    (offset: number, length = pieceBytes) =>
      ask<SandboxPieceView>(
        `v1/tasks/${encodeURIComponent(task)}/files/text?path=${encodeURIComponent(path)}&offset=${offset}&length=${length}`,
      ),
    [task, path],
  );
  useEffect(() => {
    setTail(nothingYet);
    setRead(false);
    setFailure(undefined);
    return followFile(piece, (change) => {
      if (change.failure === undefined) setRead(true);
      setFailure(change.failure);
      setTail(change.tail);
      return following;
    });
  }, [piece, following]);
  const before = rangeBefore(tail);
  const earlier = () => {
    if (before === undefined) return;
    piece(before.offset, before.length).then(
      (found) => setTail((now) => (now.from === tail.from ? precededBy(now, found) : now)),
      (error: unknown) => setFailure(asFailure(error)),
    );
  };
  return { tail, read, ...(failure && { failure }), ...(before && { earlier }) };
}

interface Change {
  readonly tail: Tail;
  readonly failure?: RequestFailed;
}

type ReadPiece = (offset: number) => Promise<SandboxPieceView>;

/** Until `tell` answers no, or it is stopped. Nobody looks at a hidden tab. */
function followFile(piece: ReadPiece, tell: (change: Change) => boolean): () => void {
  let tail = nothingYet;
  let begun = false;
  let quiet = 0;
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = async () => {
    let change: Change = { tail };
    if (document.visibilityState === 'visible') {
      try {
        const found = await piece(begun ? tail.next : -pieceBytes);
        quiet = found.next === tail.next && begun ? quiet + 1 : 0;
        tail = grown(tail, found);
        begun = true;
        change = { tail };
      } catch (error) {
        quiet = quietAfter;
        change = { tail, failure: asFailure(error) };
      }
    }
    if (stopped || !tell(change)) return;
    timer = setTimeout(look, quiet >= quietAfter ? quietMs : growingMs);
  };
  void look();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
