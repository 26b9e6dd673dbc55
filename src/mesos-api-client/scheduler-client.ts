/**
 * The v1 scheduler API of a Mesos master over HTTP: SUBSCRIBE answered by a stream, every other call by 202 on a
 * connection of its own. It decides what an answer means, and nothing about when to try again: redirects, refusals and
 * ends are told to the caller, and nothing is repeated here.
 */
import { Buffer } from 'node:buffer';
import type { Client } from 'undici';
import { readAnswerText } from './answer-text.ts';
import { createCallSender, schedulerPath } from './call-sender.ts';
import { type Answer, aboutCall, type ConnectionOptions, checkJsonBody, connect, foreign, post } from './connection.ts';
import { errorOfAnswer, errorOfTransport, MesosError } from './mesos-error.ts';
import { parseLocation } from './protocol/addresses.ts';
import { stringifyExact } from './protocol/int64.ts';
import type { SubscribeCall } from './protocol/scheduler.ts';
import type { StreamLimits } from './record-stream.ts';
import { createSchedulerStream, type SchedulerStream } from './scheduler-stream.ts';

export { MesosError, type MesosErrorCode } from './mesos-error.ts';
export type { SchedulerStream } from './scheduler-stream.ts';

export type SubscribeResult =
  /** This master does not lead; `to` (host:port) does, or did a moment ago. */
  { readonly kind: 'redirected'; readonly to: string } | { readonly kind: 'opened'; readonly stream: SchedulerStream };

export interface SchedulerClient {
  /** `signal` ends the attempt and, once opened, the stream. Rejects with a MesosError. */
  subscribe(master: string, call: SubscribeCall, options?: { signal?: AbortSignal }): Promise<SubscribeResult>;
  /** Ends every attempt and every stream; resolves when no socket is left. */
  close(): Promise<void>;
}

export interface SchedulerClientOptions extends ConnectionOptions, StreamLimits {}

/** src/common/http.hpp of Mesos: no valid stream id is longer. */
const maxStreamIdBytes = 128;

export function createSchedulerClient(options: SchedulerClientOptions = {}): SchedulerClient {
  /** Every attempt and stream, until its last socket is gone. */
  const live = new Map<AbortController, Promise<void>>();
  let closed = false;

  return {
    async subscribe(master, call, { signal } = {}) {
      if (closed || signal?.aborted) {
        throw abandoned(master);
      }
      const abort = new AbortController();
      const gone = Promise.withResolvers<void>();
      const passOn = (): void => abort.abort();
      signal?.addEventListener('abort', passOn, { once: true });
      live.set(abort, gone.promise);
      const release = async (end: Promise<void>): Promise<void> => {
        signal?.removeEventListener('abort', passOn);
        await end;
        live.delete(abort);
        gone.resolve();
      };
      return await open({ options, master, call, abort, release });
    },
    async close() {
      closed = true;
      for (const abort of live.keys()) {
        abort.abort();
      }
      await Promise.all(live.values());
    },
  };
}

interface Attempt {
  readonly options: SchedulerClientOptions;
  readonly master: string;
  readonly call: SubscribeCall;
  readonly abort: AbortController;
  /** Called once, when the attempt and its stream are over; `end` is the closing of their connections. */
  release(end: Promise<void>): Promise<void>;
}

async function open(attempt: Attempt): Promise<SubscribeResult> {
  const { options, master, call, abort } = attempt;
  let connection: Client | undefined;
  let opened = false;
  try {
    connection = connect(options, master);
    const body = stringifyExact(call);
    const answer = await post(connection, options, { path: schedulerPath, body, signal: abort.signal });
    if (abort.signal.aborted) {
      throw abandoned(master);
    }
    if (answer.statusCode === 200) {
      const stream = streamOf(attempt, answer, connection);
      opened = true;
      return { kind: 'opened', stream };
    }
    return await redirectOf(attempt, answer);
  } catch (error) {
    throw errorOfAttempt(error, attempt);
  } finally {
    if (!opened) {
      await attempt.release(connection?.destroy() ?? Promise.resolve());
    }
  }
}

function errorOfAttempt(error: unknown, { abort, master, call: { type: call } }: Attempt): MesosError {
  if (abort.signal.aborted) return abandoned(master);
  return error instanceof MesosError ? error : errorOfTransport(error, { master, call });
}

/** Enough that a burst does not wait for each answer; few enough that a lost connection costs little. */
const acknowledgementsUnderWay = 64;

function streamOf(attempt: Attempt, answer: Answer, connection: Client): SchedulerStream {
  const { options, master, abort } = attempt;
  const streamId = streamIdOf(answer, master);
  checkJsonBody(answer, master);
  const sender = createCallSender({
    connection: connect(options, master),
    acknowledgements: connect(options, master, acknowledgementsUnderWay),
    options,
    master,
    streamId,
  });
  const stream = createSchedulerStream({
    ...options,
    master,
    streamId,
    body: answer.body,
    sender,
    release: () => void attempt.release(Promise.all([sender.close(), connection.destroy()]).then(() => undefined)),
  });
  abort.signal.addEventListener('abort', () => stream.close(), { once: true });
  return stream;
}

/** A 200 of anything but the scheduler API (a proxy's page, the operator API) is no subscription. */
function streamIdOf(answer: Answer, master: string): string {
  const streamId = answer.headers['mesos-stream-id'];
  if (typeof streamId !== 'string' || streamId === '' || Buffer.byteLength(streamId) > maxStreamIdBytes) {
    throw foreign(master, '200 without a Mesos-Stream-Id');
  }
  return streamId;
}

async function redirectOf(attempt: Attempt, answer: Answer): Promise<SubscribeResult> {
  const { options, master, call } = attempt;
  const text = await readAnswerText(answer.body);
  const about = aboutCall(options, 'scheduler', master, call.type);
  if (answer.statusCode !== 307) {
    throw errorOfAnswer({ status: answer.statusCode, text }, about);
  }
  const location = answer.headers.location;
  const to = typeof location === 'string' ? parseLocation(location) : undefined;
  if (to === undefined) {
    const said = JSON.stringify(location ?? '').slice(0, 200);
    throw errorOfAnswer({ status: 307, text: `the leader's address ${said} is none` }, about);
  }
  return { kind: 'redirected', to };
}

function abandoned(master: string): MesosError {
  return new MesosError('closed', `the subscription at master ${master} was given up on our side`);
}
