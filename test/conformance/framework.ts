/**
 * A framework for scenarios: one subscription, whose events are taken in any order by what is looked for, and calls on
 * a connection of their own. It acknowledges updates by itself unless told otherwise.
 */
import assert from 'node:assert/strict';
import { Agent, type IncomingMessage } from 'node:http';
import { userInfo } from 'node:os';
import type { FrameworkInfo, Offer, OfferOperation, TaskStatus } from '../../src/mesos-api-client/protocol/mesos.ts';
import { createRecordDecoder } from '../../src/mesos-api-client/protocol/recordio.ts';
import type { SchedulerEvent } from '../../src/mesos-api-client/protocol/scheduler.ts';
import { type Answer, ask, json, open, type Target } from './http.ts';

export const schedulerPath = '/api/v1/scheduler';

export interface FrameworkOptions {
  readonly info?: Partial<FrameworkInfo>;
  readonly capabilities?: readonly string[];
  readonly suppressedRoles?: readonly string[];
  /** Default true. */
  readonly acknowledges?: boolean;
}

export interface Framework {
  readonly id: string;
  readonly streamId: string;
  readonly info: FrameworkInfo;
  call(type: string, body?: object, headers?: Record<string, string | undefined>): Promise<Answer>;
  /** The first event that fits, of those not yet taken; fails if none comes in time. */
  take<Type extends SchedulerEvent['type']>(
    type: Type,
    fits?: (event: Extract<SchedulerEvent, { type: Type }>) => boolean,
  ): Promise<Extract<SchedulerEvent, { type: Type }>>;
  /** Fails if such an event is there or comes while it waits. */
  none(type: SchedulerEvent['type'], fits?: (event: SchedulerEvent) => boolean, forMs?: number): Promise<void>;
  /** The first offer that fits, of those not yet taken. */
  offer(fits?: (offer: Offer) => boolean): Promise<Offer>;
  noOffer(fits?: (offer: Offer) => boolean, forMs?: number): Promise<void>;
  /** The next update of the task with one of these states; those that came before it are done with. */
  update(taskId: string, ...states: string[]): Promise<TaskStatus>;
  accept(offers: readonly Offer[], operations: readonly OfferOperation[], refuseSeconds?: number): Promise<Answer>;
  decline(offers: readonly Offer[], refuseSeconds?: number): Promise<Answer>;
  acknowledge(status: TaskStatus): Promise<Answer>;
  readonly ended: Promise<void>;
  /** Cuts the stream, as a scheduler that dies. */
  cut(): void;
}

/** A master that demands a principal wants the framework to name the same. */
export function frameworkInfo(options: FrameworkOptions = {}, { credential }: Partial<Target> = {}): FrameworkInfo {
  const capabilities = options.capabilities ?? ['MULTI_ROLE', 'RESERVATION_REFINEMENT', 'PARTITION_AWARE'];
  return {
    user: userInfo().username,
    name: 'conformance',
    roles: ['*'],
    failover_timeout: 60,
    checkpoint: true,
    capabilities: capabilities.map((type) => ({ type })),
    ...(credential === undefined ? {} : { principal: credential.principal }),
    ...options.info,
  };
}

export function subscribeCall(info: FrameworkInfo, suppressedRoles?: readonly string[]) {
  return {
    type: 'SUBSCRIBE',
    ...(info.id === undefined ? {} : { framework_id: info.id }),
    subscribe: {
      framework_info: info,
      ...(suppressedRoles === undefined ? {} : { suppressed_roles: suppressedRoles }),
    },
  };
}

