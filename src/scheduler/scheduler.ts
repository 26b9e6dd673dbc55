/**
 * The core: takes one input at a time and answers with a frame. It knows which component an input concerns and in which
 * order they are told; what they decide is theirs. Inputs of a subscription that is no longer the present one lead to
 * nothing. Every turn ends with the launch coordinator, which takes what the turn has brought: at once by `step`, or, where
 * the turn has several inputs and some of them come of its own matches, by `take`, `match` and `conclude`.
 */
import type { EpochMs } from '../lib/brand.ts';
import { unreachable } from '../lib/exhaustive.ts';
import type { TaskId } from '../mesos-api-client/protocol/ids.ts';
import { type Components, createComponents } from './components.ts';
import { connectionEventOf } from './connection-input.ts';
import type { ConnectionEvent } from './connection-manager/connection-state.ts';
import { FrameBuilder } from './frame-builder.ts';
import { takeEvent } from './mesos-event.ts';
import type { Frame } from './model/frame.ts';
import type { Command, Input } from './model/input.ts';
import type { AgentView, OfferRound, WhyView } from './model/offer-views.ts';
import type { SchedulerRecords } from './model/records.ts';
import type { Scheduler, SchedulerOptions, SchedulerView } from './model/scheduler.ts';
import type { GroupName, TaskRecord, TaskSpec } from './model/task.ts';
import type { Timer } from './model/timer.ts';
import { undoCall } from './refused-call.ts';
import { leftOf, viewOf } from './scheduler-view.ts';

type Of<Kind extends Input['kind']> = Extract<Input, { kind: Kind }>;

export function createScheduler(options: SchedulerOptions, records: SchedulerRecords): Scheduler {
  return new Core(options, records);
}

class Core implements Scheduler {
  readonly #parts: Components;
  /** Of the last input: what is asked of views is answered as of then. */
  #at: EpochMs = 0;
  #masterVersion: string | undefined;

  constructor(options: SchedulerOptions, records: SchedulerRecords) {
    this.#parts = createComponents(options, records);
  }

  step(input: Input): Frame {
    const frame = this.#frame(input.at);
    this.#take(frame, input);
    this.#parts.launch.match(frame, !this.#parts.reconciliation.holdsLaunches);
    this.#conclude(frame);
    return frame.build();
  }

  take(input: Input): Frame {
    const frame = this.#frame(input.at);
    this.#take(frame, input);
    return frame.build();
  }

  match(at: EpochMs): Frame {
    const frame = this.#frame(at);
    this.#parts.launch.match(frame, !this.#parts.reconciliation.holdsLaunches);
    return frame.build();
  }

  conclude(at: EpochMs): Frame {
    const frame = this.#frame(at);
    this.#conclude(frame);
    return frame.build();
  }

  #conclude(frame: FrameBuilder): void {
    const { launch, uninstall } = this.#parts;
    launch.conclude(frame);
    if (uninstall.wanted) uninstall.proceed(frame, leftOf(this.#parts));
  }

  view(): SchedulerView {
    return viewOf(this.#parts, this.#masterVersion);
  }

  task(taskId: TaskId): TaskRecord | undefined {
    return this.#parts.book.get(taskId);
  }

  tasks(): readonly TaskRecord[] {
    return this.#parts.book.all();
  }

  tasksOf(group: GroupName): readonly TaskRecord[] {
    return this.#parts.book.ofGroup(group);
  }

  whyWaiting(taskId: TaskId): string | undefined {
    return this.#parts.launch.why(taskId, this.#at)?.why;
  }

  why(taskId: TaskId): WhyView | undefined {
    return this.#parts.launch.why(taskId, this.#at);
  }

  whyAll(): readonly WhyView[] {
    return this.#parts.launch.whyAll(this.#at);
  }

  offerRounds(): readonly OfferRound[] {
    return this.#parts.launch.offerRounds();
  }

  agents(): readonly AgentView[] {
    return this.#parts.launch.agents();
  }

  #frame(at: EpochMs): FrameBuilder {
    this.#at = at;
    return new FrameBuilder(at, this.#parts.connection.session);
  }

  #take(frame: FrameBuilder, input: Input): void {
    this.#route(frame, input);
    if (frame.hasFact('task.ended')) {
      this.#parts.launch.taskEnded();
    }
  }

  #route(frame: FrameBuilder, input: Input): void {
    switch (input.kind) {
      case 'leadership':
      case 'masters':
      case 'connection':
        this.#connect(frame, connectionEventOf(input));
        break;
      case 'mesos':
        this.#mesos(frame, input);
        break;
      case 'call-failed':
        this.#callFailed(frame, input);
        break;
      case 'command':
        this.#command(frame, input.command);
        break;
      case 'timer':
        this.#timer(frame, input.timer);
        break;
      default:
        unreachable(input);
    }
  }

