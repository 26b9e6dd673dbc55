/**
 * The operator API of masters and agents: POST /api/v1, each call answered by itself. A redirect is followed to the leader
 * (a standby has not looked at the call), a few times at most; nothing else is repeated here.
 */
import { Buffer } from 'node:buffer';
import { createGunzip } from 'node:zlib';
import type { Client, Pool } from 'undici';
import { readAnswerText } from './answer-text.ts';
import {
  type Answer,
  aboutCall,
  type ConnectionOptions,
  checkJsonBody,
  connect,
  connectMany,
  foreign,
  post,
} from './connection.ts';
import { type AboutCall, errorOfAnswer, errorOfTransport, MesosError } from './mesos-error.ts';
import { parseLocation } from './protocol/addresses.ts';
import { parseMasterEvent } from './protocol/events.ts';
import { parseExact, stringifyExact } from './protocol/int64.ts';
import type { MasterAnswers, MasterCommand, MasterEvent, MasterQuery } from './protocol/operator.ts';
import type { AgentAnswers, AgentCommand, AgentQuery } from './protocol/operator-agent.ts';
import { openRecordStream, type RecordStream, type StreamLimits } from './record-stream.ts';

export interface OperatorOptions extends ConnectionOptions, StreamLimits {
  /** Of one whole answer; default 256 MiB (the state of a large cluster is tens of MiB). */
  readonly maxAnswerBytes?: number;
  /** Of one call, from its sending to the last byte of its answer; default 60 s. */
  readonly callTimeoutMs?: number;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Instead of `callTimeoutMs`: WAIT_CONTAINER answers when the container has ended. */
  readonly timeoutMs?: number;
}

export interface OperatorApi<Query extends { type: keyof Answers }, Command, Answers> {
  /** What stands in the answer under the call's name; an absent member is an empty one. Rejects with a MesosError. */
  ask<Asked extends Query>(call: Asked, options?: CallOptions): Promise<Answers[Asked['type']]>;
  /** Resolves when it was taken. A MesosError with `maybeDone` leaves open whether it was. */
  tell(call: Command, options?: CallOptions): Promise<void>;
  /** Calls under way are given up. */
  close(): Promise<void>;
}

export interface MasterApi extends OperatorApi<MasterQuery, MasterCommand, MasterAnswers> {
  /** A snapshot, then what changes. It ends by throwing; after that only a new one tells how things stand. */
  subscribe(options?: { signal?: AbortSignal }): Promise<MasterEventStream>;
}

export interface MasterEventStream {
  events(): AsyncIterable<MasterEvent>;
  close(): void;
}

export type AgentApi = OperatorApi<AgentQuery, AgentCommand, AgentAnswers>;

/** `address` (host:port) is of any master; a standby redirects to the leader, which is asked from then on. */
export function createMasterApi(address: string, options: OperatorOptions = {}): MasterApi {
  return new Api<MasterQuery, MasterCommand, MasterAnswers>(address, options);
}

export function createAgentApi(address: string, options: OperatorOptions = {}): AgentApi {
  return new Api<AgentQuery, AgentCommand, AgentAnswers>(address, options);
}

const operatorPath = '/api/v1';
/** The state of a large cluster is a tenth of its size then. Streams are never packed. */
const mayBeGzip = 'gzip';
/** Two masters may redirect to each other for as long as they disagree. */
const maxRedirects = 9;
/** To one master or agent; calls beyond that wait. */
const maxConnections = 8;

