/** What a framework says that it can deal with; asked for every agent in every round, so it is looked up, not searched. */
import type { FrameworkInfo } from '../../mesos-api-client/protocol/mesos.ts';

const known = new WeakMap<FrameworkInfo, ReadonlySet<string>>();

export function hasCapability(info: FrameworkInfo, capability: string): boolean {
  let capabilities = known.get(info);
  if (capabilities === undefined) {
    capabilities = new Set(info.capabilities?.map(({ type }) => type));
    known.set(info, capabilities);
  }
  return capabilities.has(capability);
}
