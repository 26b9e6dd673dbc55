/**
 * The master asks for an agent back (maintenance). The answer is honest: accepted when nothing of ours is there,
 * declined while something is. Either answer is asked for again when its filter ends, so the answer changes by itself once
 * the tasks have gone. New tasks keep away from such agents as long as there are others.
 */
import type { OfferId } from '../../mesos-api-client/protocol/ids.ts';
import type { InverseOffer } from '../../mesos-api-client/protocol/mesos.ts';
import type { FrameBuilder } from '../frame-builder.ts';
import { leavingFrom } from './known-agents.ts';
import type { RunningTasks } from './running-tasks.ts';

/** Soon asked again: the tasks are to go. */
export const declineSeconds = 30;
/** Asked again seldom: nothing of ours comes there while it is announced. */
const acceptSeconds = 600;

export function answerInverseOffers(
  frame: FrameBuilder,
  inverseOffers: readonly InverseOffer[],
  running: RunningTasks,
): void {
  const accepted: OfferId[] = [];
  const declined: OfferId[] = [];
  for (const { id, agent_id, unavailability } of inverseOffers) {
    const tasks = agent_id === undefined ? 0 : running.at(agent_id.value).length;
    (tasks === 0 ? accepted : declined).push(id.value);
    frame.fact({
      kind: 'agent.leaving',
      ...(agent_id === undefined ? {} : { agentId: agent_id.value }),
      ...leavingFrom(unavailability),
      tasks,
      accepted: tasks === 0,
    });
  }
  if (accepted.length > 0) {
    frame.call({ type: 'ACCEPT_INVERSE_OFFERS', accept_inverse_offers: answer(accepted, acceptSeconds) });
  }
  if (declined.length > 0) {
    frame.call({ type: 'DECLINE_INVERSE_OFFERS', decline_inverse_offers: answer(declined, declineSeconds) });
  }
}

function answer(ids: readonly OfferId[], refuse_seconds: number) {
  return { inverse_offer_ids: ids.map((value) => ({ value })), filters: { refuse_seconds } };
}
