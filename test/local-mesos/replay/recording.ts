/** What a recorded exchange is made of, and how it is read. */
import { readFileSync } from 'node:fs';
import type { LocalMesosOptions } from '../../../src/local-mesos/server/start-local-mesos.ts';
import type { SchedulerEvent } from '../../../src/mesos-api-client/protocol/scheduler.ts';

/** Schedulers' events are typed; those of operators are only compared. */
export type StreamEvent = SchedulerEvent | { readonly type: `OPERATOR_${string}` };

export interface Request {
  readonly t: number;
  readonly request: number;
  readonly method: string;
  readonly path: string;
  /** The host name of an agent; the master, if there is none. */
  readonly to?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Bytes that are no text, in base64. */
  readonly bytes?: string;
  readonly stream?: string;
}

export interface Response {
  readonly t: number;
  readonly response: number;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body: text, or what was read as JSON. */
  readonly text?: string;
  readonly json?: unknown;
}

/** What an operator did to a process: a verb (see stage.ts), then `master` or the host name of an agent. */
export interface Deed {
  readonly t: number;
  readonly do: string;
}

/** Requests on one connection, each written at its time and without waiting for answers, which come in the order of the requests. */
export interface Pipeline {
  readonly t: number;
  readonly pipeline: readonly Request[];
  readonly statuses: readonly number[];
}

export type Line =
  | Request
  | Response
  | Deed
  | { readonly t: number; readonly stream: string; readonly event: StreamEvent }
  | { readonly t: number; readonly stream: string; readonly closed: 'by us' | 'by the master' }
  | Pipeline;

export interface Recording {
  /** When, in seconds of the recording, its master allocated for the first time; ours keeps the same beat. */
  readonly batchAt: number;
  readonly options: LocalMesosOptions;
  readonly lines: readonly Line[];
}

export function readRecording(name: string): Recording {
  const text = readFileSync(new URL(`./${name}.jsonl`, import.meta.url), 'utf8');
  const [first = '{}', ...rest] = text.trim().split('\n');
  const { batchAt = 0, ...options } = JSON.parse(first) as LocalMesosOptions & { readonly batchAt?: number };
  return { batchAt, options, lines: rest.map((line) => JSON.parse(line) as Line) };
}
