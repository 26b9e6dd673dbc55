/**
 * A local Mesos master as a server: the model behind HTTP. Whoever reaches it can run commands on this machine, so it
 * listens on loopback and nowhere else unless told. A restart with the same work directory knows the agents of before;
 * frameworks and tasks come back with those who know them, as with a real master.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname as nameOfThisMachine } from 'node:os';
import _ from 'lodash';
import { Problem } from '../../lib/problem.ts';
import type { MasterLink } from '../model/agent-protocol.ts';
import { masterInfo } from '../model/frameworks.ts';
import { defaultMasterOptions, type MasterOptions } from '../model/master-io.ts';
import type { Flag } from '../model/operator-view.ts';
import { type Clock, systemClock } from './clock.ts';
import { type Credential, createAuthenticate } from './master-authentication.ts';
import { contend, type MasterElection, type MasterZooKeeper } from './master-election.ts';
import { type MasterFaults, withAgentFaults } from './master-faults.ts';
import { answerSafely } from './master-http.ts';
import { openRegistry } from './master-registry.ts';
import { type AgentRoutes, type RouteParts, route } from './master-routes.ts';
import { type RoleSetup, setUpRoles } from './master-setup.ts';
import { type MasterShell, startMasterShell } from './master-shell.ts';

export interface MasterServerOptions extends Partial<Omit<MasterOptions, 'masterId' | 'ip' | 'port'>> {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0: one that is free. Default 5050. */
  readonly port?: number;
  readonly workDir: string;
  /** Listen on an address that other machines reach: whoever reaches it can run commands here. */
  readonly allowRemote?: boolean;
  /** Frameworks and operators must then name one of these by HTTP basic authentication. */
  readonly credentials?: readonly Credential[];
  /** Until then it answers as a master that still reads its registry: 503, and no agent is let in. Default at once. */
  readonly recovered?: Promise<void>;
  /** Masters that name the same ZooKeeper are one service: one leads, the others redirect. They share a work directory. */
  readonly zooKeeper?: MasterZooKeeper;
  /** Set whenever the master starts to lead, as an operator would (UPDATE_QUOTA, UPDATE_WEIGHTS). */
  readonly quotas?: RoleSetup['quotas'];
  readonly weights?: RoleSetup['weights'];
  /** For tests: what goes wrong on the way. */
  readonly faults?: MasterFaults;
  /** Default that of this machine. */
  readonly clock?: Clock;
  /** For a request to come whole, from the connection's first moment or the end of the one before; default 60 s. */
  readonly requestTimeoutMs?: number;
  /** Further ones are closed at once; default 20,000. */
  readonly maxConnections?: number;
}

export interface MasterServer {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly masterId: string;
  /** An agent on any kind of link; it registers with its first message. */
  agentConnected(link: MasterLink): void;
  /** Routes for agents of other processes; asked for every path that the master itself does not know. */
  registerAgentRoutes(routes: AgentRoutes): void;
  /** Fulfilled when this master leads: at once where there is no ZooKeeper. */
  readonly led: Promise<void>;
  /** Fulfilled with the reason when it cannot lead any more: it is to be closed then, as Mesos' masters end themselves. */
  readonly ended: Promise<string>;
  /** As a process that dies: connections break, agents and schedulers are told nothing. */
  close(): Promise<void>;
}

export async function startMaster(options: MasterServerOptions): Promise<MasterServer> {
  const { host = '127.0.0.1', workDir, credentials, faults = {}, recovered, zooKeeper } = options;
  refuseOthers(options);
  const registry = openRegistry(workDir);
  // A registry that cannot be read is told before the port is taken.
  registry.read();
  const server = createBoundedServer(options);
  const port = await listen(server, host, options.port ?? 5050);
  const masterOptions = masterOptionsOf(options, host, port);
  const election = zooKeeper === undefined ? undefined : await enter(zooKeeper, masterOptions, server);
  const ended = Promise.withResolvers<string>();
  let shell: MasterShell | undefined;
  const lead = (number?: number) => {
    const fenced = number === undefined ? registry : registry.fenced(number);
    shell = startLeading(() => startMasterShell(masterOptions, fenced, options.clock ?? systemClock), options);
  };
  if (election === undefined) await leadAtOnce(lead, server);
  else election.led.then(lead).catch((error: unknown) => ended.resolve(String(error)));
  void election?.lost.then(ended.resolve);
  let agentRoutes: AgentRoutes | undefined;
  let recovering = recovered !== undefined;
  void recovered?.then(() => {
    recovering = false;
  });
  serve(server, {
    shell: () => shell,
    leader: () => election?.leader(),
    version: masterOptions.version,
    flags: flagsOf(masterOptions),
    hostname: masterOptions.hostname,
    authenticate: createAuthenticate(credentials),
    faults,
    recovering: () => recovering,
    agentRoutes: () => agentRoutes,
  });
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    host,
    port,
    masterId: masterOptions.masterId,
    agentConnected: (link) => {
      if (recovering || shell === undefined) link.close();
      else shell.agentConnected(withAgentFaults(link, faults));
    },
    registerAgentRoutes: (routes) => {
      agentRoutes = routes;
    },
    led: election === undefined ? Promise.resolve() : election.led.then(() => undefined),
    ended: ended.promise,
    close: async () => {
      shell?.close();
      await election?.close();
      await closeServer(server);
    },
  };
}

