/** Which component an event of the master concerns, once it is sure that it is of the present subscription. */
import type { SchedulerEvent } from '../mesos-api-client/protocol/scheduler.ts';
import type { Components } from './components.ts';
import type { FrameBuilder } from './frame-builder.ts';

export type EventOf<Type extends SchedulerEvent['type']> = Extract<SchedulerEvent, { type: Type }>;

type Parts = Pick<Components, 'launch' | 'monitor' | 'reconciliation' | 'leaving'>;

export function takeEvent(
  frame: FrameBuilder,
  parts: Parts,
  event: Exclude<SchedulerEvent, EventOf<'SUBSCRIBED' | 'ERROR'>>,
): void {
  const { launch, leaving } = parts;
  switch (event.type) {
    case 'HEARTBEAT':
      return;
    case 'OFFERS':
      launch.offers(frame, event.offers.offers ?? []);
      leaving.offered(frame, event.offers.offers ?? []);
      break;
    case 'RESCIND':
      launch.rescind(frame, event.rescind.offer_id.value);
      break;
    case 'UPDATE':
      update(frame, parts, event);
      break;
    case 'FAILURE':
      failure(frame, parts, event);
      break;
    case 'UPDATE_OPERATION_STATUS':
      launch.operationStatus(frame, event.update_operation_status.status);
      break;
    case 'INVERSE_OFFERS':
      launch.inverseOffers(frame, event.inverse_offers.inverse_offers ?? []);
      leaving.announced(frame, event.inverse_offers.inverse_offers ?? []);
      break;
    default:
      // Kinds that we never ask for, and kinds that do not exist yet.
      frame.fact({ kind: 'event.ignored', type: event.type });
  }
}

/** Answered first: what the monitor makes of the update may be to ask again. */
function update(frame: FrameBuilder, { reconciliation, monitor }: Parts, event: EventOf<'UPDATE'>): void {
  const { status } = event.update;
  reconciliation.answered(frame, status.task_id.value);
  monitor.update(frame, status);
}

/** Of an agent: a hint to ask after its tasks, nothing more. Of an executor: none of ours. */
function failure(frame: FrameBuilder, { launch, reconciliation }: Parts, event: EventOf<'FAILURE'>): void {
  const agentId = event.failure.agent_id?.value;
  if (agentId === undefined || event.failure.executor_id !== undefined) {
    frame.fact({ kind: 'event.ignored', type: 'FAILURE of an executor' });
    return;
  }
  frame.fact({ kind: 'agent.failed', agentId });
  launch.agentFailed(agentId);
  reconciliation.hurry(frame, agentId);
}
