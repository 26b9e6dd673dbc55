/**
 * Carries out what the core wants said to Mesos, and tells it what came of it. At most one subscription is alive; calls
 * go out one after the other (acknowledgements beside them), each only while its own subscription is the present one; every failure becomes an input.
 * When to connect again, and where, is the core's to decide: nothing is repeated here.
 */
import type { SchedulerCall } from '../mesos-api-client/protocol/scheduler.ts';
import type { SchedulerClient, SchedulerStream } from '../mesos-api-client/scheduler-client.ts';
import { MesosError, type MesosErrorCode } from '../mesos-api-client/scheduler-client.ts';
import type { MesosCall } from '../scheduler/model/frame.ts';
import type { Input } from '../scheduler/model/input.ts';
import type { ConnectionProblem, MasterAddress, SubscriptionId } from '../scheduler/model/master.ts';
import type { Unstamped } from './queue.ts';

export type ConnectionInput = Unstamped<Extract<Input, { kind: 'connection' | 'mesos' | 'call-failed' }>>;

export interface MesosConnection {
  perform(call: MesosCall): void;
  close(): void;
}

export interface ConnectionParts {
  readonly client: SchedulerClient;
  readonly report: (input: ConnectionInput) => void;
  /** Waits while too much is queued, so that a flood of events stays in the socket. */
  readonly room: () => Promise<void>;
  /** An error that is none of the client's: a defect, which ends the process. */
  readonly defect: (error: unknown) => void;
}

/** One attempt to subscribe and what became of it. */
interface Attempt {
  readonly subscription: SubscriptionId;
  readonly abort: AbortController;
  stream?: SchedulerStream;
  /** The end of the queue of calls. */
  tail: Promise<void>;
}

type Subscribe = Extract<MesosCall, { kind: 'subscribe' }>;

export function createMesosConnection(parts: ConnectionParts): MesosConnection {
  let present: Attempt | undefined;

  const closePresent = () => {
    const attempt = present;
    present = undefined;
    attempt?.abort.abort();
    attempt?.stream?.close();
  };

  const isPresent = (attempt: Attempt) => attempt === present;

  return {
    perform(call) {
      switch (call.kind) {
        case 'subscribe': {
          closePresent();
          present = { subscription: call.subscription, abort: new AbortController(), tail: Promise.resolve() };
          void follow(parts, present, call, isPresent);
          return;
        }
        case 'unsubscribe':
          if (present?.subscription === call.subscription) closePresent();
          return;
        case 'call': {
          const attempt = present?.subscription === call.subscription ? present : undefined;
          if (attempt === undefined) return reportUnsent(parts, call.subscription, call.call);
          // What an acknowledgement is about happened before all that is said now: it need not wait for its turn.
          if (call.call.type === 'ACKNOWLEDGE') return void send(parts, attempt, call.call, isPresent);
          attempt.tail = attempt.tail.then(() => send(parts, attempt, call.call, isPresent));
        }
      }
    },
    close: closePresent,
  };
}

/** Subscribes and passes on events until the stream ends. What comes after it was replaced is nobody's business. */
async function follow(
  parts: ConnectionParts,
  attempt: Attempt,
  wanted: Subscribe,
  isPresent: (attempt: Attempt) => boolean,
): Promise<void> {
  const { subscription } = attempt;
  try {
    const answer = await parts.client.subscribe(wanted.master, wanted.call, { signal: attempt.abort.signal });
    if (!isPresent(attempt)) {
      if (answer.kind === 'opened') answer.stream.close();
      return;
    }
    if (answer.kind === 'redirected') {
      const to = answer.to as MasterAddress;
      parts.report({ kind: 'connection', subscription, change: { kind: 'redirected', to } });
      return;
    }
    attempt.stream = answer.stream;
    parts.report({ kind: 'connection', subscription, change: { kind: 'opened', master: wanted.master } });
    for await (const event of answer.stream.events()) {
      if (!isPresent(attempt)) return;
      parts.report({ kind: 'mesos', subscription, event });
      await parts.room();
    }
    throw new MesosError('closed', 'the master closed the stream');
  } catch (error) {
    if (!isPresent(attempt)) return;
    attempt.stream?.close();
    ifMesos(parts, error, (problem) =>
      parts.report({ kind: 'connection', subscription, change: { kind: 'failed', problem } }),
    );
  }
}

async function send(
  parts: ConnectionParts,
  attempt: Attempt,
  call: SchedulerCall,
  isPresent: (attempt: Attempt) => boolean,
): Promise<void> {
  if (attempt.stream === undefined || !isPresent(attempt)) return reportUnsent(parts, attempt.subscription, call);
  try {
    await attempt.stream.call(call);
  } catch (error) {
    const { subscription } = attempt;
    ifMesos(parts, error, (problem) => parts.report({ kind: 'call-failed', subscription, call, problem }));
  }
}

function reportUnsent(parts: ConnectionParts, subscription: SubscriptionId, call: SchedulerCall): void {
  const problem: ConnectionProblem = { code: 'closed', message: 'not sent: its subscription has ended' };
  parts.report({ kind: 'call-failed', subscription, call, problem });
}

function ifMesos(parts: ConnectionParts, error: unknown, report: (problem: ConnectionProblem) => void): void {
  if (error instanceof MesosError) {
    const { code, message, status } = error;
    report({ code: codeOf(code), message, ...(status !== undefined && { status }) });
  } else {
    parts.defect(error);
  }
}

/** What only calls of operators are answered with would be a refusal here. */
function codeOf(code: MesosErrorCode): ConnectionProblem['code'] {
  return code === 'conflict' || code === 'not-found' || code === 'forbidden' ? 'rejected' : code;
}
