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
import type { OfferConstraints } from '../../mesos-api-client/protocol/offer-constraints.ts';
import type { SubscribeCall } from '../../mesos-api-client/protocol/scheduler.ts';
import type { FrameBuilder, Session } from '../frame-builder.ts';
import type { SubscriptionId } from '../model/master.ts';
import type { FormerFramework, FrameworkRecord } from '../model/records.ts';
import type { ConnectionView } from '../model/scheduler.ts';
import { removedState, uninstalledState } from './connection-ends.ts';
import type { Connection, ConnectionEffect, ConnectionEvent, ConnectionState } from './connection-state.ts';
import { connectionStep, subscribeTimeoutMs } from './connection-step.ts';

export interface ConnectionOptions {
  readonly framework: FrameworkInfo;
  readonly startAnew?: boolean;
}

export interface ConnectionParts {
  readonly random: Random;
  readonly suppression: Suppression;
  readonly tasks: Tasks;
}

interface Wishes {
  readonly suppressed_roles?: string[];
  readonly offer_constraints?: OfferConstraints;
}

/** Those that are gone when the master has removed the framework. */
export interface Tasks {
  /** Ends each of them; returns how many there were. */
  frameworkRemoved(frame: FrameBuilder, message: string): number;
}

/** For which roles the master is to send no offers, and of which agents; told with SUBSCRIBE. */
export interface Suppression {
  rolesToSuppress(): string[];
  /** Asked after the roles, once for each SUBSCRIBE. */
  offerConstraints(): OfferConstraints | undefined;
}

/** How long a master remembers a framework whose id we may never have heard. */
const unheardSeconds = 120;

export class ConnectionManager {
  readonly #framework: FrameworkInfo;
  readonly #random: Random;
  readonly #suppression: Suppression;
  readonly #tasks: Tasks;
  #connection: Connection;
  #registeredAt: EpochMs;
  #former: FormerFramework | undefined;
  #lastEventAt: EpochMs = 0;
  /** What was wished for with the last SUBSCRIBE. */
  #wishes: Wishes = {};
  /** The master has not been told yet how long it is to remember a framework that we know now. */
  #provisional = false;

