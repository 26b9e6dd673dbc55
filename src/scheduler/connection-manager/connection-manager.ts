/**
 * Keeps one subscription to the leading master: carries the effects of connectionStep into the frame, builds SUBSCRIBE,
 * and watches for silence. Any event is a sign of life; so that not every event moves a timer, the watch looks back when
 * it fires at when the last one came.
 */
import type { EpochMs } from '../../lib/brand.ts';
import { unreachable } from '../../lib/exhaustive.ts';
import type { Random } from '../../lib/random.ts';
import type { FrameworkId } from '../../mesos-api-client/protocol/ids.ts';
import type { FrameworkInfo } from '../../mesos-api-client/protocol/mesos.ts';
import type { SubscribeCall } from '../../mesos-api-client/protocol/scheduler.ts';
import type { FrameBuilder, Session } from '../frame-builder.ts';
import type { SubscriptionId } from '../model/master.ts';
import type { FrameworkRecord } from '../model/records.ts';
import type { ConnectionView } from '../model/scheduler.ts';
import type { Connection, ConnectionEffect, ConnectionEvent } from './connection-state.ts';
import { connectionStep, subscribeTimeoutMs } from './connection-step.ts';

/** The roles for which the master is to send no offers, as told with SUBSCRIBE. */
export interface Suppression {
  rolesToSuppress(): string[];
}

export class ConnectionManager {
  readonly #framework: FrameworkInfo;
  readonly #random: Random;
  readonly #suppression: Suppression;
  #connection: Connection;
  #lastEventAt: EpochMs = 0;

  constructor(framework: FrameworkInfo, record: FrameworkRecord | undefined, random: Random, suppression: Suppression) {
    this.#framework = framework;
    this.#random = random;
    this.#suppression = suppression;
    this.#connection = {
      state: { kind: 'standby' },
      masters: [],
      cursor: 0,
      attempt: 0,
      newest: 0 as SubscriptionId,
      ...(record === undefined ? {} : { frameworkId: record.frameworkId }),
    };
  }

  get frameworkId(): FrameworkId | undefined {
    return this.#connection.frameworkId;
  }

  /** What calls go out on, while subscribed. */
  get session(): Session | undefined {
    const { state } = this.#connection;
    return state.kind === 'subscribed'
      ? { subscription: state.subscription, frameworkId: state.frameworkId }
      : undefined;
  }

  /** Whether an input of this subscription still counts (MA-4). */
  isCurrent(subscription: SubscriptionId): boolean {
    const { state } = this.#connection;
    return (state.kind === 'connecting' || state.kind === 'subscribed') && state.subscription === subscription;
  }

  alive(now: EpochMs): void {
    this.#lastEventAt = now;
  }

  handle(frame: FrameBuilder, event: ConnectionEvent): void {
    const chance = event.kind === 'silent' || 'subscription' in event ? this.#random.next() : 0;
    const step = connectionStep(this.#connection, event, frame.at, chance);
    this.#connection = step.connection;
    for (const effect of step.effects) {
      this.#carryOut(frame, effect);
    }
  }

  silenceTimer(frame: FrameBuilder): void {
    const { state } = this.#connection;
    const since = 'since' in state ? Math.max(state.since, this.#lastEventAt) : 0;
    const allowedMs = state.kind === 'subscribed' ? state.silenceMs : subscribeTimeoutMs;
    if (frame.at < since + allowedMs) {
      frame.setTimer({ kind: 'silence' }, since + allowedMs);
      return;
    }
    this.handle(frame, { kind: 'silent' });
  }

  view(): ConnectionView {
    const { state, attempt } = this.#connection;
    switch (state.kind) {
      case 'standby':
        return { state: 'standby' };
      case 'searching':
        return { state: 'searching', since: state.since };
      case 'connecting':
        return { state: 'connecting', master: state.master, attempt, since: state.since };
      case 'waiting':
        return { state: 'waiting', problem: state.problem, retryAt: state.retryAt, since: state.since };
      case 'subscribed':
        return { state: 'subscribed', master: state.master, since: state.since };
      case 'stopped':
        return { state: 'stopped', message: state.message, since: state.since };
      default:
        return unreachable(state);
    }
  }

  #carryOut(frame: FrameBuilder, effect: ConnectionEffect): void {
    switch (effect.kind) {
      case 'subscribe':
        frame.connect({ ...effect, call: this.#subscribeCall() });
        frame.fact({ kind: 'master.connecting', master: effect.master, attempt: this.#connection.attempt });
        break;
      case 'unsubscribe':
        frame.connect(effect);
        break;
      case 'retry-at':
        frame.setTimer({ kind: 'subscribe' }, effect.at);
        break;
      case 'no-retry':
        frame.clearTimer({ kind: 'subscribe' });
        break;
      case 'watch':
        frame.setTimer({ kind: 'silence' }, frame.at + effect.forMs);
        break;
      case 'no-watch':
        frame.clearTimer({ kind: 'silence' });
        break;
      case 'searching':
        frame.fact({ kind: 'master.unknown' });
        break;
      case 'lost':
        frame.fact({ kind: 'master.lost', problem: effect.problem, retryInMs: effect.retryInMs });
        break;
      case 'subscribed':
        this.#subscribed(frame, effect.first);
        break;
      case 'stop':
        frame.stop(effect.stop);
        frame.fact({ kind: 'framework.stopped', ...effect.stop });
        break;
      default:
        unreachable(effect);
    }
  }

  /** The id is persisted before any call leaves, since a frame persists first: so there is never a second framework. */
  #subscribed(frame: FrameBuilder, first: boolean): void {
    const { state } = this.#connection;
    if (state.kind !== 'subscribed') {
      return;
    }
    const { frameworkId, master } = state;
    if (first) {
      const value: FrameworkRecord = { version: 1, frameworkId, registeredAt: frame.at };
      frame.persist({ kind: 'put', collection: 'framework', key: 'id', value });
    }
    frame.fact({ kind: 'master.subscribed', master, frameworkId, first });
  }

  /** The id stands in both places or in none (MA-1, MA-2); suppression is not remembered by the master (MA-50). */
  #subscribeCall(): SubscribeCall {
    const { frameworkId } = this.#connection;
    const roles = this.#suppression.rolesToSuppress();
    const suppressed = roles.length === 0 ? {} : { suppressed_roles: roles };
    if (frameworkId === undefined) {
      return { type: 'SUBSCRIBE', subscribe: { framework_info: this.#framework, ...suppressed } };
    }
    const id = { value: frameworkId };
    const info = { ...this.#framework, id };
    return { type: 'SUBSCRIBE', framework_id: id, subscribe: { framework_info: info, ...suppressed } };
  }
}
