/**
 * The bytes of a stream, as the messages in them, pulled one by one: who reads slowly slows the sender down, and no more
 * than one chunk waits here. It ends once and for all, by throwing: at the end of the bytes, at the first fault in them,
 * after too long a silence, or by close().
 */
import type { Readable } from 'node:stream';
import { MesosError, reasonOf } from './mesos-error.ts';
import type { Parsed } from './protocol/events.ts';
import { createRecordDecoder } from './protocol/recordio.ts';

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
  const { body, master } = parts;
  let ended = false;
  let reading = false;

  // Iteration reports what breaks the body. Without a listener, a break that nobody is reading would end the process.
  body.on('error', () => undefined);

  function close(): void {
    if (!ended) {
      ended = true;
      parts.release();
    }
  }

  async function* read(): AsyncGenerator<Message, never> {
    const { parse, maxRecordBytes } = parts;
    const decoder = createRecordDecoder(maxRecordBytes === undefined ? {} : { maxRecordBytes });
    const silence = watchSilence(parts);
    try {
      silence.start();
      for await (const chunk of body as AsyncIterable<Uint8Array>) {
        const { records, fault } = decoder.push(chunk);
        for (const record of records) {
          // An empty record is legal RecordIO, though no master sends one.
          if (record === '' || ended) continue;
          const message = messageOf(parse(record), master);
          silence.stop();
          yield message;
        }
        if (fault !== undefined) {
          throw new MesosError('protocol', `the stream of master ${master} is no RecordIO: ${fault.message}`);
        }
        silence.start();
      }
      const where = decoder.insideRecord ? ' in the middle of a record' : '';
      throw new MesosError('closed', `master ${master} closed the stream${where}`);
    } catch (error) {
      throw ended ? closedByUs(master) : asStreamError(error, master);
    } finally {
      silence.stop();
      close();
    }
  }

  return {
    messages() {
      if (reading) {
        throw new Error('the events of a subscription can be read only once');
      }
      reading = true;
      return read();
    },
    close,
  };
}

function messageOf<Message>(parsed: Parsed<Message>, master: string): Message {
  if (parsed.kind === 'fault') {
    throw new MesosError('protocol', `the stream of master ${master} is broken: ${parsed.message}`);
  }
  return parsed.event;
}

/** Started while it runs, it goes on as it was: only a message starts it anew. */
function watchSilence(parts: StreamLimits & { readonly master: string; readonly body: Readable }) {
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
