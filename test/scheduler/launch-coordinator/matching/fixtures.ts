/** Agents and requests for the tests of the matcher, sized in cpus and MiB, and where they were placed. */
import _ from 'lodash';
import { type Thousandths, toThousandths } from '../../../../src/lib/thousandths.ts';
import type {
  Agent,
  Objective,
  Placement,
  Request,
  Scalars,
} from '../../../../src/scheduler/launch-coordinator/matching/index.ts';

export const objectives: readonly Objective[] = ['fitness', 'tight', 'fewest-agents'];

type Amounts = Readonly<Record<string, number>>;

export function scalars(amounts: Amounts): Scalars {
  return _.mapValues(amounts, toThousandths);
}

/** As they are counted. */
export function thousandths(amounts: Amounts): Scalars {
  return _.mapValues(amounts, (amount) => amount as Thousandths);
}

/** 8 cpus and 800 MiB, unless it is said otherwise. */
export function agent(id: string, amounts: Amounts = {}, more: Partial<Agent> = {}): Agent {
  const ports = [{ begin: 31_000, end: 31_099 }];
  return { id, hostname: `host-${id}`, free: scalars({ cpus: 8, mem: 800, ...amounts }), ports, ...more };
}

/** For one cpu and 100 MiB, unless it is said otherwise. */
export function request(id: string, amounts: Amounts = {}, more: Partial<Request> = {}): Request {
  return { id, scalars: scalars({ cpus: 1, mem: 100, ...amounts }), ports: 0, ...more };
}

export function many(count: number, amounts: Amounts = {}, more: Partial<Request> = {}): Request[] {
  return _.range(count).map((index) => request(`r${index}`, amounts, more));
}

export function where(placements: readonly Placement[]): Record<string, string> {
  return Object.fromEntries(placements.map(({ requestId, agentId }) => [requestId, agentId]));
}
