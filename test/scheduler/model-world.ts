/**
 * The shell around the core for property tests: carries frames out in their order (persist, calls, timers), keeps the
 * store over restarts, and checks after every frame what must always hold. A violation is thrown.
 */
import _ from 'lodash';
import type { OfferId } from '../../src/mesos-api-client/protocol/ids.ts';
import type { Offer } from '../../src/mesos-api-client/protocol/mesos.ts';
import { contains } from '../../src/mesos-api-client/protocol/resources.ts';
import type { SchedulerCall } from '../../src/mesos-api-client/protocol/scheduler.ts';
import { isTerminal } from '../../src/mesos-api-client/protocol/task-state.ts';
import type { Frame } from '../../src/scheduler/model/frame.ts';
import type { Command, Input } from '../../src/scheduler/model/input.ts';
import type { SubscriptionId } from '../../src/scheduler/model/master.ts';
import type { FrameworkRecord, SchedulerRecords } from '../../src/scheduler/model/records.ts';
import type { Scheduler, SchedulerOptions } from '../../src/scheduler/model/scheduler.ts';
import type { TaskRecord } from '../../src/scheduler/model/task.ts';
import { type Timer, timerKey } from '../../src/scheduler/model/timer.ts';
import { createScheduler } from '../../src/scheduler/scheduler.ts';
import { masterA, options } from './fixtures.ts';
import { ModelMaster } from './model-master.ts';

type WithoutAt<Each> = Each extends Input ? Omit<Each, 'at'> : never;

/** One life of the core: what it was started from, what it was told, what it answered. */
interface Life {
  readonly options: SchedulerOptions;
  readonly records: SchedulerRecords;
  readonly turns: (readonly Input[])[];
  readonly frames: Frame[];
}

/** A turn of one input by `step`, of several in its parts; one frame of all that came of it. */
function takeTurn(scheduler: Scheduler, inputs: readonly Input[]): Frame {
  const [first, ...others] = inputs;
  if (first !== undefined && others.length === 0) {
    return scheduler.step(first);
  }
  const at = first?.at ?? 0;
  const frames = [...inputs.map((input) => scheduler.take(input)), scheduler.match(at), scheduler.conclude(at)];
  return {
    persist: frames.flatMap((frame) => frame.persist),
    calls: frames.flatMap((frame) => frame.calls),
    timers: frames.flatMap((frame) => frame.timers),
    facts: frames.flatMap((frame) => frame.facts),
  };
}

export class World {
  readonly master = new ModelMaster(3);
  readonly lives: Life[] = [];
  readonly #options: SchedulerOptions;
  readonly #store = new Map<string, unknown>();
  readonly #timers = new Map<string, { timer: Timer; at: number }>();
  /** Offers that the core was sent on this subscription and has not used, lost or given back. */
  readonly #usable = new Map<OfferId, Offer>();
  now = 1_000_000;
  scheduler: Scheduler;
  #subscription: SubscriptionId | undefined;
  /** The process dies within the next frame that has calls: persisted, but not a call made. */
  dieBeforeCalls = false;
  /**
   * The next call is lost: before or after the master has taken it, with the connection; or between master and agent,
   * of which nobody hears.
   */
  loseCall: 'before' | 'after' | 'silently' | undefined;
  /** The next launch is lost between master and agent. */
  loseLaunch = false;
  /** Events that were on their way when their stream ended. */
  #late: ModelMaster['outbox'] = [];
  #ids = 0;

  constructor(overrides: Partial<SchedulerOptions> = {}) {
    this.#options = { ...options, endedTasksKept: 1_000, ...overrides };
    this.scheduler = this.#start();
  }

  tell(input: WithoutAt<Input>): void {
    this.tellTogether([input]);
  }

