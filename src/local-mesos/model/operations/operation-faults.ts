/**
 * Whether an operation on resources may be carried out (src/master/validation.cpp of Mesos, namespace operation; its
 * sentences). Whether the resources are there is judged by applying it.
 */
import type { Resource } from '../../../mesos-api-client/protocol/mesos.ts';
import { add, contains, reservedRole } from '../../../mesos-api-client/protocol/resources.ts';
import { hasCapability } from '../capabilities.ts';
import type { Framework } from '../master-state.ts';
import { describeResources, internalForm, internalResource } from '../resource-forms.ts';
import { diskFault, malformedFault } from '../resource-validation.ts';
import { type ResourceOperation, withoutVolume } from './conversions.ts';

export interface Asker {
  /** Absent for an operator. */
  readonly framework?: Framework;
  /** Of the offers that the operation is about. */
  readonly role?: string;
  readonly principal: string | undefined;
  /** What the agent has, volumes included. */
  readonly total: readonly Resource[];
  /** By tasks and executors. */
  readonly used: readonly Resource[];
}

export function operationFault(operation: ResourceOperation, asker: Asker): string | undefined {
  switch (operation.type) {
    case 'RESERVE':
      return reserveFault(operation.reserve, asker);
    case 'UNRESERVE':
      return wellFormedFault(operation.unreserve.resources) ?? unreserveFault(operation.unreserve.resources);
    case 'CREATE':
      return createFault(operation.create.volumes, asker);
    case 'DESTROY':
      return destroyFault(operation.destroy.volumes, asker);
    case 'GROW_VOLUME':
      return growFault(operation.grow_volume.volume, operation.grow_volume.addition);
    case 'SHRINK_VOLUME':
      return shrinkFault(operation.shrink_volume.volume, operation.shrink_volume.subtract.value);
  }
}

function reserveFault(
  { resources, source = [] }: { resources: readonly Resource[]; source?: readonly Resource[] },
  asker: Asker,
): string | undefined {
  if (asker.framework !== undefined && source.length > 0) {
    return 'RESERVE.source must not be set in scheduler calls';
  }
  const fault = wellFormedFault(resources);
  if (fault !== undefined) {
    return fault;
  }
  for (const resource of resources) {
    const each = reservationFault(internalResource(resource), resource, asker);
    if (each !== undefined) {
      return each;
    }
  }
  return undefined;
}

function reservationFault(internal: Resource, given: Resource, asker: Asker): string | undefined {
  const newest = internal.reservations?.at(-1);
  if (newest?.type !== 'DYNAMIC') {
    return `Resource ${describeResources([internal])} is not dynamically reserved`;
  }
  const principal = principalFault(asker.principal, newest.principal);
  if (principal !== undefined) {
    return principal;
  }
  if (asker.framework === undefined) {
    return given.allocation_info === undefined
      ? undefined
      : 'A reserve operation was attempted with an allocated resource, but the operator API only allows reservations to be made to unallocated resources';
  }
  const allocated = given.allocation_info?.role ?? asker.role;
  if (allocated !== newest.role) {
    return `A reserve operation was attempted for a resource with role '${newest.role}', but the resource was allocated to role '${allocated}'`;
  }
  return asker.framework.roles.includes(allocated ?? '')
    ? undefined
    : `A reserve operation was attempted for a resource allocated to role '${allocated}', but the framework only has roles '{ ${asker.framework.roles.join(', ')} }'`;
}

function principalFault(asking: string | undefined, named: string | undefined): string | undefined {
  if (asking === undefined || asking === named) {
    return undefined;
  }
  return named === undefined
    ? `A reserve operation was attempted by principal '${asking}', but there is a reserved resource in the request with no principal set`
    : `A reserve operation was attempted by authenticated principal '${asking}', which does not match a reserved resource in the request with principal '${named}'`;
}

function unreserveFault(resources: readonly Resource[]): string | undefined {
  for (const resource of resources.map(internalResource)) {
    const words = describeResources([resource]);
    if (resource.reservations?.at(-1)?.type !== 'DYNAMIC') {
      return `Resource ${words} is not dynamically reserved`;
    }
    if (resource.disk?.persistence !== undefined) {
      return `A dynamically reserved persistent volume ${words} cannot be unreserved directly. Please destroy the persistent volume first then unreserve the resource`;
    }
  }
  return undefined;
}

