/** What is wrong with the ports that a specification adds. */
import type { CompleteClusterSpec } from '../spec.ts';
import { whyOptionRefused } from './options.ts';
import { flinkPorts, type SpecMember } from './ports.ts';

const MOST_PORT = 65_535;

export function judgePorts(spec: CompleteClusterSpec): string[] {
  return (['jobManager', 'taskManager'] as const).flatMap((part) => judgePart(spec, part));
}

function judgePart(spec: CompleteClusterSpec, part: SpecMember): string[] {
  const taken = new Map<string, string>();
  return Object.entries(spec[part].ports ?? {}).flatMap(([name, { option, vip }]) => {
    const field = `${part}.ports.${name}`;
    const problems = vip === undefined ? [] : judgeVip(field, vip);
    if (option === undefined) return problems;
    const before = taken.get(option);
    taken.set(option, name);
    return [...problems, ...judgeOption(spec, part, field, name, option, before)];
  });
}

function judgeOption(
  { configuration }: CompleteClusterSpec,
  part: SpecMember,
  field: string,
  name: string,
  option: string,
  before: string | undefined,
): string[] {
  const refused = whyOptionRefused(option);
  if (flinkPorts[part].includes(name)) return [`${field}.option: ${name} is a port of Flink itself and has its option`];
  if (refused !== undefined) return [`${field}.option: the scheduler decides ${option}: ${refused}`];
  if (configuration[option] !== undefined) return [`${field}.option: ${option} stands in configuration too`];
  if (before !== undefined) return [`${field}.option: ${option} is that of the port ${before} already`];
  return [];
}

function judgeVip(field: string, vip: string): string[] {
  const port = Number(vip.slice(vip.lastIndexOf(':') + 1));
  return port <= MOST_PORT ? [] : [`${field}.vip: ${port} is no port`];
}
