/** Calls a second: acknowledgements, each sent when the one before was answered, to a master in another process. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { acknowledge, subscribe } from '../../src/mesos-api-client/protocol/calls.ts';
import type { AgentId, FrameworkId, TaskId } from '../../src/mesos-api-client/protocol/ids.ts';
import { createSchedulerClient } from '../../src/mesos-api-client/scheduler-client.ts';
import { status } from './events.ts';

export async function callsPerSecond(count: number, passes: number): Promise<number[]> {
  const master = fork(new URL('./master.ts', import.meta.url));
  const client = createSchedulerClient();
  try {
    const [port] = (await once(master, 'message')) as [number];
    const call = subscribe({ frameworkInfo: { user: 'root', name: 'bench' } });
    const result = await client.subscribe(`127.0.0.1:${port}`, call);
    if (result.kind !== 'opened') throw new Error('no stream');
    const rates: number[] = [];
    for (let pass = 0; pass < passes; pass += 1) {
      const before = performance.now();
      const sent = Array.from({ length: count }, (_, number) => result.stream.call(acknowledgement(number)));
      await Promise.all(sent);
      rates.push((count / (performance.now() - before)) * 1000);
    }
    return rates;
  } finally {
    await client.close();
    master.disconnect();
  }
}

function acknowledgement(number: number) {
  const { task_id, agent_id, uuid } = status(number);
  const update = { taskId: task_id.value as TaskId, agentId: agent_id.value as AgentId, uuid };
  return acknowledge('b7a5b1c2-5f5e-4f0e-9c43-6f3f6a9a2b1d-0000' as FrameworkId, update);
}
