/** The ports of a process: what Flink always needs, and what the specification adds, each with the option that hears of it. */
import { portVariable } from '../../scheduler/model/port-variable.ts';
import type { PortName } from '../../scheduler/model/task.ts';
import type { CompleteClusterSpec } from '../spec.ts';

export type SpecMember = 'jobManager' | 'taskManager';

export const flinkPorts: Readonly<Record<SpecMember, readonly PortName[]>> = {
  jobManager: ['rpc', 'rest', 'blob', 'metrics'],
  taskManager: ['rpc', 'data', 'metrics', 'collect'],
};

export function portsOf(spec: CompleteClusterSpec, part: SpecMember): readonly PortName[] {
  return [...flinkPorts[part], ...addedPorts(spec, part).map(([name]) => name)];
}

/** Option → the shell's variable with the number. */
export function portOptions(spec: CompleteClusterSpec, part: SpecMember): Readonly<Record<string, string>> {
  return Object.fromEntries(
    addedPorts(spec, part).flatMap(([name, { option }]) =>
      option === undefined ? [] : [[option, `$${portVariable(name)}`]],
    ),
  );
}

export function vipsOf(spec: CompleteClusterSpec, part: SpecMember): Readonly<Record<PortName, string>> | undefined {
  const vips = Object.entries(spec[part].ports ?? {}).flatMap(([name, { vip }]) =>
    vip === undefined ? [] : [[name, vip] as const],
  );
  return vips.length === 0 ? undefined : Object.fromEntries(vips);
}

function addedPorts(spec: CompleteClusterSpec, part: SpecMember) {
  return Object.entries(spec[part].ports ?? {}).filter(([name]) => !flinkPorts[part].includes(name));
}
