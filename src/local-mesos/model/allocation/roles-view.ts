/**
 * The roles that a master knows, and what they have: those with frameworks or holdings, reservations, weights or quotas, and
 * the roles above them (Master::knownRoles of Mesos). In the form of GET_ROLES and in that of GET /roles.
 */
import { fromThousandths } from '../../../lib/thousandths.ts';
import type { Resource } from '../../../mesos-api-client/protocol/mesos.ts';
import type { Role } from '../../../mesos-api-client/protocol/operator-messages.ts';
import { reservedRole } from '../../../mesos-api-client/protocol/resources.ts';
import { holdingsOf } from '../holdings.ts';
import type { MasterState } from '../master-state.ts';
import { isCharged } from './books.ts';
import { addQuantities, addResources, type Quantities } from './quantities.ts';
import { resourcesOf } from './quota.ts';

export function viewRoles(master: MasterState): Role[] {
  const { books, frameworks } = master;
  return knownRoles(master).map((name) => {
    const members = [...frameworks.values()].filter(({ roles }) => roles.includes(name));
    const held = resourcesOf(books.roles.heldBelow(name) ?? new Map());
    return {
      name,
      weight: books.weights.get(name) ?? 1,
      ...(members.length === 0 ? {} : { frameworks: members.map(({ id }) => ({ value: id })) }),
      ...(held.length === 0 ? {} : { resources: held }),
    };
  });
}

/** Everything of a role includes what the roles below it have. */
export function legacyRoles(master: MasterState) {
  const { books, frameworks, agents } = master;
  const allocated = sums();
  const offered = sums();
  const reserved = sums();
  const consumed = sums();
  for (const framework of frameworks.values()) {
    for (const { role, resources } of framework.offers.values()) {
      offered.add(role, resources);
    }
    for (const { role, resources } of holdingsOf(framework)) {
      allocated.add(role, resources);
      consumed.add(
        role,
        resources.filter((each) => each.type !== 'SCALAR' || isCharged(each)),
      );
    }
  }
  for (const { total } of agents.values()) {
    for (const resource of total) {
      const role = reservedRole(resource);
      if (role !== undefined) {
        reserved.add(role, [resource]);
        consumed.add(role, [resource]);
      }
    }
  }
  const roles = knownRoles(master).map((name) => ({
    name,
    weight: books.weights.get(name) ?? 1,
    quota: {
      role: name,
      guarantee: flat(books.quotas.get(name)?.guarantees),
      limit: flat(books.quotas.get(name)?.limits),
      consumed: consumed.of(name),
    },
    resources: both(allocated.raw(name), offered.raw(name)),
    allocated: allocated.of(name),
    offered: offered.of(name),
    reserved: reserved.of(name),
    frameworks: [...frameworks.values()].flatMap((each) => (each.roles.includes(name) ? [each.id] : [])),
  }));
  return { roles };
}

function knownRoles({ books, agents }: MasterState): string[] {
  const reserved = [...agents.values()].flatMap(({ total }) => total.flatMap((each) => reservedRole(each) ?? []));
  const named = [...books.frameworks.keys(), ...reserved, ...books.weights.keys(), ...books.quotas.keys()];
  return [...new Set(named.flatMap(withAncestors))].sort();
}

function withAncestors(role: string): string[] {
  const parts = role.split('/');
  return parts.map((_part, index) => parts.slice(0, index + 1).join('/'));
}

function sums() {
  const byRole = new Map<string, Quantities>();
  return {
    add: (role: string, resources: readonly Resource[]) => {
      for (const each of withAncestors(role)) {
        const sum = byRole.get(each) ?? new Map<string, number>();
        byRole.set(each, sum);
        addResources(sum, resources);
        addCounts(sum, resources);
      }
    },
    raw: (role: string) => byRole.get(role) ?? new Map<string, number>(),
    of: (role: string) => flat(byRole.get(role)),
  };
}

/** Ports and the like are counted. */
function addCounts(sum: Quantities, resources: readonly Resource[]): void {
  for (const { name, type, ranges } of resources) {
    if (type === 'RANGES') {
      const count = (ranges?.range ?? []).reduce((all, { begin, end }) => all + end - begin + 1, 0);
      sum.set(name, (sum.get(name) ?? 0) + count * 1000);
    }
  }
}

function both(left: Quantities, right: Quantities) {
  const sum = new Map(left);
  addQuantities(sum, right);
  return flat(sum);
}

function flat(quantities: Quantities = new Map()): Record<string, number> {
  return Object.fromEntries([...quantities].map(([name, amount]) => [name, fromThousandths(amount)]));
}
