/** How much roles may have of each scalar by their quotas, and how much of it they have, as a master tells it. */
import { fromThousandths } from '../lib/thousandths.ts';
import type { Resource } from '../mesos-api-client/protocol/mesos.ts';
import type { QuotaStatus, Role } from '../mesos-api-client/protocol/operator-messages.ts';
import { scalarSum } from '../mesos-api-client/protocol/resources.ts';

/** By name of the resource, in Mesos' units. */
export type Quantities = Readonly<Record<string, number>>;

export interface RoleQuota {
  /** A top-level one: it counts for all roles below it. */
  readonly role: string;
  readonly limits: Quantities;
  /** In use or offered, by all roles below it together. */
  readonly held: Quantities;
}

/** Masters before 1.9 know one amount, which is guaranteed and the limit at once. */
export function quotasOf({ configs, infos = [] }: QuotaStatus, roles: readonly Role[]): readonly RoleQuota[] {
  const limited =
    configs?.map(({ role, limits = {} }) => ({ role, limits: amountsOf(Object.entries(limits)) })) ??
    infos.map(({ role = '*', guarantee = [] }) => ({ role, limits: sumsOf(guarantee) }));
  return limited
    .filter(({ limits }) => Object.keys(limits).length > 0)
    .map((quota) => ({ ...quota, held: sumsOf(roles.find(({ name }) => name === quota.role)?.resources ?? []) }));
}

function amountsOf(entries: readonly (readonly [name: string, scalar: { readonly value: number }])[]): Quantities {
  return Object.fromEntries(entries.map(([name, { value }]) => [name, value]));
}

function sumsOf(resources: readonly Resource[]): Quantities {
  const names = new Set(resources.flatMap(({ name, scalar }) => (scalar === undefined ? [] : [name])));
  return Object.fromEntries([...names].map((name) => [name, fromThousandths(scalarSum(resources, name))]));
}
