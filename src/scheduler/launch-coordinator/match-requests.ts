/** The matching library asked in its own words: requests and pools of one role become its requests and agents. */

import { portRanges } from '../../mesos-api-client/protocol/resources.ts';
import { type Agent, Matcher, type Request as MatcherRequest } from './matching/batch/index.ts';
import type { Pot } from './placing.ts';
import { amountsOf, amountsWanted } from './pools.ts';
import type { Request } from './request.ts';
import type { RunningTasks } from './running-tasks.ts';
import { sumOf } from './running-tasks.ts';

export function matchRequests(
  requests: readonly Request[],
  pots: readonly Pot[],
  running: RunningTasks,
): ReadonlyMap<Request, Pot> {
  const matcher = new Matcher(pots.map((pot) => agentOf(pot, running)));
  const { placements } = matcher.match(requests.map(requestOf), 'fitness');
  const byTask = new Map(requests.map((request) => [request.spec.taskId as string, request]));
  const byAgent = new Map(pots.map((pot) => [pot.pool.agentId as string, pot]));
  return new Map(
    placements.flatMap(({ requestId, agentId }) => {
      const request = byTask.get(requestId);
      const pot = byAgent.get(agentId);
      return request === undefined || pot === undefined ? [] : [[request, pot] as const];
    }),
  );
}

function agentOf({ pool, free }: Pot, running: RunningTasks): Agent {
  const { cpus, mem, disk } = amountsOf(free);
  const used = sumOf(running.at(pool.agentId));
  return {
    id: pool.agentId,
    hostname: pool.hostname,
    free: { cpus, mem, disk },
    used: { cpus: used.cpus, mem: used.mem, disk: used.disk },
    ports: portRanges(free),
    attributes: pool.attributes,
  };
}

function requestOf({ spec }: Request): MatcherRequest {
  const { cpus, mem, disk, ports } = amountsWanted(spec.resources);
  return { id: spec.taskId, scalars: { cpus, mem, disk }, ports };
}