  /** Whatever moves the connection: the others are told when a subscription ends or begins by it. */
  #connect(frame: FrameBuilder, event: ConnectionEvent): void {
    this.#following(frame, () => this.#parts.connection.handle(frame, event));
  }

  #following(frame: FrameBuilder, move: () => void): void {
    const { connection, launch, leaving, monitor, reconciliation, uninstall } = this.#parts;
    const before = connection.session;
    move();
    const after = connection.session;
    if (before?.subscription === after?.subscription) {
      return;
    }
    frame.useSession(after);
    if (before !== undefined) {
      monitor.disconnected();
      reconciliation.disconnected(frame);
      launch.disconnected(frame);
      uninstall.disconnected();
      leaving.disconnected(frame);
    }
    if (after !== undefined) {
      connection.connected(frame);
      reconciliation.connected(frame);
      monitor.connected(frame);
      launch.connected(frame, this.#masterVersion);
      leaving.connected(frame);
    }
  }

  #mesos(frame: FrameBuilder, { subscription, event }: Of<'mesos'>): void {
    const { connection } = this.#parts;
    if (!connection.isCurrent(subscription)) {
      return;
    }
    connection.alive(frame.at);
    if (event.type === 'SUBSCRIBED') {
      const { framework_id, heartbeat_interval_seconds, master_info } = event.subscribed;
      this.#masterVersion = master_info?.version;
      const heartbeat =
        heartbeat_interval_seconds === undefined ? {} : { heartbeatSeconds: heartbeat_interval_seconds };
      this.#connect(frame, { kind: 'subscribed', subscription, frameworkId: framework_id.value, ...heartbeat });
    } else if (event.type === 'ERROR') {
      this.#connect(frame, { kind: 'error', subscription, message: event.error.message });
    } else if (connection.session === undefined) {
      frame.fact({ kind: 'event.ignored', type: `${event.type} before SUBSCRIBED` });
    } else {
      takeEvent(frame, this.#parts, event);
    }
  }

  #callFailed(frame: FrameBuilder, { subscription, call, problem: told }: Of<'call-failed'>): void {
    const { connection } = this.#parts;
    if (!connection.isCurrent(subscription)) {
      return;
    }
    // Masters before 1.10 do not know this call: what it says is said with a new subscription then.
    const lost = call.type === 'UPDATE_FRAMEWORK' && connection.provisional;
    const problem = lost ? ({ ...told, code: 'subscription-lost' } as const) : told;
    if (problem.code === 'rejected') {
      frame.fact({ kind: 'call.refused', call: call.type, message: problem.message });
      undoCall(frame, this.#parts, call, problem.message);
    }
    this.#connect(frame, { kind: 'call-failed', subscription, problem });
  }

  #command(frame: FrameBuilder, command: Command): void {
    const { book, launch, uninstall } = this.#parts;
    switch (command.kind) {
      case 'launch':
        this.#request(frame, command.task);
        break;
      case 'kill':
        this.#kill(frame, command.taskId, command.reason);
        break;
      case 'give-up-place':
        launch.giveUpPlace(frame, command.taskId);
        break;
      case 'uninstall':
        if (uninstall.begin(frame)) this.#connect(frame, { kind: 'uninstall' });
        break;
      case 'forget':
        book.forgetEnded(frame, command.group);
        launch.forget(frame, command.group);
        break;
      default:
        unreachable(command);
    }
  }

  #request(frame: FrameBuilder, spec: TaskSpec): void {
    const { book, launch } = this.#parts;
    if (book.get(spec.taskId) !== undefined) {
      return;
    }
    const record: TaskRecord = {
      version: 1,
      spec,
      requestedAt: frame.at,
      goal: { kind: 'run' },
      life: { phase: 'waiting' },
    };
    book.put(frame, record);
    launch.request(frame, record);
  }

  #kill(frame: FrameBuilder, taskId: TaskId, reason: string): void {
    const { book, launch, monitor } = this.#parts;
    const record = book.get(taskId);
    if (record !== undefined) {
      launch.withdraw(taskId);
      launch.acceptPlaced(frame);
      monitor.kill(frame, record, reason);
    }
  }

  #timer(frame: FrameBuilder, timer: Timer): void {
    const { connection, launch, leaving, monitor, reconciliation, uninstall } = this.#parts;
    switch (timer.kind) {
      case 'subscribe':
        this.#connect(frame, { kind: 'retry' });
        break;
      case 'silence':
        this.#following(frame, () => connection.silenceTimer(frame));
        break;
      case 'match':
        launch.timer(frame);
        break;
      case 'revive':
        launch.reviveTimer();
        break;
      case 'reconcile':
        reconciliation.timer(frame);
        break;
      case 'teardown':
        uninstall.timer();
        break;
      case 'announcement':
        leaving.timer(frame);
        break;
      case 'kill':
      case 'launch':
      case 'unreachable':
        monitor.timer(frame, timer.kind, timer.taskId);
        break;
      default:
        unreachable(timer);
    }
  }
}
