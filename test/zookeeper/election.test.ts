/** What the election does when its session ends under it; with a real ensemble it is tested end to end. */
import test from 'ava';
import { leadership } from '../../src/zookeeper/election.ts';
import type { SessionState, ZooKeeperSession } from '../../src/zookeeper/session.ts';
import { ZooKeeperError } from '../../src/zookeeper/zookeeper-error.ts';

test('a session that expires while it asks for the one before it in the row is told as expired', async (t) => {
  const listeners = new Set<(state: SessionState) => void>();
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<undefined>();
  let own = '';
  const session: Pick<ZooKeeperSession, 'state' | 'mkdirp' | 'getChildren' | 'create' | 'exists' | 'onState'> = {
    state: 'connected',
    mkdirp: async () => undefined,
    create: async (path) => {
      own = `${path.slice(path.lastIndexOf('/') + 1)}0000000001`;
      return `${path}0000000001`;
    },
    getChildren: async () => ['another-0000000000', ...(own === '' ? [] : [own])],
    exists: () => {
      asked.resolve();
      return answer.promise;
    },
    onState: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const led = leadership(session as ZooKeeperSession, '/root');
  await asked.promise;
  for (const listener of listeners) listener('expired');
  answer.reject(new ZooKeeperError('expired', 'ZooKeeper: look: the session has expired'));
  await t.throwsAsync(led, { instanceOf: ZooKeeperError, code: 'expired' });
});
