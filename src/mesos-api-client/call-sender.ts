/**
 * Sends the calls of one subscription, one after the other on one connection that is not the stream's: Mesos keeps the
 * order of calls only within a connection, and a RECONCILE must not overtake the ACCEPT that it asks about. Nothing is
 * ever sent twice: a repeated ACCEPT fails the tasks that the first one launched.
 */
import type { Client } from 'undici';
import { readAnswerText } from './answer-text.ts';
import { errorOfAnswer, errorOfTransport, MesosError } from './mesos-error.ts';
import type { SchedulerCall } from './protocol/scheduler.ts';

export const schedulerPath = '/api/v1/scheduler';

export interface CallSender {
  send(call: SchedulerCall): Promise<void>;
  /** Calls that wait are dropped; for the one under way nobody knows whether the master took it. */
  close(): Promise<void>;
}

export function createCallSender(options: {
  connection: Client;
  master: string;
  headers: Readonly<Record<string, string>>;
  principal?: string;
}): CallSender {
  const { connection, master, headers, principal } = options;
  let closed = false;
  let last: Promise<unknown> = Promise.resolve();

  async function post(call: SchedulerCall): Promise<void> {
    if (closed) {
      throw new MesosError('closed', `${call.type} was not sent: the subscription at master ${master} has ended`);
    }
    const about = { master, call: call.type, ...(principal === undefined ? {} : { principal }) };
    let answer: Awaited<ReturnType<Client['request']>>;
    try {
      answer = await connection.request({ method: 'POST', path: schedulerPath, headers, body: JSON.stringify(call) });
    } catch (error) {
      throw closed
        ? new MesosError('closed', `${call.type} to master ${master} was cut off: the subscription has ended`)
        : errorOfTransport(error, about);
    }
    const text = await readAnswerText(answer.body);
    if (answer.statusCode < 200 || answer.statusCode > 299) {
      throw errorOfAnswer({ status: answer.statusCode, text }, about);
    }
  }

  return {
    send(call) {
      const sent = last.then(() => post(call));
      last = sent.catch(() => undefined); // its caller hears of the failure; the next call takes its turn
      return sent;
    },
    async close() {
      closed = true;
      await connection.destroy();
    },
  };
}
