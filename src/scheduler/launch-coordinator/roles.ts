/**
 * Roles: which one an offer was made to, and what of it a task of that role may use. An offer holds what is unreserved and
 * what is reserved to its role or to one above it ("eng" for "eng/front_end"); whatever else stood in it would not be ours.
 */
import type { Offer, Resource } from '../../mesos-api-client/protocol/mesos.ts';
import { reservedRole } from '../../mesos-api-client/protocol/resources.ts';

/** Masters name no role to a framework that has but one (without MULTI_ROLE). */
export function roleOf(offer: Offer, only: string): string {
  return offer.allocation_info?.role ?? only;
}

export function mayUse(role: string, resource: Resource): boolean {
  const reserved = reservedRole(resource);
  return reserved === undefined || reserved === role || role.startsWith(`${reserved}/`);
}
