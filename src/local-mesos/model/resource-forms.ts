/**
 * The forms in which the same resources appear. Inside the master they stand in the newest format (reservations as a
 * stack, docs/reservation.md of Mesos) and without allocation_info, so that they add up; schedulers get and send the form
 * that their capabilities say: `role`/`reservation` without RESERVATION_REFINEMENT, allocation_info only with MULTI_ROLE.
 */

import type { DiskInfo, FrameworkInfo, ReservationInfo, Resource } from '../../mesos-api-client/protocol/mesos.ts';
import { add, reservedRole } from '../../mesos-api-client/protocol/resources.ts';
import { hasCapability } from './capabilities.ts';

export function internalForm(resources: readonly Resource[] = []): Resource[] {
  return add(resources.map(internalResource));
}

export function internalResource(resource: Resource): Resource {
  const { allocation_info: _allocation, role, reservation, reservations, ...rest } = resource;
  const stack = reservations ?? oldReservation(role, reservation);
  return stack.length === 0 ? rest : { ...rest, reservations: stack };
}

function oldReservation(role: string | undefined, reservation: ReservationInfo | undefined): ReservationInfo[] {
  if (role === undefined || role === '*') {
    return [];
  }
  return [reservation === undefined ? { type: 'STATIC', role } : { type: 'DYNAMIC', ...reservation, role }];
}

/** As the framework wants to read them in offers. */
export function offeredForm(resources: readonly Resource[], info: FrameworkInfo, role: string): Resource[] {
  const refined = hasCapability(info, 'RESERVATION_REFINEMENT');
  return resources.map((resource) => ({
    ...(refined ? resource : oldForm(resource)),
    ...(hasCapability(info, 'MULTI_ROLE') ? { allocation_info: { role } } : {}),
  }));
}

/** Role "*" stands for unreserved in the old format and is printed. */
function oldForm(resource: Resource): Resource {
  const { reservations, ...rest } = resource;
  const [reservation] = reservations ?? [];
  if (reservation === undefined) {
    return { ...rest, role: '*' };
  }
  const { type, role, ...dynamic } = reservation;
  return { ...rest, role: role ?? '*', ...(type === 'DYNAMIC' ? { reservation: dynamic } : {}) };
}

/** As operators read them: in both formats at once. */
export function endpointForm(resource: Resource): Resource {
  const { reservations = [] } = resource;
  const role = reservations.at(-1)?.role ?? '*';
  const { reservation } = reservations.length === 1 ? oldForm(resource) : {};
  return { ...resource, role, ...(reservation === undefined ? {} : { reservation }) };
}

/** As agents and operators see what was given to a role. */
export function allocatedForm(resources: readonly Resource[], role: string): Resource[] {
  return resources.map((resource) => ({ ...resource, allocation_info: { role } }));
}

/** Whether a role may be given it: unreserved, or reserved to the role or one of its ancestors ("eng" for "eng/web"). */
export function isAvailableTo(resource: Resource, role: string): boolean {
  const reserved = reservedRole(resource);
  return reserved === undefined || reserved === role || role.startsWith(`${reserved}/`);
}

/** `cpus(allocated: web)(reservations: [(DYNAMIC,web,p)]):0.5; …`, as the master's own sentences print them. */
export function describeResources(resources: readonly Resource[], role?: string): string {
  return resources.length === 0
    ? '{}'
    : resources.map((resource) => `${labelOf(resource, role)}:${amountOf(resource)}`).join('; ');
}

export function amountOf(resource: Resource): string {
  switch (resource.type) {
    case 'SCALAR':
      return String(Math.round((resource.scalar?.value ?? 0) * 1000) / 1000);
    case 'RANGES':
      return `[${(resource.ranges?.range ?? []).map(({ begin, end }) => `${begin}-${end}`).join(', ')}]`;
    case 'SET':
      return `{${(resource.set?.item ?? []).join(', ')}}`;
    case 'TEXT':
      return '';
  }
}

function labelOf({ name, reservations = [], disk, revocable, shared }: Resource, role: string | undefined): string {
  return [
    name,
    role === undefined ? '' : `(allocated: ${role})`,
    reservations.length === 0 ? '' : `(reservations: [${reservations.map(describeReservation).join(',')}])`,
    disk === undefined ? '' : `[${describeDisk(disk)}]`,
    revocable === undefined ? '' : '{REV}',
    shared === undefined ? '' : '<SHARED>',
  ].join('');
}

function describeReservation({ type, role, principal, labels }: ReservationInfo): string {
  const pairs = (labels?.labels ?? []).map(({ key, value }) => (value === undefined ? key : `${key}: ${value}`));
  const parts = [type, role, principal, pairs.length === 0 ? undefined : `{${pairs.join(', ')}}`];
  return `(${parts.filter((part) => part !== undefined).join(',')})`;
}

function describeDisk({ source, persistence, volume }: DiskInfo): string {
  const root = source?.mount?.root ?? source?.path?.root;
  const parts = [
    ...(source === undefined ? [] : [`${source.type}${root === undefined ? '' : `:${root}`}`]),
    ...(persistence === undefined ? [] : [persistence.id]),
  ];
  return `${parts.join(',')}${volume === undefined ? '' : `:${volume.container_path}`}`;
}
