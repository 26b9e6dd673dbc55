/** A framework in thirty lines: it runs one command and ends. MASTER=host:port names a Mesos; without it a local one is started. */
import process from 'node:process';
import { startLocalMesos } from 'flink-mesos/local-mesos';
import type { FrameworkId, TaskId } from 'flink-mesos/mesos-api-client';
import { calls, createSchedulerClient, resources, subscribeAtLeader } from 'flink-mesos/mesos-api-client';

const mesos = process.env.MASTER === undefined ? await startLocalMesos() : undefined;
const master = process.env.MASTER ?? `127.0.0.1:${mesos?.port}`;
const needs = [resources.makeScalar('cpus', 0.1), resources.makeScalar('mem', 32)];
const taskId = `hello-${Date.now()}` as TaskId;
const client = createSchedulerClient({ silenceLimitMs: 75_000 });
const subscribe = calls.subscribe({ frameworkInfo: { user: process.env.USER ?? 'root', name: 'hello' } });
const stream = await subscribeAtLeader(client, [master], subscribe);
let id = '' as FrameworkId;
let launched = false;
for await (const event of stream.events()) {
  if (event.type === 'SUBSCRIBED') id = event.subscribed.framework_id.value;
  if (event.type === 'ERROR') throw new Error(event.error.message);
  for (const offer of event.type === 'OFFERS' ? (event.offers.offers ?? []) : []) {
    if (launched || !resources.contains(offer.resources ?? [], needs)) {
      await stream.call(calls.decline(id, [offer.id.value], { refuseSeconds: 60 }));
      continue;
    }
    const command = { value: 'echo Hello from Mesos' };
    const task = { name: 'hello', task_id: { value: taskId }, agent_id: offer.agent_id, command, resources: needs };
    await stream.call(calls.accept(id, [offer.id.value], [calls.launch([task])]));
    launched = true;
  }
  if (event.type !== 'UPDATE') continue;
  const { state, uuid, agent_id: agent } = event.update.status;
  console.log(state);
  if (uuid && agent) await stream.call(calls.acknowledge(id, { agentId: agent.value, taskId, uuid }));
  if (state === 'TASK_FINISHED') break; // who leaves the loop closes the stream, and without a failover_timeout ends the framework
}
await client.close();
await mesos?.close();
