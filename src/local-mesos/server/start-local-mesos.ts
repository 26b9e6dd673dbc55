/**
 * The embedded local Mesos, in the three ways in which it can run: master and agents in this process; a master alone;
 * agents alone, linked over HTTP to a master elsewhere. Below the work directory the master and every agent have a
 * directory of their own, so a master can be restarted under agents that go on, and what a kill -9 left is recovered by
 * the next start. One process at a time may use each of these directories.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import _ from 'lodash';
import type { Dial } from './agent-dialer.ts';
import type { AgentSpec, LocalMesosReport } from './agent-options.ts';
import type { CloseOptions, RunningAgent } from './agent-server.ts';
import type { Clock } from './clock.ts';
import { dialLeader } from './leader-dial.ts';
import { dialMaster } from './link-http.ts';
import { createLinkPair } from './link-pair.ts';
import { type LocalAgent, startLocalAgent } from './local-agent.ts';
import { type LocalMasterLives, type RestartOptions, startMasterLives } from './local-master.ts';
import type { MasterZooKeeper } from './master-election.ts';
import type { MasterServerOptions } from './master-server.ts';

export interface LocalMasterOptions extends Omit<MasterServerOptions, 'workDir'> {
  readonly workDir: string;
  readonly report?: (report: LocalMesosReport) => void;
}

export interface LocalAgentsOptions {
  readonly workDir: string;
  /** How many, each with the default sizes, or what each of them is like; default 2. */
  readonly agents?: number | readonly AgentSpec[];
  readonly report?: (report: LocalMesosReport) => void;
  readonly clock?: Clock;
}

export interface LocalMesosOptions
  extends Omit<LocalMasterOptions, 'workDir' | 'port'>,
    Omit<LocalAgentsOptions, 'workDir'> {
  /** Default a directory of its own that is removed at the end. */
  readonly workDir?: string;
  /** Default 0: one that is free. */
  readonly port?: number;
}

export interface LocalMesos {
  readonly masterUrl: string;
  readonly port: number;
  readonly agents: readonly LocalAgent[];
  readonly master: LocalMasterControl;
  close(options?: CloseOptions): Promise<void>;
}

/** What tests do to a master. */
export interface LocalMasterControl {
  /** As SIGKILL: streams and links break, nobody is told anything. */
  kill(): Promise<void>;
  /** On the same port and work directory: it knows its agents, and frameworks and tasks come back with those who know them. */
  restart(how?: RestartOptions): Promise<void>;
}

export interface LocalMaster {
  readonly masterUrl: string;
  readonly port: number;
  /** Fulfilled when it leads; at once where there is no ZooKeeper. */
  readonly led: Promise<void>;
  /** Fulfilled with the reason when it cannot lead any more. */
  readonly ended: Promise<string>;
  close(): Promise<void>;
}

export interface LocalAgents {
  readonly agents: readonly RunningAgent[];
  close(options?: CloseOptions): Promise<void>;
}

const defaultAgents = 2;

export async function startLocalMesos(options: LocalMesosOptions = {}): Promise<LocalMesos> {
  const { workDir: given, agents: _agents, report: _report, ...masterOptions } = options;
  // What was taken is given back in the opposite order, whether the start fails or all is closed.
  await using taken = new AsyncDisposableStack();
  const workDir = given ?? taken.adopt(mkdtempSync(join(tmpdir(), 'local-mesos-')), removeDirectory);
  const master = taken.adopt(await startMasterLives({ port: 0, ...masterOptions, workDir }), (each) => each.close());
  const dial = options.zooKeeper === undefined ? inProcess(master) : takeLeader(options.zooKeeper, taken);
  const agents = await startAgents({ ...options, workDir }, dial);
  await Promise.all(agents.map((agent) => agent.registered));
  return {
    masterUrl: master.url,
    port: master.port,
    agents,
    master: { kill: master.kill, restart: master.restart },
    close: _.once(closing(agents, taken.move())),
  };
}

/** A master for agents of other processes. */
export async function startLocalMaster(options: LocalMasterOptions): Promise<LocalMaster> {
  const { report: _report, ...given } = options;
  const master = await startMasterLives(given);
  const { url, port, led, ended } = master;
  return { masterUrl: url, port, led, ended, close: _.once(master.close) };
}

export interface DistantAgentsOptions extends LocalAgentsOptions {
  /** `host:port` of a local master, which may come and go; or the ZooKeeper that names the leading one. */
  readonly master: string | MasterZooKeeper;
}

export async function startLocalAgents(options: DistantAgentsOptions): Promise<LocalAgents> {
  const { master } = options;
  await using taken = new AsyncDisposableStack();
  const dial = typeof master === 'string' ? dialMaster(`http://${master}`) : takeLeader(master, taken);
  const agents = await startAgents(options, dial);
  return { agents, close: closing(agents, taken.move()) };
}

function takeLeader(zooKeeper: MasterZooKeeper, taken: AsyncDisposableStack): Dial {
  return taken.adopt(dialLeader(zooKeeper), (each) => each.close()).dial;
}

function closing(agents: readonly RunningAgent[], taken: AsyncDisposableStack) {
  return async (how?: CloseOptions): Promise<void> => {
    try {
      await closeAll(agents, how);
    } finally {
      await taken.disposeAsync();
    }
  };
}

function removeDirectory(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

async function startAgents(options: LocalAgentsOptions, dial: Dial): Promise<LocalAgent[]> {
  const specs = typeof options.agents === 'object' ? options.agents : alike(options.agents ?? defaultAgents);
  const started: LocalAgent[] = [];
  try {
    for (const [index, spec] of specs.entries()) {
      const workDir = join(resolve(options.workDir), 'agents', String(index));
      mkdirSync(workDir, { recursive: true });
      const { report, clock } = options;
      started.push(
        await startLocalAgent({
          ...spec,
          agentsHere: specs.length,
          workDir,
          dial,
          ...(report === undefined ? {} : { report }),
          ...(clock === undefined ? {} : { clock }),
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

function inProcess(master: LocalMasterLives): Dial {
  return () => {
    const pair = createLinkPair();
    master.agentConnected(pair.master);
    return Promise.resolve(pair.agent);
  };
}

async function closeAll(agents: readonly RunningAgent[], how: CloseOptions = {}): Promise<void> {
  await Promise.all(agents.map((agent) => agent.close(how)));
}
