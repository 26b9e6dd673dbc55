/** Our requests in the library's words, and its answers in ours. */
import library, { type LibraryAcl, type LibraryError, type LibraryStat, type Transaction } from 'node-zookeeper-client';
import { unreachable } from '../lib/exhaustive.ts';
import type { CreateMode, CreateOptions, Operation, OperationResult, Stat, Version } from './session.ts';
import { errorOfCode, type ZooKeeperError } from './zookeeper-error.ts';

export const modes: Record<CreateMode, number> = {
  persistent: 0,
  ephemeral: 1,
  'persistent-sequential': 2,
  'ephemeral-sequential': 3,
};

export function versionOf(version: Version): number {
  return version === 'any' ? -1 : version;
}

export function statOf({ version, dataLength, numChildren, ephemeralOwner }: LibraryStat): Stat {
  const owner = ephemeralOwner.toString('hex').replace(/^0+/, '');
  return { version, bytes: dataLength, children: numChildren, ...(owner !== '' && { ephemeralOwner: `0x${owner}` }) };
}

/** What we create with credentials is ours alone, or anybody's to read; without credentials it is everybody's. */
export function aclOf(hasCredentials: boolean, { readableByAll = false }: CreateOptions): readonly LibraryAcl[] {
  const { OPEN_ACL_UNSAFE, CREATOR_ALL_ACL, READ_ACL_UNSAFE } = library.ACL;
  if (!hasCredentials) return OPEN_ACL_UNSAFE;
  return readableByAll ? [...CREATOR_ALL_ACL, ...READ_ACL_UNSAFE] : CREATOR_ALL_ACL;
}

/** `named` are the same operations with the paths that the caller knows, for the error. */
export function commit(
  transaction: Transaction,
  operations: readonly Operation[],
  hasCredentials: boolean,
  named: readonly Operation[],
  answer: (error: LibraryError | ZooKeeperError | null | undefined, results?: OperationResult[]) => void,
): void {
  for (const operation of operations) add(transaction, operation, hasCredentials);
  transaction.commit((error, results = []) => {
    const failed = results.findIndex(({ err }) => err !== undefined && err !== 0);
    const operation = named[failed];
    if (operation !== undefined) {
      const what = `transaction, ${operation.kind} ${operation.path} (${failed + 1} of ${named.length})`;
      return answer(errorOfCode(results[failed]?.err ?? 0, { what, kind: 'write' }));
    }
    if (error) return answer(error);
    return answer(
      undefined,
      results.map(({ path, stat }) => ({ ...(path !== undefined && { path }), ...(stat && { stat: statOf(stat) }) })),
    );
  });
}

function add(transaction: Transaction, operation: Operation, hasCredentials: boolean): void {
  const { kind, path } = operation;
  switch (kind) {
    case 'create':
      transaction.create(path, operation.data, aclOf(hasCredentials, operation), modes[operation.mode ?? 'persistent']);
      return;
    case 'check':
      transaction.check(path, -1);
      break;
    case 'set':
      transaction.setData(path, operation.data, -1);
      break;
    case 'remove':
      transaction.remove(path, -1);
      break;
    default:
      unreachable(operation);
  }
  // The library takes version 0 for "any".
  const added = transaction.ops.at(-1);
  if (added !== undefined) added.version = versionOf(operation.version);
}
