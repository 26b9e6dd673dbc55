/** Cuts what one task asks for out of what is free, its ports chosen and named; all of it or nothing. */
import type { Resource } from '../../mesos-api-client/protocol/mesos.ts';
import { type Cut, takeGivenPorts, takePorts, takeScalar } from '../../mesos-api-client/protocol/resources.ts';
import type { Ports, TaskResources } from '../model/task.ts';
import { amountsWanted } from './pools.ts';

export interface Share {
  readonly taken: readonly Resource[];
  readonly rest: readonly Resource[];
  readonly ports: Ports;
}

/** Ports from `startAt` upwards, so that those of a task that has just ended are the last to be given again. */
export function takeShare(free: readonly Resource[], wanted: TaskResources, startAt: number): Share | undefined {
  return take(free, wanted, (rest) => takePorts(rest, wanted.ports.length, startAt));
}

/** Exactly these ports, under their names. */
export function takeSameShare(free: readonly Resource[], wanted: TaskResources, ports: Ports): Share | undefined {
  const numbers = wanted.ports.flatMap((name) => ports[name] ?? []);
  return numbers.length < wanted.ports.length ? undefined : take(free, wanted, (rest) => takeGivenPorts(rest, numbers));
}

function take(
  free: readonly Resource[],
  wanted: TaskResources,
  choosePorts: (rest: readonly Resource[]) => (Cut & { readonly ports: number[] }) | undefined,
): Share | undefined {
  const { cpus, mem, disk, others } = amountsWanted(wanted);
  const taken: Resource[] = [];
  let rest = free;
  for (const [name, amount] of Object.entries({ cpus, mem, disk, ...others })) {
    const cut = amount === 0 ? { taken: [], rest } : takeScalar(rest, name, amount);
    if (cut === undefined) {
      return undefined;
    }
    taken.push(...cut.taken);
    rest = cut.rest;
  }
  if (wanted.ports.length === 0) {
    return { taken, rest, ports: {} };
  }
  const cut = choosePorts(rest);
  if (cut === undefined) {
    return undefined;
  }
  const ports = Object.fromEntries(wanted.ports.flatMap((name, index) => named(name, cut.ports[index])));
  return { taken: [...taken, ...cut.taken], rest: cut.rest, ports };
}

function named(name: string, port: number | undefined): [string, number][] {
  return port === undefined ? [] : [[name, port]];
}
