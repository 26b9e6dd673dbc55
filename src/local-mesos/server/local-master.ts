/** The master of a local Mesos through all its lives, on one port and one locked work directory. */
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../../lib/problem.ts';
import type { MasterLink } from '../model/agent-protocol.ts';
import { lockDirectory } from './agent-lock.ts';
import { masterLinkRoutes } from './link-routes.ts';
import { type MasterServer, type MasterServerOptions, startMaster } from './master-server.ts';

export interface LocalMasterLives {
  readonly url: string;
  readonly port: number;
  /** Fulfilled when it leads for the first time. */
  readonly led: Promise<void>;
  /** Fulfilled with the reason when its first life ended otherwise than by `kill` or `close`. */
  readonly ended: Promise<string>;
  /** Throws while the master is down. */
  agentConnected(link: MasterLink): void;
  kill(): Promise<void>;
  restart(how?: RestartOptions): Promise<void>;
  close(): Promise<void>;
}

export interface RestartOptions {
  /** Until then it answers as a master that reads its registry: 503, and no agent is let in. Default at once. */
  readonly recovered?: Promise<void>;
}

export async function startMasterLives(given: MasterServerOptions): Promise<LocalMasterLives> {
  const workDir = join(resolve(given.workDir), 'master');
  // Masters of one ZooKeeper share the directory: of them one leads, and writes.
  const lock = given.zooKeeper === undefined ? lockDirectory(workDir) : { release: () => undefined };
  let life: MasterServer | undefined;
  const start = async (port: number | undefined, how: RestartOptions = {}): Promise<MasterServer> => {
    const master = await startMaster({ ...given, ...how, ...(port === undefined ? {} : { port }), workDir });
    master.registerAgentRoutes(masterLinkRoutes(master.agentConnected));
    return master;
  };
  const kill = async (): Promise<void> => {
    const ending = life;
    life = undefined;
    await ending?.close();
  };
  try {
    const first = await start(given.port);
    life = first;
    const { url, port, led, ended } = first;
    return {
      url,
      port,
      led,
      ended,
      agentConnected(link) {
        if (life === undefined) throw new Error('the master is down');
        life.agentConnected(link);
      },
      kill,
      async restart(how) {
        await kill();
        life = await startPatiently(() => start(port, how));
      },
      async close() {
        await kill();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

const portWaitMs = 200;
const mostPortWaits = 50;

/** Its port may be that of somebody's outgoing connection for a moment. */
async function startPatiently(start: () => Promise<MasterServer>): Promise<MasterServer> {
  for (let wait = 1; ; wait += 1) {
    try {
      return await start();
    } catch (error) {
      const isTaken = error instanceof Problem && error.code === 'PORT_IN_USE';
      if (!isTaken || wait === mostPortWaits) throw error;
      await sleep(portWaitMs);
    }
  }
}
