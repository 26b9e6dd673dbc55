/**
 * The core: takes one input at a time and answers with a frame. It knows which component an input concerns and in which
 * order they are told; what they decide is theirs. Inputs of a subscription that is no longer the present one lead to
 * nothing. Every turn ends with the launch coordinator, which takes what the turn has brought: at once by `step`, or, where
 * the turn has several inputs and some of them come of its own matches, by `take`, `match` and `conclude`.
 */
import type { EpochMs } from '../lib/brand.ts';
import { unreachable } from '../lib/exhaustive.ts';
import { createRandom } from '../lib/random.ts';
import type { TaskId } from '../mesos-api-client/protocol/ids.ts';
import type { SchedulerCall, SchedulerEvent } from '../mesos-api-client/protocol/scheduler.ts';
import { connectionEventOf } from './connection-input.ts';
import { ConnectionManager } from './connection-manager/connection-manager.ts';
import type { ConnectionEvent } from './connection-manager/connection-state.ts';
import { FrameBuilder } from './frame-builder.ts';
import { LaunchCoordinator } from './launch-coordinator/launch-coordinator.ts';
import { LeavingAgents } from './leaving-agents.ts';
import type { Frame } from './model/frame.ts';
import type { Command, Input } from './model/input.ts';
import type { AgentView, OfferRound, WhyView } from './model/offer-views.ts';
import type { SchedulerRecords } from './model/records.ts';
import type { Scheduler, SchedulerOptions, SchedulerView } from './model/scheduler.ts';
import type { GroupName, TaskRecord, TaskSpec } from './model/task.ts';
import type { Timer } from './model/timer.ts';
import { ReconciliationCoordinator } from './reconciliation-coordinator/reconciliation-coordinator.ts';
import { isLaunched, TaskBook } from './task-book.ts';
import { TaskMonitor } from './task-monitor/task-monitor.ts';
import { type Left, Uninstall } from './uninstall.ts';

type Of<Kind extends Input['kind']> = Extract<Input, { kind: Kind }>;
type EventOf<Type extends SchedulerEvent['type']> = Extract<SchedulerEvent, { type: Type }>;

export function createScheduler(options: SchedulerOptions, records: SchedulerRecords): Scheduler {
  return new Core(options, records);
}

class Core implements Scheduler {
  readonly #book: TaskBook;
  readonly #connection: ConnectionManager;
  readonly #launch: LaunchCoordinator;
  readonly #monitor: TaskMonitor;
  readonly #reconciliation: ReconciliationCoordinator;
  readonly #uninstall: Uninstall;
  readonly #leaving: LeavingAgents;
  /** Of the last input: what is asked of views is answered as of then. */
  #at: EpochMs = 0;
  #masterVersion: string | undefined;

