/** A request in the matcher's own terms, and the kinds of requests: those that no agent could tell apart. */
import type { Constraint, Request, Scalars } from './model.ts';

export interface Demand {
  readonly request: Request;
  readonly index: number;
  readonly cpus: number;
  readonly mem: number;
  readonly disk: number;
  readonly ports: number;
  /** All other scalars, as pairs: few requests have more than one. */
  readonly others: readonly (readonly [name: string, amount: number])[];
  readonly hard: readonly Constraint[];
  readonly soft: readonly Constraint[];
  /** The groups that the task joins where it is placed. */
  readonly groups: readonly string[];
}

/** What every demand has a field for. */
const named = new Set(['cpus', 'mem', 'disk']);

const none: readonly never[] = [];

export function demandsOf(requests: readonly Request[]): Demand[] {
  return requests.map((request, index) => {
    const { scalars, ports, hard = none, soft = none } = request;
    const constrained = hard.length > 0 || soft.length > 0;
    return {
      request,
      index,
      cpus: scalars.cpus ?? 0,
      mem: scalars.mem ?? 0,
      disk: scalars.disk ?? 0,
      ports,
      others: othersOf(scalars),
      hard,
      soft,
      groups: constrained ? groupsOf([...hard, ...soft]) : none,
    };
  });
}

/** Equal for two demands only if every agent that has no room for the one has none for the other. */
export function kindOf({ cpus, mem, disk, ports, others, hard }: Demand): string {
  const rest = others.length === 0 ? '' : others.join();
  return `${cpus} ${mem} ${disk} ${ports} ${rest}${hard.length === 0 ? '' : JSON.stringify(hard)}`;
}

function othersOf(scalars: Scalars): Demand['others'] {
  const others: [string, number][] = [];
  for (const name in scalars) {
    const amount = scalars[name] ?? 0;
    if (amount > 0 && !named.has(name)) {
      others.push([name, amount]);
    }
  }
  return others.length > 1 ? others.sort(([a], [b]) => (a < b ? -1 : 1)) : others;
}

function groupsOf(constraints: readonly Constraint[]): string[] {
  const groups = constraints.flatMap((constraint) => (constraint.kind === 'unique' ? [constraint.group] : []));
  return [...new Set(groups)];
}
