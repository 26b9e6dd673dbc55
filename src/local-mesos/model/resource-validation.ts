/** Whether resources that a scheduler sends are well formed (src/common/resources.cpp of Mesos, Resources::validate). */
import { toThousandths } from '../../lib/thousandths.ts';
import type { DiskInfo, Range, Resource } from '../../mesos-api-client/protocol/mesos.ts';
import { idFault } from './ids.ts';
import { amountOf } from './resource-forms.ts';

/** Whether each is well formed by itself. */
export function malformedFault(resources: readonly Resource[]): string | undefined {
  for (const resource of resources) {
    const fault = faultOf(resource);
    if (fault !== undefined) {
      return `Resource '${resource.name}:${amountOf(resource)}' is invalid: ${fault}`;
    }
  }
  return undefined;
}

/** Of disks that are volumes, or are to be. In the internal form. */
export function diskFault(resources: readonly Resource[]): string | undefined {
  for (const { disk, revocable, reservations = [] } of resources) {
    if (disk?.persistence !== undefined) {
      const fault = volumeFault(disk, revocable !== undefined, reservations.length > 0);
      if (fault !== undefined) {
        return fault;
      }
    } else if (disk?.volume !== undefined) {
      return 'Non-persistent volume not supported';
    } else if (disk !== undefined && disk.source === undefined) {
      return 'DiskInfo is set but empty';
    }
  }
  return undefined;
}

function volumeFault({ volume, persistence }: DiskInfo, revocable: boolean, reserved: boolean): string | undefined {
  if (revocable) {
    return 'Persistent volumes cannot be created from revocable resources';
  }
  if (!reserved) {
    return 'Persistent volumes cannot be created from unreserved resources';
  }
  if (volume === undefined) {
    return "Expecting 'volume' to be set for persistent volume";
  }
  if (volume.host_path !== undefined) {
    return "Expecting 'host_path' to be unset for persistent volume";
  }
  const fault = idFault(persistence?.id ?? '');
  return fault && `Invalid persistence ID for persistent volume: ${fault}`;
}

/** The master's sentence about the first fault, if there is one. */
export function resourceFault(resources: readonly Resource[]): string | undefined {
  for (const resource of resources) {
    const fault = faultOf(resource);
    if (fault !== undefined) {
      return `Resource '${resource.name}:${amountOf(resource)}' is invalid: ${fault}`;
    }
    if (resource.name === 'gpus' && !Number.isInteger(resource.scalar?.value ?? 0)) {
      return "Task uses invalid resources: Invalid 'gpus' resource: The 'gpus' resource must be an unsigned integer";
    }
  }
  return mixtureFault(resources);
}

function faultOf(resource: Resource): string | undefined {
  if (resource.name === '') {
    return 'Empty resource name';
  }
  switch (resource.type) {
    case 'SCALAR':
      return resource.scalar === undefined || resource.ranges !== undefined || resource.set !== undefined
        ? 'Invalid scalar resource'
        : scalarFault(resource.scalar.value);
    case 'RANGES':
      return resource.ranges === undefined || resource.scalar !== undefined || resource.set !== undefined
        ? 'Invalid ranges resource'
        : rangesFault(resource.ranges.range ?? []);
    case 'SET':
      return resource.set === undefined || resource.scalar !== undefined || resource.ranges !== undefined
        ? 'Invalid set resource'
        : setFault(resource.set.item ?? []);
    case 'TEXT':
      return 'Unsupported resource type';
  }
}

/** Exactly 0 passes (as recorded), below a thousandth does not. */
function scalarFault(value: number): string | undefined {
  return Number.isFinite(value) && (value === 0 || toThousandths(value) > 0)
    ? undefined
    : 'Invalid scalar resource: value <= 0';
}

function rangesFault(ranges: readonly Range[]): string | undefined {
  if (ranges.length === 0) {
    return 'Invalid ranges resource: empty';
  }
  if (ranges.some(({ begin, end }) => begin < 0 || begin > end)) {
    return 'Invalid ranges resource: begin > end';
  }
  const sorted = [...ranges].sort((left, right) => left.begin - right.begin);
  const overlap = sorted.some((range, index) => range.begin <= (sorted[index - 1]?.end ?? -1));
  return overlap ? 'Invalid ranges resource: overlapping ranges' : undefined;
}

function setFault(items: readonly string[]): string | undefined {
  return new Set(items).size === items.length ? undefined : 'Invalid set resource: duplicated elements';
}

function mixtureFault(resources: readonly Resource[]): string | undefined {
  const revocable = resources.filter((resource) => resource.revocable !== undefined).map(({ name }) => name);
  const mixed = resources.find((resource) => resource.revocable === undefined && revocable.includes(resource.name));
  return mixed && `Task uses invalid resources: mixes revocable and non-revocable '${mixed.name}'`;
}
