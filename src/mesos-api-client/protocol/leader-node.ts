/**
 * What the nodes that masters leave in ZooKeeper say: which of them leads, and where it is. The rules are those of Mesos'
 * own detector (src/zookeeper/group.cpp, src/master/detector/zookeeper.cpp).
 */
import { formatAddress } from './addresses.ts';

export interface LeaderNode {
  readonly name: string;
  readonly sequence: number;
}

/**
 * The lowest sequence leads. Names without a number at the end are others' (the replicated log lives beside the masters,
 * and uses up numbers). The number is a signed 32-bit one: past 2^31 it goes on below zero, and lowest still leads.
 */
export function leaderOf(names: readonly string[]): LeaderNode | undefined {
  let leader: LeaderNode | undefined;
  for (const name of names) {
    const [, digits] = /(?:^|_)(-?\d{1,10})$/.exec(name) ?? [];
    const sequence = Number(digits);
    if (digits === undefined || sequence !== Math.trunc(sequence) || sequence !== (sequence | 0)) continue;
    if (leader === undefined || sequence < leader.sequence) leader = { name, sequence };
  }
  return leader;
}

export type LeaderData =
  /** All addresses that the master gives of itself, `host:port`, the best first; at least one. */
  | { readonly kind: 'master'; readonly addresses: readonly string[] }
  | { readonly kind: 'unreadable'; readonly why: string };

/** `data` is MasterInfo as JSON in its v0 form. Its `ip` is a number in network byte order, read by nobody here. */
export function readLeader(name: string, data: string): LeaderData {
  const label = name.slice(0, Math.max(0, name.lastIndexOf('_')));
  if (label !== 'json.info') {
    return { kind: 'unreadable', why: `${name} is not of a master that writes JSON (Mesos 0.24 or newer)` };
  }
  let info: unknown;
  try {
    info = JSON.parse(data);
  } catch {
    return { kind: 'unreadable', why: `${name} holds no JSON` };
  }
  const addresses = [...new Set(addressesOf(info))];
  return addresses.length === 0
    ? { kind: 'unreadable', why: `${name} names no address of the master` }
    : { kind: 'master', addresses };
}

/** The host name first: redirects name it too, and certificates. */
function addressesOf(info: unknown): string[] {
  const address = field(info, 'address');
  const pid = field(info, 'pid');
  const port = field(info, 'port');
  return [
    located(field(address, 'hostname'), field(address, 'port')),
    located(field(address, 'ip'), field(address, 'port')),
    typeof pid === 'string' ? ofPid(pid) : undefined,
    located(field(info, 'hostname'), port),
  ].filter((one) => one !== undefined);
}

/** `master@ip:port`. */
function ofPid(pid: string): string | undefined {
  const [, host, port] = /^[^@]*@(.+):(\d{1,5})$/.exec(pid) ?? [];
  return located(host, Number(port));
}

function located(host: unknown, port: unknown): string | undefined {
  return typeof host === 'string' && typeof port === 'number' ? formatAddress(host, port) : undefined;
}

function field(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? (of as Record<string, unknown>)[name] : undefined;
}
