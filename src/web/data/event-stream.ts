/**
 * The scheduler's events over one server-sent stream: resumed after the last one seen when it breaks, let go while the
 * tab is hidden (browsers allow six connections to a host, and a tab in the background needs none). `fetch` instead of
 * EventSource, because that one cannot send a token.
 */
import type { FactView } from '../../api/views.ts';
import { type Observable, observable } from './observable.ts';
import { parseEvents } from './parse-events.ts';
import { authorization } from './token.ts';

export type StreamState = 'connecting' | 'live' | 'lost';

export interface EventStream {
  readonly state: Observable<StreamState>;
  /** Again at once, with what the token is now. */
  restart(): void;
}

export interface StreamReaders {
  readonly facts: (facts: readonly FactView[]) => void;
  /** The scheduler began anew: what was told before has another numbering. */
  readonly newLife: () => void;
  /** Something may have been missed. */
  readonly resumed: () => void;
}

/** The scheduler says something every 15 s. */
const silenceMs = 40_000;
const longestPauseMs = 10_000;
const hiddenMs = 30_000;

export function openEventStream(readers: StreamReaders): EventStream {
  const state = observable<StreamState>('connecting');
  let lastId = '';
  let failures = 0;
  let current = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const take = (id: string, fact: FactView | undefined): FactView[] => {
    if (lastId !== '' && lifeOf(id) !== lifeOf(lastId)) readers.newLife();
    lastId = id;
    return fact === undefined ? [] : [fact];
  };
  const opened = () => {
    state.set('live');
    if (failures > 0) readers.resumed();
    failures = 0;
  };
  const connect = async () => {
    current = new AbortController();
    const { signal } = current;
    try {
      await readStream(lastId, current, opened, (events) =>
        readers.facts(events.flatMap(({ id, fact }) => take(id, fact))),
      );
    } catch {
      // Whatever broke it, the answer is the same: say that it is lost, and try again.
    }
    if (signal.reason === 'paused') return;
    failures++;
    state.set('lost');
    timer = setTimeout(connect, Math.min(longestPauseMs, 500 * 2 ** Math.min(failures, 6)));
  };
  const restart = () => {
    clearTimeout(timer);
    current.abort('paused');
    void connect();
  };
  pauseWhileHidden(() => current.abort('paused'), restart);
  void connect();
  return { state, restart };
}

async function readStream(
  lastId: string,
  controller: AbortController,
  opened: () => void,
  events: (events: ReturnType<typeof parseEvents>['events']) => void,
): Promise<void> {
  const headers = { accept: 'text/event-stream', ...authorization(), ...(lastId && { 'last-event-id': lastId }) };
  let silence = setTimeout(() => controller.abort('silent'), silenceMs);
  try {
    const response = await fetch('v1/events', { headers, signal: controller.signal, cache: 'no-store' });
    if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`);
    opened();
    let rest = '';
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(silence);
      silence = setTimeout(() => controller.abort('silent'), silenceMs);
      const parsed = parseEvents(rest + value);
      rest = parsed.rest;
      if (parsed.events.length > 0) events(parsed.events);
    }
  } finally {
    clearTimeout(silence);
  }
}

function pauseWhileHidden(pause: () => void, resume: () => void): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let paused = false;
  document.addEventListener('visibilitychange', () => {
    clearTimeout(timer);
    if (document.visibilityState === 'hidden') {
      timer = setTimeout(() => {
        paused = true;
        pause();
      }, hiddenMs);
    } else if (paused) {
      paused = false;
      resume();
    }
  });
}

function lifeOf(id: string): string {
  return id.split('.', 1)[0] ?? '';
}
