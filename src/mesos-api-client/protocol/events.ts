/**
 * From the text of a record to an event. Only the frame is checked: an object with a type, and for the types that we
 * know their payload under the type's lower-case name. What stands inside is protobuf's promise. Types that we do not
 * know pass through, so that a newer master does not break an older scheduler.
 */
import type { SchedulerEvent } from './scheduler.ts';

export type ParsedEvent =
  | { readonly kind: 'event'; readonly event: SchedulerEvent }
  | { readonly kind: 'fault'; readonly message: string };

const typesWithPayload: ReadonlySet<string> = new Set<Exclude<SchedulerEvent['type'], 'HEARTBEAT'>>([
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

export function parseEvent(record: string): ParsedEvent {
  let value: unknown;
  try {
    value = JSON.parse(record);
  } catch (error) {
    return fault(`a record is no JSON: ${(error as Error).message}`);
  }
  if (!isObject(value) || typeof value.type !== 'string') {
    return fault('a record is no event: it has no type');
  }
  if (typesWithPayload.has(value.type) && !isObject(value[value.type.toLowerCase()])) {
    return fault(`an event ${value.type} has no ${value.type.toLowerCase()}`);
  }
  return { kind: 'event', event: value as unknown as SchedulerEvent };
}

function fault(message: string): ParsedEvent {
  return { kind: 'fault', message };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