class Api<Query extends { type: keyof Answers & string }, Command extends { type: string }, Answers>
  implements OperatorApi<Query, Command, Answers>
{
  readonly #first: string;
  readonly #options: OperatorOptions;
  readonly #over = new AbortController();
  readonly #streams = new Set<() => void>();
  #address: string;
  #connections: Pool;

  constructor(address: string, options: OperatorOptions) {
    this.#first = address;
    this.#address = address;
    this.#options = options;
    this.#connections = connectMany(options, address, maxConnections);
  }

  async ask<Asked extends Query>(call: Asked, options: CallOptions = {}): Promise<Answers[Asked['type']]> {
    const text = await this.#exchange(call, options, async (answer, master) => {
      checkJsonBody(answer, master, mayBeGzip);
      return await readWhole(answer, this.#options.maxAnswerBytes ?? 256 * 1024 * 1024, master);
    });
    return payloadOf(text, call.type, this.#address) as Answers[Asked['type']];
  }

  async tell(call: Command, options: CallOptions = {}): Promise<void> {
    await this.#exchange(call, options, async ({ body }) => await readAnswerText(body));
  }

  async subscribe({ signal }: { signal?: AbortSignal } = {}): Promise<MasterEventStream> {
    for (let redirects = 0; ; redirects += 1) {
      const connection = connect(this.#options, this.#address);
      try {
        const answer = await this.#send(connection, { type: 'SUBSCRIBE' }, signal);
        if (answer.statusCode === 200) return this.#streamOf(answer, connection, signal);
        await this.#followOrThrow(answer, 'SUBSCRIBE', redirects);
      } catch (error) {
        await connection.destroy();
        throw this.#errorOf(error, 'SUBSCRIBE', signal);
      }
      await connection.destroy();
    }
  }

  async close(): Promise<void> {
    this.#over.abort();
    for (const end of this.#streams) end();
    await this.#connections.destroy();
  }

  /** Every call has a deadline, the answer's last byte included. */
  async #exchange<Result>(
    call: { type: string },
    { signal, timeoutMs = this.#options.callTimeoutMs ?? 60_000 }: CallOptions,
    read: (answer: Answer, master: string) => Promise<Result>,
  ): Promise<Result> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), timeoutMs);
    const ends = signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]);
    const options = { ...this.#options, answerTimeoutMs: timeoutMs };
    try {
      for (let redirects = 0; ; redirects += 1) {
        const answer = await this.#send(this.#connections, call, ends, options, { 'accept-encoding': mayBeGzip });
        if (answer.statusCode >= 200 && answer.statusCode <= 299) return await read(answer, this.#address);
        await this.#followOrThrow(answer, call.type, redirects);
      }
    } catch (error) {
      const problem = this.#errorOf(error, call.type, signal, late.signal);
      // Whoever was the leader may not be any more: the next call starts where the user said.
      if (problem.code === 'unreachable' || problem.code === 'unavailable') await this.#turnTo(this.#first);
      throw problem;
    } finally {
      clearTimeout(timer);
    }
  }

  async #send(
    connection: Client | Pool,
    call: unknown,
    signal: AbortSignal | undefined,
    options: ConnectionOptions = this.#options,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const ends = signal === undefined ? this.#over.signal : AbortSignal.any([this.#over.signal, signal]);
    ends.throwIfAborted();
    return await post(connection, options, { path: operatorPath, headers, body: stringifyExact(call), signal: ends });
  }

  async #followOrThrow(answer: Answer, call: string, redirects: number): Promise<void> {
    const text = await readAnswerText(answer.body);
    const { location } = answer.headers;
    const to = answer.statusCode === 307 && typeof location === 'string' ? parseLocation(location) : undefined;
    if (to === undefined) throw errorOfAnswer({ status: answer.statusCode, text }, this.#about(call));
    if (redirects >= maxRedirects) {
      throw new MesosError('unavailable', `masters redirect ${call} in a circle, last to ${to}`, { status: 307 });
    }
    await this.#turnTo(to);
  }

  async #turnTo(address: string): Promise<void> {
    if (address === this.#address) return;
    const former = this.#connections;
    this.#address = address;
    this.#connections = connectMany(this.#options, address, maxConnections);
    if (this.#over.signal.aborted) await this.#connections.destroy();
    void former.close();
  }

  #streamOf(answer: Answer, connection: Client, signal: AbortSignal | undefined): MasterEventStream {
    checkJsonBody(answer, this.#address);
    const stream: RecordStream<MasterEvent> = openRecordStream({
      ...this.#options,
      master: this.#address,
      body: answer.body,
      parse: parseMasterEvent,
      release: () => {
        this.#streams.delete(stream.close);
        void connection.destroy();
      },
    });
    this.#streams.add(stream.close);
    signal?.addEventListener('abort', stream.close, { once: true });
    return { events: stream.messages, close: stream.close };
  }

  #about(call: string): AboutCall {
    return aboutCall(this.#options, 'operator', this.#address, call);
  }

  #errorOf(error: unknown, call: string, signal?: AbortSignal, late?: AbortSignal): MesosError {
    const about = this.#about(call);
    if (this.#over.signal.aborted || signal?.aborted) {
      return new MesosError('closed', `${call} to ${about.master} was given up on our side`, { maybeDone: true });
    }
    if (late?.aborted) {
      return new MesosError('unreachable', `${call} to ${about.master} was not answered in time`, { maybeDone: true });
    }
    return error instanceof MesosError ? error : errorOfTransport(error, about);
  }
}

/** What it unpacks to counts: a few kilobytes of gzip can be gigabytes of zeros. */
async function readWhole(answer: Answer, maxBytes: number, master: string): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of unpacked(answer, master)) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes > maxBytes) throw new MesosError('protocol', `the answer of ${master} is longer than ${maxBytes} bytes`);
  }
  return Buffer.concat(pieces).toString('utf8');
}

async function* unpacked({ headers, body }: Answer, master: string): AsyncIterable<Buffer> {
  if (headers['content-encoding'] !== 'gzip') {
    yield* body as AsyncIterable<Buffer>;
    return;
  }
  const gunzip = createGunzip();
  let broke: Error | undefined;
  body.once('error', (error) => {
    broke = error;
    gunzip.destroy(error);
  });
  try {
    yield* body.pipe(gunzip) as AsyncIterable<Buffer>;
  } catch (error) {
    throw broke ?? foreign(master, `an answer that is no gzip: ${(error as Error).message}`);
  } finally {
    body.destroy();
  }
}

/** `{"type": "GET_WEIGHTS"}` is a whole answer: what is empty may be left out. */
function payloadOf(text: string, type: string, master: string): unknown {
  let answer: unknown;
  try {
    answer = parseExact(text);
  } catch (error) {
    throw foreign(master, `the answer to ${type} is no JSON: ${(error as Error).message}`);
  }
  const payload = isObject(answer) && answer.type === type ? (answer[type.toLowerCase()] ?? {}) : undefined;
  if (!isObject(payload)) throw foreign(master, `the answer to ${type} is none`);
  return payload;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
