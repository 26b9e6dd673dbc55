/** Where the choice of ports begins at each agent. */
import _ from 'lodash';
import type { AgentId } from '../../mesos-api-client/protocol/ids.ts';
import type { TaskRecord } from '../model/task.ts';

/** After a restart too, a new task does not get the ports that the last one at its agent had. */
export function nextPortsAfter(records: readonly TaskRecord[]): Map<AgentId, number> {
  const placements = records.flatMap(({ life }) => (life.phase === 'waiting' ? [] : (life.placement ?? [])));
  return new Map(
    _.sortBy(placements, 'launchedAt').flatMap(({ agentId, ports }) => {
      const highest = _.max(Object.values(ports));
      return highest === undefined ? [] : [[agentId, highest + 1] as const];
    }),
  );
}
