/**
 * The persistent volumes of an app as Marathon has them: disk that is reserved to its role with a volume on it, made with the
 * first instance, given to each next one, so that these run on the same agent, and destroyed with the app.
 */
import type { MarathonApp } from '../../../marathon/app.ts';
import { toThousandths } from '../../../src/lib/thousandths.ts';
import { calls, resources } from '../../../src/mesos-api-client/index.ts';
import type { Offer, OfferOperation, Resource } from '../../../src/mesos-api-client/protocol/mesos.ts';

/** To which they are reserved. */
export const marathonRole = 'marathon';

/** The agent of each volume, by its id: what Marathon remembers of them. */
export type VolumeBook = Map<string, string>;

export interface Volumes {
  /** What makes those that are not there yet. */
  readonly operations: readonly OfferOperation[];
  readonly given: readonly Resource[];
}

/** Undefined: the app's volumes are not on this agent, or have no room there. */
export function volumesOn(offer: Offer, app: MarathonApp, book: VolumeBook): Volumes | undefined {
  const agent = offer.agent_id.value;
  const all = persistentOf(app).map(({ id, path, sizeMiB }) => {
    const at = book.get(id);
    if (at === undefined) return { id, volume: madeOf(offer, id, path, sizeMiB), isNew: true };
    return { id, volume: at === agent ? inOffer(offer, id) : undefined, isNew: false };
  });
  const given = all.flatMap(({ volume }) => volume ?? []);
  if (given.length < all.length) return undefined;
  for (const { id } of all) book.set(id, agent);
  const made = all.flatMap(({ volume, isNew }) => (isNew && volume !== undefined ? [volume] : []));
  const operations = made.length === 0 ? [] : [calls.reserve(made.map(plain)), calls.createVolumes(made)];
  return { operations, given };
}

/** What destroys those of the app that an offer holds. */
export function destructionOf(offer: Offer, app: MarathonApp): readonly OfferOperation[] {
  const volumes = persistentOf(app).flatMap(({ id }) => inOffer(offer, id) ?? []);
  return volumes.length === 0 ? [] : [calls.destroyVolumes(volumes), calls.unreserve(volumes.map(plain))];
}

export function forgetVolumes(app: MarathonApp, book: VolumeBook): void {
  for (const { id } of persistentOf(app)) book.delete(id);
}

export function hasVolumes(app: MarathonApp, book: VolumeBook): boolean {
  return persistentOf(app).some(({ id }) => book.has(id));
}

function persistentOf({ id, container }: MarathonApp) {
  return (container?.volumes ?? []).flatMap(({ containerPath: path, persistent }) =>
    persistent === undefined
      ? []
      : [{ id: `${id.slice(1).replaceAll('/', '_')}.${path}`, path, sizeMiB: persistent.size ?? 0 }],
  );
}

function inOffer({ resources: offered = [] }: Offer, id: string): Resource | undefined {
  return offered.find(({ disk }) => disk?.persistence?.id === id);
}

function madeOf(offer: Offer, id: string, path: string, sizeMiB: number): Resource | undefined {
  const [disk, ...more] = resources.takeScalar(offer.resources ?? [], 'disk', toThousandths(sizeMiB))?.taken ?? [];
  if (disk === undefined || more.length > 0) return undefined;
  const { role: _unreserved, ...rest } = disk;
  const reservations = [{ type: 'DYNAMIC' as const, role: marathonRole }];
  return { ...rest, reservations, disk: { persistence: { id }, volume: { mode: 'RW', container_path: path } } };
}

function plain({ disk: _disk, ...resource }: Resource): Resource {
  return resource;
}
