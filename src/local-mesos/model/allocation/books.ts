/**
 * What the allocator keeps account of: the whole of the cluster, what each role and each framework in it holds (offers
 * and tasks alike), what is reserved to roles, weights and quotas. Every change of an offer or a task is entered here as
 * it happens, so that no round has to count tasks.
 */

import { fromThousandths, toThousandths } from '../../../lib/thousandths.ts';
import type { FrameworkId } from '../../../mesos-api-client/protocol/ids.ts';
import type { Resource, Scalar } from '../../../mesos-api-client/protocol/mesos.ts';
import type { QuotaConfig } from '../../../mesos-api-client/protocol/operator-messages.ts';
import { reservedRole } from '../../../mesos-api-client/protocol/resources.ts';
import type { Claim } from '../holdings.ts';
import {
  addQuantities,
  addResources,
  isNothing,
  type Quantities,
  quantitiesOf,
  subtractQuantities,
} from './quantities.ts';
import { createSorter, type Sorter } from './sorter.ts';

/** Both by resource name; what a limit does not name is not limited. */
export interface Quota {
  readonly guarantees: Quantities;
  readonly limits: Quantities;
}

export interface AllocatorBooks {
  /** The scalars of all agents that are registered, connected or not. */
  readonly total: Quantities;
  readonly roles: Sorter;
  /** One for each role that has frameworks or holds something. */
  readonly frameworks: Map<string, Sorter>;
  readonly weights: Map<string, number>;
  readonly quotas: Map<string, Quota>;
  /** By top-level role: what counts against its quota, all below it included. */
  readonly unreservedHeld: Map<string, Quantities>;
  readonly reserved: Map<string, Quantities>;
  /** Counts what happens to frameworks that may make them take what they did not before. */
  generation: number;
}

type Holder = Pick<Claim, 'frameworkId' | 'role'>;

export function createBooks(): AllocatorBooks {
  const total: Quantities = new Map();
  return {
    total,
    roles: createSorter(total),
    frameworks: new Map(),
    weights: new Map(),
    quotas: new Map(),
    unreservedHeld: new Map(),
    reserved: new Map(),
    generation: 0,
  };
}

/** `counts`: it is newly offered, and not what became of an offer. */
export function enterHolding(
  books: AllocatorBooks,
  { role, frameworkId }: Holder,
  resources: readonly Resource[],
  counts = false,
): void {
  const quantities = quantitiesOf(resources);
  books.roles.allocated(role, quantities, counts);
  books.roles.setActive(role, true);
  frameworksOf(books, role).allocated(frameworkId, quantities, counts);
  addQuantities(of(books.unreservedHeld, topLevel(role)), quantitiesOf(resources.filter(isCharged)));
}

export function strikeHolding(
  books: AllocatorBooks,
  { role, frameworkId }: Holder,
  resources: readonly Resource[],
): void {
  const quantities = quantitiesOf(resources);
  books.roles.unallocated(role, quantities);
  frameworksOf(books, role).unallocated(frameworkId, quantities);
  subtractQuantities(of(books.unreservedHeld, topLevel(role)), quantitiesOf(resources.filter(isCharged)));
}

/** An agent came, or its resources are others now. */
export function enterAgent(books: AllocatorBooks, total: readonly Resource[]): void {
  addResources(books.total, total);
  for (const [role, quantities] of reservationsIn(total)) {
    addQuantities(of(books.reserved, role), quantities);
  }
  totalChanged(books);
}

export function strikeAgent(books: AllocatorBooks, total: readonly Resource[]): void {
  subtractQuantities(books.total, quantitiesOf(total));
  for (const [role, quantities] of reservationsIn(total)) {
    subtractQuantities(of(books.reserved, role), quantities);
  }
  totalChanged(books);
}

/** In which of its roles a framework takes part; where it neither does nor holds anything it is forgotten. */
export function enterSubscriptions(
  books: AllocatorBooks,
  id: FrameworkId,
  roles: readonly string[],
  isActive: (role: string) => boolean,
): void {
  for (const role of roles) {
    books.roles.setActive(role, true);
    frameworksOf(books, role).setActive(id, isActive(role));
  }
  for (const [role, sorter] of [...books.frameworks]) {
    if (sorter.has(id) && !roles.includes(role)) {
      sorter.setActive(id, false);
      if (isNothing(sorter.heldBelow(id) ?? new Map())) {
        strikeFrom(books, role, id);
      }
    }
  }
}

/** It is gone, and holds nothing any more. */
export function strikeFramework(books: AllocatorBooks, id: FrameworkId): void {
  for (const [role, sorter] of [...books.frameworks]) {
    if (sorter.has(id)) {
      strikeFrom(books, role, id);
    }
  }
}

/** A role goes with the last framework in it. */
function strikeFrom(books: AllocatorBooks, role: string, id: FrameworkId): void {
  const sorter = frameworksOf(books, role);
  sorter.remove(id);
  if (sorter.isEmpty()) {
    books.frameworks.delete(role);
    books.roles.remove(role);
  }
}

export function frameworksOf(books: AllocatorBooks, role: string): Sorter {
  let sorter = books.frameworks.get(role);
  if (sorter === undefined) {
    sorter = createSorter(books.total);
    books.frameworks.set(role, sorter);
  }
  return sorter;
}

/** Reservations count against a quota whether they are used or not; what is held besides them comes on top. */
export function consumedQuota(books: AllocatorBooks, role: string): Quantities {
  const consumed: Quantities = new Map(books.unreservedHeld.get(role));
  addQuantities(consumed, books.reserved.get(role) ?? new Map());
  return consumed;
}

/** Unreserved and not revocable: what quotas are about besides reservations. */
export function isCharged(resource: Resource): boolean {
  return resource.type === 'SCALAR' && resource.revocable === undefined && reservedRole(resource) === undefined;
}

export function topLevel(role: string): string {
  return role.split('/', 1)[0] ?? role;
}

function totalChanged(books: AllocatorBooks): void {
  books.roles.totalChanged();
  for (const sorter of books.frameworks.values()) {
    sorter.totalChanged();
  }
}

function reservationsIn(resources: readonly Resource[]): Map<string, Quantities> {
  const found = new Map<string, Quantities>();
  for (const resource of resources) {
    const role = reservedRole(resource);
    if (role !== undefined) {
      addResources(of(found, topLevel(role)), [resource]);
    }
  }
  return found;
}

function of(quantities: Map<string, Quantities>, key: string): Quantities {
  let known = quantities.get(key);
  if (known === undefined) {
    known = new Map();
    quantities.set(key, known);
  }
  return known;
}

export function configOf(role: string, { guarantees, limits }: Quota): QuotaConfig {
  return {
    role,
    ...(guarantees.size === 0 ? {} : { guarantees: amountsOf(guarantees) }),
    ...(limits.size === 0 ? {} : { limits: amountsOf(limits) }),
  };
}

export function quotaOf({ guarantees = {}, limits = {} }: QuotaConfig): Quota {
  return { guarantees: quantitiesIn(guarantees), limits: quantitiesIn(limits) };
}

function amountsOf(quantities: Quantities): Record<string, { value: number }> {
  return Object.fromEntries([...quantities].map(([name, amount]) => [name, { value: fromThousandths(amount) }]));
}

export function quantitiesIn(amounts: Readonly<Record<string, Scalar>>): Quantities {
  return new Map(Object.entries(amounts).map(([name, { value }]) => [name, toThousandths(value)]));
}
