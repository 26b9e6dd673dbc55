/**
 * An agent that the master wants back is the affair of those who have tasks there: each of its tasks is told until when it may
 * stay, and whoever planned it decides where it goes. The announcement comes again as long as tasks are there.
 */
import type { InverseOffer } from '../mesos-api-client/protocol/mesos.ts';
import type { FrameBuilder } from './frame-builder.ts';
import { leavingFrom } from './launch-coordinator/known-agents.ts';
import type { TaskBook } from './task-book.ts';

export function noteLeaving(frame: FrameBuilder, book: TaskBook, inverseOffers: readonly InverseOffer[]): void {
  for (const { agent_id, unavailability } of inverseOffers) {
    const { from } = leavingFrom(unavailability);
    for (const record of book.launched()) {
      if (record.life.placement.agentId === agent_id?.value && record.leaveBy !== from) {
        book.put(frame, { ...record, leaveBy: from });
      }
    }
  }
}
