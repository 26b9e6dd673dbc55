/** What an embedded agent can be told, and what it takes for granted otherwise. */
import { statfsSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import type { Attribute, Domain, Range, Resource } from '../../mesos-api-client/protocol/mesos.ts';
import type { ExecutorTimes } from '../model/agent-turn.ts';
import type { Dial } from './agent-dialer.ts';
import { type Clock, systemClock } from './clock.ts';
import { parseAttributes } from './resource-text.ts';

/** One line about what happened; never a secret. */
export interface LocalMesosReport {
  readonly level: 'info' | 'warn' | 'error';
  readonly text: string;
}

export interface AgentSpec {
  /** What offers call this agent; default 127.0.0.1. */
  readonly hostname?: string;
  /** Where its HTTP server listens; default 127.0.0.1 and any free port. */
  readonly host?: string;
  readonly port?: number;
  /** As Mesos' flag has them (`cpus:4;mem:2048;ports:[31000-32000];cpus(web):2`), or as its API has them. */
  readonly resources?: string | readonly Resource[];
  /** `rack:r1;zone:a`, or as Mesos' API has them. */
  readonly attributes?: string | readonly Attribute[];
  /** Where it is: agents of another region than their master's are for REGION_AWARE frameworks only. */
  readonly domain?: Domain;
  /** As the flag of Mesos: the kill policy of a KILL and the longest grace of a drain are heeded. */
  readonly httpCommandExecutor?: boolean;
  /** How long executors may take to register, to register again after a restart of the agent, and to shut down. Mesos' own by default. */
  readonly executorTimes?: Partial<ExecutorTimes>;
  /** PATH of tasks that bring none; default the PATH of the agent itself, so that `java` is found where the user has it. */
  readonly taskPath?: string;
  /** Sandboxes of ended tasks that are kept; default 50. */
  readonly keepSandboxes?: number;
  /** Ends tasks that use more memory than they have. Default false: Mesos' own default isolation enforces nothing either. */
  readonly limitMemory?: boolean;
  /** Size of the fetcher's cache; default 2 GiB. */
  readonly cacheLimitBytes?: number;
}

export interface AgentOptions extends AgentSpec {
  readonly workDir: string;
  /** Agents that share this machine, for the sizes of those that name none; default 1. */
  readonly agentsHere?: number;
  /** How a link to the master is made; again and again, after every loss. */
  readonly dial: Dial;
  readonly report?: (report: LocalMesosReport) => void;
  /** Default that of this machine. */
  readonly clock?: Clock;
}

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export function completeOptions(options: AgentOptions & { readonly resources: readonly Resource[] }) {
  const host = options.host ?? '127.0.0.1';
  return {
    ...options,
    host,
    port: options.port ?? 0,
    hostname: options.hostname ?? '127.0.0.1',
    attributes:
      typeof options.attributes === 'string' ? parseAttributes(options.attributes) : (options.attributes ?? []),
    taskPath: options.taskPath ?? process.env.PATH ?? defaultPath,
    limitMemory: options.limitMemory ?? false,
    keepSandboxes: options.keepSandboxes ?? 50,
    cacheLimitBytes: options.cacheLimitBytes ?? 2 * 1024 ** 3,
    report: options.report ?? (() => undefined),
    clock: options.clock ?? systemClock,
    /** Any-address is no address that a task could be reached at. */
    ip: /^\d+\.\d+\.\d+\.\d+$/.test(host) && host !== '0.0.0.0' ? host : '127.0.0.1',
  };
}

export type CompleteAgentOptions = ReturnType<typeof completeOptions>;

/** A JobManager and a TaskManager of Flink's own sizes, together. */
const LEAST_MEM_MIB = 3072;
/** Two such clusters. */
const LEAST_CPUS = 4;

/**
 * A laptop is not to be divided into crumbs: every agent has all cores, and four of them at least (they are over-committed, and
 * the operating system shares them out) and its share of half the memory, but never less than what a small cluster asks for; the disk
 * is what the file system has free. Nothing of it is enforced.
 * As in Mesos nobody looks whether somebody else listens on one of the ports: a task that finds it taken fails.
 */
export function defaultResources(workDir: string, agents: number, ports: Range): Resource[] {
  const disk = statfsSync(workDir);
  return [
    scalar('cpus', Math.max(LEAST_CPUS, availableParallelism())),
    scalar('mem', Math.max(LEAST_MEM_MIB, Math.floor(totalmem() / 2 ** 21 / agents))),
    scalar('disk', Math.floor((disk.bavail * disk.bsize) / 2 ** 20 / agents)),
    { name: 'ports', type: 'RANGES', ranges: { range: [ports] } },
  ];
}

function scalar(name: string, value: number): Resource {
  return { name, type: 'SCALAR', scalar: { value } };
}
