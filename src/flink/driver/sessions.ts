/**
 * The scheduler's side of one cluster's elasticity: what Flink wants, what has been promised, what runs. Pure: a state
 * and an input give a new state, an answer and effects. Whoever holds it makes the state safe before it answers or
 * carries an effect out; effects may be carried out again after a restart (`resume`), so they must be idempotent by id.
 *
 * A worker: requested → placed (an offer is held; Flink is told) → launched (Flink has acknowledged) → gone. Withdrawn
 * before it is launched it costs nothing; afterwards it is `releasing` until its process has ended.
 */
import { unreachable } from '../../lib/exhaustive.ts';
import type { AttachAnswer, AttachBody, DriverEvent, FinishedBody, Refusal, WantBody, WantedWorker } from './wire.ts';

export type DriverWorker =
  | { readonly phase: 'requested' | 'placed'; readonly wanted: WantedWorker; readonly placedSeq?: number }
  | { readonly phase: 'launched'; readonly wanted: WantedWorker; readonly leaving?: true }
  | { readonly phase: 'releasing'; readonly wanted: WantedWorker }
  /** Kept until Flink has stopped naming it: a late statement must not ask for it anew. */
  | { readonly phase: 'ended' };

export interface DriverState {
  readonly session?: AttachBody;
  /** The newest statement of the session that was taken; older ones, which were overtaken, are ignored. */
  readonly revision: number;
  /** Of the latest event. It never goes back, not even with a new session. */
  readonly seq: number;
  /** Not acknowledged yet, in order. */
  readonly events: readonly DriverEvent[];
  readonly workers: ReadonlyMap<string, DriverWorker>;
  /** Sessions before the present one, newest last. */
  readonly fenced: readonly string[];
  readonly finished?: FinishedBody;
}

export type DriverInput =
  | ({ readonly kind: 'attach' } & AttachBody)
  | ({ readonly kind: 'want' } & WantBody)
  | { readonly kind: 'poll'; readonly session: string; readonly after: number }
  | ({ readonly kind: 'finish' } & FinishedBody)
  /** An offer is held for a requested worker. */
  | { readonly kind: 'placed'; readonly id: string }
  /** The offer that was held is gone before Flink acknowledged. */
  | { readonly kind: 'lapsed'; readonly id: string }
  /** The process has ended, or can never be started. Not for "no offer now": Flink counts it as a failure. */
  | { readonly kind: 'ended'; readonly id: string; readonly diagnostics: string }
  /** It is to be replaced, and to go when its successor is there. */
  | { readonly kind: 'leaving'; readonly id: string }
  /** It need not leave after all. */
  | { readonly kind: 'staying'; readonly id: string };

export type DriverEffect =
  | { readonly kind: 'request'; readonly worker: WantedWorker }
  /** Neither placed nor launched any more: take the request back, and give back an offer that is held for it. */
  | { readonly kind: 'withdraw'; readonly id: string }
  | { readonly kind: 'launch'; readonly worker: WantedWorker }
  | { readonly kind: 'kill'; readonly id: string }
  | { readonly kind: 'finished'; readonly result: FinishedBody };

export type DriverAnswer =
  | { readonly kind: 'attached'; readonly attached: AttachAnswer }
  | { readonly kind: 'taken'; readonly revision: number }
  | { readonly kind: 'events'; readonly events: readonly DriverEvent[] }
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

export interface DriverStep {
  readonly state: DriverState;
  readonly answer: DriverAnswer;
  readonly effects: readonly DriverEffect[];
}

export const noDriver: DriverState = { revision: -1, seq: 0, events: [], workers: new Map(), fenced: [] };

/** A JobManager that was replaced is dead within seconds; so many replacements back nobody is heard of. */
const FENCED_KEPT = 32;

export function step(state: DriverState, input: DriverInput): DriverStep {
  switch (input.kind) {
    case 'attach':
      return attach(state, input);
    case 'want':
      return refused(state, input.session) ?? want(state, input);
    case 'poll':
      return refused(state, input.session) ?? poll(state, input.after);
    case 'finish':
      return finish(state, input);
    case 'placed':
      return placed(state, input.id);
    case 'lapsed':
      return lapsed(state, input.id);
    case 'ended':
      return ended(state, input.id, input.diagnostics);
    case 'leaving':
      return leaving(state, input.id);
    case 'staying':
      return staying(state, input.id);
    default:
      return unreachable(input);
  }
}

