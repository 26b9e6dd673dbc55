/**
 * One subscription's stream of events: RecordIO (length in bytes, newline, JSON) in an HTTP response that stays open.
 * A scheduler that does not read is cut off when too much waits for it: it loses its subscription, the master no memory.
 */
import type { ServerResponse } from 'node:http';
import type { MasterEvent } from '../../mesos-api-client/protocol/operator.ts';
import type { SchedulerStreamEvent } from '../model/master-io.ts';

export interface EventStream<Event = SchedulerStreamEvent | MasterEvent> {
  send(event: Event): void;
  /** In good order, after what was sent. */
  end(): void;
  /** As a broken connection. */
  abort(): void;
  /** As a connection that broke on the way: the master hears of it by `onClosed`. */
  breakOff(): void;
  /** Called once when the reader has gone; not after `end` or `abort`. */
  onClosed(handler: () => void): void;
}

/** Bytes that may wait for one reader. */
const maxWaitingBytes = 32 * 1024 * 1024;

/** Streams of operators have no id. */
export function openEventStream<Event = SchedulerStreamEvent | MasterEvent>(
  response: ServerResponse,
  streamId?: string,
): EventStream<Event> {
  let open = true;
  let closed: () => void = () => {};
  response.writeHead(200, {
    'Content-Type': 'application/json',
    ...(streamId === undefined ? {} : { 'Mesos-Stream-Id': streamId }),
  });
  response.on('close', () => {
    if (open) {
      open = false;
      closed();
    }
  });
  // A reset arrives as an error and then as 'close', which is what counts.
  response.on('error', () => response.destroy());
  return {
    send: (event) => {
      if (!open || response.destroyed) {
        return;
      }
      const record = JSON.stringify(event);
      response.write(`${Buffer.byteLength(record)}\n${record}`);
      if (response.writableLength > maxWaitingBytes) {
        response.destroy();
      }
    },
    end: () => {
      open = false;
      response.end();
    },
    abort: () => {
      open = false;
      response.destroy();
    },
    breakOff: () => void response.destroy(),
    onClosed: (handler) => {
      closed = handler;
    },
  };
}
