/**
 * The scheduler's client of the Mesos API over the simulated network: what scheduler-client.ts is over sockets. Bodies
 * are JSON, judged by the embedded master's own parser; answers become errors by the client's own table.
 */
import type { StreamId } from '../../../src/local-mesos/model/master-io.ts';
import { parseSchedulerCall } from '../../../src/local-mesos/model/scheduler-call.ts';
import {
  type AboutCall,
  errorOfAnswer,
  errorOfTransport,
  MesosError,
} from '../../../src/mesos-api-client/mesos-error.ts';
import type { SchedulerCall, SchedulerEvent, SubscribeCall } from '../../../src/mesos-api-client/protocol/scheduler.ts';
import type {
  SchedulerClient,
  SchedulerStream,
  SubscribeResult,
} from '../../../src/mesos-api-client/scheduler-client.ts';
import type { Network } from '../network.ts';
import type { Chance } from '../platform/chance.ts';
import { uuidOf } from '../platform/platform.ts';
import type { Process } from '../platform/process.ts';
import type { MasterHost, Masters } from './masters.ts';
import { SimulatedStream } from './stream.ts';

/** What is done to a call on its way. */
export type CallFate =
  | 'ordinary'
  | 'lost-before'
  | 'lost-after'
  | 'late'
  | { readonly status: number; readonly text: string };

export interface ClientParts {
  readonly process: Process;
  readonly host: string;
  readonly masters: Masters;
  readonly network: Network;
  readonly chance: Chance;
  /** Fate of the next call of this kind. */
  readonly fate: (type: string) => CallFate;
  /** Where calls pass: judged there, and where the process may be killed. */
  readonly sent: (call: SchedulerCall | SubscribeCall, stream: SimulatedStream | undefined) => void;
  readonly processed: (
    call: SchedulerCall | SubscribeCall,
    status: number,
    stream: SimulatedStream | undefined,
  ) => void;
  readonly answered: (call: SchedulerCall | SubscribeCall) => void;
  readonly arrived: (event: SchedulerEvent, stream: SimulatedStream) => void;
}

const CONNECT_MS = 10_000;
const ANSWER_MS = 30_000;

export function createSimulatedClient(parts: ClientParts): SchedulerClient {
  const streams = new Set<SimulatedStream>();
  return {
    async subscribe(master, call, { signal } = {}) {
      const attempt = Promise.withResolvers<SubscribeResult>();
      signal?.addEventListener('abort', () => attempt.reject(abandoned(master)));
      subscribe(parts, master, call, streams, { ...attempt, abandoned: () => signal?.aborted === true });
      return attempt.promise;
    },
    async close() {
      for (const stream of streams) stream.close();
    },
  };
}

interface Settle<Result> {
  /** Nobody waits for it any more: its connection is closed. */
  abandoned(): boolean;
  resolve(result: Result): void;
  reject(error: Error): void;
}

function subscribe(
  parts: ClientParts,
  address: string,
  call: SubscribeCall,
  streams: Set<SimulatedStream>,
  attempt: Settle<SubscribeResult>,
): void {
  const { process, masters, network } = parts;
  const about: AboutCall = { master: address, call: call.type, api: 'scheduler' };
  const fail = (error: Error, delayMs = network.latencyMs()) => process.after(delayMs, () => attempt.reject(error));
  parts.sent(call, undefined);
  const fate = parts.fate(call.type);
  if (process.state === 'dead') return;
  network.time.after(network.latencyMs(), () => {
    if (process.state === 'dead') return;
    const host = masters.find(address);
    if (host === undefined || !network.reaches(parts.host, host.name)) {
      fail(errorOfTransport(new Error('connect timed out'), about), CONNECT_MS);
      return;
    }
    if (!host.up) return void fail(errorOfTransport(new Error('connect ECONNREFUSED'), about));
    if (fate === 'lost-before') return void fail(errorOfTransport(new Error('read ECONNRESET'), about));
    if (typeof fate === 'object') return void fail(errorOfAnswer(fate, about));
    const refused = elsewhere(masters, host, about);
    if (refused instanceof MesosError) return void fail(refused);
    if (refused !== undefined) {
      process.after(network.latencyMs(), () => attempt.resolve({ kind: 'redirected', to: refused }));
      return;
    }
    const stream = openStream(parts, host, call);
    if (stream instanceof MesosError) return void fail(stream);
    if (fate === 'lost-after') {
      stream.break();
      return void fail(errorOfTransport(new Error('read ECONNRESET'), about));
    }
    process.after(network.latencyMs(), () => {
      if (attempt.abandoned()) return stream.close();
      streams.add(stream);
      attempt.resolve({ kind: 'opened', stream: facade(parts, host, stream, streams) });
    });
  });
}

