/**
 * Which offers are worth holding although nothing was launched on them: those of an agent that a task would rather go
 * back to (the missing part may still come), and for each such task one agent where it could go instead. All others go
 * back at once, so that no other framework waits for what we do not use.
 */
import type { OfferId } from '../../mesos-api-client/protocol/ids.ts';
import { amountsOf, amountsWanted, hasRoom, type Pool } from './pools.ts';
import type { Request } from './request.ts';

/** By offer: what for, in words. */
export function offersWorthHolding(pools: readonly Pool[], requests: readonly Request[]): ReadonlyMap<OfferId, string> {
  const held = new Map<Pool, string>();
  for (const { spec, prefer, role } of requests) {
    if (prefer === undefined) {
      continue;
    }
    const wanted = amountsWanted(spec.resources);
    const ofRole = pools.filter((pool) => pool.role === role);
    const instead = ofRole.find((pool) => !held.has(pool) && hasRoom(amountsOf(pool.free), wanted));
    for (const pool of ofRole) {
      if (pool.agentId === prefer.agentId) {
        held.set(pool, `${spec.taskId} would rather go back to this agent`);
      } else if (pool === instead) {
        held.set(pool, `for ${spec.taskId}, in case its old agent is not offered`);
      }
    }
  }
  return new Map([...held].flatMap(([pool, why]) => pool.offerIds.map((offerId) => [offerId, why] as const)));
}
