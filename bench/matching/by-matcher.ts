/** Runs our own matcher, on one thread, the way Fenzo is run: what is known of the agents is built inside the clock. */
import { toThousandths } from '../../src/lib/thousandths.ts';
import {
  type Agent,
  type Constraint,
  Matcher,
  type Objective,
  type Placement,
  type Request,
} from '../../src/scheduler/launch-coordinator/matching/index.ts';
import type { Outcome, Passes } from './by-fenzo.ts';
import type { Workload, WorkloadConstraint } from './workloads.ts';

export function placeByMatcher(workload: Workload, objective: Objective, passes: Passes): Outcome {
  const agents = agentsOf(workload);
  const requests = requestsOf(workload);
  return workload.mode === 'rounds'
    ? playRounds(agents, requests.slice(0, passes.rounds), objective)
    : runPasses(agents, requests, objective, passes);
}

export function agentsOf({ agents }: Workload): Agent[] {
  return agents.map(({ id, hostname, cpus, memMiB, diskMiB, ports, rack }) => ({
    id,
    hostname,
    free: { cpus: toThousandths(cpus), mem: toThousandths(memMiB), disk: toThousandths(diskMiB) },
    ports: ports.map(([begin, end]) => ({ begin, end })),
    attributes: { rack },
  }));
}

export function requestsOf({ requests }: Workload): Request[] {
  return requests.map(({ id, cpus, memMiB, diskMiB, ports, hard, soft }) => ({
    id,
    scalars: { cpus: toThousandths(cpus), mem: toThousandths(memMiB), disk: toThousandths(diskMiB) },
    ports,
    groups: [...hard, ...soft].flatMap((constraint) => (constraint.kind === 'unique' ? [constraint.group] : [])),
    hard: hard.map(constraintOf),
    soft: soft.map(constraintOf),
  }));
}

function constraintOf(constraint: WorkloadConstraint): Constraint {
  return constraint.kind === 'attribute'
    ? { operator: 'IS', field: constraint.name, value: constraint.value }
    : { operator: 'UNIQUE', field: '@hostname', among: constraint.group };
}

function runPasses(agents: Agent[], requests: Request[], objective: Objective, { warmUps, passes }: Passes): Outcome {
  const ms: number[] = [];
  let placements: readonly Placement[] = [];
  for (let pass = 0; pass < warmUps + passes; pass += 1) {
    const start = performance.now();
    ({ placements } = new Matcher(agents).match(requests, objective));
    if (pass >= warmUps) {
      ms.push(performance.now() - start);
    }
  }
  return { ms, placements };
}

function playRounds(agents: Agent[], requests: Request[], objective: Objective): Outcome {
  const matcher = new Matcher(agents);
  const placements: Placement[] = [];
  const ms = requests.map((request) => {
    const start = performance.now();
    const matching = matcher.match([request], objective);
    const took = performance.now() - start;
    placements.push(...matching.placements);
    return took;
  });
  return { ms, placements };
}
