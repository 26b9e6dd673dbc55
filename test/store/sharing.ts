/** The embedded store with shared parts, as the contract opens it, in the test's process and in others. */
import { openEmbeddedStore } from '../../src/store/embedded-store.ts';
import { type SharedPart, sharingParts } from '../../src/store/shared-parts.ts';
import type { Store } from '../../src/store/store.ts';

export const part: SharedPart = { collection: 'tasks', of: 'spec', member: 'process', into: 'processes' };

export async function open(location: string): Promise<Store> {
  return sharingParts(await openEmbeddedStore(location), part);
}
