/**
 * From the text of a record to an event. Only the frame is checked: an object with a type, and for the types that we
 * know their payload under the type's lower-case name. What stands inside is protobuf's promise. Types that we do not
 * know pass through, so that a newer master does not break an older scheduler.
 */
import { parseExact } from './int64.ts';
import type { MasterEvent } from './operator.ts';
import type { SchedulerEvent } from './scheduler.ts';

export type Parsed<Event> =
  | { readonly kind: 'event'; readonly event: Event }
  | { readonly kind: 'fault'; readonly message: string };

/** By type, the name of the member that must be there. */
type Payloads = ReadonlyMap<string, string>;

const schedulerPayloads = payloadsOf<SchedulerEvent['type']>([
  'SUBSCRIBED',
  'OFFERS',
  'INVERSE_OFFERS',
  'RESCIND',
  'RESCIND_INVERSE_OFFER',
  'UPDATE',
  'UPDATE_OPERATION_STATUS',
  'MESSAGE',
  'FAILURE',
  'ERROR',
]);

const masterPayloads = payloadsOf<MasterEvent['type']>([
  'SUBSCRIBED',
  'TASK_ADDED',
  'TASK_UPDATED',
  'AGENT_ADDED',
  'AGENT_REMOVED',
  'FRAMEWORK_ADDED',
  'FRAMEWORK_UPDATED',
  'FRAMEWORK_REMOVED',
]);

export function parseSchedulerEvent(record: string): Parsed<SchedulerEvent> {
  return parse<SchedulerEvent>(record, schedulerPayloads);
}

export function parseMasterEvent(record: string): Parsed<MasterEvent> {
  return parse<MasterEvent>(record, masterPayloads);
}

function parse<Event>(record: string, payloads: Payloads): Parsed<Event> {
  let value: unknown;
  try {
    value = parseExact(record);
  } catch (error) {
    return fault(`a record is no JSON: ${(error as Error).message}`);
  }
  if (!isObject(value) || typeof value.type !== 'string') {
    return fault('a record is no event: it has no type');
  }
  const payload = payloads.get(value.type);
  if (payload !== undefined && !isObject(value[payload])) {
    return fault(`an event ${value.type} has no ${payload}`);
  }
  return { kind: 'event', event: value as Event };
}

function payloadsOf<Type extends string>(types: readonly Type[]): Payloads {
  return new Map(types.map((type) => [type, type.toLowerCase()]));
}

function fault(message: string): { kind: 'fault'; message: string } {
  return { kind: 'fault', message };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
