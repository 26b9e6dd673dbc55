/**
 * Arithmetic on the Resource[] of offers and tasks: what is in them, and how a piece is cut out so that the master takes
 * it back. What is cut keeps everything else of the offered resource (reservations, role, allocation_info, …), because
 * Mesos compares these literally. Two resources add up only if they are alike in all but their amount; scalars are
 * counted in whole thousandths (src/common/resources.cpp, src/common/values.cpp of Mesos).
 */
import _ from 'lodash';
import { fromThousandths, type Thousandths, toThousandths } from '../../lib/thousandths.ts';
import { stringifyExact } from './int64.ts';
import type { Range, Resource } from './mesos.ts';
import {
  containsRanges,
  firstOfRanges,
  intersectRanges,
  normalRanges,
  rangesOfNumbers,
  subtractRanges,
} from './ranges.ts';

/** What was cut out, and what is left of the offered resources. */
export interface Cut {
  readonly taken: Resource[];
  readonly rest: Resource[];
}

export interface PortsCut extends Cut {
  readonly ports: number[];
}

export function makeScalar(name: string, value: number): Resource {
  return { name, type: 'SCALAR', scalar: { value: fromThousandths(toThousandths(value)) } };
}

export function makeRanges(name: string, ranges: readonly Range[]): Resource {
  return { name, type: 'RANGES', ranges: { range: normalRanges(ranges) } };
}

/**
 * Whether any task may use it up. Revocable and shared resources, persistent volumes and disks of a source of their own
 * are for those who ask for just them, so sums and cuts leave them alone.
 */
export function isPlain(resource: Resource): boolean {
  return (
    resource.revocable === undefined &&
    resource.shared === undefined &&
    resource.provider_id === undefined &&
    resource.disk === undefined
  );
}

/** The sum over all plain scalars of that name, whatever they are reserved to. */
export function scalarSum(resources: readonly Resource[], name: string): Thousandths {
  return _.sumBy(pieces(resources, name, 'SCALAR'), scalarOf) as Thousandths;
}

/** All plain ranges of that name, whatever they are reserved to. */
export function rangesOf(resources: readonly Resource[], name: string): Range[] {
  return normalRanges(pieces(resources, name, 'RANGES').flatMap(rangesIn));
}

export function portRanges(resources: readonly Resource[]): Range[] {
  return rangesOf(resources, 'ports');
}

/** Cuts `amount` out, from what is reserved first (nobody else can use that). Undefined if there is not enough. */
export function takeScalar(offered: readonly Resource[], name: string, amount: Thousandths): Cut | undefined {
  const taken: Resource[] = [];
  let missing: number = amount;
  for (const piece of reservedFirst(pieces(offered, name, 'SCALAR'))) {
    const part = Math.min(missing, scalarOf(piece));
    if (part > 0) {
      taken.push(withScalar(piece, part));
      missing -= part;
    }
  }
  return missing > 0 ? undefined : cut(offered, taken);
}

/**
 * Cuts `count` ports out, reserved ones first; of these as of the others those at or after `startAt` first, then the
 * lowest. A caller that moves `startAt` on gives every launch fresh ports while there are any. Undefined if there are
 * not enough.
 */
export function takePorts(offered: readonly Resource[], count: number, startAt = 0): PortsCut | undefined {
  const [open, reserved] = _.partition(
    pieces(offered, 'ports', 'RANGES'),
    (piece) => reservedRole(piece) === undefined,
  );
  const [forUs, forAll] = [rangesOf(reserved, 'ports'), rangesOf(open, 'ports')];
  const first = firstOfRanges(forUs, count, startAt);
  const ports = [...first, ...firstOfRanges(subtractRanges(forAll, forUs), count - first.length, startAt)];
  return ports.length < count ? undefined : takeGivenPorts(offered, ports);
}

/** Cuts exactly these ports out. Undefined if one of them is not offered, or is named twice. */
export function takeGivenPorts(offered: readonly Resource[], ports: readonly number[]): PortsCut | undefined {
  if (new Set(ports).size !== ports.length) {
    return undefined;
  }
  const taken: Resource[] = [];
  let missing = rangesOfNumbers(ports);
  for (const piece of reservedFirst(pieces(offered, 'ports', 'RANGES'))) {
    const part = intersectRanges(missing, rangesIn(piece));
    if (part.length > 0) {
      taken.push(withRanges(piece, part));
      missing = subtractRanges(missing, part);
    }
  }
  return missing.length > 0 ? undefined : { ...cut(offered, taken), ports: [...ports] };
}

/** The sum of both: alike resources become one entry, empty ones vanish. */
export function add(resources: readonly Resource[], more: readonly Resource[] = []): Resource[] {
  const byKind = _.groupBy([...resources, ...more], kindOf);
  return Object.values(byKind).flatMap((alike) => {
    const [first, ...others] = alike;
    return first === undefined ? [] : nonEmpty(others.reduce(addAlike, normal(first)));
  });
}

