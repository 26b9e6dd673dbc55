/**
 * An agent that the master wants back is the affair of those who have tasks there: each of its tasks is told until when it may
 * stay, and whoever planned it decides where it goes. Nobody says that the maintenance is called off: an offer of the agent
 * comes without it then, or the announcement, which comes again as long as tasks are there, does not.
 */
import type { EpochMs } from '../lib/brand.ts';
import type { AgentId } from '../mesos-api-client/protocol/ids.ts';
import type { InverseOffer, Offer } from '../mesos-api-client/protocol/mesos.ts';
import type { FrameBuilder } from './frame-builder.ts';
import { declineSeconds } from './launch-coordinator/inverse-offers.ts';
import { leavingFrom } from './launch-coordinator/known-agents.ts';
import type { LaunchedTask, TaskBook } from './task-book.ts';

/** Three announcements that did not come. */
const silentMs = 3 * declineSeconds * 1000;
const timer = { kind: 'announcement' } as const;

export class LeavingAgents {
  readonly #book: TaskBook;
  /** When it was last said of each agent with tasks of ours. */
  readonly #announced = new Map<AgentId, EpochMs>();

  constructor(book: TaskBook) {
    this.#book = book;
    for (const { leaveBy, life } of book.launched())
      if (leaveBy !== undefined) this.#announced.set(life.placement.agentId, 0);
  }

  announced(frame: FrameBuilder, inverseOffers: readonly InverseOffer[]): void {
    for (const { agent_id, unavailability } of inverseOffers) {
      if (agent_id === undefined) continue;
      const { from } = leavingFrom(unavailability);
      const tasks = this.#tasksAt(agent_id.value);
      if (tasks.length > 0) this.#announced.set(agent_id.value, frame.at);
      for (const task of tasks) if (task.leaveBy !== from) this.#book.put(frame, { ...task, leaveBy: from });
    }
    this.#wait(frame);
  }

  offered(frame: FrameBuilder, offers: readonly Offer[]): void {
    if (this.#announced.size === 0) return;
    for (const { agent_id, unavailability } of offers) {
      if (unavailability === undefined && this.#announced.has(agent_id.value)) this.#stay(frame, agent_id.value);
    }
    this.#wait(frame);
  }

  /** The master, perhaps another one, has its time from now on. */
  connected(frame: FrameBuilder): void {
    for (const agentId of this.#announced.keys()) this.#announced.set(agentId, frame.at);
    this.#wait(frame);
  }

  disconnected(frame: FrameBuilder): void {
    frame.clearTimer(timer);
  }

  timer(frame: FrameBuilder): void {
    for (const [agentId, at] of [...this.#announced]) if (frame.at >= at + silentMs) this.#stay(frame, agentId);
    this.#wait(frame);
  }

  #stay(frame: FrameBuilder, agentId: AgentId): void {
    this.#announced.delete(agentId);
    const told = this.#tasksAt(agentId).filter(({ leaveBy }) => leaveBy !== undefined);
    for (const { leaveBy: _, ...task } of told) this.#book.put(frame, task);
    if (told.length > 0) frame.fact({ kind: 'agent.stays', agentId, tasks: told.length });
  }

  #tasksAt(agentId: AgentId): readonly LaunchedTask[] {
    return this.#book.launched().filter(({ life }) => life.placement.agentId === agentId);
  }

  #wait(frame: FrameBuilder): void {
    if (this.#announced.size > 0) frame.setTimer(timer, Math.min(...this.#announced.values()) + silentMs);
    else frame.clearTimer(timer);
  }
}
