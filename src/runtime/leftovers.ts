/** What is written when the service has ended: its last word. Every other record is deleted, whoever wrote it, in this turn too. */
import type { Store, StoreWrite } from '../store/store.ts';

export async function lastWord(
  store: Pick<Store, 'load'>,
  writes: readonly StoreWrite[],
): Promise<readonly StoreWrite[]> {
  const rest = (await store.load()).filter((record) => !isLastWord(record));
  const deletions = rest.map(({ collection, key }) => ({ kind: 'delete', collection, key }) as const);
  return [...writes.filter(isLastWord), ...deletions];
}

function isLastWord({ collection, key }: Pick<StoreWrite, 'collection' | 'key'>): boolean {
  return collection === 'framework' && key === 'uninstall';
}
