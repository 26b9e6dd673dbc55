/**
 * Refusals: an offer of that agent to that role of the framework whose resources lie within what was refused is held back
 * until the filter's time is over (docs/scheduler-http-api.md of Mesos, DECLINE). REVIVE, the end of a suppression and an
 * agent that comes back with other attributes clear them.
 */
import type { EpochMs } from '../../../lib/brand.ts';
import type { AgentId } from '../../../mesos-api-client/protocol/ids.ts';
import type { Resource } from '../../../mesos-api-client/protocol/mesos.ts';
import { contains } from '../../../mesos-api-client/protocol/resources.ts';

interface Filter {
  readonly resources: readonly Resource[];
  readonly until: EpochMs;
  /** The resources that were held against it last: as long as they are the same, so is the verdict. */
  asked: readonly Resource[] | undefined;
  holds: boolean;
}

export interface OfferFilters {
  add(role: string, agentId: AgentId, resources: readonly Resource[], now: EpochMs, until: EpochMs): void;
  /** Until when it is held back, if it is. */
  holdBack(role: string, agentId: AgentId, resources: readonly Resource[], now: EpochMs): EpochMs | undefined;
  clear(): void;
  clearRole(role: string): void;
  clearAgent(agentId: AgentId): void;
  readonly size: number;
}

export function createOfferFilters(): OfferFilters {
  const byRole = new Map<string, Map<AgentId, Filter[]>>();

  return {
    /** One that says no more than this one is of no use any more; so repeated refusals do not pile up. */
    add: (role, agentId, resources, now, until) => {
      const ofRole = byRole.get(role) ?? new Map<AgentId, Filter[]>();
      byRole.set(role, ofRole);
      const others = (ofRole.get(agentId) ?? []).filter(
        (each) => each.until > now && (each.until > until || !contains(resources, each.resources)),
      );
      ofRole.set(agentId, [...others, { resources, until, asked: undefined, holds: false }]);
    },
    holdBack: (role, agentId, resources, now) => {
      const ofRole = byRole.get(role);
      const filters = ofRole?.get(agentId);
      if (ofRole === undefined || filters === undefined) {
        return undefined;
      }
      for (const filter of filters) {
        if (filter.until > now && holds(filter, resources)) {
          return filter.until;
        }
      }
      if (filters.every(({ until }) => until <= now)) {
        ofRole.delete(agentId);
      }
      return undefined;
    },
    clear: () => byRole.clear(),
    clearRole: (role) => {
      byRole.delete(role);
    },
    clearAgent: (agentId) => {
      for (const ofRole of byRole.values()) {
        ofRole.delete(agentId);
      }
    },
    get size() {
      return [...byRole.values()].flatMap((ofRole) => [...ofRole.values()]).flat().length;
    },
  };
}

function holds(filter: Filter, resources: readonly Resource[]): boolean {
  if (filter.asked !== resources) {
    filter.asked = resources;
    filter.holds = filter.resources === resources || contains(filter.resources, resources);
  }
  return filter.holds;
}
