/**
 * Views of the API that somebody looks at, each read once for all who look. A view is read again when an event touches
 * it: together for events that come close to each other, never twice at a time, and the slower the answer the rarer,
 * so that 5,000 tasks which start at once cost a few readings instead of 5,000.
 */
import type { FactView } from '../../api/views.ts';
import { asFailure, ask, type RequestFailed } from './api-client.ts';
import { type Observable, observable, type Settable } from './observable.ts';
import { touches } from './touched.ts';

export interface Loaded<T> {
  /** The last answer; it stays when a later reading fails. */
  readonly value?: T;
  readonly failure?: RequestFailed;
}

const shortestPauseMs = 200;
/** After a reading, this many times its duration passes before the next. */
const restFactor = 4;
/** What no event tells (free slots, what others hold, checkpoints) is looked at now and then. */
const glancePeriodMs = 5_000;
/** Who comes back to a page soon sees it as it was, while it is read again. */
const keptMs = 30_000;
const glancedAt = /^v1\/(info|clusters(\/[^/]+)?|agents|offers|why|utilisation\?.*|.*\/(why|checkpoints|files\?.*))$/;

interface LiveView {
  readonly path: string;
  readonly loaded: Settable<Loaded<unknown>>;
  readers: number;
  reading: boolean;
  stale: boolean;
  notBefore: number;
  timer?: ReturnType<typeof setTimeout>;
}

export interface LiveViews {
  watch<T>(path: string): { readonly loaded: Observable<Loaded<T>>; readonly stop: () => void };
  touch(facts: readonly FactView[]): void;
  refresh(paths?: (path: string) => boolean): void;
}

export function createLiveViews(): LiveViews {
  const views = new Map<string, LiveView>();

  const refresh = (wanted: (path: string) => boolean = () => true) => {
    for (const view of views.values()) if (view.readers > 0 && wanted(view.path)) schedule(view);
  };
  const release = (view: LiveView) => {
    view.readers--;
    if (view.readers > 0) return;
    clearTimeout(view.timer);
    view.stale = false;
    setTimeout(() => {
      if (view.readers === 0 && views.get(view.path) === view) views.delete(view.path);
    }, keptMs);
  };
  setInterval(() => {
    if (document.visibilityState === 'visible') refresh((path) => glancedAt.test(path));
  }, glancePeriodMs);

  return {
    watch<T>(path: string) {
      const view = views.get(path) ?? newView(path);
      views.set(path, view);
      view.readers++;
      if (view.readers === 1) {
        if (view.reading) schedule(view);
        else void read(view);
      }
      return { loaded: view.loaded as unknown as Observable<Loaded<T>>, stop: () => release(view) };
    },
    touch: (facts) => refresh((path) => facts.some((fact) => touches(fact, path))),
    refresh,
  };
}

function newView(path: string): LiveView {
  return { path, loaded: observable<Loaded<unknown>>({}), readers: 0, reading: false, stale: false, notBefore: 0 };
}

function schedule(view: LiveView): void {
  if (view.stale) return;
  view.stale = true;
  if (!view.reading) wait(view);
}

function wait(view: LiveView): void {
  const pauseMs = Math.max(shortestPauseMs, view.notBefore - performance.now());
  view.timer = setTimeout(() => void read(view), pauseMs);
}

async function read(view: LiveView): Promise<void> {
  view.stale = false;
  view.reading = true;
  const from = performance.now();
  try {
    view.loaded.set({ value: await ask(view.path) });
  } catch (error) {
    const failure = asFailure(error);
    // What is no more is not shown on; what could not be asked after is.
    view.loaded.set(failure.code === 'NOT_FOUND' ? { failure } : { ...view.loaded.get(), failure });
  }
  const now = performance.now();
  view.reading = false;
  view.notBefore = now + restFactor * (now - from);
  if (view.stale && view.readers > 0) wait(view);
}
