/**
 * Follows every task from its launch to its end: puts each event through taskStep, carries the effects into the frame,
 * acknowledges each update that has a uuid (only those; the frame persists first), and kills until it is terminal what
 * is to end, orphans too. An orphan is a task that runs although no record wants it.
 */
import type { EpochMs } from '../../lib/brand.ts';
import { unreachable } from '../../lib/exhaustive.ts';
import type { AgentId, TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { TaskStatus } from '../../mesos-api-client/protocol/mesos.ts';
import type { TaskState } from '../../mesos-api-client/protocol/task-state.ts';
import type { FrameBuilder } from '../frame-builder.ts';
import { hasOwnAddress } from '../model/own-address.ts';
import type { Placement, TaskRecord } from '../model/task.ts';
import { isLaunched, type LaunchedTask, type TaskBook } from '../task-book.ts';
import { isAlive } from './status-step.ts';
import { stepFacts } from './step-facts.ts';
import type { TaskEffect, TaskEvent, TaskPolicy, TaskTimer } from './task-event.ts';
import { taskStep } from './task-step.ts';

export interface MonitorOptions extends TaskPolicy {
  readonly killRetryMs: number;
}

/** Asks the master after tasks. */
export interface Reconciler {
  ask(frame: FrameBuilder, tasks: readonly LaunchedTask[]): void;
}

const longestKillRetryMs = 60_000;

export class TaskMonitor {
  readonly #book: TaskBook;
  readonly #options: MonitorOptions;
  readonly #reconciler: Reconciler;
  /** How often each task that is to end was told so on this subscription. */
  readonly #kills = new Map<TaskId, number>();
  readonly #orphans = new Map<TaskId, AgentId | undefined>();
  #connected = false;

  constructor(book: TaskBook, options: MonitorOptions, reconciler: Reconciler) {
    this.#book = book;
    this.#options = options;
    this.#reconciler = reconciler;
  }

  connected(frame: FrameBuilder): void {
    this.#connected = true;
    this.#kills.clear();
    for (const record of this.#book.launched()) {
      this.#step(frame, record, { kind: 'connected' });
    }
    for (const taskId of this.#orphans.keys()) {
      this.#killOrphan(frame, taskId);
    }
  }

  /** Timers that fire from now on find nothing to do: `connected` sets new ones. */
  disconnected(): void {
    this.#connected = false;
  }

  launched(frame: FrameBuilder, record: TaskRecord, placement: Placement): void {
    this.#step(frame, record, { kind: 'launched', placement });
  }

  kill(frame: FrameBuilder, record: TaskRecord, reason: string): void {
    this.#step(frame, record, { kind: 'kill', reason });
  }

  /** The master ends every task of a framework that it removes, and knows none of them any more. */
  frameworkRemoved(frame: FrameBuilder, message: string): number {
    const launched = this.#book.launched();
    for (const record of launched) {
      this.#step(frame, record, { kind: 'status', state: 'TASK_GONE', message });
    }
    this.#orphans.clear();
    return launched.length;
  }

  timer(frame: FrameBuilder, timer: TaskTimer, taskId: TaskId): void {
    if (!this.#connected) {
      return;
    }
    if (timer === 'kill' && this.#orphans.has(taskId)) {
      this.#killOrphan(frame, taskId);
      return;
    }
    const record = this.#book.get(taskId);
    if (record !== undefined) {
      this.#step(frame, record, { kind: 'timer', timer });
    }
  }

  update(frame: FrameBuilder, status: TaskStatus): void {
    const record = this.#book.get(status.task_id.value);
    if (record === undefined) {
      this.#updateOfUnknown(frame, status);
    } else {
      const { state, reason, message } = status;
      const address = addressOf(record, status);
      const said = {
        ...(reason === undefined ? {} : { reason }),
        ...(message === undefined ? {} : { message }),
        ...(address === undefined ? {} : { address }),
      };
      this.#step(frame, record, { kind: 'status', state, ...said }, status.agent_id?.value);
    }
    this.#settleOrphan(frame, status);
    this.#acknowledge(frame, status, record);
  }

  #step(frame: FrameBuilder, before: TaskRecord, event: TaskEvent, agentId?: AgentId): void {
    const step = taskStep(before, event, frame.at, this.#options);
    if (step.outcome === 'changed') {
      this.#book.put(frame, step.record);
    }
    for (const fact of stepFacts(before, event, step, frame.at)) {
      frame.fact(fact);
    }
    for (const effect of step.effects) {
      this.#carryOut(frame, step.record, effect, agentId);
    }
  }

  #carryOut(frame: FrameBuilder, record: TaskRecord, effect: TaskEffect, agentId: AgentId | undefined): void {
    const { taskId } = record.spec;
    switch (effect.kind) {
      case 'kill':
        this.#kill(frame, record, effect.why);
        break;
      case 'kill-orphan':
        this.#adoptOrphan(frame, taskId, agentId ?? placementOf(record)?.agentId, effect.state);
        break;
      case 'reconcile':
        if (isLaunched(record)) {
          this.#reconciler.ask(frame, [record]);
        }
        break;
      case 'arm':
        frame.setTimer({ kind: effect.timer, taskId }, effect.at);
        break;
      case 'disarm':
        this.#disarm(frame, taskId, effect.timer);
        break;
      default:
        unreachable(effect);
    }
  }

  #disarm(frame: FrameBuilder, taskId: TaskId, timer: TaskTimer): void {
    if (timer === 'kill' && !this.#kills.delete(taskId)) {
      return;
    }
    frame.clearTimer({ kind: timer, taskId });
  }

  #kill(frame: FrameBuilder, record: TaskRecord, why: string): void {
    if (this.#connected) {
      const { taskId, group, part } = record.spec;
      const attempt = this.#sendKill(frame, taskId, placementOf(record)?.agentId);
      frame.fact({ kind: 'task.killing', taskId, group, part, why, attempt });
    }
  }

  /** A KILL may be lost anywhere, and a recovering agent's is forgotten by the master: so it is repeated (MA-36). */
  #sendKill(frame: FrameBuilder, taskId: TaskId, agentId: AgentId | undefined): number {
    const attempt = (this.#kills.get(taskId) ?? 0) + 1;
    this.#kills.set(taskId, attempt);
    const agent = agentId === undefined ? {} : { agent_id: { value: agentId } };
    frame.call({ type: 'KILL', kill: { task_id: { value: taskId }, ...agent } });
    frame.setTimer({ kind: 'kill', taskId }, killAgainAt(frame.at, attempt, this.#options.killRetryMs));
    return attempt;
  }

  #updateOfUnknown(frame: FrameBuilder, status: TaskStatus): void {
    if (isAlive(status.state)) {
      this.#adoptOrphan(frame, status.task_id.value, status.agent_id?.value, status.state);
    }
  }

  #adoptOrphan(frame: FrameBuilder, taskId: TaskId, agentId: AgentId | undefined, state: TaskState): void {
    if (this.#orphans.has(taskId)) {
      return;
    }
    this.#orphans.set(taskId, agentId);
    frame.fact({ kind: 'task.orphaned', taskId, state });
    this.#killOrphan(frame, taskId);
  }

  #killOrphan(frame: FrameBuilder, taskId: TaskId): void {
    if (this.#connected) {
      this.#sendKill(frame, taskId, this.#orphans.get(taskId));
    }
  }

  /** Terminal or out of contact: nothing there to kill at present. Should it return, it is an orphan anew. */
  #settleOrphan(frame: FrameBuilder, status: TaskStatus): void {
    const taskId = status.task_id.value;
    if (!isAlive(status.state) && this.#orphans.delete(taskId)) {
      this.#disarm(frame, taskId, 'kill');
    }
  }

  /** The uuid alone decides: with one the agent repeats the update until it is acknowledged (MA-28 to MA-31). */
  #acknowledge(frame: FrameBuilder, status: TaskStatus, record: TaskRecord | undefined): void {
    const agentId = status.agent_id?.value ?? (record === undefined ? undefined : placementOf(record)?.agentId);
    if (status.uuid === undefined) {
      return;
    }
    if (agentId === undefined) {
      const { state } = status;
      const why = 'it wants to be acknowledged but names no agent';
      frame.fact({ kind: 'task.contradicted', taskId: status.task_id.value, state, why });
      return;
    }
    frame.call({
      type: 'ACKNOWLEDGE',
      acknowledge: { agent_id: { value: agentId }, task_id: { value: status.task_id.value }, uuid: status.uuid },
    });
  }
}

function placementOf(record: TaskRecord): Placement | undefined {
  return record.life.phase === 'waiting' ? undefined : record.life.placement;
}

/** Of a container on a network of its own; that of all others is the agent's, whatever the update says. */
function addressOf({ spec }: TaskRecord, { container_status: container }: TaskStatus): string | undefined {
  if (!hasOwnAddress(spec.process)) return undefined;
  const addresses = (container?.network_infos ?? []).flatMap((network) => network.ip_addresses ?? []);
  return addresses.find(({ ip_address }) => ip_address !== undefined)?.ip_address;
}

function killAgainAt(now: EpochMs, attempt: number, killRetryMs: number): EpochMs {
  return now + Math.min(killRetryMs * 2 ** Math.min(attempt - 1, 16), Math.max(longestKillRetryMs, killRetryMs));
}
