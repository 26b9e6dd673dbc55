/** The end of a file of a task's sandbox, as it grows. */
import { useEffect, useState } from 'preact/hooks';
import type { SandboxPieceView } from '../../api/views.ts';
import { asFailure, ask, type RequestFailed } from './api-client.ts';
import { rangeBefore, type Tail } from './file-tail.ts';
import { type Follower, followFile, nothingFollowed } from './follow-file.ts';

export interface FollowedFile {
  readonly tail: Tail;
  readonly read: boolean;
  readonly failure?: RequestFailed;
  readonly earlier?: () => void;
}

export function useTail(task: string, path: string, following: boolean): FollowedFile {
  const [{ tail, read, failure }, show] = useState(nothingFollowed);
  const [follower, employ] = useState<Follower>();
  useEffect(() => {
    show(nothingFollowed);
    const file = `v1/tasks/${encodeURIComponent(task)}/files/text?path=${encodeURIComponent(path)}`;
    const employed = followFile({
      read: (offset, length) => ask<SandboxPieceView>(`${file}&offset=${offset}&length=${length}`),
      visible: () => document.visibilityState === 'visible',
      tell: show,
    });
    employ(employed);
    return employed.stop;
  }, [task, path]);
  useEffect(() => follower?.follow(following), [follower, following]);
  return {
    tail,
    read,
    ...(failure !== undefined && { failure: asFailure(failure) }),
    ...(rangeBefore(tail) && { earlier: () => void follower?.earlier() }),
  };
}