/** After a restart of the scheduler: offers are gone, everything else is carried out once more. */
export function resume(state: DriverState): { readonly state: DriverState; readonly effects: readonly DriverEffect[] } {
  const workers = new Map(state.workers);
  const effects: DriverEffect[] = [];
  for (const [id, worker] of state.workers) {
    if (worker.phase === 'requested' || worker.phase === 'placed') {
      workers.set(id, { phase: 'requested', wanted: worker.wanted });
      effects.push({ kind: 'request', worker: worker.wanted });
    }
    if (worker.phase === 'launched') effects.push({ kind: 'launch', worker: worker.wanted });
    if (worker.phase === 'releasing') effects.push({ kind: 'kill', id });
  }
  if (state.finished) effects.push({ kind: 'finished', result: state.finished });
  return { state: { ...state, workers }, effects };
}

/** A new session takes over what was launched; what was not is forgotten, for it asks for what it needs itself. */
function attach(state: DriverState, { kind: _, ...introduction }: DriverInput & { kind: 'attach' }): DriverStep {
  if (state.finished) return refusal(state, 'fenced', 'the cluster has ended');
  if (state.fenced.includes(introduction.session)) return fencedBy(state);
  if (state.session?.session === introduction.session) {
    const after = (state.events[0]?.seq ?? state.seq + 1) - 1;
    return answered(state, { kind: 'attached', attached: { workers: launchedOf(state), after } });
  }
  const workers = new Map<string, DriverWorker>();
  const effects: DriverEffect[] = [];
  for (const [id, worker] of state.workers) {
    // Told again, who is leaving.
    if (worker.phase === 'launched') workers.set(id, { phase: 'launched', wanted: worker.wanted });
    if (worker.phase === 'releasing') workers.set(id, worker);
    if (worker.phase === 'requested' || worker.phase === 'placed') effects.push({ kind: 'withdraw', id });
  }
  const fenced = state.session ? [...state.fenced, state.session.session].slice(-FENCED_KEPT) : state.fenced;
  const next: DriverState = { session: introduction, revision: -1, seq: state.seq, events: [], workers, fenced };
  const attached = { workers: launchedOf(next), after: next.seq };
  return { state: next, answer: { kind: 'attached', attached }, effects };
}

function want(state: DriverState, { revision, workers: wanted }: WantBody): DriverStep {
  if (revision <= state.revision || state.finished) return answered(state, { kind: 'taken', revision: state.revision });
  const workers = new Map(state.workers);
  const effects: DriverEffect[] = [];
  const unknown: string[] = [];
  const named = new Set(wanted.map(({ id }) => id));
  for (const [id, worker] of state.workers) if (!named.has(id)) giveUp(id, worker, workers, effects);
  for (const worker of wanted) {
    if (workers.has(worker.id)) continue;
    if ('cpus' in worker) {
      workers.set(worker.id, { phase: 'requested', wanted: worker });
      effects.push({ kind: 'request', worker });
    } else {
      workers.set(worker.id, { phase: 'ended' });
      unknown.push(worker.id);
    }
  }
  let next: DriverState = { ...state, revision, workers };
  for (const id of unknown) next = tell(next, { type: 'ended', id, diagnostics: 'the scheduler knows no such worker' });
  return { state: next, answer: { kind: 'taken', revision }, effects };
}

function giveUp(id: string, worker: DriverWorker, workers: Map<string, DriverWorker>, effects: DriverEffect[]): void {
  switch (worker.phase) {
    case 'requested':
    case 'placed':
      workers.delete(id);
      effects.push({ kind: 'withdraw', id });
      return;
    case 'launched':
      workers.set(id, { phase: 'releasing', wanted: worker.wanted });
      effects.push({ kind: 'kill', id });
      return;
    case 'releasing':
      return;
    case 'ended':
      workers.delete(id);
      return;
    default:
      unreachable(worker);
  }
}

/** Asking for what comes after an event acknowledges it: what it placed is known to Flink and may start. */
function poll(state: DriverState, after: number): DriverStep {
  if (after > state.seq) return refusal(state, 'unknown-session', `event ${after} has not happened here`);
  const events = state.events.filter(({ seq }) => seq > after);
  const answer: DriverAnswer = { kind: 'events', events };
  if (events.length === state.events.length) return answered(state, answer);
  const workers = new Map(state.workers);
  const effects: DriverEffect[] = [];
  for (const { seq, type, id } of state.events) {
    const worker = workers.get(id);
    if (seq > after || type !== 'placed' || worker?.phase !== 'placed' || worker.placedSeq !== seq) continue;
    workers.set(id, { phase: 'launched', wanted: worker.wanted });
    effects.push({ kind: 'launch', worker: worker.wanted });
  }
  return { state: { ...state, events, workers }, answer, effects };
}

