/**
 * What the operations on resources make of them (docs/reservation.md, docs/persistent-volume.md of Mesos): each is a list of
 * conversions, in which some resources are taken away and others, of the same size, come in their place. Master and agent
 * apply the same ones, so that both arrive at the same resources. All in the internal form.
 */
import { fromThousandths, toThousandths } from '../../../lib/thousandths.ts';
import type { Resource } from '../../../mesos-api-client/protocol/mesos.ts';
import type { OfferOperation } from '../../../mesos-api-client/protocol/operations.ts';
import { add, subtract } from '../../../mesos-api-client/protocol/resources.ts';
import { internalForm, internalResource } from '../resource-forms.ts';

/** Those that are about resources, and that are carried out here. */
export type ResourceOperation = OfferOperation & {
  type: 'RESERVE' | 'UNRESERVE' | 'CREATE' | 'DESTROY' | 'GROW_VOLUME' | 'SHRINK_VOLUME';
};

export interface Conversion {
  readonly consumed: readonly Resource[];
  readonly converted: readonly Resource[];
}

export function isResourceOperation(operation: OfferOperation): operation is ResourceOperation {
  return ['RESERVE', 'UNRESERVE', 'CREATE', 'DESTROY', 'GROW_VOLUME', 'SHRINK_VOLUME'].includes(operation.type);
}

export function conversionsOf(operation: ResourceOperation): Conversion[] {
  switch (operation.type) {
    case 'RESERVE':
      return reservations(internalForm(operation.reserve.resources), operation.reserve.source);
    case 'UNRESERVE':
      return internalForm(operation.unreserve.resources).map((each) => swap(each, withoutReservation(each)));
    case 'CREATE':
      return internalForm(operation.create.volumes).map((volume) => swap(withoutVolume(volume), volume));
    case 'DESTROY':
      return internalForm(operation.destroy.volumes).map((volume) => swap(volume, withoutVolume(volume)));
    case 'GROW_VOLUME': {
      const volume = internalResource(operation.grow_volume.volume);
      const addition = internalResource(operation.grow_volume.addition);
      return [{ consumed: [volume, addition], converted: [resized(volume, sizeOf(volume) + sizeOf(addition))] }];
    }
    case 'SHRINK_VOLUME': {
      const volume = internalResource(operation.shrink_volume.volume);
      const less = toThousandths(operation.shrink_volume.subtract.value);
      const freed = resized(withoutVolume(volume), less);
      return [{ consumed: [volume], converted: [resized(volume, sizeOf(volume) - less), freed] }];
    }
  }
}

/** Undefined if the resources do not hold what is to be converted; `missing` says what. */
export function convert(resources: readonly Resource[], conversions: readonly Conversion[]): Resource[] | undefined {
  let now: Resource[] | undefined = [...resources];
  for (const { consumed, converted } of conversions) {
    const rest: Resource[] | undefined = now && subtract(now, consumed);
    now = rest && add(rest, converted);
  }
  return now;
}

/** What stays of an agent over its restart: its dynamic reservations and volumes (needCheckpointing of Mesos). */
export function isCheckpointed({ reservations = [], disk }: Resource): boolean {
  return disk?.persistence !== undefined || reservations.some(({ type }) => type === 'DYNAMIC');
}

/** The total of an agent that starts with these resources and brings these from its former life; undefined if they do not fit. */
export function withCheckpointed(
  resources: readonly Resource[],
  checkpointed: readonly Resource[],
): Resource[] | undefined {
  const conversions = checkpointed.map((each) => swap(asStarted(each), each));
  return convert(internalForm(resources), conversions);
}

function asStarted(resource: Resource): Resource {
  const plain = resource.disk?.persistence === undefined ? resource : withoutVolume(resource);
  const kept = (plain.reservations ?? []).filter(({ type }) => type !== 'DYNAMIC');
  return withReservations(plain, kept);
}

function reservations(resources: readonly Resource[], source: readonly Resource[] | undefined): Conversion[] {
  return source === undefined || source.length === 0
    ? resources.map((each) => swap(withoutReservation(each), each))
    : [{ consumed: internalForm(source), converted: resources }];
}

function swap(consumed: Resource, converted: Resource): Conversion {
  return { consumed: [consumed], converted: [converted] };
}

/** Without the newest of its reservations. */
function withoutReservation(resource: Resource): Resource {
  return withReservations(resource, (resource.reservations ?? []).slice(0, -1));
}

function withReservations({ reservations: _old, ...rest }: Resource, stack: Resource['reservations'] = []): Resource {
  return stack.length === 0 ? rest : { ...rest, reservations: stack };
}

/** The disk that a volume lies on. */
export function withoutVolume({ disk, shared: _shared, ...rest }: Resource): Resource {
  return disk?.source === undefined ? rest : { ...rest, disk: { source: disk.source } };
}

function resized(resource: Resource, thousandths: number): Resource {
  return { ...resource, scalar: { value: fromThousandths(thousandths) } };
}

function sizeOf({ scalar }: Resource): number {
  return toThousandths(scalar?.value ?? 0);
}
