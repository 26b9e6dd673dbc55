/** A request in the matcher's own terms, and the kinds of requests: those that no agent could tell apart. */
import { type Constraint, isForGood, isOfAgent } from './constraint.ts';
import type { Request, Scalars } from './model.ts';

/** Tens of thousands of them live through a batch, so they are small: what most requests do not ask for they share. */
export class Demand {
  readonly request: Request;
  readonly index: number;
  readonly cpus: number;
  readonly mem: number;
  readonly disk: number;
  readonly ports: number;
  readonly #terms: Terms;

  constructor(request: Request, index: number, terms: Terms = termsOf(request)) {
    const { scalars, ports } = request;
    this.request = request;
    this.index = index;
    this.cpus = scalars.cpus ?? 0;
    this.mem = scalars.mem ?? 0;
    this.disk = scalars.disk ?? 0;
    this.ports = ports;
    this.#terms = terms;
  }

  get others(): Terms['others'] {
    return this.#terms.others;
  }

  get hard(): Terms['hard'] {
    return this.#terms.hard;
  }

  get soft(): Terms['soft'] {
    return this.#terms.soft;
  }

  get aloneAmong(): Terms['aloneAmong'] {
    return this.#terms.aloneAmong;
  }

  get plannable(): boolean {
    return this.#terms.plannable;
  }

  /** The groups that the task joins where it is placed. */
  get groups(): Terms['groups'] {
    return this.#terms.groups;
  }

  get exclusive(): boolean {
    return this.#terms.exclusive;
  }

  /** Of named sets, by name. */
  get sets(): Terms['sets'] {
    return this.#terms.sets;
  }

  /** The same size, held to these constraints alone. */
  heldTo(hard: readonly Constraint[]): Demand {
    return new Demand(this.request, this.index, { ...this.#terms, hard, soft: none, aloneAmong: none });
  }
}

interface Terms {
  /** Scalars besides cpus, memory and disk, as pairs: few requests have more than one. */
  readonly others: readonly (readonly [name: string, amount: number])[];
  readonly hard: readonly Constraint[];
  readonly soft: readonly Constraint[];
  /** On no value of a field where a task of one of these is. */
  readonly aloneAmong: readonly string[];
  readonly groups: readonly string[];
  readonly exclusive: boolean;
  readonly sets: NonNullable<Request['sets']>;
  /** A plan for a whole batch understands its constraints: those that ask what an agent is, and UNIQUE. */
  readonly plannable: boolean;
}

const none: readonly never[] = [];
export const noSets: NonNullable<Request['sets']> = {};
const plain: Terms = {
  others: none,
  hard: none,
  soft: none,
  aloneAmong: none,
  groups: none,
  exclusive: false,
  sets: noSets,
  plannable: true,
};

/** What every demand has a field for. */
const named = new Set(['cpus', 'mem', 'disk']);

export function demandsOf(requests: readonly Request[]): Demand[] {
  return requests.map((request, index) => new Demand(request, index));
}

function termsOf(request: Request): Terms {
  const { scalars, hard = none, soft = none, groups = none, exclusive = false, sets = noSets, together } = request;
  const others = othersOf(scalars);
  const isSimpleSoFar = !exclusive && sets === noSets && together === undefined && others === none;
  if (isSimpleSoFar && hard.length + soft.length + groups.length === 0) {
    return plain;
  }
  return {
    others,
    hard,
    soft,
    aloneAmong: aloneAmong([...hard, ...soft]),
    groups,
    exclusive,
    sets,
    plannable: isSimpleSoFar && hard.every(isSimple) && soft.every(isSimple),
  };
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

function othersOf(scalars: Scalars): Terms['others'] {
  let others: [string, number][] | undefined;
  for (const name in scalars) {
    const amount = scalars[name] ?? 0;
    if (amount > 0 && !named.has(name)) {
      others ??= [];
      others.push([name, amount]);
    }
  }
  return others?.sort(([a], [b]) => (a < b ? -1 : 1)) ?? none;
}
