/** A request in the matcher's own terms, and the kinds of requests: those that no agent could tell apart. */
import { type Constraint, isForGood, isOfAgent } from './constraint.ts';
import type { Request, Scalars } from './model.ts';

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
  /** On no value of a field where a task of one of these is. */
  readonly aloneAmong: readonly string[];
  readonly exclusive: boolean;
  /** Of named sets, by name. */
  readonly sets: NonNullable<Request['sets']>;
  /** A plan for a whole batch understands its constraints: those that ask what an agent is, and UNIQUE. */
  readonly plannable: boolean;
}

/** What every demand has a field for. */
const named = new Set(['cpus', 'mem', 'disk']);

const none: readonly never[] = [];
export const noSets: Demand['sets'] = {};

export function demandsOf(requests: readonly Request[]): Demand[] {
  return requests.map((request, index) => {
    const { scalars, ports, hard = none, soft = none, groups = none, exclusive = false } = request;
    const { sets = noSets, together } = request;
    const others = othersOf(scalars);
    return {
      request,
      index,
      cpus: scalars.cpus ?? 0,
      mem: scalars.mem ?? 0,
      disk: scalars.disk ?? 0,
      ports,
      others,
      hard,
      soft,
      groups,
      aloneAmong: hard.length + soft.length === 0 ? none : aloneAmong([...hard, ...soft]),
      exclusive,
      sets,
      plannable:
        !exclusive &&
        together === undefined &&
        sets === noSets &&
        others.length === 0 &&
        hard.every(isSimple) &&
        soft.every(isSimple),
    };
  });
}

export function amountOf(demand: Demand, name: string): number {
  return name === 'cpus' || name === 'mem' || name === 'disk'
    ? demand[name]
    : (demand.others.find(([other]) => other === name)?.[1] ?? 0);
}

/** Equal for two demands only if every agent that has no room for the one has none for the other. */
export function kindOf({ cpus, mem, disk, ports, others, hard, exclusive, sets }: Demand): string {
  const rest = others.length === 0 ? '' : others.join();
  const wishes = `${hard.length === 0 ? '' : JSON.stringify(hard)}${sets === noSets ? '' : JSON.stringify(sets)}`;
  return `${cpus} ${mem} ${disk} ${ports} ${rest}${exclusive ? '!' : ''}${wishes}`;
}

/** A place that is refused may be allowed once others are placed: the constraint looks for company. */
export function mayBeHelped({ hard }: Demand): boolean {
  return hard.some((constraint) => !isForGood(constraint));
}

function aloneAmong(constraints: readonly Constraint[]): string[] {
  return constraints.flatMap((constraint) => (constraint.operator === 'UNIQUE' ? [constraint.among] : []));
}

function isSimple(constraint: Constraint): boolean {
  return constraint.operator === 'UNIQUE' || isOfAgent(constraint);
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
