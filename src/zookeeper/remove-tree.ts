/** Takes away a node with all below it. What somebody else takes away meanwhile, or puts there, is no failure. */
import { patiently } from './patience.ts';
import type { ZooKeeperSession } from './session.ts';
import { ZooKeeperError } from './zookeeper-error.ts';

/** False where something was put there meanwhile, and stays. */
export async function removeTree(session: ZooKeeperSession, path: string): Promise<boolean> {
  const children = await unlessGone(patiently(session, (zk) => zk.getChildren(path)));
  for (const child of children ?? []) await removeTree(session, `${path}/${child}`);
  try {
    await unlessGone(patiently(session, (zk) => zk.remove(path, 'any')));
    return true;
  } catch (error) {
    if (error instanceof ZooKeeperError && error.code === 'not-empty') return false;
    throw error;
  }
}

async function unlessGone<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ZooKeeperError && error.code === 'no-node') return undefined;
    throw error;
  }
}
