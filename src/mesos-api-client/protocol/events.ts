/**
 * From the text of a record to an event: an object with a type, and for the types that we know their payload under the
 * type's lower-case name, with what its .proto requires. Types that we do not know pass through, so that a newer master
 * does not break an older scheduler.
 */
import { masterShapes, schedulerShapes } from './event-shapes.ts';
import { parseExact } from './int64.ts';
import type { MasterEvent } from './operator.ts';
import type { SchedulerEvent } from './scheduler.ts';
import { isRecord, type Shape } from './shapes.ts';

export type Parsed<Event> =
  | { readonly kind: 'event'; readonly event: Event }
  | { readonly kind: 'fault'; readonly message: string };

interface Payload {
  readonly member: string;
  readonly shape: Shape;
}

const schedulerPayloads = payloadsOf(schedulerShapes);
const masterPayloads = payloadsOf(masterShapes);

export function parseSchedulerEvent(record: string): Parsed<SchedulerEvent> {
  return parse<SchedulerEvent>(record, schedulerPayloads);
}

export function parseMasterEvent(record: string): Parsed<MasterEvent> {
  return parse<MasterEvent>(record, masterPayloads);
}

function parse<Event>(record: string, payloads: ReadonlyMap<string, Payload>): Parsed<Event> {
  let value: unknown;
  try {
    value = parseExact(record);
  } catch (error) {
    return fault(`a record is no JSON: ${(error as Error).message}`);
  }
  if (!isRecord(value) || typeof value.type !== 'string') {
    return fault('a record is no event: it has no type');
  }
  const payload = payloads.get(value.type);
  if (payload !== undefined) {
    const { member, shape } = payload;
    const wrong = shape(value[member]);
    if (wrong !== undefined) return fault(`an event ${value.type} without a usable ${member}${wrong}`);
  }
  return { kind: 'event', event: value as Event };
}

function payloadsOf(shapes: Readonly<Record<string, Shape>>): ReadonlyMap<string, Payload> {
  return new Map(Object.entries(shapes).map(([type, shape]) => [type, { member: type.toLowerCase(), shape }]));
}

function fault(message: string): { kind: 'fault'; message: string } {
  return { kind: 'fault', message };
}
