/**
 * What is free at one agent for one role: several offers of an agent are the normal case and are used together, in one
 * ACCEPT, which takes offers of one agent and one role only.
 */
import _ from 'lodash';
import { fromThousandths, type Thousandths } from '../../../lib/thousandths.ts';
import type { AgentId, OfferId } from '../../../mesos-api-client/protocol/ids.ts';
import type { Offer, Resource } from '../../../mesos-api-client/protocol/mesos.ts';
import { portRanges, scalarSum } from '../../../mesos-api-client/protocol/resources.ts';

export interface Pool {
  readonly agentId: AgentId;
  readonly hostname: string;
  readonly offerIds: readonly OfferId[];
  readonly free: readonly Resource[];
  /** The agent is about to be taken away for maintenance. */
  readonly leaving: boolean;
}

/** Amounts as Mesos counts: whole thousandths, but whole ports. */
export interface Amounts {
  readonly cpus: Thousandths;
  readonly mem: Thousandths;
  readonly disk: Thousandths;
  readonly ports: number;
}

export function poolsOf(offers: Iterable<Offer>): Pool[] {
  const byAgentAndRole = _.groupBy([...offers], (offer) =>
    JSON.stringify([offer.agent_id.value, offer.allocation_info?.role]),
  );
  return Object.values(byAgentAndRole).flatMap((together) => {
    const [first] = together;
    return first === undefined
      ? []
      : [
          {
            agentId: first.agent_id.value,
            hostname: first.hostname,
            offerIds: together.map((offer) => offer.id.value),
            free: together.flatMap((offer) => offer.resources ?? []),
            leaving: together.some((offer) => offer.unavailability !== undefined),
          },
        ];
  });
}

export function amountsOf(resources: readonly Resource[]): Amounts {
  return {
    cpus: scalarSum(resources, 'cpus'),
    mem: scalarSum(resources, 'mem'),
    disk: scalarSum(resources, 'disk'),
    ports: _.sumBy(portRanges(resources), ({ begin, end }) => end - begin + 1),
  };
}

/** For people: cpus and MiB with their fractions. */
export function inUnits(amounts: Amounts): Record<keyof Amounts, number> {
  return {
    cpus: fromThousandths(amounts.cpus),
    mem: fromThousandths(amounts.mem),
    disk: fromThousandths(amounts.disk),
    ports: amounts.ports,
  };
}
