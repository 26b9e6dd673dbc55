/** A value that can be watched: what the data rooms hand to components, without knowing of them. */
import { useEffect, useState } from 'preact/hooks';

export interface Observable<T> {
  get(): T;
  /** Calls back after each change; returns how to stop. */
  subscribe(listener: () => void): () => void;
}

export interface Settable<T> extends Observable<T> {
  set(value: T): void;
}

export function observable<T>(initial: T): Settable<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(value, next)) return;
      value = next;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The present value, and a new rendering with each change. */
export function useObserved<T>(source: Observable<T>): T {
  const [, redraw] = useState(0);
  useEffect(() => {
    const change = () => redraw((n) => n + 1);
    const stop = source.subscribe(change);
    // What changed between rendering and subscribing would be missed otherwise.
    change();
    return stop;
  }, [source]);
  return source.get();
}