  constructor(
    { framework, startAnew = false }: ConnectionOptions,
    record: FrameworkRecord | undefined,
    parts: ConnectionParts,
    uninstallingSince?: EpochMs,
  ) {
    this.#framework = framework;
    this.#random = parts.random;
    this.#suppression = parts.suppression;
    this.#tasks = parts.tasks;
    this.#registeredAt = record?.registeredAt ?? 0;
    this.#former =
      record?.removed === undefined ? record?.former : { frameworkId: record.frameworkId, ...record.removed };
    this.#connection = {
      state: uninstallingSince === undefined ? firstState(record, startAnew) : endState(record, uninstallingSince),
      masters: [],
      cursor: 0,
      attempt: 0,
      newest: 0 as SubscriptionId,
      startAnew,
      uninstalling: uninstallingSince !== undefined,
      ...(record === undefined || record.removed !== undefined ? {} : { frameworkId: record.frameworkId }),
    };
  }

  get frameworkId(): FrameworkId | undefined {
    return this.#connection.frameworkId;
  }

  /** The last one that the master removed, with what was lost. */
  get formerFramework(): FormerFramework | undefined {
    return this.#former;
  }

  /** Whether the master may know a framework of ours. */
  get hasFramework(): boolean {
    const { state } = this.#connection;
    return !(state.kind === 'stopped' && state.removed === true);
  }

  get provisional(): boolean {
    return this.#provisional;
  }

  /**
   * The id is written down with this frame: from now on the framework is to outlive us for as long as was wished. Until then
   * it was to be forgotten soon, so that an id that nobody heard of leaves no framework behind.
   */
  connected(frame: FrameBuilder): void {
    if (!this.#provisional) {
      return;
    }
    const framework_info = { ...this.#framework, id: { value: frame.frameworkId } };
    frame.call({ type: 'UPDATE_FRAMEWORK', update_framework: { framework_info, ...this.#wishes } });
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
    const { state, attempt, problem, masters, cursor, whyNoMasters } = this.#connection;
    const next = masters[cursor % Math.max(1, masters.length)];
    switch (state.kind) {
      case 'standby':
        return { state: 'standby' };
      case 'searching':
        return { state: 'searching', since: state.since, ...(whyNoMasters === undefined ? {} : { why: whyNoMasters }) };
      case 'connecting': {
        const { master, since } = state;
        return { state: 'connecting', master, attempt, since, ...(problem === undefined ? {} : { problem }) };
      }
      case 'waiting': {
        const { retryAt, since } = state;
        const then = next === undefined ? {} : { next };
        return { state: 'waiting', problem: state.problem, attempt, retryAt, since, ...then };
      }
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
      case 'removed':
        this.#removed(frame, effect);
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
    this.#provisional = first && (this.#framework.failover_timeout ?? 0) > unheardSeconds;
    if (first) {
      this.#registeredAt = frame.at;
      this.#persist(frame, { version: 1, frameworkId, registeredAt: frame.at });
    }
    frame.fact({ kind: 'master.subscribed', master, frameworkId, first });
  }

  /** What was lost is kept beside the id, which is never used again. */
  #removed(frame: FrameBuilder, { frameworkId, message }: Extract<ConnectionEffect, { kind: 'removed' }>): void {
    const { startAnew = false, uninstalling = false } = this.#connection;
    const tasksLost = this.#tasks.frameworkRemoved(frame, message);
    if (uninstalling) {
      frame.persist({ kind: 'delete', collection: 'framework', key: 'id' });
      return;
    }
    const removal = { at: frame.at, message, tasksLost };
    this.#former = { frameworkId, ...removal };
    const value: FrameworkRecord = { version: 1, frameworkId, registeredAt: this.#registeredAt, removed: removal };
    frame.persist({ kind: 'put', collection: 'framework', key: 'id', value });
    frame.fact({ kind: 'framework.removed', frameworkId, message, tasksLost, anew: startAnew });
  }

  #persist(frame: FrameBuilder, record: FrameworkRecord): void {
    const value = this.#former === undefined ? record : { ...record, former: this.#former };
    frame.persist({ kind: 'put', collection: 'framework', key: 'id', value });
  }

  /** The id stands in both places or in none (MA-1, MA-2); suppression and constraints are not remembered by the master (MA-50). */
  #subscribeCall(): SubscribeCall {
    const { frameworkId } = this.#connection;
    const roles = this.#suppression.rolesToSuppress();
    const constraints = this.#suppression.offerConstraints();
    this.#wishes = {
      ...(roles.length === 0 ? {} : { suppressed_roles: roles }),
      ...(constraints === undefined ? {} : { offer_constraints: constraints }),
    };
    if (frameworkId === undefined) {
      const { failover_timeout = 0 } = this.#framework;
      const framework_info = { ...this.#framework, failover_timeout: Math.min(failover_timeout, unheardSeconds) };
      return { type: 'SUBSCRIBE', subscribe: { framework_info, ...this.#wishes } };
    }
    const id = { value: frameworkId };
    const info = { ...this.#framework, id };
    return { type: 'SUBSCRIBE', framework_id: id, subscribe: { framework_info: info, ...this.#wishes } };
  }
}

function firstState(record: FrameworkRecord | undefined, startAnew: boolean): ConnectionState {
  return record?.removed !== undefined && !startAnew
    ? removedState(record.removed.message, record.removed.at)
    : { kind: 'standby' };
}

/** Nothing is registered only to be removed again. */
function endState(record: FrameworkRecord | undefined, since: EpochMs): ConnectionState {
  return record === undefined || record.removed !== undefined ? uninstalledState(since) : { kind: 'standby' };
}
