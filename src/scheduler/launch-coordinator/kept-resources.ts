/**
 * Reservations and volumes as Mesos wants them: how what was cut out of an offer becomes a place that is kept, and how a
 * place is given up. A label in the reservation names the place and the framework, so that no other task takes it, and so
 * that what nobody remembers any more can be told and given up.
 */
import type { FrameworkId } from '../../mesos-api-client/protocol/ids.ts';
import type { FrameworkInfo, Resource } from '../../mesos-api-client/protocol/mesos.ts';
import type { KeepWish, PlaceId } from '../model/kept-place.ts';

const placeLabel = 'flink-mesos.place';
const frameworkLabel = 'flink-mesos.framework';

export interface Owner {
  readonly place: PlaceId;
  readonly framework: string;
}

/** Whose place a resource belongs to. */
export function ownerOf({ reservations = [] }: Resource): Owner | undefined {
  const labels = reservations.at(-1)?.labels?.labels ?? [];
  const value = (key: string) => labels.find((label) => label.key === key)?.value;
  const place = value(placeLabel);
  return place === undefined ? undefined : { place: place as PlaceId, framework: value(frameworkLabel) ?? '' };
}

/** The place that a resource is part of: by its label or, of a volume on disk that was reserved already, by its id. */
export function placeOf(resource: Resource): PlaceId | undefined {
  return ownerOf(resource)?.place ?? (resource.disk?.persistence?.id as PlaceId | undefined);
}

export interface Keeping {
  readonly place: PlaceId;
  readonly role: string;
  readonly frameworkId: FrameworkId;
  readonly principal: FrameworkInfo['principal'];
}

export interface Kept {
  /** To be reserved: in the form that they get. */
  readonly reserve: readonly Resource[];
  readonly volumes: readonly Resource[];
  /** All of the place. */
  readonly resources: readonly Resource[];
}

/**
 * What was cut out, but for ports: reserved where it is not reserved to the role already (a reservation can only be refined
 * for a role below). Undefined if no one piece of disk holds the volume.
 */
export function keepOf(taken: readonly Resource[], wish: KeepWish, keeping: Keeping): Kept | undefined {
  const kept = taken.map((resource) => (isReservable(resource, keeping.role) ? reserved(resource, keeping) : resource));
  const reserve = kept.filter((resource) => ownerOf(resource) !== undefined);
  if (wish.volume === undefined) {
    return { reserve, volumes: [], resources: kept };
  }
  const { sizeMiB, path } = wish.volume;
  const disk = kept.find((resource) => resource.name === 'disk' && (resource.scalar?.value ?? 0) >= sizeMiB);
  if (disk === undefined || (disk.reservations ?? []).length === 0) {
    return undefined;
  }
  const { principal } = keeping;
  const volume: Resource = {
    ...disk,
    scalar: { value: sizeMiB },
    disk: {
      persistence: { id: keeping.place, ...(principal === undefined ? {} : { principal }) },
      volume: { mode: 'RW', container_path: path },
    },
  };
  const rest = (disk.scalar?.value ?? 0) - sizeMiB;
  const left = rest > 0 ? [{ ...disk, scalar: { value: Math.round(rest * 1000) / 1000 } }] : [];
  return { reserve, volumes: [volume], resources: [...kept.filter((each) => each !== disk), ...left, volume] };
}

/** What gives it up: volumes first, then what was reserved for it, the disk of the volumes included. */
export function giveUpOf(resources: readonly Resource[]): {
  readonly destroy: Resource[];
  readonly unreserve: Resource[];
} {
  const destroy = resources.filter(({ disk }) => disk?.persistence !== undefined);
  const unreserve = resources
    .filter((resource) => ownerOf(resource) !== undefined)
    .map(({ disk: _disk, ...plain }): Resource => plain);
  return { destroy, unreserve };
}

function isReservable({ reservations = [], role }: Resource, wanted: string): boolean {
  const present = reservations.at(-1)?.role ?? (role === '*' ? undefined : role);
  return present === undefined || wanted.startsWith(`${present}/`);
}

function reserved(resource: Resource, { place, role, frameworkId, principal }: Keeping): Resource {
  const labels = [
    { key: placeLabel, value: place },
    { key: frameworkLabel, value: frameworkId },
  ];
  const entry = {
    type: 'DYNAMIC' as const,
    role,
    ...(principal === undefined ? {} : { principal }),
    labels: { labels },
  };
  const { role: _unreserved, ...plain } = resource;
  return { ...plain, reservations: [...(resource.reservations ?? []), entry] };
}
