/**
 * Asks the master what became of our tasks: all of them by name after every subscription, those that did not answer
 * again and again, then (an empty question) whether it knows tasks that we do not. One pass at a time; a new
 * subscription starts it anew; every 15 minutes once more. The empty question alone comes again a minute after each
 * subscription, and 2, 4 and 8 minutes after that. The agent's id goes with every question: without it the
 * answer would be silence or UNKNOWN where it could be firm.
 *
 * Launches wait for the first pass after a subscription, until the second repetition has gone out at most (15 to 18 s).
 * By then every task of a registered agent was asked for three times. The rest is silent because its agent has not yet come back to
 * a new master, which may take ten minutes. Nothing is launched in place of a silent task, so other launches need not
 * wait for it.
 */
import _ from 'lodash';
import type { EpochMs } from '../../lib/brand.ts';
import type { Random } from '../../lib/random.ts';
import type { AgentId, TaskId } from '../../mesos-api-client/protocol/ids.ts';
import type { FrameBuilder } from '../frame-builder.ts';
import type { LaunchedTask } from '../task-book.ts';
import { firstImplicitMs, periodMs, repeatDelayMs, tasksPerCall } from './back-off.ts';

/** The tasks that are at an agent, as far as we know. */
export interface LaunchedTasks {
  launched(): readonly LaunchedTask[];
}

interface Pass {
  readonly startedAt: EpochMs;
  /** Over all tasks; otherwise over a few that were asked after. */
  readonly full: boolean;
  readonly remaining: Map<TaskId, AgentId>;
  attempt: number;
}

const holdUntilAttempt = 3;

export class ReconciliationCoordinator {
  readonly #tasks: LaunchedTasks;
  readonly #random: Random;
  #connected = false;
  #reconciled = false;
  #implicitAsked = false;
  #holding = false;
  #pass: Pass | undefined;
  #nextFullAt: EpochMs = 0;
  /** When the empty question is asked by itself. */
  #nextImplicitAt: EpochMs = 0;
  #implicitEveryMs = firstImplicitMs;

  constructor(tasks: LaunchedTasks, random: Random) {
    this.#tasks = tasks;
    this.#random = random;
  }

  /** Every task has been answered for since the present subscription began. */
  get reconciled(): boolean {
    return this.#reconciled;
  }

  get holdsLaunches(): boolean {
    return this.#holding;
  }

  connected(frame: FrameBuilder): void {
    this.#connected = true;
    this.#reconciled = false;
    this.#holding = true;
    this.#implicitEveryMs = firstImplicitMs;
    this.#nextImplicitAt = frame.at + firstImplicitMs;
    this.#startFull(frame);
  }

  disconnected(frame: FrameBuilder): void {
    this.#connected = false;
    this.#reconciled = false;
    this.#holding = false;
    this.#pass = undefined;
    frame.clearTimer({ kind: 'reconcile' });
  }

  /** Any update of a task tells that the master knows of it and what it knows. */
  answered(frame: FrameBuilder, taskId: TaskId): void {
    if (this.#pass?.remaining.delete(taskId) === true && this.#pass.remaining.size === 0) {
      this.#finish(frame, this.#pass);
    }
  }

  /** Asks after a few tasks now: those of a failed agent, or a launch that nothing was heard of. */
  ask(frame: FrameBuilder, tasks: readonly LaunchedTask[]): void {
    if (!this.#connected || tasks.length === 0) {
      return;
    }
    const asked = agentsOf(tasks);
    if (this.#pass === undefined) {
      this.#start(frame, { startedAt: frame.at, full: false, remaining: asked, attempt: 1 });
      return;
    }
    for (const [taskId, agentId] of asked) {
      this.#pass.remaining.set(taskId, agentId);
    }
    askExplicitly(frame, asked);
  }

  hurry(frame: FrameBuilder, agentId: AgentId): void {
    this.ask(
      frame,
      this.#tasks.launched().filter((task) => task.life.placement.agentId === agentId),
    );
  }

  timer(frame: FrameBuilder): void {
    if (!this.#connected) {
      return;
    }
    if (this.#pass !== undefined) {
      this.#repeat(frame, this.#pass);
    } else if (frame.at >= this.#nextFullAt) {
      this.#startFull(frame);
    } else {
      this.#askImplicitly(frame);
      this.#wait(frame);
    }
  }

  #startFull(frame: FrameBuilder): void {
    this.#implicitAsked = false;
    this.#nextFullAt = frame.at + periodMs;
    const remaining = agentsOf(this.#tasks.launched());
    this.#start(frame, { startedAt: frame.at, full: true, remaining, attempt: 1 });
  }

  #start(frame: FrameBuilder, pass: Pass): void {
    this.#pass = pass;
    frame.fact({ kind: 'reconciliation.started', tasks: pass.remaining.size });
    if (pass.remaining.size === 0) {
      this.#finish(frame, pass);
      return;
    }
    askExplicitly(frame, pass.remaining);
    frame.setTimer({ kind: 'reconcile' }, frame.at + repeatDelayMs(pass.attempt, this.#random));
  }

  #repeat(frame: FrameBuilder, pass: Pass): void {
    pass.attempt += 1;
    frame.fact({ kind: 'reconciliation.repeated', unanswered: pass.remaining.size, attempt: pass.attempt });
    askExplicitly(frame, pass.remaining);
    frame.setTimer({ kind: 'reconcile' }, frame.at + repeatDelayMs(pass.attempt, this.#random));
    if (pass.full && pass.attempt >= holdUntilAttempt) {
      this.#holding = false;
      if (frame.at >= this.#nextImplicitAt) this.#askImplicitly(frame);
      else this.#askImplicitlyOnce(frame);
    }
  }

  #finish(frame: FrameBuilder, pass: Pass): void {
    this.#pass = undefined;
    frame.fact({ kind: 'reconciliation.finished', tookMs: frame.at - pass.startedAt });
    if (pass.full) {
      this.#reconciled = true;
      this.#holding = false;
      this.#askImplicitlyOnce(frame);
    }
    this.#wait(frame);
  }

  #wait(frame: FrameBuilder): void {
    frame.setTimer({ kind: 'reconcile' }, Math.max(frame.at, Math.min(this.#nextFullAt, this.#nextImplicitAt)));
  }

  #askImplicitlyOnce(frame: FrameBuilder): void {
    if (!this.#implicitAsked) {
      this.#implicitAsked = true;
      this.#askImplicitly(frame);
    }
  }

  /** Answers name every task that the master holds for us; those that nobody wants are killed (MA-42). */
  #askImplicitly(frame: FrameBuilder): void {
    if (frame.at >= this.#nextImplicitAt) {
      this.#implicitEveryMs *= 2;
      this.#nextImplicitAt = frame.at + this.#implicitEveryMs;
    }
    frame.call({ type: 'RECONCILE', reconcile: { tasks: [] } });
  }
}

function agentsOf(tasks: readonly LaunchedTask[]): Map<TaskId, AgentId> {
  return new Map(tasks.map((task) => [task.spec.taskId, task.life.placement.agentId]));
}

function askExplicitly(frame: FrameBuilder, asked: ReadonlyMap<TaskId, AgentId>): void {
  for (const part of _.chunk([...asked], tasksPerCall)) {
    const tasks = part.map(([taskId, agentId]) => ({ task_id: { value: taskId }, agent_id: { value: agentId } }));
    frame.call({ type: 'RECONCILE', reconcile: { tasks } });
  }
}
