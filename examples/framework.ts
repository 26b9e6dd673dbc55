/** A framework in thirty lines: it runs one command and ends. MASTER=host:port names a Mesos; without it a local one is started. */
import { startLocalMesos } from 'flink-mesos/local-mesos';
import type { FrameworkId, TaskId } from 'flink-mesos/mesos-api-client';
import { calls, createSchedulerClient, resources, subscribeAtLeader } from 'flink-mesos/mesos-api-client';

const mesos = process.env.MASTER ? undefined : await startLocalMesos();
const needs = [resources.makeScalar('cpus', 0.1), resources.makeScalar('mem', 32)];
const taskId = 'hello' as TaskId;
const client = createSchedulerClient({ silenceLimitMs: 75_000 });
const subscribe = calls.subscribe({ frameworkInfo: { user: process.env.USER ?? 'root', name: 'hello' } });
const stream = await subscribeAtLeader(client, [process.env.MASTER ?? `127.0.0.1:${mesos?.port}`], subscribe);
let id = '' as FrameworkId;
let launched = false;
for await (const event of stream.events()) {
  if (event.type === 'SUBSCRIBED') id = event.subscribed.framework_id.value;
  if (event.type === 'ERROR') throw new Error(event.error.message);
  const offers = event.type === 'OFFERS' ? (event.offers.offers ?? []) : [];
  for (const { id: offer, agent_id, resources: offered = [] } of offers) {
    const command = { value: 'echo Hello from Mesos' };
    const task = { name: 'hello', task_id: { value: taskId }, agent_id, command, resources: needs };
    const operations = launched || !resources.contains(offered, needs) ? [] : [calls.launch([task])];
    await stream.call(calls.accept(id, [offer.value], operations, { refuseSeconds: 60 })); // no operations: declined
    if (operations.length > 0) launched = true;
  }
  if (event.type !== 'UPDATE') continue;
  const { state, uuid, agent_id: agent } = event.update.status;
  console.log(state);
  if (uuid && agent) await stream.call(calls.acknowledge(id, { agentId: agent.value, taskId, uuid }));
  if (state === 'TASK_FINISHED') break; // who leaves the loop closes the stream: without a failover_timeout, the framework's end
}
await Promise.all([client.close(), mesos?.close()]);
