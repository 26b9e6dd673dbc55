/**
 * Quotas of roles (docs/quota.md and src/master/quota_handler.cpp of Mesos; its sentences): guarantees are laid away by the
 * allocator, limits bound what a role is offered. A change rescinds as many offers as stand in its way.
 */

import { fromThousandths } from '../../../lib/thousandths.ts';
import type { Resource, Scalar } from '../../../mesos-api-client/protocol/mesos.ts';
import type { QuotaConfig } from '../../../mesos-api-client/protocol/operator-messages.ts';
import { inputScalarFault, roleFault } from '../framework-info.ts';
import { holdingsOf } from '../holdings.ts';
import type { Answer } from '../master-io.ts';
import type { MasterState, OfferRecord } from '../master-state.ts';
import { persistRegistry } from '../master-state.ts';
import { rescindOffer } from '../offers.ts';
import { resourceFault } from '../resource-validation.ts';
import { configOf, isCharged, type Quota, quantitiesIn, quotaOf, topLevel } from './books.ts';
import {
  addQuantities,
  addResources,
  containsQuantities,
  describeQuantities,
  isWithinLimits,
  type Quantities,
  quantitiesOf,
  subtractQuantities,
} from './quantities.ts';

type Amounts = Readonly<Record<string, Scalar>>;

const done: Answer = { status: 200, text: '' };

export function updateQuota(master: MasterState, configs: readonly QuotaConfig[], force: boolean): Answer {
  const fault =
    configs.map(configFault).find((each) => each !== undefined) ??
    (force
      ? undefined
      : configs.map((config) => consumptionFault(master, config)).find((each) => each !== undefined)) ??
    (force ? undefined : overcommitFault(master, configs));
  if (fault !== undefined) {
    return { status: 400, text: fault };
  }
  for (const config of configs) {
    master.books.quotas.set(config.role, quotaOf(config));
  }
  persistRegistry(master);
  for (const config of configs) {
    rescindForQuota(master, config.role, quotaOf(config));
  }
  return done;
}

interface QuotaRequest {
  readonly force?: boolean;
  readonly role?: string;
  readonly guarantee?: readonly Resource[];
}

/** The older form: what is guaranteed is the limit too, and a quota is set only once. */
export function setQuota(master: MasterState, request: QuotaRequest): Answer {
  const { role = '', guarantee = [], force = false } = request;
  const fault = requestFault(master, role, guarantee);
  if (fault !== undefined) {
    return { status: 400, text: fault };
  }
  const amounts = Object.fromEntries(guarantee.map(({ name, scalar }) => [name, scalar ?? { value: 0 }]));
  const config = { role, guarantees: amounts, limits: amounts };
  const beyond = force ? undefined : overcommit(master, [config]);
  if (beyond !== undefined) {
    const text = "Quota guarantees overcommit the cluster (use 'force' to bypass this check): Total quota guarantees";
    return { status: 409, text: `${text} '${beyond.total}' exceed cluster capacity '${beyond.capacity}'` };
  }
  master.books.quotas.set(role, quotaOf(config));
  persistRegistry(master);
  rescindForQuota(master, role, quotaOf(config));
  return done;
}

export function removeQuota(master: MasterState, role: string): Answer {
  if (!master.books.quotas.delete(role)) {
    return { status: 400, text: `Failed to remove quota: Role '${role}' has no quota set` };
  }
  persistRegistry(master);
  return done;
}

export function viewQuota({ books }: MasterState) {
  const quotas = [...books.quotas].sort(([left], [right]) => (left < right ? -1 : 1));
  return {
    infos: quotas.map(([role, { guarantees }]) => ({
      role,
      ...(guarantees.size === 0 ? {} : { guarantee: resourcesOf(guarantees) }),
    })),
    configs: quotas.map(([role, quota]) => configOf(role, quota)),
  };
}

/** Scalars by name, as quotas and roles are shown with. */
export function resourcesOf(quantities: Quantities): Resource[] {
  return [...quantities].map(([name, amount]) => ({
    name,
    type: 'SCALAR',
    scalar: { value: fromThousandths(amount) },
  }));
}

const exabyteInMiB = 1024 ** 4;
const trillion = 10 ** 12;

function configFault({ role, guarantees = {}, limits = {} }: QuotaConfig): string | undefined {
  if (role.includes('/')) {
    return `Updating quota on nested role '${role}' is not supported yet`;
  }
  const fault =
    prefixed("Invalid 'QuotaConfig.role': ", roleFault(role)) ??
    prefixed("Invalid 'QuotaConfig.guarantees': ", sizeFault(guarantees)) ??
    prefixed("Invalid 'QuotaConfig.limits': ", sizeFault(limits)) ??
    amountsFault('guarantee', guarantees) ??
    amountsFault('limit', limits) ??
    (isWithinLimits(quantitiesIn(guarantees), quantitiesIn(limits))
      ? undefined
      : `'QuotaConfig.guarantees' ${printed(guarantees)} is not contained within the 'QuotaConfig.limits' ${printed(limits)}`);
  return prefixed('Invalid QuotaConfig: ', fault);
}

function prefixed(prefix: string, fault: string | undefined): string | undefined {
  return fault === undefined ? undefined : `${prefix}${fault}`;
}