/** Masters that do not lead say who does, or that they do not know. */
function elsewhere(masters: Masters, host: MasterHost, about: AboutCall) {
  if (host.shell !== undefined) return undefined;
  const { leader } = masters;
  if (leader === undefined) return errorOfAnswer({ status: 503, text: 'No leader elected' }, about);
  return leader.address;
}

function openStream(parts: ClientParts, host: MasterHost, call: SubscribeCall): SimulatedStream | MesosError {
  const parsed = parseSchedulerCall(JSON.stringify(call));
  const about: AboutCall = { master: host.address, call: call.type, api: 'scheduler' };
  if (parsed.kind !== 'subscribe' || host.shell === undefined) {
    const text = parsed.kind === 'invalid' ? parsed.text : 'no SUBSCRIBE';
    return errorOfAnswer({ status: 400, text }, about);
  }
  const { shell } = host;
  const id = uuidOf(parts.chance.hex(32)) as string as StreamId;
  const stream: SimulatedStream = new SimulatedStream(parts.network, {
    scheduler: parts.process,
    schedulerHost: parts.host,
    master: host.process,
    masterHost: host.name,
    streamId: id,
    arrived: (event) => parts.arrived(event, stream),
  });
  parts.masters.streams.add(stream);
  host.process.enter(() => {
    shell.openStream(id, stream);
    shell.submit({ kind: 'subscribe', stream: id, call: parsed.call });
  });
  parts.processed(call, 200, stream);
  return stream;
}

function facade(
  parts: ClientParts,
  host: MasterHost,
  stream: SimulatedStream,
  streams: Set<SimulatedStream>,
): SchedulerStream {
  let last: Promise<unknown> = Promise.resolve();
  return {
    streamId: stream.ends.streamId,
    events: () => stream.events(),
    call(call) {
      const sent = last.then(() => post(parts, host, stream, call));
      last = sent.catch(() => undefined);
      return sent;
    },
    close() {
      streams.delete(stream);
      stream.close();
    },
  };
}

/** One call on a connection of its own; never repeated. */
function post(parts: ClientParts, host: MasterHost, stream: SimulatedStream, call: SchedulerCall): Promise<void> {
  const { process, network, chance } = parts;
  const about: AboutCall = { master: host.address, call: call.type, api: 'scheduler' };
  if (!stream.open) {
    return Promise.reject(new MesosError('closed', `${call.type} was not sent: the subscription has ended`));
  }
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  parts.sent(call, stream);
  // Killed in the moment before it was sent.
  if (process.state === 'dead') return promise;
  const fate = parts.fate(call.type);
  const body = JSON.stringify(call);
  const fail = (why: string, delayMs = network.latencyMs()) =>
    process.after(delayMs, () => reject(errorOfTransport(new Error(why), about)));
  network.time.after(network.latencyMs() + (fate === 'late' ? chance.between(1_000, 20_000) : 0), () => {
    if (!host.up || host.shell === undefined) {
      if (host.up) return answer({ status: 307, text: 'not the leader' });
      return fail('connect ECONNREFUSED');
    }
    if (!network.reaches(parts.host, host.name)) return fail('no answer', ANSWER_MS);
    if (fate === 'lost-before') return fail('read ECONNRESET');
    if (typeof fate === 'object') return answer(fate);
    const reply = submit(host, stream, body);
    parts.processed(call, reply.status, stream);
    if (fate === 'lost-after') return fail('read ECONNRESET');
    answer(reply);
  });
  function answer({ status, text }: { status: number; text: string }): void {
    network.time.after(network.latencyMs(), () =>
      process.enter(() => {
        parts.answered(call);
        if (process.state === 'dead') return;
        if (status >= 200 && status < 300) resolve();
        else reject(errorOfAnswer({ status, text }, about));
      }),
    );
  }
  return promise;
}

function submit(host: MasterHost, stream: SimulatedStream, body: string): { status: number; text: string } {
  const parsed = parseSchedulerCall(body);
  if (parsed.kind !== 'call') return { status: 400, text: parsed.kind === 'invalid' ? parsed.text : 'SUBSCRIBE twice' };
  let reply: { status: number; text: string } | undefined;
  host.process.enter(() => {
    reply = host.shell?.submit({ kind: 'call', call: parsed.call, stream: stream.ends.streamId });
  });
  return reply ?? { status: 503, text: 'The master is shutting down' };
}

function abandoned(master: string): MesosError {
  return new MesosError('closed', `the subscription at master ${master} was given up on our side`);
}
