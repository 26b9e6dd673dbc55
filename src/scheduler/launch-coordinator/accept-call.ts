/** One ACCEPT: all offers of an agent and role, what has to be done to their resources, and what is launched on them. */
import type { Pot } from './placing.ts';
import { taskInfo } from './task-info.ts';

export function acceptCall({ pool, placed, before, after }: Pot, refuse_seconds: number) {
  const { agentId, hostname, offerIds } = pool;
  const task_infos = placed.map(({ request, ports, resources, sets }) =>
    taskInfo(request.spec, { agentId, hostname, ports, ...(sets && { sets }) }, resources),
  );
  return {
    type: 'ACCEPT' as const,
    accept: {
      offer_ids: offerIds.map((value) => ({ value })),
      operations: [
        ...before,
        ...(task_infos.length === 0 ? [] : [{ type: 'LAUNCH' as const, launch: { task_infos } }]),
        ...after,
      ],
      filters: { refuse_seconds },
    },
  };
}