  constructor(options: SchedulerOptions, records: SchedulerRecords) {
    const random = createRandom(options.seed);
    const { framework } = options;
    this.#book = new TaskBook(records.tasks, options.endedTasksKept);
    this.#reconciliation = new ReconciliationCoordinator(this.#book, random);
    this.#monitor = new TaskMonitor(this.#book, options, this.#reconciliation);
    this.#launch = new LaunchCoordinator(framework, this.#book.all(), {
      launches: this.#monitor,
      tasks: this.#book,
      places: records.places ?? [],
    });
    this.#uninstall = new Uninstall(records.uninstall);
    this.#leaving = new LeavingAgents(this.#book);
    const parts = { random, suppression: this.#launch, tasks: this.#monitor };
    this.#connection = new ConnectionManager(options, records.framework, parts, this.#uninstall.at);
  }

  step(input: Input): Frame {
    const frame = this.#frame(input.at);
    this.#take(frame, input);
    this.#launch.match(frame, !this.#reconciliation.holdsLaunches);
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
    this.#launch.match(frame, !this.#reconciliation.holdsLaunches);
    return frame.build();
  }

  conclude(at: EpochMs): Frame {
    const frame = this.#frame(at);
    this.#conclude(frame);
    return frame.build();
  }

  #conclude(frame: FrameBuilder): void {
    this.#launch.conclude(frame);
    if (this.#uninstall.wanted) this.#uninstall.proceed(frame, this.#left());
  }

  #left(): Left {
    const tasks = this.#book.all();
    return {
      tasks: tasks.filter(({ life }) => life.phase !== 'ended').length,
      remembered: tasks.length,
      places: this.#launch.placesKept,
      framework: this.#connection.hasFramework,
      subscribed: this.#connection.session !== undefined,
    };
  }

  view(): SchedulerView {
    const { frameworkId, formerFramework } = this.#connection;
    const uninstall = this.#uninstall.wanted ? this.#uninstall.view(this.#left()) : undefined;
    return {
      ...(frameworkId === undefined ? {} : { frameworkId }),
      ...(formerFramework === undefined ? {} : { formerFramework }),
      connection: this.#connection.view(),
      ...(this.#masterVersion === undefined ? {} : { masterVersion: this.#masterVersion }),
      reconciled: this.#reconciliation.reconciled,
      offersHeld: this.#launch.offersHeld,
      tasksWaiting: this.#launch.tasksWaiting,
      ...(uninstall && { uninstall }),
    };
  }

  task(taskId: TaskId): TaskRecord | undefined {
    return this.#book.get(taskId);
  }

  tasks(): readonly TaskRecord[] {
    return this.#book.all();
  }

  tasksOf(group: GroupName): readonly TaskRecord[] {
    return this.#book.ofGroup(group);
  }

  whyWaiting(taskId: TaskId): string | undefined {
    return this.#launch.why(taskId, this.#at)?.why;
  }

  why(taskId: TaskId): WhyView | undefined {
    return this.#launch.why(taskId, this.#at);
  }

  whyAll(): readonly WhyView[] {
    return this.#launch.whyAll(this.#at);
  }

  offerRounds(): readonly OfferRound[] {
    return this.#launch.offerRounds();
  }

  agents(): readonly AgentView[] {
    return this.#launch.agents();
  }

  #frame(at: EpochMs): FrameBuilder {
    this.#at = at;
    return new FrameBuilder(at, this.#connection.session);
  }

  #take(frame: FrameBuilder, input: Input): void {
    this.#route(frame, input);
    if (frame.hasFact('task.ended')) {
      this.#launch.taskEnded();
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
    this.#following(frame, () => this.#connection.handle(frame, event));
  }

  #following(frame: FrameBuilder, move: () => void): void {
    const before = this.#connection.session;
    move();
    const after = this.#connection.session;
    if (before?.subscription === after?.subscription) {
      return;
    }
    frame.useSession(after);
    if (before !== undefined) {
      this.#monitor.disconnected();
      this.#reconciliation.disconnected(frame);
      this.#launch.disconnected(frame);
      this.#uninstall.disconnected();
      this.#leaving.disconnected(frame);
    }
    if (after !== undefined) {
      this.#connection.connected(frame);
      this.#reconciliation.connected(frame);
      this.#monitor.connected(frame);
      this.#launch.connected(frame, this.#masterVersion);
      this.#leaving.connected(frame);
    }
  }

  #mesos(frame: FrameBuilder, { subscription, event }: Of<'mesos'>): void {
    if (!this.#connection.isCurrent(subscription)) {
      return;
    }
    this.#connection.alive(frame.at);
    if (event.type === 'SUBSCRIBED') {
      const { framework_id, heartbeat_interval_seconds, master_info } = event.subscribed;
      this.#masterVersion = master_info?.version;
      const heartbeat =
        heartbeat_interval_seconds === undefined ? {} : { heartbeatSeconds: heartbeat_interval_seconds };
      this.#connect(frame, { kind: 'subscribed', subscription, frameworkId: framework_id.value, ...heartbeat });
    } else if (event.type === 'ERROR') {
      this.#connect(frame, { kind: 'error', subscription, message: event.error.message });
    } else if (this.#connection.session === undefined) {
      frame.fact({ kind: 'event.ignored', type: `${event.type} before SUBSCRIBED` });
    } else {
      this.#event(frame, event);
    }
  }

  #event(frame: FrameBuilder, event: Exclude<SchedulerEvent, EventOf<'SUBSCRIBED' | 'ERROR'>>): void {
    switch (event.type) {
      case 'HEARTBEAT':
        return;
      case 'OFFERS':
        this.#launch.offers(frame, event.offers.offers ?? []);
        this.#leaving.offered(frame, event.offers.offers ?? []);
        break;
      case 'RESCIND':
        this.#launch.rescind(frame, event.rescind.offer_id.value);
        break;
      case 'UPDATE':
        this.#update(frame, event);
        break;
      case 'FAILURE':
        this.#failure(frame, event);
        break;
      case 'UPDATE_OPERATION_STATUS':
        this.#launch.operationStatus(frame, event.update_operation_status.status);
        break;
      case 'INVERSE_OFFERS':
        this.#launch.inverseOffers(frame, event.inverse_offers.inverse_offers ?? []);
        this.#leaving.announced(frame, event.inverse_offers.inverse_offers ?? []);
        break;
      default:
        // Kinds that we never ask for, and kinds that do not exist yet.
        frame.fact({ kind: 'event.ignored', type: event.type });
    }
  }

  /** Answered first: what the monitor makes of the update may be to ask again. */
  #update(frame: FrameBuilder, { update: { status } }: EventOf<'UPDATE'>): void {
    this.#reconciliation.answered(frame, status.task_id.value);
    this.#monitor.update(frame, status);
  }

  /** Of an agent: a hint to ask after its tasks, nothing more. Of an executor: none of ours. */
  #failure(frame: FrameBuilder, { failure }: EventOf<'FAILURE'>): void {
    const agentId = failure.agent_id?.value;
    if (agentId === undefined || failure.executor_id !== undefined) {
      frame.fact({ kind: 'event.ignored', type: 'FAILURE of an executor' });
      return;
    }
    frame.fact({ kind: 'agent.failed', agentId });
    this.#launch.agentFailed(agentId);
    this.#reconciliation.hurry(frame, agentId);
  }

  #callFailed(frame: FrameBuilder, { subscription, call, problem: told }: Of<'call-failed'>): void {
    if (!this.#connection.isCurrent(subscription)) {
      return;
    }
    // Masters before 1.10 do not know this call: what it says is said with a new subscription then.
    const lost = call.type === 'UPDATE_FRAMEWORK' && this.#connection.provisional;
    const problem = lost ? ({ ...told, code: 'subscription-lost' } as const) : told;
    if (problem.code === 'rejected') {
      frame.fact({ kind: 'call.refused', call: call.type, message: problem.message });
      this.#undo(frame, call, problem.message);
    }
    this.#connect(frame, { kind: 'call-failed', subscription, problem });
  }

  /** Its offers are still ours, its tasks most likely nowhere: given back, and asked after. */
  #undo(frame: FrameBuilder, call: SchedulerCall, message: string): void {
    if (call.type === 'UPDATE_FRAMEWORK') this.#launch.constraintsRefused(frame);
    if (call.type === 'TEARDOWN') this.#uninstall.refused(message);
    if (call.type !== 'ACCEPT') return;
    const launches = (call.accept.operations ?? []).flatMap((operation) =>
      operation.type === 'LAUNCH' ? operation.launch.task_infos : [],
    );
    const tasks = launches.flatMap(({ task_id }) => this.#book.get(task_id.value) ?? []);
    this.#launch.giveBack(
      frame,
      call.accept.offer_ids.map(({ value }) => value),
    );
    this.#reconciliation.ask(frame, tasks.filter(isLaunched));
  }

  #command(frame: FrameBuilder, command: Command): void {
    switch (command.kind) {
      case 'launch':
        this.#request(frame, command.task);
        break;
      case 'kill':
        this.#kill(frame, command.taskId, command.reason);
        break;
      case 'give-up-place':
        this.#launch.giveUpPlace(frame, command.taskId);
        break;
      case 'uninstall':
        if (this.#uninstall.begin(frame)) this.#connect(frame, { kind: 'uninstall' });
        break;
      case 'forget':
        this.#book.forgetEnded(frame, command.group);
        this.#launch.forget(frame, command.group);
        break;
      default:
        unreachable(command);
    }
  }

  #request(frame: FrameBuilder, spec: TaskSpec): void {
    if (this.#book.get(spec.taskId) !== undefined) {
      return;
    }
    const record: TaskRecord = {
      version: 1,
      spec,
      requestedAt: frame.at,
      goal: { kind: 'run' },
      life: { phase: 'waiting' },
    };
    this.#book.put(frame, record);
    this.#launch.request(frame, record);
  }

  #kill(frame: FrameBuilder, taskId: TaskId, reason: string): void {
    const record = this.#book.get(taskId);
    if (record !== undefined) {
      this.#launch.withdraw(taskId);
      this.#launch.acceptPlaced(frame);
      this.#monitor.kill(frame, record, reason);
    }
  }

  #timer(frame: FrameBuilder, timer: Timer): void {
    switch (timer.kind) {
      case 'subscribe':
        this.#connect(frame, { kind: 'retry' });
        break;
      case 'silence':
        this.#following(frame, () => this.#connection.silenceTimer(frame));
        break;
      case 'match':
        this.#launch.timer(frame);
        break;
      case 'revive':
        this.#launch.reviveTimer();
        break;
      case 'reconcile':
        this.#reconciliation.timer(frame);
        break;
      case 'teardown':
        this.#uninstall.timer();
        break;
      case 'announcement':
        this.#leaving.timer(frame);
        break;
      case 'kill':
      case 'launch':
      case 'unreachable':
        this.#monitor.timer(frame, timer.kind, timer.taskId);
        break;
      default:
        unreachable(timer);
    }
  }
}