function createFault(volumes: readonly Resource[], { framework, principal, total }: Asker): string | undefined {
  const fault = wellFormedFault(volumes) ?? prefixed('Not a persistent volume: ', volumesFault(volumes));
  if (fault !== undefined) {
    return fault;
  }
  const twice = twiceNamed([...total, ...volumes.map(internalResource)]);
  if (twice !== undefined) {
    return `Persistence ID '${twice}' is not unique`;
  }
  for (const volume of volumes) {
    const named = volume.disk?.persistence?.principal;
    const shared = sharedFault(volume, framework);
    if (shared !== undefined) {
      return shared;
    }
    if (principal !== undefined && principal !== named) {
      return named === undefined
        ? `Create volume operation attempted by principal '${principal}', but there is a volume in the operation with no principal set in 'disk.persistence'`
        : `Create volume operation attempted by authenticated principal '${principal}', which does not match a volume in the operation with principal '${named}' set in 'disk.persistence'`;
    }
  }
  return undefined;
}

function sharedFault(volume: Resource, framework: Framework | undefined): string | undefined {
  const isUnderstood = framework === undefined || hasCapability(framework.info, 'SHARED_RESOURCES');
  return volume.shared === undefined || isUnderstood
    ? undefined
    : `Create volume operation for '${describeResources([internalResource(volume)])}' has been attempted by framework '${framework.id}' with no SHARED_RESOURCES capability`;
}

/** Ids are unique within a role on an agent. */
function twiceNamed(resources: readonly Resource[]): string | undefined {
  const seen = new Set<string>();
  for (const resource of resources) {
    const id = resource.disk?.persistence?.id;
    const key = `${reservedRole(resource)} ${id}`;
    if (id !== undefined && seen.has(key)) {
      return id;
    }
    seen.add(key);
  }
  return undefined;
}

function destroyFault(volumes: readonly Resource[], { total, used }: Asker): string | undefined {
  const fault = wellFormedFault(volumes) ?? prefixed('Not a persistent volume: ', volumesFault(volumes));
  if (fault !== undefined) {
    return fault;
  }
  if (!contains(total, internalForm(volumes))) {
    return 'Persistent volumes not found';
  }
  return volumes.some((volume) => contains(used, internalForm([volume]))) ? 'Persistent volumes in use' : undefined;
}

function growFault(volume: Resource, addition: Resource): string | undefined {
  const fault =
    prefixed("Invalid resource in the 'GrowVolume.volume' field: ", malformedFault([volume])) ??
    prefixed("Invalid resource in the 'GrowVolume.addition' field: ", malformedFault([addition]));
  if (fault !== undefined) {
    return fault;
  }
  if ((addition.scalar?.value ?? 0) <= 0) {
    return "The size of 'GrowVolume.addition' field must be greater than zero";
  }
  const invalid = prefixed("Invalid persistent volume in the 'GrowVolume.volume' field: ", volumesFault([volume]));
  if (invalid !== undefined) {
    return invalid;
  }
  if (volume.shared !== undefined) {
    return 'Growing a shared persistent volume is not supported';
  }
  const together = add([withoutVolume(internalResource(volume)), internalResource(addition)]);
  return together.length === 1
    ? undefined
    : "Incompatible resources in the 'GrowVolume.volume' and 'GrowVolume.addition' fields";
}

function shrinkFault(volume: Resource, less: number): string | undefined {
  const fault = prefixed("Invalid resource in the 'ShrinkVolume.volume' field: ", malformedFault([volume]));
  if (fault !== undefined) {
    return fault;
  }
  if (less <= 0) {
    return "Value of 'ShrinkVolume.subtract' must be greater than zero";
  }
  if ((volume.scalar?.value ?? 0) <= less) {
    return "Value of 'ShrinkVolume.subtract' must be smaller than the size of 'ShrinkVolume.volume'";
  }
  if (volume.disk?.source?.type === 'MOUNT') {
    return 'Shrinking a volume on a MOUNT disk is not supported';
  }
  const invalid = prefixed("Invalid persistent volume in the 'ShrinkVolume.volume' field: ", volumesFault([volume]));
  return invalid ?? (volume.shared === undefined ? undefined : 'Shrinking a shared persistent volume is not supported');
}

function wellFormedFault(resources: readonly Resource[]): string | undefined {
  return prefixed(
    'Invalid resources: ',
    malformedFault(resources) ?? prefixed('Invalid DiskInfo: ', diskFault(resources.map(internalResource))),
  );
}

function volumesFault(volumes: readonly Resource[]): string | undefined {
  for (const volume of volumes) {
    const { disk } = volume;
    if (disk === undefined) {
      return `Resource ${describeResources([internalResource(volume)])} does not have DiskInfo`;
    }
    if (disk.persistence === undefined) {
      return "'persistence' is not set in DiskInfo";
    }
    if (disk.volume === undefined) {
      return "Expecting 'volume' to be set for persistent volume";
    }
    if (disk.volume.mode === 'RO') {
      return 'Read-only persistent volume not supported';
    }
  }
  return undefined;
}

function prefixed(prefix: string, fault: string | undefined): string | undefined {
  return fault === undefined ? undefined : `${prefix}${fault}`;
}