/** What is left of `resources` without `minus`. Undefined unless they contain it. */
export function subtract(resources: readonly Resource[], minus: readonly Resource[]): Resource[] | undefined {
  const left = new Map(add(resources).map((resource) => [kindOf(resource), resource]));
  for (const resource of add(minus)) {
    const from = left.get(kindOf(resource));
    if (from === undefined || !containsAlike(from, resource)) {
      return undefined;
    }
    left.set(kindOf(resource), subtractAlike(from, resource));
  }
  return [...left.values()].flatMap(nonEmpty);
}

export function contains(resources: readonly Resource[], wanted: readonly Resource[]): boolean {
  return subtract(resources, wanted) !== undefined;
}

/** The role that a resource is reserved to; undefined for an unreserved one. Both of Mesos' formats are understood. */
export function reservedRole(resource: Resource): string | undefined {
  const role = resource.reservations?.at(-1)?.role ?? resource.role;
  return role === '*' ? undefined : role;
}

function cut(offered: readonly Resource[], taken: readonly Resource[]): Cut {
  const rest = subtract(offered, taken);
  if (rest === undefined) {
    throw new Error('resources were cut out of an offer that does not contain them');
  }
  return { taken: add(taken), rest };
}

function pieces(resources: readonly Resource[], name: string, type: Resource['type']): Resource[] {
  return resources.filter((resource) => resource.name === name && resource.type === type && isPlain(resource));
}

function reservedFirst(resources: readonly Resource[]): Resource[] {
  return _.sortBy(resources, (resource) => (reservedRole(resource) === undefined ? 1 : 0));
}

/**
 * Equal for resources that add up: all but the amount, where role "*" (the older format of the unreserved) is none.
 * Plain for the usual members, because allocators ask often.
 */
function kindOf(resource: Resource): string {
  const {
    name,
    type,
    scalar: _scalar,
    ranges: _ranges,
    set: _set,
    allocation_info,
    reservations,
    ...others
  } = resource;
  const role = allocation_info?.role ?? null;
  const rest = others.role === '*' ? _.omit(others, 'role') : others;
  return stringifyExact([name, type, role, inOrder(reservations ?? []), inOrder(rest)]);
}

/** The same value with the members of its objects in the order of their names. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(inOrder);
  }
  if (!_.isPlainObject(value)) {
    return value;
  }
  const members = Object.entries(value as object).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(members.map(([name, member]) => [name, inOrder(member)]));
}

function scalarOf(resource: Resource): Thousandths {
  return toThousandths(resource.scalar?.value ?? 0);
}

function rangesIn(resource: Resource): Range[] {
  return resource.ranges?.range ?? [];
}

function itemsIn(resource: Resource): string[] {
  return resource.set?.item ?? [];
}

function withScalar(resource: Resource, thousandths: number): Resource {
  return { ...resource, scalar: { value: fromThousandths(thousandths) } };
}

function withRanges(resource: Resource, ranges: readonly Range[]): Resource {
  return { ...resource, ranges: { range: normalRanges(ranges) } };
}

function withItems(resource: Resource, items: readonly string[]): Resource {
  return { ...resource, set: { item: [...items] } };
}

function normal(resource: Resource): Resource {
  switch (resource.type) {
    case 'SCALAR':
      return withScalar(resource, scalarOf(resource));
    case 'RANGES':
      return withRanges(resource, rangesIn(resource));
    case 'SET':
      return withItems(resource, itemsIn(resource));
    default: // TEXT, and kinds that a newer Mesos may have: never calculated with
      return resource;
  }
}

/** What is shared is one thing, however often it is named. */
function addAlike(left: Resource, right: Resource): Resource {
  if (left.shared !== undefined) {
    return left;
  }
  switch (left.type) {
    case 'SCALAR':
      return withScalar(left, scalarOf(left) + scalarOf(right));
    case 'RANGES':
      return withRanges(left, [...rangesIn(left), ...rangesIn(right)]);
    case 'SET':
      return withItems(left, _.union(itemsIn(left), itemsIn(right)));
    default:
      return left;
  }
}

function subtractAlike(left: Resource, right: Resource): Resource {
  switch (left.type) {
    case 'SCALAR':
      return withScalar(left, scalarOf(left) - scalarOf(right));
    case 'RANGES':
      return withRanges(left, subtractRanges(rangesIn(left), rangesIn(right)));
    case 'SET':
      return withItems(left, _.difference(itemsIn(left), itemsIn(right)));
    default:
      return left;
  }
}

function containsAlike(left: Resource, right: Resource): boolean {
  switch (left.type) {
    case 'SCALAR':
      return scalarOf(left) >= scalarOf(right);
    case 'RANGES':
      return containsRanges(rangesIn(left), rangesIn(right));
    case 'SET':
      return _.difference(itemsIn(right), itemsIn(left)).length === 0;
    default:
      return true;
  }
}

function nonEmpty(resource: Resource): Resource[] {
  const empty =
    (resource.type === 'SCALAR' && scalarOf(resource) === 0) ||
    (resource.type === 'RANGES' && rangesIn(resource).length === 0) ||
    (resource.type === 'SET' && itemsIn(resource).length === 0);
  return empty ? [] : [resource];
}
