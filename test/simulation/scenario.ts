/** What a seed decides before anything happens: the size of the world, how long it suffers, and from what. */
import { faultNames } from './faults/table.ts';
import { Chance } from './platform/chance.ts';

export interface Scenario {
  readonly seed: number;
  readonly agents: number;
  readonly agentCpus: number;
  /** Where agents are not all alike: the MiB of each, by its index; otherwise 4,096 for each cpu. */
  readonly agentMemMiB?: (index: number) => number;
  readonly masters: number;
  readonly agentReregisterMs: number;
  readonly clusters: number;
  readonly mostTaskManagers: number;
  /** Until then faults happen. */
  readonly sufferMs: number;
  readonly faultEveryMs: number;
  /** The kinds of faults of this world: few, so that they meet often. */
  readonly faults: readonly string[];
  readonly actEveryMs: number;
  /** Whether operators may remove the framework: another one follows then. */
  readonly startAnew: boolean;
  /** At the end of the faults the service is uninstalled, or in the midst of them. */
  readonly uninstallAtMs: number | undefined;
  /** How often people bring a cluster to another specification. */
  readonly updateEveryMs: number | undefined;
  /** How often they want a savepoint, a stop, another parallelism of a job. */
  readonly operateEveryMs: number | undefined;
}

/** One world in so many is large. */
const LARGE_ONE_IN = 200;

/** `faults`: those that it suffers from, where they are not left to the seed. */
export function scenarioOf(seed: number, faults?: readonly string[]): Scenario {
  const chance = new Chance(seed * 7 + 1);
  const large = chance.oneIn(LARGE_ONE_IN);
  const share = chance.pick([0.12, 0.25, 0.5]) ?? 0.25;
  const sufferMs = chance.between(25_000, 140_000);
  return {
    seed,
    agents: large ? (chance.pick([200, 500, 1500]) ?? 200) : 20,
    agentCpus: chance.pick([3, 6]) ?? 3,
    masters: chance.whole(1, 3),
    agentReregisterMs: chance.pick([600_000, 40_000]) ?? 600_000,
    clusters: chance.whole(1, large ? 4 : 2),
    mostTaskManagers: large ? 40 : (chance.pick([2, 4, 7]) ?? 4),
    sufferMs,
    faultEveryMs: chance.pick([1_500, 4_000, 9_000]) ?? 4_000,
    faults: faults ?? chance.some(faultNames, share),
    actEveryMs: chance.pick([6_000, 15_000, 40_000]) ?? 15_000,
    startAnew: chance.oneIn(3),
    uninstallAtMs: chance.oneIn(15) ? chance.between(0.3, 1) * sufferMs : undefined,
    updateEveryMs: chance.oneIn(4) ? (chance.pick([6_000, 15_000, 40_000]) ?? 15_000) : undefined,
    operateEveryMs: chance.oneIn(4) ? (chance.pick([6_000, 15_000]) ?? 15_000) : undefined,
  };
}
