/** Counts, for one task that waits, the agents by what rules them out: what they lack, with the most that one had, and obstacles. */
import _ from 'lodash';
import type { RuledOut } from '../model/offer-views.ts';
import type { Obstacle } from './eligibility.ts';
import type { KnownAgent } from './known-agents.ts';
import type { Amounts } from './pools.ts';

interface Need {
  readonly reason: RuledOut['reason'];
  readonly what: string;
  readonly wanted: number;
  /** What an amount is for people. */
  readonly unit: number;
  readonly of: (free: Amounts) => number;
  agents: number;
  most: number;
  best?: KnownAgent;
}

export class Tally {
  readonly #needs: readonly Need[];
  readonly #others = new Map<string, RuledOut & { agents: number }>();

  constructor(wanted: Amounts) {
    this.#needs = needsOf(wanted);
  }

  note(agent: KnownAgent, free: Amounts | undefined, obstacles: readonly Obstacle[], role: string): void {
    for (const { reason, what } of obstacles) {
      this.#count(reason, what);
    }
    if (free === undefined) {
      this.#count('role', `offered nothing to role ${role}`);
      return;
    }
    for (const need of this.#needs) {
      const amount = need.of(free);
      if (amount < need.wanted) {
        need.agents += 1;
        if (amount > need.most) {
          need.most = amount;
          need.best = agent;
        }
      }
    }
  }

  ruledOut(): RuledOut[] {
    const amounts = this.#needs.flatMap(({ reason, what, wanted, unit, agents, most, best }) =>
      best === undefined
        ? []
        : [{ reason, what, agents, wanted: wanted / unit, best: most / unit, bestAgent: best.agentId }],
    );
    return [...amounts, ..._.orderBy([...this.#others.values()], ['agents', 'what'], ['desc', 'asc'])];
  }

  #count(reason: RuledOut['reason'], what: string): void {
    const known = this.#others.get(`${reason} ${what}`);
    if (known === undefined) {
      this.#others.set(`${reason} ${what}`, { reason, what, agents: 1 });
    } else {
      known.agents += 1;
    }
  }
}

function needsOf({ cpus, mem, disk, ports, others }: Amounts): readonly Need[] {
  const none = { agents: 0, most: -1 };
  return [
    { ...none, reason: 'cpus', what: 'too few cpus', wanted: cpus, unit: 1_000, of: (free) => free.cpus },
    { ...none, reason: 'memory', what: 'too little memory', wanted: mem, unit: 1_000, of: (free) => free.mem },
    { ...none, reason: 'disk', what: 'too little disk', wanted: disk, unit: 1_000, of: (free) => free.disk },
    { ...none, reason: 'ports', what: 'too few ports', wanted: ports, unit: 1, of: (free) => free.ports },
    ...Object.entries(others).map(([name, wanted]): Need => {
      const what = `too little of ${name}`;
      return { ...none, reason: 'scalar', what, wanted, unit: 1_000, of: (free) => free.others[name] ?? 0 };
    }),
  ];
}