/** The application has ended, and with it everything that was wanted. */
function finish(state: DriverState, { kind: _, ...result }: DriverInput & { kind: 'finish' }): DriverStep {
  const refusedBy = refused(state, result.session);
  if (refusedBy) return refusedBy;
  if (state.finished) return answered(state, { kind: 'done' });
  const workers = new Map(state.workers);
  const effects: DriverEffect[] = [{ kind: 'finished', result }];
  for (const [id, worker] of state.workers) giveUp(id, worker, workers, effects);
  return { state: { ...state, workers, finished: result }, answer: { kind: 'done' }, effects };
}

function placed(state: DriverState, id: string): DriverStep {
  const worker = state.workers.get(id);
  if (worker === undefined || worker.phase === 'releasing' || worker.phase === 'ended')
    return { ...answered(state, { kind: 'done' }), effects: [{ kind: 'withdraw', id }] };
  if (worker.phase !== 'requested') return answered(state, { kind: 'done' });
  const next = tell(state, { type: 'placed', id });
  const phase: DriverWorker = { phase: 'placed', wanted: worker.wanted, placedSeq: next.seq };
  return answered({ ...next, workers: new Map(next.workers).set(id, phase) }, { kind: 'done' });
}

function lapsed(state: DriverState, id: string): DriverStep {
  const worker = state.workers.get(id);
  if (worker?.phase !== 'placed') return answered(state, { kind: 'done' });
  const workers = new Map(state.workers).set(id, { phase: 'requested', wanted: worker.wanted });
  const effects: DriverEffect[] = [{ kind: 'request', worker: worker.wanted }];
  return { state: { ...state, workers }, answer: { kind: 'done' }, effects };
}

function ended(state: DriverState, id: string, diagnostics: string): DriverStep {
  const worker = state.workers.get(id);
  if (worker === undefined || worker.phase === 'ended') return answered(state, { kind: 'done' });
  const workers = new Map(state.workers);
  // Of one that is being released Flink names nothing any more.
  if (worker.phase === 'releasing') {
    workers.delete(id);
    return answered({ ...state, workers }, { kind: 'done' });
  }
  workers.set(id, { phase: 'ended' });
  return answered(tell({ ...state, workers }, { type: 'ended', id, diagnostics }), { kind: 'done' });
}

function leaving(state: DriverState, id: string): DriverStep {
  const worker = state.workers.get(id);
  if (worker?.phase !== 'launched' || worker.leaving === true) return answered(state, { kind: 'done' });
  const workers = new Map(state.workers).set(id, { ...worker, leaving: true });
  return answered(tell({ ...state, workers }, { type: 'leaving', id }), { kind: 'done' });
}

function staying(state: DriverState, id: string): DriverStep {
  const worker = state.workers.get(id);
  if (worker?.phase !== 'launched' || worker.leaving !== true) return answered(state, { kind: 'done' });
  const workers = new Map(state.workers).set(id, { phase: 'launched', wanted: worker.wanted });
  return answered(tell({ ...state, workers }, { type: 'staying', id }), { kind: 'done' });
}

type News = { type: 'placed' | 'leaving' | 'staying'; id: string } | { type: 'ended'; id: string; diagnostics: string };

function tell(state: DriverState, news: News): DriverState {
  const seq = state.seq + 1;
  return { ...state, seq, events: [...state.events, { seq, ...news }] };
}

function launchedOf({ workers }: DriverState): { id: string; slots: number }[] {
  return [...workers].flatMap(([id, worker]) =>
    worker.phase === 'launched' ? [{ id, slots: worker.wanted.slots }] : [],
  );
}

function refused(state: DriverState, session: string): DriverStep | undefined {
  if (state.session?.session === session) return undefined;
  if (state.fenced.includes(session)) return fencedBy(state);
  return refusal(state, 'unknown-session', 'this session is not known here');
}

function fencedBy(state: DriverState): DriverStep {
  return refusal(state, 'fenced', `session ${state.session?.session} has taken over`);
}

function refusal(state: DriverState, code: Refusal['code'], message: string): DriverStep {
  return answered(state, { kind: 'refused', refusal: { code, message } });
}

function answered(state: DriverState, answer: DriverAnswer): DriverStep {
  return { state, answer, effects: [] };
}