export async function subscribe(
  master: Target,
  waits: { readonly patienceMs: number; readonly quietMs: number },
  options: FrameworkOptions = {},
): Promise<Framework> {
  const info = frameworkInfo(options, master);
  const body = subscribeCall(info, options.suppressedRoles);
  const response = await open(master, { path: schedulerPath, body, agent: new Agent({ keepAlive: false }) });
  assert.equal(response.statusCode, 200, 'SUBSCRIBE');
  const streamId = String(response.headers['mesos-stream-id']);
  const events = readEvents(response, waits);
  const first = await events.take('SUBSCRIBED');
  const id = first.subscribed.framework_id.value;
  const calls = new Agent({ keepAlive: true, maxSockets: 1 });

  const call: Framework['call'] = (type, members = {}, headers = {}) => {
    const all = { ...json, 'Mesos-Stream-Id': streamId, ...headers };
    const sent = Object.fromEntries(
      Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
    return ask(master, {
      path: schedulerPath,
      headers: sent,
      body: { framework_id: { value: id }, type, ...members },
      agent: calls,
    });
  };
  const acknowledge: Framework['acknowledge'] = ({ agent_id, task_id, uuid }) =>
    call('ACKNOWLEDGE', { acknowledge: { agent_id, task_id, uuid } });
  if (options.acknowledges !== false) {
    events.onUpdate((status) => {
      // A framework that is torn down meanwhile has nothing to acknowledge.
      acknowledge(status).catch(() => undefined);
    });
  }
  const filters = (seconds: number | undefined) =>
    seconds === undefined ? {} : { filters: { refuse_seconds: seconds } };
  const ids = (offers: readonly Offer[]) => offers.map((offer) => offer.id);
  const { take, none, offer, noOffer, ended, cut } = events;
  return {
    id,
    streamId,
    info: { ...info, id: first.subscribed.framework_id },
    call,
    take,
    none,
    offer,
    noOffer,
    ended,
    cut,
    acknowledge,
    update: async (taskId, ...states) => {
      for (;;) {
        const { update } = await take('UPDATE', (event) => event.update.status.task_id.value === taskId);
        if (states.includes(update.status.state)) return update.status;
      }
    },
    accept: (offers, operations, seconds) =>
      call('ACCEPT', { accept: { offer_ids: ids(offers), operations, ...filters(seconds) } }),
    decline: (offers, seconds) => call('DECLINE', { decline: { offer_ids: ids(offers), ...filters(seconds) } }),
  };
}

interface Waiter {
  readonly fits: (event: SchedulerEvent) => boolean;
  readonly settle: (event: SchedulerEvent) => void;
}

function readEvents(response: IncomingMessage, waits: { readonly patienceMs: number; readonly quietMs: number }) {
  const decoder = createRecordDecoder();
  const waiting: SchedulerEvent[] = [];
  const waiters: Waiter[] = [];
  let acknowledge: ((status: TaskStatus) => void) | undefined;

  /** Offers count one by one, whichever event brought them. */
  function arrived(event: SchedulerEvent): void {
    if (event.type === 'OFFERS') {
      for (const offer of event.offers.offers ?? []) put({ type: 'OFFERS', offers: { offers: [offer] } });
      return;
    }
    if (event.type === 'UPDATE' && event.update.status.uuid !== undefined) acknowledge?.(event.update.status);
    put(event);
  }
  function put(event: SchedulerEvent): void {
    const index = waiters.findIndex(({ fits }) => fits(event));
    if (index < 0) waiting.push(event);
    else waiters.splice(index, 1)[0]?.settle(event);
  }
  response.on('data', (chunk: Buffer) => {
    const { records, fault } = decoder.push(chunk);
    for (const record of records) arrived(JSON.parse(record) as SchedulerEvent);
    if (fault !== undefined) response.destroy(new Error(fault.message));
  });
  const ended = new Promise<void>((resolve) => {
    response.on('close', resolve).on('error', () => resolve());
  });

  function find(fits: (event: SchedulerEvent) => boolean, withinMs: number): Promise<SchedulerEvent | undefined> {
    const index = waiting.findIndex(fits);
    if (index >= 0) return Promise.resolve(waiting.splice(index, 1)[0]);
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        waiters.splice(waiters.indexOf(waiter), 1);
        resolve(undefined);
      }, withinMs);
      const waiter: Waiter = {
        fits,
        settle: (event) => {
          clearTimeout(timer);
          resolve(event);
        },
      };
      waiters.push(waiter);
    });
  }
  const take: Framework['take'] = async (type, fits = () => true) => {
    type Wanted = Parameters<typeof fits>[0];
    const event = await find((each) => each.type === type && fits(each as Wanted), waits.patienceMs);
    const others = waiting.map((each) => JSON.stringify(each).slice(0, 300)).join('\n    ');
    assert.ok(event, `no such ${type} within ${waits.patienceMs} ms; there were:\n    ${others}`);
    return event as Wanted;
  };
  const none: Framework['none'] = async (type, fits = () => true, forMs = waits.quietMs) => {
    const event = await find((each) => each.type === type && fits(each), forMs);
    assert.ok(event === undefined, `no ${type} was to come, but: ${JSON.stringify(event)}`);
  };
  const first = (event: SchedulerEvent) => (event.type === 'OFFERS' ? event.offers.offers?.[0] : undefined);
  const offer: Framework['offer'] = async (fits = () => true) => {
    const found = first(await take('OFFERS', (event) => fits(first(event) as Offer)));
    assert.ok(found);
    return found;
  };
  const noOffer: Framework['noOffer'] = (fits = () => true, forMs = waits.quietMs) =>
    none('OFFERS', (event) => fits(first(event) as Offer), forMs);
  return {
    take,
    none,
    offer,
    noOffer,
    ended,
    cut: () => void response.destroy(),
    onUpdate: (handler: (status: TaskStatus) => void) => {
      acknowledge = handler;
    },
  };
}
