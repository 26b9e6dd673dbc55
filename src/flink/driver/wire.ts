/**
 * What the driver in a JobManager and the scheduler say to each other, as JSON over HTTP. Every call may be repeated:
 * the driver always states the whole of what it wants, and the cursor of its next question acknowledges events.
 *
 *   POST sessions  {session, version, rpc, web}    → {workers: [{id, slots}], after}
 *   PUT  workers   {session, revision, workers}    → {revision}
 *   GET  events?session=S&after=N&wait=SECONDS     → {events: [{seq, type, id, diagnostics?}]}
 *   POST finished  {session, status, diagnostics, ofJob?}  → {}
 */
import { type Static, Type } from 'typebox';

const Name = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$' });
const Session = Type.String({ pattern: '^[0-9a-f]{32}$' });
const Words = Type.Array(Type.String({ maxLength: 16_384 }), { maxItems: 1000 });

/** All of a TaskManager: what it takes of an agent, and every argument that Flink computed for it. */
export const WantedWorker = Type.Object({
  id: Name,
  cpus: Type.Number({ exclusiveMinimum: 0 }),
  memoryBytes: Type.Integer({ minimum: 1 }),
  slots: Type.Integer({ minimum: 1 }),
  external: Type.Record(Type.String(), Type.Number()),
  blockedNodes: Words,
  /** Flags of the JVM that set its memory. */
  jvm: Words,
  /** key=value of the process specification. */
  dynamic: Words,
  /** What the JobManager was given on its command line. */
  config: Type.Record(Type.String(), Type.String()),
});

/** A worker from before this JobManager: the rest was said by the one that asked for it. */
const RecoveredWorker = Type.Object({ id: Name });

export const AttachBody = Type.Object({
  session: Session,
  version: Type.String(),
  rpc: Type.String(),
  web: Type.Union([Type.String(), Type.Null()]),
});
export const WantBody = Type.Object({
  session: Session,
  revision: Type.Integer({ minimum: 0 }),
  workers: Type.Array(Type.Union([WantedWorker, RecoveredWorker])),
});
export const EventsQuery = Type.Object({
  session: Session,
  after: Type.Integer({ minimum: 0 }),
  wait: Type.Integer({ minimum: 0, maximum: 60 }),
});
export const FinishedBody = Type.Object({
  session: Session,
  status: Type.Union([
    Type.Literal('SUCCEEDED'),
    Type.Literal('FAILED'),
    Type.Literal('CANCELED'),
    Type.Literal('UNKNOWN'),
  ]),
  diagnostics: Type.Union([Type.String(), Type.Null()]),
  /** How the application's job ended, as Flink has kept it, and not how this JobManager does. */
  ofJob: Type.Optional(Type.Boolean()),
});

export type WantedWorker = Static<typeof WantedWorker>;
export type AttachBody = Static<typeof AttachBody>;
export type WantBody = Static<typeof WantBody>;
export type FinishedBody = Static<typeof FinishedBody>;

/** `placed`: an offer is held; the process starts when the driver has acknowledged, so that Flink knows it by then. */
export type DriverEvent =
  | { readonly seq: number; readonly type: 'placed'; readonly id: string }
  /** Its agent is about to be taken away: another one first, then it is given back. */
  | { readonly seq: number; readonly type: 'leaving'; readonly id: string }
  /** The maintenance was called off. */
  | { readonly seq: number; readonly type: 'staying'; readonly id: string }
  | { readonly seq: number; readonly type: 'ended'; readonly id: string; readonly diagnostics: string };

export interface AttachAnswer {
  readonly workers: readonly { readonly id: string; readonly slots: number }[];
  readonly after: number;
}

/** `fenced`: another JobManager leads or the cluster has ended. `unknown-session`: attach again under the same id. */
export type Refusal = { readonly code: 'fenced' | 'unknown-session'; readonly message: string };
