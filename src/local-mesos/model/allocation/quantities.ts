/**
 * Amounts of scalar resources by name, in whole thousandths: what shares, quotas and minimum sizes are counted in
 * (src/common/resource_quantities.cpp of Mesos). A name that is absent is zero, and nothing goes below zero.
 */
import { fromThousandths, toThousandths } from '../../../lib/thousandths.ts';
import type { Resource } from '../../../mesos-api-client/protocol/mesos.ts';

export type Quantities = Map<string, number>;

export function quantitiesOf(resources: readonly Resource[]): Quantities {
  const quantities: Quantities = new Map();
  addResources(quantities, resources);
  return quantities;
}

export function addResources(to: Quantities, resources: readonly Resource[]): void {
  for (const { name, type, scalar } of resources) {
    if (type === 'SCALAR' && scalar !== undefined) {
      to.set(name, (to.get(name) ?? 0) + toThousandths(scalar.value));
    }
  }
}

export function addQuantities(to: Quantities, more: Quantities): void {
  for (const [name, amount] of more) {
    to.set(name, (to.get(name) ?? 0) + amount);
  }
}

export function subtractQuantities(from: Quantities, less: Quantities): void {
  for (const [name, amount] of less) {
    const rest = (from.get(name) ?? 0) - amount;
    if (rest > 0) {
      from.set(name, rest);
    } else {
      from.delete(name);
    }
  }
}

export function isNothing(quantities: Quantities): boolean {
  for (const amount of quantities.values()) {
    if (amount > 0) {
      return false;
    }
  }
  return true;
}

export function containsQuantities(quantities: Quantities, wanted: Quantities): boolean {
  for (const [name, amount] of wanted) {
    if (amount > (quantities.get(name) ?? 0)) {
      return false;
    }
  }
  return true;
}

/** Limits name what is limited: all else is without end. */
export function isWithinLimits(quantities: Quantities, limits: Quantities): boolean {
  for (const [name, limit] of limits) {
    if ((quantities.get(name) ?? 0) > limit) {
      return false;
    }
  }
  return true;
}

/** `cpus:1.5; mem:200`, as the master's own sentences print them. */
export function describeQuantities(quantities: Quantities): string {
  return [...quantities]
    .filter(([, amount]) => amount > 0)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, amount]) => `${name}:${fromThousandths(amount)}`)
    .join('; ');
}
