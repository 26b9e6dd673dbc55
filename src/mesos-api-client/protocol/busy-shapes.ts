/**
 * The shapes of what comes thousands of times a second, updates and offers, written out: a member that is named in the
 * code is found ten times as fast as one whose name is a variable.
 */
import { isRecord, list, type Shape } from './shapes.ts';

type Members<Name extends string> = Readonly<Partial<Record<Name, unknown>>>;

export function isId(value: unknown): boolean {
  return isRecord(value) && typeof (value as Members<'value'>).value === 'string';
}

export const taskStatus: Shape = (value) => {
  if (!isRecord(value)) return '';
  const status: Members<
    'task_id' | 'state' | 'uuid' | 'reason' | 'message' | 'agent_id' | 'executor_id' | 'timestamp'
  > = value;
  if (!isId(status.task_id)) return '.task_id';
  if (typeof status.state !== 'string') return '.state';
  if (isNoText(status.uuid)) return '.uuid';
  if (isNoText(status.reason)) return '.reason';
  if (isNoText(status.message)) return '.message';
  if (isNoId(status.agent_id)) return '.agent_id';
  if (isNoId(status.executor_id)) return '.executor_id';
  return isNoNumber(status.timestamp) ? '.timestamp' : undefined;
};

/** A resource or an attribute: the payload that its type names is there, if it is one that is calculated with. */
const valued: Shape = (value) => {
  if (!isRecord(value)) return '';
  const { name, type, scalar, ranges }: Members<'name' | 'type' | 'scalar' | 'ranges'> = value;
  if (typeof name !== 'string') return '.name';
  if (typeof type !== 'string') return '.type';
  if (type === 'SCALAR') return isScalar(scalar) ? undefined : '.scalar';
  return type === 'RANGES' && !isRanges(ranges) ? '.ranges' : undefined;
};

export const resource: Shape = (value) => {
  const wrong = valued(value);
  if (wrong !== undefined) return wrong;
  const { allocation_info, reservations } = value as Members<'allocation_info' | 'reservations'>;
  if (isNoRole(allocation_info)) return '.allocation_info';
  const areWrong = reservations !== undefined && !(Array.isArray(reservations) && reservations.every(hasRole));
  return areWrong ? '.reservations' : undefined;
};

const resources = list(resource);
const attributes = list(valued);

export function offerWith(unavailability: Shape): Shape {
  return (value) => {
    if (!isRecord(value)) return '';
    const offer: Members<'id' | 'framework_id' | 'agent_id' | 'hostname' | 'allocation_info'> = value;
    if (!isId(offer.id)) return '.id';
    if (!isId(offer.framework_id)) return '.framework_id';
    if (!isId(offer.agent_id)) return '.agent_id';
    if (typeof offer.hostname !== 'string') return '.hostname';
    if (isNoRole(offer.allocation_info)) return '.allocation_info';
    const more = value as Members<'resources' | 'attributes' | 'unavailability'>;
    const wrong = resources(more.resources);
    if (wrong !== undefined) return `.resources${wrong}`;
    const wrongAttribute = attributes(more.attributes);
    if (wrongAttribute !== undefined) return `.attributes${wrongAttribute}`;
    const wrongTime = isAbsent(more.unavailability) ? undefined : unavailability(more.unavailability);
    return wrongTime === undefined ? undefined : `.unavailability${wrongTime}`;
  };
}

function isScalar(value: unknown): boolean {
  return isRecord(value) && typeof (value as Members<'value'>).value === 'number';
}

function isRanges(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { range }: Members<'range'> = value;
  return range === undefined || (Array.isArray(range) && range.every(isRange));
}

function isRange(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { begin, end }: Members<'begin' | 'end'> = value;
  return typeof begin === 'number' && typeof end === 'number';
}

function hasRole(value: unknown): boolean {
  return isRecord(value) && !isNoText((value as Members<'role'>).role);
}

function isNoRole(value: unknown): boolean {
  return !isAbsent(value) && !hasRole(value);
}

function isNoText(value: unknown): boolean {
  return !isAbsent(value) && typeof value !== 'string';
}

function isNoNumber(value: unknown): boolean {
  return !isAbsent(value) && typeof value !== 'number';
}

function isNoId(value: unknown): boolean {
  return !isAbsent(value) && !isId(value);
}

/** Masters write no null; protobuf reads it as absent. */
function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}
