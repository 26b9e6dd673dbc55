/** How agents find the master that leads, through ZooKeeper: dialled is who leads now, and a link to another one is dropped. */
import { setTimeout as sleep } from 'node:timers/promises';
import { detectMasters } from '../../mesos-api-client/detect-masters.ts';
import { openReader } from '../../zookeeper/reader.ts';
import type { Dial } from './agent-dialer.ts';
import { dialMaster } from './link-http.ts';
import type { MasterZooKeeper } from './master-election.ts';

export interface LeaderDial {
  readonly dial: Dial;
  close(): Promise<void>;
}

const lookAgainMs = 50;

export function dialLeader({ sessionTimeoutMs = 10_000, ...address }: MasterZooKeeper): LeaderDial {
  const reader = openReader({ ...address, sessionTimeoutMs });
  const drops = new Set<() => void>();
  let leader: string | undefined;
  const detector = detectMasters({
    reader,
    path: address.path,
    report({ masters: [found] }) {
      // With no leader in sight the link is kept: Mesos' agents do not leave a master either that may lead again.
      if (found !== undefined && leader !== undefined && found !== leader) for (const drop of drops) drop();
      leader = found ?? leader;
    },
  });
  return {
    async dial(signal) {
      while (leader === undefined) await sleep(lookAgainMs, undefined, { signal });
      const link = await dialMaster(`http://${leader}`)(signal);
      const drop = () => link.close();
      drops.add(drop);
      return {
        ...link,
        onClosed: (handler) =>
          link.onClosed(() => {
            drops.delete(drop);
            handler();
          }),
      };
    },
    async close() {
      detector.close();
      await reader.close();
    },
  };
}
