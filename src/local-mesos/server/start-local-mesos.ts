/**
 * The embedded local Mesos, in the three ways in which it can run: master and agents in this process; a master alone;
 * agents alone, linked over HTTP to a master elsewhere. Below the work directory the master and every agent have a
 * directory of their own, so a master can be restarted under agents that go on, and what a kill -9 left is recovered by
 * the next start. One process at a time may use each of these directories.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import _ from 'lodash';
import type { Dial } from './agent-dialer.ts';
import { lockDirectory } from './agent-lock.ts';
import type { AgentSpec, LocalMesosReport } from './agent-options.ts';
import { type CloseOptions, type RunningAgent, startAgent } from './agent-server.ts';
import { dialMaster } from './link-http.ts';
import { createLinkPair } from './link-pair.ts';
import { masterLinkRoutes } from './link-routes.ts';
import { type MasterServer, type MasterServerOptions, startMaster } from './master-server.ts';

export interface LocalMasterOptions extends MasterServerOptions {
  readonly report?: (report: LocalMesosReport) => void;
}

export interface LocalAgentsOptions {
  readonly workDir: string;
  /** How many, each with the default sizes, or what each of them is like; default 2. */
  readonly agents?: number | readonly AgentSpec[];
  readonly report?: (report: LocalMesosReport) => void;
}

export interface LocalMesosOptions extends LocalMasterOptions, LocalAgentsOptions {}

export interface LocalMesos {
  readonly masterUrl: string;
  readonly port: number;
  readonly agents: readonly RunningAgent[];
  close(options?: CloseOptions): Promise<void>;
}

export interface LocalMaster {
  readonly masterUrl: string;
  readonly port: number;
  close(): Promise<void>;
}

export interface LocalAgents {
  readonly agents: readonly RunningAgent[];
  close(options?: CloseOptions): Promise<void>;
}

const defaultAgents = 2;

export async function startLocalMesos(options: LocalMesosOptions): Promise<LocalMesos> {
  const { master, release } = await lockedMaster(options);
  try {
    const agents = await startAgents(options, inProcess(master));
    await Promise.all(agents.map((agent) => agent.registered));
    return {
      masterUrl: master.url,
      port: master.port,
      agents,
      close: _.once(async (how) => {
        await closeAll(agents, how);
        await master.close();
        release();
      }),
    };
  } catch (error) {
    await master.close();
    release();
    throw error;
  }
}

/** A master for agents of other processes. */
export async function startLocalMaster(options: LocalMasterOptions): Promise<LocalMaster> {
  const { master, release } = await lockedMaster(options);
  return {
    masterUrl: master.url,
    port: master.port,
    close: _.once(async () => {
      await master.close();
      release();
    }),
  };
}

export interface DistantAgentsOptions extends LocalAgentsOptions {
  /** `host:port` of a local master, which may come and go. */
  readonly master: string;
}

export async function startLocalAgents(options: DistantAgentsOptions): Promise<LocalAgents> {
  const agents = await startAgents(options, dialMaster(`http://${options.master}`));
  return { agents, close: (how) => closeAll(agents, how) };
}

async function lockedMaster(options: LocalMasterOptions): Promise<{ master: MasterServer; release: () => void }> {
  const { report: _report, workDir: root, ...given } = options;
  const workDir = join(resolve(root), 'master');
  const lock = lockDirectory(workDir);
  try {
    const master = await startMaster({ ...masterOptionsOf(given), workDir });
    master.registerAgentRoutes(masterLinkRoutes(master.agentConnected));
    return { master, release: lock.release };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** What is said about agents is not the master's. */
function masterOptionsOf(given: Omit<LocalMasterOptions, 'workDir'> & { agents?: unknown }) {
  const { agents: _agents, ...rest } = given;
  return rest;
}

async function startAgents(options: LocalAgentsOptions, dial: Dial): Promise<RunningAgent[]> {
  const specs = typeof options.agents === 'object' ? options.agents : alike(options.agents ?? defaultAgents);
  const started: RunningAgent[] = [];
  try {
    for (const [index, spec] of specs.entries()) {
      const workDir = join(resolve(options.workDir), 'agents', String(index));
      mkdirSync(workDir, { recursive: true });
      const { report } = options;
      started.push(
        await startAgent({
          ...spec,
          agentsHere: specs.length,
          workDir,
          dial,
          ...(report === undefined ? {} : { report }),
        }),
      );
    }
    return started;
  } catch (error) {
    // Tasks that were recovered a moment ago are not to pay for a port that is taken.
    await closeAll(started, { keepTasks: true });
    throw error;
  }
}

function alike(count: number): AgentSpec[] {
  return Array.from({ length: count }, () => ({}));
}

function inProcess(master: MasterServer): Dial {
  return () => {
    const pair = createLinkPair();
    master.agentConnected(pair.master);
    return Promise.resolve(pair.agent);
  };
}

async function closeAll(agents: readonly RunningAgent[], how: CloseOptions = {}): Promise<void> {
  await Promise.all(agents.map((agent) => agent.close(how)));
}
