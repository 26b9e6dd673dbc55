/** What is deleted when the service has ended: every record, whoever wrote it, but those that are written at that moment. */
import type { Store, StoreWrite } from '../store/store.ts';

export async function withoutAllElse(
  store: Pick<Store, 'load'>,
  writes: readonly StoreWrite[],
): Promise<readonly StoreWrite[]> {
  const written = new Set(writes.map(({ collection, key }) => `${collection}/${key}`));
  const rest = (await store.load()).filter(({ collection, key }) => !written.has(`${collection}/${key}`));
  return [...writes, ...rest.map(({ collection, key }) => ({ kind: 'delete', collection, key }) as const)];
}
