/**
 * An ExecutorInfo as protobuf's text format prints it: masters put two of them into the sentence about executors that are
 * not the same. Members come in the order of their numbers in mesos.proto; those that nobody set are left out.
 */
import type { ExecutorInfo } from '../../mesos-api-client/protocol/mesos.ts';

/** By the member that holds the message; others keep the order in which they came. */
const orders: Readonly<Record<string, readonly string[]>> = {
  executor: [
    'executor_id',
    'data',
    'resources',
    'command',
    'framework_id',
    'name',
    'source',
    'container',
    'discovery',
    'shutdown_grace_period',
    'labels',
    'type',
  ],
  resources: [
    'name',
    'type',
    'scalar',
    'ranges',
    'set',
    'role',
    'disk',
    'reservation',
    'revocable',
    'shared',
    'allocation_info',
    'provider_id',
    'reservations',
  ],
  command: ['uris', 'environment', 'value', 'user', 'shell', 'arguments'],
  uris: ['value', 'executable', 'extract', 'cache', 'output_file'],
};

/** Members whose texts are names of an enum: printed bare. */
const enums: ReadonlySet<string> = new Set(['type', 'visibility', 'mode']);

export function executorText(info: ExecutorInfo): string {
  return members('executor', info, '').join('');
}

function members(name: string, message: object, indent: string): string[] {
  const order = orders[name] ?? [];
  const rank = ([key]: [string, unknown]) => (order.includes(key) ? order.indexOf(key) : order.length);
  const entries = Object.entries(message).sort((left, right) => rank(left) - rank(right));
  return entries.flatMap(([key, value]) =>
    (Array.isArray(value) ? value : [value]).map((each) => member(key, each, indent)),
  );
}

function member(key: string, value: unknown, indent: string): string {
  if (typeof value === 'object' && value !== null) {
    return `${indent}${key} {\n${members(key, value, `${indent}  `).join('')}${indent}}\n`;
  }
  const text = typeof value === 'string' && !enums.has(key) ? JSON.stringify(value) : String(value);
  return `${indent}${key}: ${text}\n`;
}
