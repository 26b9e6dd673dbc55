/**
 * The calls of one cluster's driver, taken one after the other: admitted by the cluster's secret, checked, given to the
 * state machine, made safe, carried out, answered, in this order. A question for events is held until there is one.
 * It knows nothing of a web server: method, path, query and parsed body come in, status and body go out.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { unreachable } from '../../lib/exhaustive.ts';
import { type DriverAnswer, type DriverEffect, type DriverInput, type DriverState, step } from './sessions.ts';
import { AttachBody, EventsQuery, FinishedBody, WantBody } from './wire.ts';

export interface DriverCall {
  readonly method: string;
  /** Below the cluster's endpoint: sessions, workers, events, finished. */
  readonly path: string;
  readonly authorization: string | undefined;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  /** The caller has gone: nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

export interface DriverEndpointParts {
  readonly secret: string;
  readonly state: DriverState;
  /** The state is safe when it resolves; then effects are carried out and answers given. */
  readonly persist: (state: DriverState) => Promise<void>;
  readonly carryOut: (effect: DriverEffect) => void;
}

export interface DriverEndpoint {
  handle(call: DriverCall): Promise<{ readonly status: number; readonly body: object }>;
  /** What became of a worker. */
  tell(news: DriverInput & { kind: 'placed' | 'lapsed' | 'ended' | 'leaving' }): Promise<void>;
  state(): DriverState;
  /** Ends the questions that are held. */
  close(): void;
}

type Answer = { readonly status: number; readonly body: object };

/** The calls themselves, for whoever keeps the state elsewhere. */
export interface DriverDoorParts {
  /** Judges the secret that came with a call. */
  readonly admits: (secret: string) => boolean;
  /** Resolves when what came of it is safe. */
  readonly take: (input: DriverInput) => Promise<DriverAnswer>;
  readonly state: () => Pick<DriverState, 'seq' | 'session'>;
}

export interface DriverDoor {
  readonly handle: DriverEndpoint['handle'];
  readonly admits: (authorization: string | undefined) => boolean;
  /** The state has changed: questions that are held look again. */
  wake(): void;
  close(): void;
}

export function createDriverEndpoint(parts: DriverEndpointParts): DriverEndpoint {
  if (parts.secret === '') throw new Error('a driver endpoint without a secret');
  const expected = digest(parts.secret);
  let { state } = parts;
  let last: Promise<unknown> = Promise.resolve();

  /** Nothing of a turn that cannot be made safe is kept. */
  const turn = async (input: DriverInput): Promise<DriverAnswer> => {
    const next = step(state, input);
    if (next.state !== state) await parts.persist(next.state);
    state = next.state;
    for (const effect of next.effects) parts.carryOut(effect);
    door.wake();
    return next.answer;
  };
  const take = (input: DriverInput): Promise<DriverAnswer> => {
    const mine = last.then(() => turn(input));
    last = mine.catch(() => undefined);
    return mine;
  };
  const admits = (secret: string): boolean => timingSafeEqual(digest(secret), expected);
  const door = createDriverDoor({ admits, take, state: () => state });
  return {
    handle: door.handle,
    tell: async (news) => {
      await take(news);
    },
    state: () => state,
    close: () => door.close(),
  };
}

export function createDriverDoor(parts: DriverDoorParts): DriverDoor {
  const { take } = parts;
  const closing = new AbortController();
  const waiting = new Set<() => void>();
  const admits = (authorization: string | undefined): boolean => parts.admits(tokenIn(authorization));
  const poll = async (query: Static<typeof EventsQuery>, signal: AbortSignal): Promise<DriverAnswer> => {
    const { session, after } = query;
    const over = new AbortController();
    const timer = setTimeout(() => over.abort(), query.wait * 1000);
    const end = AbortSignal.any([signal, closing.signal, over.signal]);
    try {
      for (;;) {
        const answer = await take({ kind: 'poll', session, after });
        if (answer.kind !== 'events' || answer.events.length > 0 || end.aborted) return answer;
        await changed(waiting, end, () => {
          const { seq, session: leading } = parts.state();
          return seq > after || leading?.session !== session;
        });
      }
    } finally {
      clearTimeout(timer);
    }
  };

  return {
    handle: async ({ method, path, authorization, query, body, signal }) => {
      if (!admits(authorization))
        return { status: 401, body: { code: 'unauthorized', message: "the cluster's secret is needed" } };
      switch (`${method} ${path}`) {
        case 'POST sessions':
          return checked(AttachBody, body, (attach) => take({ kind: 'attach', ...attach }));
        case 'PUT workers':
          return checked(WantBody, body, (want) => take({ kind: 'want', ...want }));
        case 'GET events':
          return checked(EventsQuery, numbersIn(query), (question) => poll(question, signal));
        case 'POST finished':
          return checked(FinishedBody, body, (finished) => take({ kind: 'finish', ...finished }));
        default:
          return { status: 404, body: { code: 'not-found', message: `there is no ${method} ${path}` } };
      }
    },
    admits,
    wake: () => {
      for (const look of waiting) look();
    },
    close: () => closing.abort(),
  };
}

async function checked<Schema extends TSchema>(
  schema: Schema,
  given: unknown,
  carryOn: (value: Static<Schema>) => Promise<DriverAnswer>,
): Promise<Answer> {
  if (Value.Check(schema, given)) return toHttp(await carryOn(given as Static<Schema>));
  const [error] = Value.Errors(schema, given);
  return { status: 400, body: { code: 'bad-request', message: `${error?.instancePath || '/'} ${error?.message}` } };
}

function toHttp(answer: DriverAnswer): Answer {
  switch (answer.kind) {
    case 'attached':
      return { status: 200, body: answer.attached };
    case 'taken':
      return { status: 200, body: { revision: answer.revision } };
    case 'events':
      return { status: 200, body: { events: answer.events } };
    case 'done':
      return { status: 200, body: {} };
    case 'refused':
      return { status: 409, body: answer.refusal };
    default:
      return unreachable(answer);
  }
}

/** Resolves when the condition holds, or nobody waits any longer. */
function changed(waiting: Set<() => void>, end: AbortSignal, condition: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (!condition() && !end.aborted) return;
      waiting.delete(look);
      end.removeEventListener('abort', look);
      resolve();
    };
    waiting.add(look);
    end.addEventListener('abort', look);
    look();
  });
}

function numbersIn(query: Readonly<Record<string, unknown>>): object {
  return { ...query, after: wholeNumber(query.after), wait: wholeNumber(query.wait) };
}

function wholeNumber(given: unknown): unknown {
  return typeof given === 'string' && /^\d{1,15}$/.test(given) ? Number(given) : given;
}

function tokenIn(authorization: string | undefined): string {
  return /^bearer\s+(\S+)\s*$/i.exec(authorization ?? '')?.[1] ?? '';
}

/** Both sides hashed, so that neither length nor content shows in the time taken. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
