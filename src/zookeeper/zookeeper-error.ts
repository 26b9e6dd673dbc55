/** What can go wrong between us and a ZooKeeper ensemble, sorted by what a caller can do about it. */

export type ZooKeeperErrorCode =
  /** There is no such node (or its parent is missing, in a create). */
  | 'no-node'
  | 'node-exists'
  /** Somebody else wrote first: read again, then decide again. */
  | 'bad-version'
  /** The node still has children. */
  | 'not-empty'
  /** The ACL of the node, or the whole ensemble, does not let these credentials. */
  | 'not-authorized'
  /** No connection at present, and nothing was done: ask again once it is connected. */
  | 'disconnected'
  /** The connection was lost after a write was sent: it may have happened. Look before repeating it. */
  | 'outcome-unknown'
  /** The session is over, its ephemeral nodes and watches with it: a new session is needed. */
  | 'expired'
  /** The session was closed here. */
  | 'closed'
  /** No server of the ensemble let us in within the time given. */
  | 'unreachable'
  /** The ensemble, or the client library, does not take this request; repeating it changes nothing. */
  | 'refused';

export class ZooKeeperError extends Error {
  override readonly name = 'ZooKeeperError';
  readonly code: ZooKeeperErrorCode;

  constructor(code: ZooKeeperErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
  }
}

/** Numbers of org.apache.zookeeper.KeeperException.Code. */
const codes: ReadonlyMap<number, readonly [ZooKeeperErrorCode, string]> = new Map([
  [-101, ['no-node', 'there is no such node']],
  [-102, ['not-authorized', 'the ACL of the node does not allow it']],
  [-103, ['bad-version', 'the node has another version']],
  [-108, ['refused', 'an ephemeral node has no children']],
  [-110, ['node-exists', 'the node exists']],
  [-111, ['not-empty', 'the node has children']],
  [-112, ['expired', 'the session has expired']],
  [-114, ['not-authorized', 'the ACL is invalid: it needs credentials that the ensemble has taken']],
  [-115, ['not-authorized', 'the ensemble did not take the credentials']],
  [-118, ['disconnected', 'the session has moved to another server']],
  [-124, ['not-authorized', 'the ensemble demands SASL, which is not supported: digest credentials are']],
  [-125, ['refused', 'a quota of the ensemble is used up']],
  [-127, ['disconnected', 'the ensemble is too busy']],
]);

export interface Request {
  /** For people: `set /a/b`. */
  readonly what: string;
  readonly kind: 'read' | 'write';
}

export function errorOfCode(code: number, { what, kind }: Request): ZooKeeperError {
  if (code === -4) return connectionLost({ what, kind });
  const [meaning, why] = codes.get(code) ?? ['refused', `ZooKeeper error ${code}`];
  return new ZooKeeperError(meaning, `ZooKeeper: ${what}: ${why}`);
}

/** A read that was not answered did no harm; of a write nobody knows. */
export function connectionLost({ what, kind }: Request): ZooKeeperError {
  return kind === 'read'
    ? new ZooKeeperError('disconnected', `ZooKeeper: ${what}: the connection was lost`)
    : new ZooKeeperError('outcome-unknown', `ZooKeeper: ${what}: the connection was lost, it may have happened or not`);
}
