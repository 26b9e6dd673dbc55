/** What the whole page shares: one event stream, one history, one set of live views. Made once, in main.tsx. */
import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { FactView } from '../../api/views.ts';
import { createEventHistory, type EventHistory } from './event-history.ts';
import { type EventStream, openEventStream } from './event-stream.ts';
import { createLiveViews, type LiveViews, type Loaded } from './live-views.ts';
import { useObserved } from './observable.ts';

export interface Session {
  readonly stream: EventStream;
  readonly history: EventHistory;
  readonly views: LiveViews;
}

export function openSession(): Session {
  const history = createEventHistory();
  const views = createLiveViews();
  const stream = openEventStream({
    facts: (facts) => {
      history.add(facts);
      views.touch(facts);
    },
    newLife: history.clear,
    resumed: () => views.refresh(),
  });
  return { stream, history, views };
}

const SessionContext = createContext<Session | undefined>(undefined);
export const SessionProvider = SessionContext.Provider;

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === undefined) throw new Error('no session around this component');
  return session;
}

/** A view of the API, read again whenever an event touches it. */
export function useLive<T>(path: string): Loaded<T> {
  return useAllLive<T>([path])[0] ?? {};
}

/** Several views at once; the list may change from one rendering to the next. */
export function useAllLive<T>(paths: readonly string[]): readonly Loaded<T>[] {
  const { views } = useSession();
  const [shown, show] = useState<{ readonly of: string; readonly loaded: readonly Loaded<T>[] }>({
    of: '',
    loaded: [],
  });
  const list = paths.join(' ');
  useEffect(() => {
    const watched = (list === '' ? [] : list.split(' ')).map((path) => views.watch<T>(path));
    const change = () => show({ of: list, loaded: watched.map(({ loaded }) => loaded.get()) });
    const stops = watched.map(({ loaded }) => loaded.subscribe(change));
    change();
    return () => {
      for (const stop of stops) stop();
      for (const { stop } of watched) stop();
    };
  }, [views, list]);
  // What another list of paths answered is not shown for this one.
  return shown.of === list ? shown.loaded : paths.map(() => ({}));
}

export function useFacts(): readonly FactView[] {
  return useObserved(useSession().history.facts);
}
