/**
 * Which offers are worth holding although nothing was launched on them: those of an agent that a task would rather go
 * back to (the missing part may still come), and for each such task one agent where it could go instead. All others go
 * back at once, so that no other framework waits for what we do not use.
 */
import type { OfferId } from '../../mesos-api-client/protocol/ids.ts';
import type { Request } from './matching/match.ts';
import { amountsOf, type Pool } from './matching/pool.ts';
import { amountsWanted, hasRoom } from './matching/take.ts';

export function offersWorthHolding(pools: readonly Pool[], requests: readonly Request[]): ReadonlySet<OfferId> {
  const held = new Set<Pool>();
  for (const { prefer, resources } of requests) {
    if (prefer === undefined) {
      continue;
    }
    const wanted = amountsWanted(resources);
    const instead = pools.find((pool) => !held.has(pool) && hasRoom(amountsOf(pool.free), wanted));
    for (const pool of pools) {
      if (pool === instead || pool.agentId === prefer.agentId) {
        held.add(pool);
      }
    }
  }
  return new Set([...held].flatMap((pool) => pool.offerIds));
}
