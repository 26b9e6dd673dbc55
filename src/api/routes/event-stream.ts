/**
 * Facts as server-sent events. The stream is pulled: the next facts are taken from the dispatcher's history only when
 * the client has read the last ones, so a slow client costs nothing but its place in the bounded history.
 *
 * An event's id is `<start of this scheduler>.<sequence>`: after a restart the numbers begin anew, and a client that
 * resumes with an id from before gets everything of the new life instead of nothing.
 */
import type { Dispatcher } from '../../dispatcher/dispatcher.ts';
import type { FactView } from '../views.ts';

const factsAtOnce = 100;

export async function* eventStream(
  dispatcher: Dispatcher,
  from: number,
  heartbeatMs: number,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const life = lifeOf(dispatcher);
  const bell = createBell(signal);
  const stopListening = dispatcher.onFact(bell.ring);
  try {
    let last = from;
    yield 'retry: 1000\n\n';
    while (!signal.aborted) {
      const facts = dispatcher.facts(last, factsAtOnce);
      if (facts.length > 0) yield facts.map((fact) => asEvent(fact, life)).join('');
      else if (!(await bell.rung(heartbeatMs)) && !signal.aborted) yield ': nothing new\n\n';
      last = facts.at(-1)?.sequence ?? last;
    }
  } finally {
    stopListening();
  }
}

/** Where a client that names its last event goes on. */
export function resumeAfter(lastEventId: string, dispatcher: Dispatcher): number {
  const match = /^(\d+)\.(\d+)$/.exec(lastEventId);
  return match !== null && match[1] === lifeOf(dispatcher) ? Number(match[2]) : 0;
}

function lifeOf(dispatcher: Dispatcher): string {
  return String(Date.parse(dispatcher.info().startedAt));
}

function asEvent(fact: FactView, life: string): string {
  return `id: ${life}.${fact.sequence}\nevent: fact\ndata: ${JSON.stringify(fact)}\n\n`;
}

interface Bell {
  readonly ring: () => void;
  /** True when it was rung since it was last asked; false when the time is up or the stream ends. */
  rung(waitMs: number): Promise<boolean>;
}

function createBell(signal: AbortSignal): Bell {
  let pending = false;
  let wake: (() => void) | undefined;
  const ring = () => {
    pending = true;
    wake?.();
  };
  signal.addEventListener('abort', () => wake?.(), { once: true });
  return {
    ring,
    async rung(waitMs) {
      if (!pending && !signal.aborted) {
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        const timer = setTimeout(resolve, waitMs);
        await promise;
        clearTimeout(timer);
        wake = undefined;
      }
      const was = pending;
      pending = false;
      return was;
    },
  };
}
