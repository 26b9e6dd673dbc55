/**
 * Named sets of resources, as Fenzo has them: an agent has some sets of a name, each with so many sub-resources (network
 * interfaces with addresses). A set belongs to the first value that is asked for (a security group), as long as tasks
 * with that value use it; those that ask for none of the name share a set of their own.
 */
export interface SetsOfAgent {
  readonly sets: number;
  /** Sub-resources of each; with none, any number of tasks share a set. */
  readonly each: number;
  /** What tasks that run there hold. */
  readonly used?: readonly SetUse[];
}

export interface SetUse {
  readonly set: number;
  readonly value: string;
  readonly amount: number;
}

export interface SetWish {
  readonly value: string;
  /** Of the sub-resources of one set. */
  readonly amount: number;
}

type Wishes = Readonly<Record<string, SetWish>>;

/** Of those that ask for nothing. */
const forAll: SetWish = { value: '', amount: 0 };

interface OneSet {
  value: string;
  used: number;
  tasks: number;
}

export class NamedSets {
  readonly #named = new Map<string, { readonly each: number; readonly sets: OneSet[] }>();

  constructor(named: Readonly<Record<string, SetsOfAgent>>) {
    for (const [name, { sets, each, used = [] }] of Object.entries(named)) {
      const all = Array.from({ length: sets }, () => ({ value: '', used: 0, tasks: 0 }));
      this.#named.set(name, { each, sets: all });
      for (const { set, ...wish } of used) {
        join(all[set], wish);
      }
    }
  }

  /** Whether there is a set for each wish, those for all included. */
  hasRoom(wishes: Wishes): boolean {
    return (
      Object.keys(wishes).every((name) => this.#named.has(name)) &&
      [...this.#named.keys()].every((name) => this.#best(name, wishes) !== undefined)
    );
  }

  /** 0 to 1, the better the fuller the sets would be: Fenzo's own measure. The mean over the names. */
  score(wishes: Wishes): number {
    let sum = 0;
    for (const name of this.#named.keys()) {
      sum += this.#best(name, wishes)?.score ?? 0;
    }
    return sum / Math.max(1, this.#named.size);
  }

  /** Answers the number of the set by its name. */
  take(wishes: Wishes): Record<string, number> {
    const taken: Record<string, number> = {};
    for (const [name, { sets }] of this.#named) {
      const best = this.#best(name, wishes);
      if (best !== undefined) {
        join(sets[best.set], wishes[name] ?? forAll);
        taken[name] = best.set;
      }
    }
    return taken;
  }

  /** Answers how to get back to what it is now. */
  remember(): () => void {
    const before = [...this.#named.values()].map(({ sets }) => sets.map((each) => ({ ...each })));
    return () => {
      [...this.#named.values()].forEach(({ sets }, index) => {
        sets.splice(0, sets.length, ...(before[index] ?? []));
      });
    };
  }

  #best(name: string, wishes: Wishes): { readonly set: number; readonly score: number } | undefined {
    const { value, amount } = wishes[name] ?? forAll;
    const { each, sets } = this.#named.get(name) ?? { each: 0, sets: [] };
    let best: { readonly set: number; readonly score: number } | undefined;
    sets.forEach(({ value: owner, used, tasks }, set) => {
      const suits = tasks === 0 ? amount <= each : owner === value && used + amount <= each;
      const score = tasks === 0 ? 0.5 / (each + 1) : Math.min(1, (used + amount + 1) / (each + 1));
      if (suits && (best === undefined || score > best.score)) {
        best = { set, score };
      }
    });
    return best;
  }
}

function join(set: OneSet | undefined, { value, amount }: SetWish): void {
  if (set !== undefined) {
    set.value = value;
    set.used += amount;
    set.tasks += 1;
  }
}