  /** Several inputs in one turn: what is requested is matched with what is offered once all are taken. */
  tellTogether(inputs: readonly WithoutAt<Input>[]): void {
    const stamped = inputs.map((input) => ({ at: this.now, ...input }) as Input);
    // What comes late from a stream that has ended has to lead to nothing.
    const late = stamped.every((input) => input.kind === 'mesos' && input.subscription !== this.#subscription);
    const frame = takeTurn(this.scheduler, stamped);
    check(!late || (frame.calls.length === 0 && frame.persist.length === 0), 'MA-4: a late event led to something');
    this.lives.at(-1)?.turns.push(stamped);
    this.lives.at(-1)?.frames.push(frame);
    this.#persist(frame);
    this.#checkAcknowledged(stamped, frame, late);
    if (this.dieBeforeCalls && frame.calls.length > 0) {
      this.dieBeforeCalls = false;
      this.restart();
      return;
    }
    for (const change of frame.timers) {
      if (change.kind === 'set') {
        this.#timers.set(timerKey(change.timer), { timer: change.timer, at: change.at });
      } else {
        this.#timers.delete(timerKey(change.timer));
      }
    }
    this.#carryOut(frame);
  }

  nextId(): string {
    this.#ids += 1;
    return `t${this.#ids}`;
  }

  command(command: Command): void {
    this.tell({ kind: 'command', command });
  }

  deliver(count: number): void {
    for (let delivered = 0; delivered < count; delivered++) {
      const next = this.#nextEvent();
      if (next === undefined) {
        return;
      }
      this.tell(next);
    }
  }

  /** Commands and the next event, in one turn. */
  commandsWithEvent(commands: readonly Command[]): void {
    const event = this.#nextEvent();
    const wishes = commands.map((command) => ({ kind: 'command' as const, command }));
    this.tellTogether(event === undefined ? wishes : [event, ...wishes]);
  }

  #nextEvent(): WithoutAt<Extract<Input, { kind: 'mesos' }>> | undefined {
    const next = this.master.outbox.shift();
    if (next === undefined) {
      return undefined;
    }
    const { subscription, event } = next;
    if (event.type === 'OFFERS') {
      for (const offer of event.offers.offers ?? []) {
        this.#usable.set(offer.id.value, offer);
      }
    }
    if (event.type === 'RESCIND') {
      this.#usable.delete(event.rescind.offer_id.value);
    }
    return { kind: 'mesos', subscription, event };
  }

  deliverLate(): void {
    for (const { subscription, event } of this.#late.splice(0)) {
      this.tell({ kind: 'mesos', subscription, event });
    }
  }

