/**
 * Whether a FrameworkInfo and what goes with it are acceptable (src/common/validation.cpp, src/common/roles.cpp of Mesos).
 * Faults of SUBSCRIBE are answered by one ERROR event on a 200, those of UPDATE_FRAMEWORK by a 400; the sentences are
 * those of a real master.
 */
import { toThousandths } from '../../lib/thousandths.ts';
import type { FrameworkInfo } from '../../mesos-api-client/protocol/mesos.ts';
import type { SubscribeCall } from '../../mesos-api-client/protocol/scheduler.ts';
import {
  type ConstraintsFilter,
  compileConstraints,
  noConstraints,
  type OfferConstraints,
} from './allocation/offer-constraints.ts';
import type { Quantities } from './allocation/quantities.ts';
import { hasCapability } from './capabilities.ts';
import { idFault } from './ids.ts';

/** Seconds beyond which a 64 bit number of nanoseconds overflows. */
const maxDurationSeconds = 9_223_372_036;

export function rolesOf(info: FrameworkInfo): string[] {
  return hasCapability(info, 'MULTI_ROLE') ? (info.roles ?? []) : [info.role ?? '*'];
}

export function infoFault(info: FrameworkInfo): string | undefined {
  return (
    rolesFault(info) ??
    (info.id === undefined ? undefined : idFault(info.id.value)) ??
    failoverFault(info.failover_timeout ?? 0) ??
    offerFiltersFault(info)
  );
}

/** About what a subscription says besides the FrameworkInfo. */
export function subscriptionFault({ framework_info: info, ...rest }: SubscribeCall['subscribe']): string | undefined {
  const roles = rolesOf(info);
  const strangers = (rest.suppressed_roles ?? []).filter((role) => !roles.includes(role));
  if (strangers.length > 0) {
    return `Suppressed roles { ${strangers.join(', ')} } are not contained in the set of roles`;
  }
  const constrained = Object.keys((rest.offer_constraints?.role_constraints as object | undefined) ?? {});
  const stranger = constrained.find((role) => !roles.includes(role));
  if (stranger !== undefined) {
    return `Offer constraints specify \`role_constraints\` for a role '${stranger}'not contained in the set of roles`;
  }
  const compiled = compileConstraints((rest.offer_constraints ?? {}) as OfferConstraints);
  return compiled.kind === 'fault' ? `Offer constraints are not valid: ${compiled.message}` : undefined;
}

/** Of a subscription without a fault. */
export function constraintsOf({ offer_constraints: constraints = {} }: SubscribeCall['subscribe']): ConstraintsFilter {
  const compiled = compileConstraints(constraints as OfferConstraints);
  return compiled.kind === 'fault' ? noConstraints : compiled.filter;
}

interface OfferFilterInfo {
  readonly min_allocatable_resources?: {
    readonly quantities?: readonly { readonly quantities?: Readonly<Record<string, { readonly value: number }>> }[];
  };
}

/** By role; a role whose filter names no quantities is offered whatever there is. */
export function minAllocatableOf(info: FrameworkInfo): ReadonlyMap<string, readonly Quantities[]> {
  const filters = Object.entries((info.offer_filters ?? {}) as Record<string, OfferFilterInfo>);
  return new Map(
    filters.flatMap(([role, { min_allocatable_resources: least }]) =>
      least === undefined ? [] : [[role, (least.quantities ?? []).map(leastOf)] as const],
    ),
  );
}

function leastOf({ quantities = {} }: { readonly quantities?: Readonly<Record<string, { readonly value: number }>> }) {
  return new Map(Object.entries(quantities).map(([name, { value }]) => [name, toThousandths(value)]));
}

function offerFiltersFault(info: FrameworkInfo): string | undefined {
  for (const filter of Object.values((info.offer_filters ?? {}) as Record<string, OfferFilterInfo>)) {
    for (const { quantities = {} } of filter.min_allocatable_resources?.quantities ?? []) {
      if (Object.keys(quantities).length === 0) {
        return 'Resource quantities must contain at least one quantity';
      }
      const bad = Object.entries(quantities).find(([, { value }]) => inputScalarFault(value) !== undefined);
      if (bad !== undefined) {
        return `Invalid resource quantity for '${bad[0]}': ${inputScalarFault(bad[1].value)}`;
      }
    }
  }
  return undefined;
}

/** Of numbers that quotas and filters are given in. */
export function inputScalarFault(value: number): string | undefined {
  if (!Number.isFinite(value)) {
    return Number.isNaN(value) ? 'NaN not supported' : 'Infinite values not supported';
  }
  return value < 0 ? 'Negative values not supported' : undefined;
}

/** What no framework may change about itself. */
export function changeFault(old: FrameworkInfo, info: FrameworkInfo): string | undefined {
  if (old.principal !== info.principal) {
    return "Changing framework's principal is not allowed.";
  }
  if (old.user !== info.user) {
    return `Updating 'FrameworkInfo.user' is unsupported; attempted to update from '${old.user}' to '${info.user}'`;
  }
  const [was, is] = [old.checkpoint ?? false, info.checkpoint ?? false];
  return was === is
    ? undefined
    : `Updating 'FrameworkInfo.checkpoint' is unsupported; attempted to update from '${was}' to '${is}'`;
}

function rolesFault(info: FrameworkInfo): string | undefined {
  if (!hasCapability(info, 'MULTI_ROLE')) {
    if ((info.roles ?? []).length > 0) {
      return "'FrameworkInfo.roles' must not be set when the framework is not MULTI_ROLE capable";
    }
    const fault = roleFault(info.role ?? '*');
    return fault && `'FrameworkInfo.role' is not a valid role: ${fault}`;
  }
  if (info.role !== undefined) {
    return "'FrameworkInfo.role' must not be set when the framework is MULTI_ROLE capable";
  }
  const roles = info.roles ?? [];
  const twice = [...new Set(roles.filter((role, index) => roles.indexOf(role) !== index))];
  if (twice.length > 0) {
    return `'FrameworkInfo.roles' contains duplicate items: { ${twice.join(', ')} }`;
  }
  const fault = roles.map(roleFault).find((each) => each !== undefined);
  return fault && `'FrameworkInfo.roles' contains invalid role: ${fault}`;
}

export function roleFault(role: string): string | undefined {
  if (role === '*') {
    return undefined;
  }
  if (role === '') {
    return 'Role names cannot be the empty string';
  }
  if (role.startsWith('/')) {
    return `Role '${role}' cannot start with a slash`;
  }
  if (role.endsWith('/')) {
    return `Role '${role}' cannot end with a slash`;
  }
  if (role.includes('//')) {
    return `Role '${role}' cannot contain two adjacent slashes`;
  }
  const faults = role.split('/').map((component) => componentFault(role, component));
  return faults.find((fault) => fault !== undefined);
}

function componentFault(role: string, component: string): string | undefined {
  if (component === '.' || component === '..' || component === '*') {
    return `Role '${role}' cannot include '${component}' as a component`;
  }
  if (component.startsWith('-')) {
    return `Role component '${component}' is invalid because it starts with a dash`;
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return /[\u0008-\u000d\u0020\u007f]/.test(component)
    ? `Role component '${component}' is invalid because it contains backspace or whitespace`
    : undefined;
}

function failoverFault(seconds: number): string | undefined {
  return Math.abs(seconds) > maxDurationSeconds
    ? `The framework failover_timeout (${String(seconds).replace(/^(\d)0{20}$/, '$1e+20')}) is invalid`
    : undefined;
}
