/**
 * Gathers what one input leads to. The last word on a record and on a timer wins, so a frame never writes a key or moves
 * a timer twice. Calls keep their order. A call needs a subscription: to make one without is a defect of the core.
 */
import type { EpochMs } from '../lib/brand.ts';
import type { FrameworkId } from '../mesos-api-client/protocol/ids.ts';
import type { SchedulerCall } from '../mesos-api-client/protocol/scheduler.ts';
import type { SchedulerFact } from './model/facts.ts';
import type { Frame, MesosCall, Stop } from './model/frame.ts';
import type { SubscriptionId } from './model/master.ts';
import type { RecordWrite } from './model/records.ts';
import { type Timer, type TimerChange, timerKey } from './model/timer.ts';

export interface Session {
  readonly subscription: SubscriptionId;
  readonly frameworkId: FrameworkId;
}

type WithoutFrameworkId<Call> = Call extends unknown ? Omit<Call, 'framework_id'> : never;

/** A call but for the framework id, which the frame adds. */
export type CallBody = WithoutFrameworkId<SchedulerCall>;

export class FrameBuilder {
  readonly at: EpochMs;
  readonly #writes = new Map<string, RecordWrite>();
  readonly #calls: MesosCall[] = [];
  readonly #timers = new Map<string, TimerChange>();
  readonly #facts: SchedulerFact[] = [];
  #session: Session | undefined;
  #stop: Stop | undefined;

  constructor(at: EpochMs, session: Session | undefined) {
    this.at = at;
    this.#session = session;
  }

  /** From here on calls go out on this subscription; on none after `undefined`. */
  useSession(session: Session | undefined): void {
    this.#session = session;
  }

  /** Of the present subscription. */
  get frameworkId(): FrameworkId {
    if (this.#session === undefined) {
      throw new Error('a framework id without a subscription');
    }
    return this.#session.frameworkId;
  }

  persist(write: RecordWrite): void {
    const key = `${write.collection}/${write.key}`;
    this.#writes.delete(key);
    this.#writes.set(key, write);
  }

  call(body: CallBody): void {
    if (this.#session === undefined) {
      throw new Error(`a ${body.type} call without a subscription`);
    }
    const { subscription, frameworkId } = this.#session;
    const call = { framework_id: { value: frameworkId }, ...body } as SchedulerCall;
    this.#calls.push({ kind: 'call', subscription, call });
  }

  connect(call: Exclude<MesosCall, { kind: 'call' }>): void {
    this.#calls.push(call);
  }

  setTimer(timer: Timer, at: EpochMs): void {
    this.#timers.set(timerKey(timer), { kind: 'set', timer, at });
  }

  clearTimer(timer: Timer): void {
    this.#timers.set(timerKey(timer), { kind: 'clear', timer });
  }

  fact(fact: SchedulerFact): void {
    this.#facts.push(fact);
  }

  hasFact(kind: SchedulerFact['kind']): boolean {
    return this.#facts.some((fact) => fact.kind === kind);
  }

  stop(stop: Stop): void {
    this.#stop = stop;
  }

  build(): Frame {
    const frame = {
      persist: [...this.#writes.values()],
      calls: this.#calls,
      timers: [...this.#timers.values()],
      facts: this.#facts,
    };
    return this.#stop === undefined ? frame : { ...frame, stop: this.#stop };
  }
}