  advance(ms: number): void {
    const until = this.now + ms;
    for (;;) {
      const due = _.minBy([...this.#timers.values()], 'at');
      if (due === undefined || due.at > until) {
        break;
      }
      this.now = Math.max(this.now, due.at);
      this.#timers.delete(timerKey(due.timer));
      this.tell({ kind: 'timer', timer: due.timer });
    }
    this.now = until;
    this.master.heartbeat();
    this.master.allocate(this.now);
  }

  breakStream(): void {
    const subscription = this.#subscription;
    const late = this.master.outbox;
    this.master.disconnect();
    if (subscription !== undefined) {
      this.#forgetStream();
      const problem = { code: 'closed', message: 'end of stream' } as const;
      this.tell({ kind: 'connection', subscription, change: { kind: 'failed', problem } });
      this.#late.push(...late);
    }
  }

  restart(): void {
    this.master.disconnect();
    this.#forgetStream();
    this.#timers.clear();
    this.#late = [];
    this.scheduler = this.#start();
  }

  /** The core is a function: the same inputs give the same frames. */
  checkReplay(): void {
    for (const life of this.lives) {
      const again = createScheduler(life.options, life.records);
      for (const [index, inputs] of life.turns.entries()) {
        check(_.isEqual(takeTurn(again, inputs), life.frames[index]), 'the same inputs gave another frame');
      }
    }
  }

  #start(): Scheduler {
    const framework = this.#store.get('framework/id') as FrameworkRecord | undefined;
    const tasks = [...this.#store].flatMap(([key, value]) => (key.startsWith('tasks/') ? [value as TaskRecord] : []));
    const records = { tasks, ...(framework === undefined ? {} : { framework }) };
    this.lives.push({ options: this.#options, records, turns: [], frames: [] });
    this.scheduler = createScheduler(this.#options, records);
    this.tell({ kind: 'masters', masters: [masterA] });
    this.tell({ kind: 'leadership', leading: true });
    return this.scheduler;
  }

  #persist(frame: Frame): void {
    for (const write of frame.persist) {
      const key = `${write.collection}/${write.key}`;
      if (write.kind === 'put') {
        this.#store.set(key, write.value);
      } else {
        this.#store.delete(key);
      }
    }
  }

  #carryOut(frame: Frame): void {
    for (const call of frame.calls) {
      switch (call.kind) {
        case 'subscribe':
          this.#forgetStream();
          this.#subscription = call.subscription;
          this.master.subscribe(call.subscription, call.call);
          break;
        case 'unsubscribe':
          this.#forgetStream();
          this.master.disconnect();
          break;
        case 'call':
          check(call.subscription === this.#subscription, 'a call on a subscription that has ended');
          check(this.#store.has('framework/id'), 'MA-1, I7: a call left before the framework id was stored');
          this.#checkCall(call.call);
          if (!this.#pass(call.subscription, call.call)) {
            return;
          }
          break;
      }
    }
  }

  /** False when the call was lost, and with it the subscription. */
  #pass(subscription: SubscriptionId, call: SchedulerCall): boolean {
    const lost = this.loseCall;
    this.loseCall = undefined;
    const launchLost = this.loseLaunch && call.type === 'ACCEPT';
    this.loseLaunch &&= !launchLost;
    if (lost === 'silently' || launchLost) {
      this.master.loseOnTheWay(call, this.now);
      return true;
    }
    if (lost !== 'before') {
      this.master.call(call, this.now);
    }
    if (lost === undefined) {
      return true;
    }
    const problem = { code: 'unreachable', message: 'connection reset' } as const;
    this.tell({ kind: 'call-failed', subscription, call, problem });
    return false;
  }

  #forgetStream(): void {
    this.#subscription = undefined;
    this.#usable.clear();
  }

  #checkCall(call: SchedulerCall): void {
    if (call.type === 'ACCEPT' || call.type === 'DECLINE') {
      const ids = (call.type === 'ACCEPT' ? call.accept : call.decline).offer_ids.map(({ value }) => value);
      const offered = ids.flatMap((id) => this.#usable.get(id) ?? []);
      check(offered.length === ids.length, 'MA-24, I8: an offer was used that is not held, or used twice');
      for (const id of ids) {
        this.#usable.delete(id);
      }
      if (call.type === 'ACCEPT') {
        this.#checkLaunch(call, offered);
      }
    }
    if (call.type === 'KILL') {
      const { goal, life } = this.scheduler.task(call.kill.task_id.value) ?? {};
      check(goal?.kind !== 'run' || life?.phase === 'ended', 'a task that is to run was killed');
    }
  }

  #checkLaunch(call: Extract<SchedulerCall, { type: 'ACCEPT' }>, offers: readonly Offer[]): void {
    const infos = (call.accept.operations ?? []).flatMap((each) =>
      each.type === 'LAUNCH' ? each.launch.task_infos : [],
    );
    check(new Set(offers.map((offer) => offer.agent_id.value)).size === 1, 'MA-51: offers of two agents in one call');
    check(
      contains(
        offers.flatMap((offer) => offer.resources ?? []),
        infos.flatMap((info) => info.resources ?? []),
      ),
      'I8: more was used than offered',
    );
    for (const info of infos) {
      const stored = this.#store.get(`tasks/${info.task_id.value}`) as TaskRecord | undefined;
      check(stored?.life.phase === 'launched', 'I4, MA-27: a launch left before its intent was stored');
    }
  }

  #checkAcknowledged(inputs: readonly Input[], frame: Frame, late: boolean): void {
    const expected = inputs.flatMap((input) =>
      !late && input.kind === 'mesos' && input.event.type === 'UPDATE' && input.event.update.status.uuid !== undefined
        ? [input.event.update.status.uuid]
        : [],
    );
    const acked = frame.calls.flatMap((each) =>
      each.kind === 'call' && each.call.type === 'ACKNOWLEDGE' ? [each.call.acknowledge.uuid] : [],
    );
    check(_.isEqual(acked, expected), 'I5, MA-28, MA-29: each update with a uuid is acknowledged once, no other is');
    for (const record of this.scheduler.tasks()) {
      check(this.#store.get(`tasks/${record.spec.taskId}`) === record, 'I5: what is known is stored');
    }
  }

  /** No two tasks that live at one agent have a port in common. */
  checkPorts(): void {
    const taken = [...this.master.tasks.values()].flatMap((task) => {
      const { life } = this.scheduler.task(task.id) ?? {};
      const ports = life?.phase === 'launched' ? Object.values(life.placement.ports) : [];
      return isTerminal(task.state) ? [] : ports.map((port) => `${task.agent.id}:${port}`);
    });
    check(new Set(taken).size === taken.length, 'MA-53: a port was given twice');
  }
}

function check(holds: boolean, rule: string): void {
  if (!holds) {
    throw new Error(rule);
  }
}
