/** One subscription while it lasts: its events as they are pulled, and the calls that belong to it. */
import type { CallSender } from './call-sender.ts';
import { parseSchedulerEvent } from './protocol/events.ts';
import type { SchedulerCall, SchedulerEvent } from './protocol/scheduler.ts';
import { openRecordStream, type RecordStreamParts } from './record-stream.ts';

export interface SchedulerStream {
  /** Every call carries it; a later subscription has another one. */
  readonly streamId: string;
  /** To be read once. Ends by throwing a MesosError: 'closed' at the end of the stream, 'protocol' for what is no event. */
  events(): AsyncIterable<SchedulerEvent>;
  /** Strictly one after the other. Rejects with a MesosError; never repeated. */
  call(call: SchedulerCall): Promise<void>;
  close(): void;
}

export interface StreamParts extends Omit<RecordStreamParts<SchedulerEvent>, 'parse'> {
  readonly streamId: string;
  readonly sender: CallSender;
}

export function createSchedulerStream(parts: StreamParts): SchedulerStream {
  const { streamId, sender } = parts;
  const { messages, close } = openRecordStream({ ...parts, parse: parseSchedulerEvent });
  return { streamId, events: messages, call: (call) => sender.send(call), close };
}