function refuseOthers({ host = '127.0.0.1', allowRemote = false }: MasterServerOptions): void {
  if (isLoopback(host) || allowRemote) return;
  throw new Problem('USAGE', `a local Mesos runs any command that it is sent, and ${host} is reached by others`);
}

const ofServer = [
  ...(['host', 'port', 'workDir', 'allowRemote', 'credentials', 'recovered', 'zooKeeper'] as const),
  ...(['quotas', 'weights', 'faults', 'clock', 'requestTimeoutMs', 'maxConnections'] as const),
];

/** What the model is told. */
function masterOptionsOf(options: MasterServerOptions, host: string, port: number): MasterOptions {
  return {
    ...defaultMasterOptions,
    hostname: isWildcard(host) ? nameOfThisMachine() : host,
    ...definedOnly(_.omit(options, ofServer)),
    masterId: randomUUID(),
    ip: isWildcard(host) ? '127.0.0.1' : host,
    port,
  };
}

/** Whoever connects has that long for a whole request; streams are answers, and go on for ever. */
function createBoundedServer({ requestTimeoutMs = 60_000, maxConnections = 20_000 }: MasterServerOptions): Server {
  const server = createServer({
    keepAliveTimeout: 60_000,
    headersTimeout: requestTimeoutMs,
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: requestTimeoutMs / 4,
  });
  server.maxConnections = maxConnections;
  return server;
}

function startLeading(start: () => MasterShell, roles: RoleSetup): MasterShell {
  const shell = start();
  try {
    setUpRoles(shell, roles);
    return shell;
  } catch (error) {
    shell.close();
    throw error;
  }
}

/** One that is told what it cannot take gives its port back, too. */
async function leadAtOnce(lead: () => void, server: Server): Promise<void> {
  try {
    lead();
  } catch (error) {
    await closeServer(server);
    throw error;
  }
}

/** A master that ZooKeeper does not let in gives its port back. */
async function enter(zooKeeper: MasterZooKeeper, options: MasterOptions, server: Server): Promise<MasterElection> {
  try {
    return await contend(zooKeeper, masterInfo({ options }));
  } catch (error) {
    await closeServer(server);
    throw error;
  }
}

function serve(server: Server, parts: RouteParts): void {
  server.on('request', (request, response) => {
    void answerSafely(response, () => route(parts, request, response), 'master');
  });
}

/** Durations as Mesos prints its flags. */
function flagsOf(options: MasterOptions): Flag[] {
  return [
    { name: 'agent_ping_timeout', value: durationOf(options.agentPingMs) },
    ...(options.agentRemovalMs === undefined
      ? []
      : [{ name: 'agent_removal_rate_limit', value: `1/${durationOf(options.agentRemovalMs)}` }]),
    { name: 'agent_reregister_timeout', value: durationOf(options.agentReregisterMs) },
    { name: 'allocation_interval', value: durationOf(options.allocationMs) },
    { name: 'hostname', value: options.hostname },
    { name: 'ip', value: options.ip },
    { name: 'max_agent_ping_timeouts', value: String(options.maxAgentPingTimeouts) },
    { name: 'max_completed_frameworks', value: String(options.maxCompletedFrameworks) },
    { name: 'max_completed_tasks_per_framework', value: String(options.maxCompletedTasksPerFramework) },
    ...(options.offerTimeoutMs === undefined
      ? []
      : [{ name: 'offer_timeout', value: durationOf(options.offerTimeoutMs) }]),
    { name: 'port', value: String(options.port) },
  ];
}

function durationOf(ms: number): string {
  return ms % 1000 === 0 ? `${ms / 1000}secs` : `${ms}ms`;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** All addresses of the machine: listened on, but of no use to tell anybody. */
function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

/** An option that is present but undefined must not hide its default. */
function definedOnly<Options extends object>(options: Options): Partial<Options> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<Options>;
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? new Problem('PORT_IN_USE', `the local Mesos master cannot listen on ${host}:${port}, the port is in use`)
          : error,
      );
    });
    server.listen(port, host, () => {
      server.removeAllListeners('error');
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    server.closeAllConnections();
  });
}
