/** What the tests of the client share: a client and a master that end with their test. */
import type { ExecutionContext } from 'ava';
import { subscribe } from '../../src/mesos-api-client/protocol/calls.ts';
import type { FrameworkId, TaskId } from '../../src/mesos-api-client/protocol/ids.ts';
import type { SchedulerCall, SchedulerEvent, SubscribeCall } from '../../src/mesos-api-client/protocol/scheduler.ts';
import {
  createSchedulerClient,
  MesosError,
  type SchedulerClient,
  type SchedulerClientOptions,
  type SchedulerStream,
} from '../../src/mesos-api-client/scheduler-client.ts';
import { type FakeMaster, type Script, startFakeMaster } from './fake-master.ts';

export const subscribeCall: SubscribeCall = subscribe({ frameworkInfo: { user: 'root', name: 'test', roles: ['*'] } });

export function killCall(task: string): SchedulerCall {
  return {
    type: 'KILL',
    framework_id: { value: 'f' as FrameworkId },
    kill: { task_id: { value: task as TaskId } },
  };
}

export async function startMaster(t: ExecutionContext, script: Script, host?: string): Promise<FakeMaster> {
  const master = await startFakeMaster(script, host);
  t.teardown(() => master.close());
  return master;
}

export function startClient(t: ExecutionContext, options: SchedulerClientOptions = {}): SchedulerClient {
  const client = createSchedulerClient(options);
  t.teardown(() => client.close());
  return client;
}

export async function opened(
  client: SchedulerClient,
  master: { readonly address: string },
  options: { signal?: AbortSignal } = {},
): Promise<SchedulerStream> {
  const result = await client.subscribe(master.address, subscribeCall, options);
  if (result.kind !== 'opened') {
    throw new Error(`expected a stream, got a redirect to ${result.to}`);
  }
  return result.stream;
}

/** Reads a stream to its end: what came, and the error that every stream ends with. */
export async function readAll(stream: SchedulerStream): Promise<{ events: SchedulerEvent[]; error: MesosError }> {
  const events: SchedulerEvent[] = [];
  try {
    for await (const event of stream.events()) {
      events.push(event);
    }
  } catch (error) {
    if (error instanceof MesosError) {
      return { events, error };
    }
    throw error;
  }
  throw new Error('a stream ended without an error');
}

export async function failure(t: ExecutionContext, act: Promise<unknown>): Promise<MesosError> {
  return t.throwsAsync(() => act, { instanceOf: MesosError });
}
