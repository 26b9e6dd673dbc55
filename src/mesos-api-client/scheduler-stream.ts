/**
 * One subscription while it lasts: its events as they are pulled (who reads slowly slows the master down, nothing piles
 * up here) and the calls that belong to it. It ends once and for all: at the end of the bytes, at the first fault in
 * them, or by close().
 */
import type { Readable } from 'node:stream';
import type { CallSender } from './call-sender.ts';
import { MesosError, reasonOf } from './mesos-error.ts';
import { parseEvent } from './protocol/events.ts';
import { createRecordDecoder, type RecordDecoder } from './protocol/recordio.ts';
import type { SchedulerCall, SchedulerEvent } from './protocol/scheduler.ts';

export interface SchedulerStream {
  /** Every call carries it; a later subscription has another one. */
  readonly streamId: string;
  /** To be read once. Ends by throwing a MesosError: 'closed' at the end of the stream, 'protocol' for what is no event. */
  events(): AsyncIterable<SchedulerEvent>;
  /** Strictly one after the other. Rejects with a MesosError; never repeated. */
  call(call: SchedulerCall): Promise<void>;
  close(): void;
}

export interface StreamParts {
  readonly master: string;
  readonly streamId: string;
  readonly body: Readable;
  readonly sender: CallSender;
  readonly maxRecordBytes?: number;
  /** Ends the connection; called once. */
  release(): void;
}

export function createSchedulerStream(parts: StreamParts): SchedulerStream {
  const { master, streamId, body, sender } = parts;
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

  async function* read(): AsyncGenerator<SchedulerEvent, never> {
    const { maxRecordBytes } = parts;
    const decoder = createRecordDecoder(maxRecordBytes === undefined ? {} : { maxRecordBytes });
    try {
      for await (const chunk of body as AsyncIterable<Uint8Array>) {
        const { records, fault } = decoder.push(chunk);
        for (const record of records) {
          // An empty record is legal RecordIO, though no master sends one.
          if (record !== '' && !ended) {
            yield eventOf(record, master);
          }
        }
        if (fault !== undefined) {
          throw new MesosError('protocol', `the stream of master ${master} is no RecordIO: ${fault.message}`);
        }
      }
      throw endOfStream(decoder, master);
    } catch (error) {
      throw ended ? closedByUs(master) : streamError(error, master);
    } finally {
      close();
    }
  }

  return {
    streamId,
    events() {
      if (reading) {
        throw new Error('the events of a subscription can be read only once');
      }
      reading = true;
      return read();
    },
    call: (call) => sender.send(call),
    close,
  };
}

function eventOf(record: string, master: string): SchedulerEvent {
  const parsed = parseEvent(record);
  if (parsed.kind === 'fault') {
    throw new MesosError('protocol', `the stream of master ${master} is broken: ${parsed.message}`);
  }
  return parsed.event;
}

function endOfStream(decoder: RecordDecoder, master: string): MesosError {
  const where = decoder.insideRecord ? ' in the middle of a record' : '';
  return new MesosError('closed', `master ${master} closed the stream${where}`);
}

function streamError(error: unknown, master: string): MesosError {
  return error instanceof MesosError
    ? error
    : new MesosError('closed', `the stream of master ${master} broke off: ${reasonOf(error)}`, { cause: error });
}

function closedByUs(master: string): MesosError {
  return new MesosError('closed', `the stream of master ${master} was closed on our side`);
}
