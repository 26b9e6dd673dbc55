/**
 * What of an agent's free share a role and a framework may be given, and how it is cut down to a quota. The answers for
 * one free share are kept as long as it is the same: every framework asks for them in every round, and most rounds change
 * few agents.
 */
import { fromThousandths, toThousandths } from '../../../lib/thousandths.ts';
import type { FrameworkInfo, Resource } from '../../../mesos-api-client/protocol/mesos.ts';
import { reservedRole } from '../../../mesos-api-client/protocol/resources.ts';
import { hasCapability } from '../capabilities.ts';
import { isAvailableTo } from '../resource-forms.ts';
import { type Quantities, quantitiesOf } from './quantities.ts';

export interface Share {
  readonly resources: readonly Resource[];
  readonly quantities: Quantities;
  /** Nothing in it needs a capability of its own. */
  readonly plain: boolean;
}

interface FreeView {
  readonly whole: Share;
  readonly reserved: boolean;
  readonly byRole: Map<string, Share>;
}

const views = new WeakMap<readonly Resource[], FreeView>();

export function availableTo(free: readonly Resource[], role: string): Share {
  const view = viewOf(free);
  if (!view.reserved) {
    return view.whole;
  }
  let share = view.byRole.get(role);
  if (share === undefined) {
    share = shareOf(free.filter((resource) => isAvailableTo(resource, role)));
    view.byRole.set(role, share);
  }
  return share;
}

/** Without what the framework could not understand (stripIncapableResources of Mesos' allocator). */
export function understandable(share: Share, info: FrameworkInfo): Share {
  if (share.plain) {
    return share;
  }
  const kept = share.resources.filter((resource) => needs(resource).every((needed) => hasCapability(info, needed)));
  return kept.length === share.resources.length ? share : shareOf(kept);
}

export function shareOf(resources: readonly Resource[]): Share {
  return {
    resources,
    quantities: quantitiesOf(resources),
    plain: resources.every((resource) => needs(resource).length === 0),
  };
}

/** No more than `target`; a name that it does not hold is zero. */
export function shrinkTo(resources: readonly Resource[], target: Quantities): Resource[] {
  const rest = new Map(target);
  return resources.flatMap((resource) => shrink(resource, rest, rest.get(resource.name) ?? 0));
}

/** No more than the limits; a name that they do not hold is not limited. */
export function shrinkWithin(resources: readonly Resource[], limits: Quantities): Resource[] {
  const rest = new Map(limits);
  return resources.flatMap((resource) => {
    const limit = rest.get(resource.name);
    return limit === undefined ? [resource] : shrink(resource, rest, limit);
  });
}

function shrink(resource: Resource, rest: Quantities, limit: number): Resource[] {
  const amount = toThousandths(resource.scalar?.value ?? 0);
  if (limit <= 0 || (amount > limit && !isDivisible(resource))) {
    return [];
  }
  const kept = Math.min(amount, limit);
  rest.set(resource.name, limit - kept);
  return [kept === amount ? resource : { ...resource, scalar: { value: fromThousandths(kept) } }];
}

/** A persistent volume and a disk of its own are taken whole or not at all. */
function isDivisible({ disk }: Resource): boolean {
  const source = disk?.source as { type?: string } | undefined;
  return disk?.persistence === undefined && source?.type !== 'MOUNT' && source?.type !== 'BLOCK';
}

function viewOf(free: readonly Resource[]): FreeView {
  let view = views.get(free);
  if (view === undefined) {
    const reserved = free.some((resource) => reservedRole(resource) !== undefined);
    view = { whole: shareOf(free), reserved, byRole: new Map() };
    views.set(free, view);
  }
  return view;
}

function needs({ shared, revocable, reservations = [] }: Resource): string[] {
  return [
    ...(shared === undefined ? [] : ['SHARED_RESOURCES']),
    ...(revocable === undefined ? [] : ['REVOCABLE_RESOURCES']),
    ...(reservations.length > 1 ? ['RESERVATION_REFINEMENT'] : []),
  ];
}
