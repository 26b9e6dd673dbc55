/**
 * The bytes of a stream, as the messages in them, pulled one by one: who reads slowly slows the sender down, and no more
 * than one chunk waits here. It ends once and for all, by throwing: at the end of the bytes, at the first fault in them,
 * after too long a silence, or by close().
 */
import type { Readable } from 'node:stream';
import { MesosError, reasonOf } from './mesos-error.ts';
import type { Parsed } from './protocol/events.ts';
import { createRecordDecoder, type RecordDecoder, type RecordIoFault } from './protocol/recordio.ts';

export interface RecordStream<Message> {
  /** To be read once. Ends by throwing a MesosError. */
  messages(): AsyncIterable<Message>;
  close(): void;
}

export interface StreamLimits {
  /** Default 64 MiB. */
  readonly maxRecordBytes?: number;
  /** So long may no message come while one is waited for; bytes that never become one do not count. Default: for ever. */
  readonly silenceLimitMs?: number;
}

export interface RecordStreamParts<Message> extends StreamLimits {
  readonly master: string;
  readonly body: Readable;
  readonly parse: (record: string) => Parsed<Message>;
  /** Ends the connection; called once. */
  release(): void;
}

export function openRecordStream<Message>(parts: RecordStreamParts<Message>): RecordStream<Message> {
  const reader = new Reader(parts);
  let reading = false;
  return {
    messages() {
      if (reading) {
        throw new Error('the events of a subscription can be read only once');
      }
      reading = true;
      return reader;
    },
    close: () => reader.close(),
  };
}

type Result<Message> = IteratorResult<Message, undefined>;

/**
 * An iterator by hand: a generator takes several turns of the microtask queue for each message, which is a third of what
 * a message costs at all.
 */
class Reader<Message> implements AsyncIterableIterator<Message, undefined> {
  readonly #parts: RecordStreamParts<Message>;
  readonly #decoder: RecordDecoder;
  readonly #silence: Silence;
  /** Of the last chunk; those before #next are used up. */
  #records: readonly string[] = [];
  #next = 0;
  #fault: RecordIoFault | undefined;
  #ended = false;
  #chunks: AsyncIterator<Uint8Array> | undefined;
  /** One chunk is waited for at a time; whoever asks meanwhile comes after it. */
  #waiting: Promise<unknown> | undefined;

  constructor(parts: RecordStreamParts<Message>) {
    const { body, maxRecordBytes } = parts;
    this.#parts = parts;
    this.#decoder = createRecordDecoder(maxRecordBytes === undefined ? {} : { maxRecordBytes });
    this.#silence = watchSilence(parts);
    // Iteration reports what breaks the body. Without a listener, a break that nobody is reading would end the process.
    body.on('error', () => undefined);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Result<Message>> {
    if (this.#waiting !== undefined) return this.#waiting.then(() => this.next());
    try {
      const message = this.#atHand();
      if (message !== undefined) return Promise.resolve({ done: false, value: message });
    } catch (error) {
      return Promise.reject(this.#endWith(error));
    }
    const result = this.#fromNextChunk();
    this.#waiting = result
      .catch(() => undefined)
      .finally(() => {
        this.#waiting = undefined;
      });
    return result;
  }

  /** Who leaves the loop closes the stream. */
  async return(): Promise<Result<Message>> {
    this.close();
    return { done: true, value: undefined };
  }

  close(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#silence.stop();
    this.#parts.release();
  }

  async #fromNextChunk(): Promise<Result<Message>> {
    try {
      this.#chunks ??= (this.#parts.body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
      for (;;) {
        this.#silence.start();
        const { done, value: chunk } = await this.#chunks.next();
        if (done) throw endOfStream(this.#decoder, this.#parts.master);
        const { records, fault } = this.#decoder.push(chunk);
        this.#records = records;
        this.#next = 0;
        this.#fault = fault;
        const message = this.#atHand();
        if (message !== undefined) return { done: false, value: message };
      }
    } catch (error) {
      throw this.#endWith(error);
    }
  }

  /** The next message of the chunk that is here; undefined when it is used up. */
  #atHand(): Message | undefined {
    const { master, parse } = this.#parts;
    if (this.#ended) throw closedByUs(master);
    while (this.#next < this.#records.length) {
      const record = this.#records[this.#next] ?? '';
      this.#next += 1;
      // An empty record is legal RecordIO, though no master sends one.
      if (record === '') continue;
      const parsed = parse(record);
      if (parsed.kind === 'fault') {
        throw new MesosError('protocol', `the stream of master ${master} is broken: ${parsed.message}`);
      }
      this.#silence.stop();
      return parsed.event;
    }
    if (this.#fault === undefined) return undefined;
    throw new MesosError('protocol', `the stream of master ${master} is no RecordIO: ${this.#fault.message}`);
  }

  #endWith(error: unknown): MesosError {
    const { master } = this.#parts;
    const told = this.#ended ? closedByUs(master) : asStreamError(error, master);
    this.#records = [];
    this.close();
    return told;
  }
}

function endOfStream(decoder: RecordDecoder, master: string): MesosError {
  const where = decoder.insideRecord ? ' in the middle of a record' : '';
  return new MesosError('closed', `master ${master} closed the stream${where}`);
}

interface Silence {
  start(): void;
  stop(): void;
}

/** Started while it runs, it goes on as it was: only a message starts it anew. */
function watchSilence(parts: StreamLimits & { readonly master: string; readonly body: Readable }): Silence {
  const { master, body, silenceLimitMs } = parts;
  let timer: NodeJS.Timeout | undefined;
  return {
    start(): void {
      if (silenceLimitMs === undefined || timer !== undefined) return;
      const why = new MesosError('unreachable', `master ${master} said nothing for ${silenceLimitMs} ms`);
      timer = setTimeout(() => body.destroy(why), silenceLimitMs);
    },
    stop(): void {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}

function asStreamError(error: unknown, master: string): MesosError {
  return error instanceof MesosError
    ? error
    : new MesosError('closed', `the stream of master ${master} broke off: ${reasonOf(error)}`, { cause: error });
}

function closedByUs(master: string): MesosError {
  return new MesosError('closed', `the stream of master ${master} was closed on our side`);
}
