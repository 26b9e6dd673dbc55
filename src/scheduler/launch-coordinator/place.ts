/** Where a task runs or is about to: of the agent what constraints ask for. */
import type { AgentId } from '../../mesos-api-client/protocol/ids.ts';
import type { AgentDomain } from '../model/placement.ts';
import type { Located } from './matching/index.ts';

export interface Place {
  readonly agentId: AgentId;
  readonly hostname: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly domain?: AgentDomain;
}

/** In the matcher's terms. */
export function located({ agentId, hostname, attributes, domain }: Place): Located {
  return { id: agentId, hostname, attributes, ...domain };
}
