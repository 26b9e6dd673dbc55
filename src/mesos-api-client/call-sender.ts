/**
 * The calls of one subscription, one at a time on one connection that is not the stream's: Mesos keeps the
 * order of calls only within a connection, and a RECONCILE must not overtake the ACCEPT that it asks about. Nothing that a
 * master may have acted on is ever sent twice: a repeated ACCEPT fails the tasks that the first one launched.
 *
 * Acknowledgements are the exception: each is about one update of one task, of which the agent has no other under way, and
 * a second one changes nothing. They go out together (pipelined), on a connection of their own.
 */
import type { Client } from 'undici';
import { readAnswerText } from './answer-text.ts';
import { type Answer, aboutCall, type ConnectionOptions, post } from './connection.ts';
import { errorOfAnswer, errorOfTransport, MesosError } from './mesos-error.ts';
import { stringifyExact } from './protocol/int64.ts';
import type { SchedulerCall } from './protocol/scheduler.ts';

export const schedulerPath = '/api/v1/scheduler';

export interface CallSender {
  send(call: SchedulerCall): Promise<void>;
  /** Calls that wait are dropped; for the one under way nobody knows whether the master took it. */
  close(): Promise<void>;
}

export function createCallSender(parts: {
  connection: Client;
  acknowledgements: Client;
  options: ConnectionOptions;
  master: string;
  streamId: string;
}): CallSender {
  const { connection, acknowledgements, options, master } = parts;
  const headers = { 'mesos-stream-id': parts.streamId };
  let closed = false;
  let last: Promise<unknown> = Promise.resolve();

  async function send(call: SchedulerCall): Promise<void> {
    if (closed) {
      throw new MesosError('closed', `${call.type} was not sent: the subscription at master ${master} has ended`);
    }
    const about = aboutCall(options, 'scheduler', master, call.type);
    let answer: Answer;
    try {
      const request = { path: schedulerPath, headers, body: stringifyExact(call) };
      answer = await (call.type === 'ACKNOWLEDGE'
        ? post(acknowledgements, options, { ...request, repeatable: true })
        : post(connection, options, request));
    } catch (error) {
      if (closed) throw cutOff(call, master);
      throw error instanceof MesosError ? error : errorOfTransport(error, about);
    }
    const text = await readAnswerText(answer.body);
    if (answer.statusCode < 200 || answer.statusCode > 299) {
      throw errorOfAnswer({ status: answer.statusCode, text }, about);
    }
  }

  return {
    send(call) {
      if (call.type === 'ACKNOWLEDGE') {
        return send(call);
      }
      const sent = last.then(() => send(call));
      last = sent.catch(() => undefined); // its caller hears of the failure; the next call takes its turn
      return sent;
    },
    async close() {
      closed = true;
      await Promise.all([connection.destroy(), acknowledgements.destroy()]);
    },
  };
}

function cutOff(call: SchedulerCall, master: string): MesosError {
  return new MesosError('closed', `${call.type} to master ${master} was cut off: the subscription has ended`, {
    maybeDone: true,
  });
}
