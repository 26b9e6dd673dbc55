/** An offer in a line: who offers how much to which role. */
import type { Offer } from '../../mesos-api-client/protocol/mesos.ts';
import type { OfferSummary } from '../model/facts.ts';
import { amountsOf, inUnits } from './pools.ts';
import { roleOf } from './roles.ts';

export function offerSummary(offer: Offer, onlyRole: string): OfferSummary {
  return {
    offerId: offer.id.value,
    agentId: offer.agent_id.value,
    hostname: offer.hostname,
    role: roleOf(offer, onlyRole),
    ...inUnits(amountsOf(offer.resources ?? [])),
  };
}
