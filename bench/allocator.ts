/**
 * How long does the embedded master's allocator take for a round? Agents of 16 cpus and 50 frameworks of as many roles,
 * in the model alone (no HTTP, no processes), on one core:
 *
 *   all free     everybody wants everything: each agent goes to the framework whose turn it is
 *   all refused  all but one refuse every agent for an hour, so all are asked about each of them until one takes it
 *   settled      nobody wants anything, and nothing has changed
 *
 *   npm run bench:allocator [-- --json --agents 5000 --frameworks 50 --passes 15]
 */
import { parseArgs } from 'node:util';
import { createMaster } from '../src/local-mesos/model/master.ts';
import {
  defaultMasterOptions,
  emptyRegistry,
  type LinkId,
  type MasterInput,
  type StreamId,
  type TimerId,
} from '../src/local-mesos/model/master-io.ts';
import { parseCount } from '../src/main/settings.ts';
import type { FrameworkId, OfferId } from '../src/mesos-api-client/protocol/ids.ts';
import type { SchedulerEvent } from '../src/mesos-api-client/protocol/scheduler.ts';
import { median } from './lib/figures.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    agents: { type: 'string', default: '5000' },
    frameworks: { type: 'string', default: '50' },
    passes: { type: 'string', default: '15' },
  },
});
const agents = parseCount(values.agents, '--agents', 1, 100_000);
const frameworks = parseCount(values.frameworks, '--frameworks', 1, 1_000);
const passes = parseCount(values.passes, '--passes', 1, 1_000);

type Stimulus = MasterInput extends infer Input ? (Input extends MasterInput ? Omit<Input, 'at'> : never) : never;

const address = { masterId: 'm', hostname: 'localhost', ip: '127.0.0.1', port: 5050 };
const master = createMaster({ ...defaultMasterOptions, ...address }, emptyRegistry);
let now = 1_000_000;
/** Outstanding, by the framework that was offered them. */
const outstanding = new Map<StreamId, OfferId[]>();

function step(input: Stimulus): void {
  for (const effect of master.step({ at: now, ...input } as MasterInput)) {
    if (effect.kind === 'send' && effect.event.type === 'OFFERS') note(effect.stream, effect.event);
  }
}

function note(stream: StreamId, event: SchedulerEvent & { type: 'OFFERS' }): void {
  const ids = (event.offers.offers ?? []).map(({ id }) => id.value);
  outstanding.set(stream, [...(outstanding.get(stream) ?? []), ...ids]);
}

const idOf = (index: number) => `m-${String(index).padStart(4, '0')}` as FrameworkId;
const streamOf = (index: number) => `stream-${index}` as StreamId;

/** Milliseconds of the processor: other work on the machine does not count. */
function round(): number {
  now += defaultMasterOptions.allocationMs;
  const began = process.cpuUsage();
  step({ kind: 'timer', timer: 'allocate' as TimerId });
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}

/** Of every framework; answers how many there were. */
function declineAll(refuseSeconds: number): number {
  let count = 0;
  for (let index = 0; index < frameworks; index += 1) {
    const ids = outstanding.get(streamOf(index)) ?? [];
    outstanding.delete(streamOf(index));
    count += ids.length;
    if (ids.length === 0) continue;
    const decline = { offer_ids: ids.map((value) => ({ value })), filters: { refuse_seconds: refuseSeconds } };
    const call = { type: 'DECLINE', framework_id: { value: idOf(index) }, decline } as const;
    step({ kind: 'call', stream: streamOf(index), call });
  }
  return count;
}

function revive(index: number): void {
  const call = { type: 'REVIVE', framework_id: { value: idOf(index) } } as const;
  step({ kind: 'call', stream: streamOf(index), call });
}

step({ kind: 'start' });
const amounts = { cpus: 16, mem: 65_536, disk: 100_000 };
const resources = [
  ...Object.entries(amounts).map(([name, value]) => ({ name, type: 'SCALAR' as const, scalar: { value } })),
  { name: 'ports', type: 'RANGES' as const, ranges: { range: [{ begin: 31_000, end: 32_000 }] } },
];
for (let index = 0; index < agents; index += 1) {
  const agent = { hostname: `agent-${index}`, port: 5051, ip: '127.0.0.1', resources, attributes: [] };
  step({ kind: 'agent-message', link: `link-${index}` as LinkId, message: { type: 'REGISTER', agent } });
}
for (let index = 0; index < frameworks; index += 1) {
  const capabilities = ['MULTI_ROLE', 'RESERVATION_REFINEMENT', 'PARTITION_AWARE'].map((type) => ({ type }));
  const info = { user: 'root', name: `f${index}`, roles: [`role-${index}`], failover_timeout: 600, capabilities };
  const call = { type: 'SUBSCRIBE', subscribe: { framework_info: info } } as const;
  step({ kind: 'subscribe', stream: streamOf(index), call });
}

const free = measure(() => declineAll(0));
while (declineAll(3600) > 0) round();
const refused = measure(() => {
  declineAll(3600);
  revive(0);
  // The revival offers at once; what is measured is the round after the refusal of it.
  declineAll(0);
});
while (declineAll(3600) > 0) round();
round();
const settled = measure(() => undefined);

const figures = { agents, frameworks, freeMs: free, refusedMs: refused, settledMs: settled };
if (values.json) {
  console.log(JSON.stringify(figures));
} else {
  console.log(
    `${agents} agents, ${frameworks} frameworks; milliseconds of the processor for a round, median of ${passes}`,
  );
  console.log(`all free     ${free} ms`);
  console.log(`all refused  ${refused} ms`);
  console.log(`settled      ${settled} ms`);
}

function measure(prepare: () => void): number {
  const times = Array.from({ length: passes + 3 }, () => {
    prepare();
    return round();
  });
  return Math.round(median(times.slice(3)) * 100) / 100;
}