function sizeFault(amounts: Amounts): string | undefined {
  for (const [name, { value }] of Object.entries(amounts)) {
    const [most, words] =
      name === 'mem' || name === 'disk' ? [exabyteInMiB, '1 exabyte'] : ([trillion, '1 trillion'] as const);
    if (value > most) {
      return `{'${name}': ${value}} is invalid: values greater than ${words} (${most}) are not supported`;
    }
  }
  return undefined;
}

function amountsFault(what: string, amounts: Amounts): string | undefined {
  for (const [name, { value }] of Object.entries(amounts)) {
    const fault = inputScalarFault(value);
    if (fault !== undefined) {
      return `Invalid ${what} configuration {'${name}': ${value}}: ${fault}`;
    }
  }
  return undefined;
}

function printed(amounts: Amounts): string {
  return `{ ${Object.entries(amounts)
    .map(([name, { value }]) => `${name}: ${value}`)
    .join(', ')} }`;
}

/** A limit below what the role's tasks and reservations take up already. */
function consumptionFault(master: MasterState, { role, limits = {} }: QuotaConfig): string | undefined {
  const consumed = consumedByTasks(master, role);
  const wanted = quantitiesIn(limits);
  return isWithinLimits(consumed, wanted)
    ? undefined
    : `Invalid QuotaConfig: Role '${role}' is already consuming '${describeQuantities(consumed)}'; this is more than the requested limits '${describeQuantities(wanted)}' (use 'force' flag to bypass this check)`;
}

/** Offers may still be taken back, so they do not count here. */
function consumedByTasks(master: MasterState, role: string): Quantities {
  const consumed: Quantities = new Map(master.books.reserved.get(role));
  for (const holding of [...master.frameworks.values()].flatMap(holdingsOf)) {
    if (topLevel(holding.role) === role) {
      addResources(consumed, holding.resources.filter(isCharged));
    }
  }
  return consumed;
}

function overcommitFault(master: MasterState, configs: readonly QuotaConfig[]): string | undefined {
  const beyond = overcommit(master, configs);
  return (
    beyond &&
    `Invalid QuotaConfig: total quota guarantees '${beyond.total}' exceed cluster capacity '${beyond.capacity}' (use 'force' flag to bypass this check)`
  );
}

function overcommit(
  { books, agents }: MasterState,
  configs: readonly QuotaConfig[],
): { total: string; capacity: string } | undefined {
  const quotas = new Map([...books.quotas, ...configs.map((config) => [config.role, quotaOf(config)] as const)]);
  const total: Quantities = new Map();
  for (const { guarantees } of quotas.values()) {
    addQuantities(total, guarantees);
  }
  const capacity: Quantities = new Map();
  for (const agent of agents.values()) {
    addResources(
      capacity,
      agent.total.filter(({ revocable }) => revocable === undefined),
    );
  }
  return containsQuantities(capacity, total)
    ? undefined
    : { total: describeQuantities(total), capacity: describeQuantities(capacity) };
}

function requestFault(master: MasterState, role: string, guarantee: readonly Resource[]): string | undefined {
  const prefix = 'Failed to validate set quota request: ';
  const invalid = resourceFault(guarantee);
  if (invalid !== undefined) {
    return `${prefix}QuotaInfo with invalid resource: ${invalid}`;
  }
  const fault = prefixed('QuotaInfo with invalid role: ', roleFault(role)) ?? guaranteeFault(guarantee);
  if (fault !== undefined) {
    return `${prefix}${fault}`;
  }
  if (master.books.quotas.has(role)) {
    return `${prefix}Cannot set quota for role '${role}' which already has quota`;
  }
  return role.includes('/') ? `Setting quota on nested role '${role}' is not supported yet` : undefined;
}

function guaranteeFault(guarantee: readonly Resource[]): string | undefined {
  if (guarantee.length === 0) {
    return "QuotaInfo with empty 'guarantee'";
  }
  const names = guarantee.map(({ name }) => name);
  for (const [index, { name, type, reservations = [], disk, revocable }] of guarantee.entries()) {
    const fault =
      (reservations.length > 0 ? 'QuotaInfo must not contain any ReservationInfo' : undefined) ??
      (disk === undefined ? undefined : 'QuotaInfo must not contain DiskInfo') ??
      (revocable === undefined ? undefined : 'QuotaInfo must not contain RevocableInfo') ??
      (type === 'SCALAR' ? undefined : 'QuotaInfo must not include non-scalar resources') ??
      (names.indexOf(name) === index ? undefined : `QuotaInfo contains duplicate resource name '${name}'`);
    if (fault !== undefined) {
      return fault;
    }
  }
  return undefined;
}

/** First the role's own offers, until it is within its limits; then those of others, until its guarantees fit. */
function rescindForQuota(master: MasterState, role: string, { guarantees, limits }: Quota): void {
  const isOurs = (offer: OfferRecord) => topLevel(offer.role) === role;
  const taken = consumedByTasks(master, role);
  for (const offer of [...master.offers.values()].filter(isOurs)) {
    addResources(taken, offer.resources);
  }
  for (const offer of [...master.offers.values()].filter(isOurs)) {
    if (isWithinLimits(taken, limits)) {
      break;
    }
    subtractQuantities(taken, quantitiesOf(offer.resources));
    rescindOffer(master, offer);
  }
  for (const offer of [...master.offers.values()].filter((each) => !isOurs(each))) {
    if (containsQuantities(taken, guarantees)) {
      break;
    }
    addResources(taken, offer.resources);
    rescindOffer(master, offer);
  }
}
