/**
 * The bytes of a busy stream: what a master sends while thousands of tasks start, run and are offered resources. Made
 * from events as Apache Mesos 1.12 sends them, with ids of their own.
 */
import { encodeRecord } from '../../src/mesos-api-client/protocol/recordio.ts';

const master = 'b7a5b1c2-5f5e-4f0e-9c43-6f3f6a9a2b1d';
const framework = { value: `${master}-0000` };

export interface Stream {
  /** As a socket gives them. */
  readonly chunks: readonly Buffer[];
  readonly records: readonly string[];
  readonly bytes: number;
}

const chunkBytes = 64 * 1024;

/** In a hundred: 90 updates, 8 events with four offers each, a rescinded offer, a heartbeat. */
export function busyStream(count: number): Stream {
  const records = Array.from({ length: count }, (_, number) => JSON.stringify(eventOf(number)));
  const bytes = Buffer.concat(records.map(encodeRecord));
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) chunks.push(bytes.subarray(at, at + chunkBytes));
  return { chunks, records, bytes: bytes.length };
}

function eventOf(number: number): unknown {
  const place = number % 100;
  if (place < 90) return { type: 'UPDATE', update: { status: status(number) } };
  if (place < 98) return { type: 'OFFERS', offers: { offers: [0, 1, 2, 3].map((index) => offer(number * 4 + index)) } };
  return place === 98
    ? { type: 'RESCIND', rescind: { offer_id: { value: `${master}-O${number}` } } }
    : { type: 'HEARTBEAT' };
}

export function status(number: number) {
  const ip = `10.0.${number % 250}.${number % 199}`;
  return {
    task_id: { value: `taskmanager-${number}-3f2a` },
    state: number % 2 === 0 ? 'TASK_STARTING' : 'TASK_RUNNING',
    source: 'SOURCE_EXECUTOR',
    agent_id: { value: `${master}-S${number % 5000}` },
    executor_id: { value: `taskmanager-${number}-3f2a` },
    timestamp: 1795222916.546745 + number / 7,
    uuid: 'DNvVmp3STM+Vk4AAH0a1gQ==',
    container_status: {
      container_id: { value: '77a7a0d6-f0c9-4a0a-9a09-0ab3ec5f9f0f' },
      network_infos: [{ ip_addresses: [{ protocol: 'IPv4', ip_address: ip }] }],
      executor_pid: 4000 + (number % 20_000),
    },
  };
}

function offer(number: number): unknown {
  const allocation_info = { role: 'flink' };
  const resource = (name: string, value: number) => ({ name, type: 'SCALAR', scalar: { value }, allocation_info });
  return {
    id: { value: `${master}-O${number}` },
    framework_id: framework,
    agent_id: { value: `${master}-S${number % 5000}` },
    hostname: `agent-${number % 5000}.example`,
    url: { scheme: 'http', address: { hostname: 'agent.example', ip: '10.0.0.7', port: 5051 }, path: '/slave(1)' },
    resources: [
      resource('cpus', 15.5),
      resource('mem', 63_488),
      resource('disk', 480_000),
      { name: 'ports', type: 'RANGES', ranges: { range: [{ begin: 31_000, end: 32_000 }] }, allocation_info },
    ],
    attributes: [
      { name: 'rack', type: 'TEXT', text: { value: `r${number % 40}` } },
      { name: 'zone', type: 'TEXT', text: { value: `z${number % 3}` } },
    ],
    allocation_info,
  };
}
