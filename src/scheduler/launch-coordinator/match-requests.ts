/**
 * Chooses the agents for requests of one role, in the order given. Those that only need room go to the matcher in
 * batches; one that wants more than room (or room that others guard) is held against every agent that has some.
 */
import { portRanges } from '../../mesos-api-client/protocol/resources.ts';
import { brokenPreferences, eligibilityOf } from './eligibility.ts';
import { type Agent, Matcher, type Request as MatcherRequest } from './matching/index.ts';
import type { Pot } from './placing.ts';
import { type Amounts, amountsWanted, hasRoom } from './pools.ts';
import type { Request } from './request.ts';
import { type RunningTasks, sumOf } from './running-tasks.ts';

/** Cuts the request's part out of a pot; false if that cannot be. */
export type Put = (request: Request, pot: Pot) => boolean;

/** Answers those that found no place. */
export function placeInOrder(
  requests: readonly Request[],
  pots: readonly Pot[],
  running: RunningTasks,
  put: Put,
): readonly Request[] {
  const matcher = new Matcher(pots.map((pot) => agentOf(pot, running)));
  const left: Request[] = [];
  for (const batch of batchesOf(requests)) {
    if (batch.every((request) => isPlain(request, running))) {
      left.push(...placeBatch(batch, pots, matcher, put));
      continue;
    }
    for (const request of batch) {
      const pot = bestPot(request, pots, running);
      if (pot !== undefined && put(request, pot)) {
        matcher.set(agentOf(pot, running));
      } else {
        left.push(request);
      }
    }
  }
  return left;
}

/** Those without a wish that follow each other come together, every other one by itself. */
function batchesOf(requests: readonly Request[]): readonly (readonly Request[])[] {
  const batches: Request[][] = [];
  let open: Request[] | undefined;
  for (const request of requests) {
    const plain = request.spec.placement === undefined;
    if (plain && open !== undefined) {
      open.push(request);
    } else {
      const batch = [request];
      batches.push(batch);
      open = plain ? batch : undefined;
    }
  }
  return batches;
}

function isPlain({ spec }: Request, running: RunningTasks): boolean {
  return spec.placement === undefined && !running.guarded;
}

function placeBatch(batch: readonly Request[], pots: readonly Pot[], matcher: Matcher, put: Put): readonly Request[] {
  const { placements } = matcher.match(batch.map(requestOf), 'fitness');
  const byAgent = new Map(pots.map((pot) => [pot.pool.agentId as string, pot]));
  const agents = new Map(placements.map(({ requestId, agentId }) => [requestId, agentId]));
  return batch.filter((request) => {
    const agentId = agents.get(request.spec.taskId);
    const pot = agentId === undefined ? undefined : byAgent.get(agentId);
    return pot === undefined || !put(request, pot);
  });
}

/** The fewest preferences broken, then the fullest (or the emptiest) by the mean of cpus and memory. */
function bestPot({ spec }: Request, pots: readonly Pot[], running: RunningTasks): Pot | undefined {
  const wanted = amountsWanted(spec.resources);
  const eligible = eligibilityOf(spec, running);
  const broken = brokenPreferences(
    spec,
    running,
    pots.map(({ pool }) => pool),
  );
  const direction = spec.placement?.fitness === 'spread' ? -1 : 1;
  let best: { readonly pot: Pot; readonly broken: number; readonly fitness: number } | undefined;
  for (const pot of pots) {
    if (!hasRoom(pot.amounts, wanted) || eligible(pot.pool).length > 0) {
      continue;
    }
    const candidate = {
      pot,
      broken: broken(pot.pool),
      fitness: direction * fullness(pot.amounts, sumOf(running.at(pot.pool.agentId)), wanted),
    };
    if (
      best === undefined ||
      candidate.broken < best.broken ||
      (candidate.broken === best.broken && candidate.fitness > best.fitness)
    ) {
      best = candidate;
    }
  }
  return best?.pot;
}

function fullness(free: Amounts, used: Amounts, wanted: Amounts): number {
  const part = (of: 'cpus' | 'mem') => (used[of] + wanted[of]) / Math.max(1, used[of] + free[of]);
  return (part('cpus') + part('mem')) / 2;
}

function agentOf({ pool, free, amounts }: Pot, running: RunningTasks): Agent {
  const { cpus, mem, disk } = amounts;
  const used = sumOf(running.at(pool.agentId));
  return {
    id: pool.agentId,
    hostname: pool.hostname,
    free: { cpus, mem, disk },
    used: { cpus: used.cpus, mem: used.mem, disk: used.disk },
    ports: portRanges(free),
  };
}

function requestOf({ spec }: Request): MatcherRequest {
  const { cpus, mem, disk, ports } = amountsWanted(spec.resources);
  return { id: spec.taskId, scalars: { cpus, mem, disk }, ports };
}
