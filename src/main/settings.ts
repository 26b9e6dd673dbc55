/** What the processes of flink-mesos are told on the command line, checked and with units. */
import { resolve } from 'node:path';
import { Problem } from '../lib/problem.ts';
import type { AccessSettings } from './access.ts';
import type { ClusterDefaults } from './cluster-options.ts';
import type { GivenFiles } from './given-files.ts';
import type { MesosClientSettings } from './mesos-client.ts';
import type { ServerTlsSettings } from './server-tls.ts';

export interface Listen {
  readonly host: string;
  /** 0: any free one, remembered for the next start. */
  readonly port: number;
  /** It speaks https there. */
  readonly secure?: boolean;
}

export interface SchedulerSettings extends MesosClientSettings, AccessSettings, ServerTlsSettings {
  /** What clusters have that do not say otherwise, and which there are to be. */
  readonly clusterDefaults?: ClusterDefaults;
  readonly clusters?: readonly string[];
  /** Why the options for clusters cannot be followed. */
  readonly clusterFaults?: readonly string[];
  readonly givenFiles?: GivenFiles;
  /** Default, with a ZooKeeper of our own: the masters that it names. */
  readonly mesosMasters?: string;
  /** Where schedulers elect their leader and keep their state; default: no others, and the data directory. */
  readonly zk?: string;
  readonly dataDir: string;
  readonly listen: Listen;
  /** What agents and browsers reach this process by; default: the address it listens on. */
  readonly advertiseUrl?: string;
  readonly storage?: string;
  readonly frameworkName: string;
  readonly role: string;
  readonly user?: string;
  /** Clusters' REST addresses get a virtual address of DC/OS. */
  readonly vips?: boolean;
  /** Below which DC/OS names tasks and virtual addresses. */
  readonly serviceDomain?: string;
  /** Register a new framework when the master has removed this one. */
  readonly startAnew?: boolean;
  /** End all clusters, the framework and the state, and say when that is done. */
  readonly uninstall?: boolean;
  /** How long a task may be out of contact before it is replaced. */
  readonly unreachableAfterMs?: number;
  /** Of one that comes back after that. */
  readonly returning?: 'kill' | 'keep';
  readonly zkSessionTimeoutMs?: number;
}

/** `HOST:PORT`, `[::1]:PORT`, `:PORT` or `PORT`. */
export function parseListen(text: string, option: string): Listen {
  const match = /^(?:(\[[0-9a-fA-F:]+\]|[^:\s]*):)?(\d{1,5})$/.exec(text.trim());
  const port = Number(match?.[2]);
  if (match === null || port > 65_535) {
    throw new Problem('USAGE', `${option} ${text}: expected HOST:PORT, for example 127.0.0.1:8180`);
  }
  const host = (match[1] ?? '').replace(/^\[|\]$/g, '');
  return { host: host === '' ? '127.0.0.1' : host, port };
}

export function parseCount(text: string, option: string, least: number, most: number): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < least || count > most) {
    throw new Problem('USAGE', `${option} ${text}: expected a whole number from ${least} to ${most}`);
  }
  return count;
}

const unitMs = { ms: 1, s: 1_000, m: 60_000, min: 60_000, h: 3_600_000 } as const;

/** `500ms`, `90s`, `5m`, `1h`; a number alone counts seconds. */
export function parseDuration(text: string, option: string, leastMs: number, mostMs: number): number {
  const [, amount = '', unit = 's'] = /^(\d{1,9})\s*(ms|s|m|min|h)?$/.exec(text.trim()) ?? [];
  const ms = amount === '' ? Number.NaN : Number(amount) * unitMs[unit as keyof typeof unitMs];
  if (!(ms >= leastMs && ms <= mostMs)) {
    throw new Problem(
      'USAGE',
      `${option} ${text}: expected a duration from ${leastMs} ms to ${mostMs / 1_000} s, for example 90s`,
    );
  }
  return ms;
}

/** A path as it was meant where the command was typed. */
export function parsePath(text: string): string {
  return resolve(text);
}

export function urlOf({ host, port, secure }: Listen): string {
  return `${secure ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Whether `host:port` is on this machine by its name alone. */
export function isLocal(address: string): boolean {
  return /^(127\.[\d.]+|localhost|\[::1\])(:\d+)?$/i.test(address);
}
