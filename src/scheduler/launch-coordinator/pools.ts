/**
 * What is free at one agent for one role: several offers of an agent are the normal case and are used together, in one
 * ACCEPT, which takes offers of one agent and one role only.
 */
import _ from 'lodash';
import { fromThousandths, type Thousandths, toThousandths } from '../../lib/thousandths.ts';
import type { AgentId, OfferId } from '../../mesos-api-client/protocol/ids.ts';
import type { Attribute, Offer, Resource } from '../../mesos-api-client/protocol/mesos.ts';
import { portRanges, scalarSum } from '../../mesos-api-client/protocol/resources.ts';
import type { PlaceId } from '../model/kept-place.ts';
import type { Amount } from '../model/offer-views.ts';
import type { AgentDomain } from '../model/placement.ts';
import type { TaskResources } from '../model/task.ts';
import { placeOf } from './kept-resources.ts';
import { mayUse, roleOf } from './roles.ts';

export interface Pool {
  readonly agentId: AgentId;
  readonly hostname: string;
  readonly role: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly domain?: AgentDomain;
  readonly offerIds: readonly OfferId[];
  /** What any task of the role may take. */
  readonly free: readonly Resource[];
  /** What is kept for the next task of a group, by place. */
  readonly kept: ReadonlyMap<PlaceId, readonly Resource[]>;
  /** The agent is about to be taken away for maintenance. */
  readonly leaving: boolean;
}

/** Amounts as Mesos counts: whole thousandths, but whole ports. */
export interface Amounts {
  readonly cpus: Thousandths;
  readonly mem: Thousandths;
  readonly disk: Thousandths;
  readonly ports: number;
  /** All other scalars by name. */
  readonly others: Readonly<Record<string, Thousandths>>;
}

const none = {};
const named: ReadonlySet<string> = new Set(['cpus', 'mem', 'disk']);

export function poolsOf(offers: Iterable<Offer>, onlyRole: string): Pool[] {
  const together = _.groupBy([...offers], (offer) => JSON.stringify([offer.agent_id.value, roleOf(offer, onlyRole)]));
  return Object.values(together).flatMap((each) => poolOf(each, onlyRole));
}

function poolOf(offers: readonly Offer[], onlyRole: string): Pool[] {
  const newest = offers.at(-1);
  if (newest === undefined) {
    return [];
  }
  const role = roleOf(newest, onlyRole);
  const usable = offers.flatMap((offer) => offer.resources ?? []).filter((resource) => mayUse(role, resource));
  const kept = new Map<PlaceId, Resource[]>();
  for (const resource of usable) {
    const place = placeOf(resource);
    if (place !== undefined) {
      kept.set(place, [...(kept.get(place) ?? []), resource]);
    }
  }
  return [
    {
      agentId: newest.agent_id.value,
      hostname: newest.hostname,
      role,
      attributes: textAttributes(newest.attributes ?? []),
      ...domainOf(newest),
      offerIds: offers.map((offer) => offer.id.value),
      free: usable.filter((resource) => placeOf(resource) === undefined),
      kept,
      leaving: offers.some((offer) => offer.unavailability !== undefined),
    },
  ];
}

/** Scalars as text, as Marathon compares them; ranges and sets are not compared. */
export function textAttributes(attributes: readonly Attribute[]): Record<string, string> {
  return Object.fromEntries(
    attributes.flatMap(({ name, text, scalar }) => {
      const value = text?.value ?? (scalar === undefined ? undefined : String(scalar.value));
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

export function domainOf({ domain }: Pick<Offer, 'domain'>): { readonly domain?: AgentDomain } {
  const { fault_domain } = domain ?? {};
  return fault_domain === undefined
    ? {}
    : { domain: { region: fault_domain.region.name, zone: fault_domain.zone.name } };
}

export function amountsOf(resources: readonly Resource[]): Amounts {
  return {
    cpus: scalarSum(resources, 'cpus'),
    mem: scalarSum(resources, 'mem'),
    disk: scalarSum(resources, 'disk'),
    ports: _.sumBy(portRanges(resources), ({ begin, end }) => end - begin + 1),
    others: othersOf(resources),
  };
}

function othersOf(resources: readonly Resource[]): Amounts['others'] {
  const names = resources.flatMap(({ name, scalar }) => (scalar === undefined || named.has(name) ? [] : [name]));
  return names.length === 0
    ? none
    : Object.fromEntries(_.uniq(names).map((name) => [name, scalarSum(resources, name)]));
}

export function amountsWanted(wanted: TaskResources): Amounts {
  return {
    cpus: toThousandths(wanted.cpus),
    mem: toThousandths(wanted.memMiB),
    disk: toThousandths(wanted.diskMiB),
    ports: wanted.ports.length,
    others: wanted.others === undefined ? none : _.mapValues(wanted.others, toThousandths),
  };
}

export function hasRoom(free: Amounts, wanted: Amounts): boolean {
  const { cpus, mem, disk, ports, others } = wanted;
  if (free.cpus < cpus || free.mem < mem || free.disk < disk || free.ports < ports) {
    return false;
  }
  return others === none || Object.entries(others).every(([name, amount]) => (free.others[name] ?? 0) >= amount);
}

/** What several hold together. */
export function sumOfAmounts(all: Iterable<Amounts>): Amounts {
  const sum = { cpus: 0, mem: 0, disk: 0, ports: 0 };
  let others: Record<string, number> | undefined;
  for (const each of all) {
    sum.cpus += each.cpus;
    sum.mem += each.mem;
    sum.disk += each.disk;
    sum.ports += each.ports;
    for (const name in each.others) {
      others ??= {};
      others[name] = (others[name] ?? 0) + (each.others[name] ?? 0);
    }
  }
  return { ...sum, others: others ?? none } as Amounts;
}

/** For people: cpus and MiB with their fractions. */
export function inUnits({ cpus, mem, disk, ports, others }: Amounts): Amount {
  return {
    cpus: fromThousandths(cpus),
    memMiB: fromThousandths(mem),
    diskMiB: fromThousandths(disk),
    ports,
    ...(!_.isEmpty(others) && { others: _.mapValues(others, fromThousandths) }),
  };
}
