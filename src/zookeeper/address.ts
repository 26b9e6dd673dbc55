/**
 * Where a ZooKeeper is, as Mesos writes it: `zk://[user:password@]host:port,…/path`. User and password stand as they are,
 * the last @ ends them; what is wrong is said without them.
 */
import { Problem } from '../lib/problem.ts';

export interface ZooKeeperAddress {
  /** `host:port` each. */
  readonly hosts: readonly string[];
  readonly credentials?: { readonly user: string; readonly password: string };
  /** Absolute, never the root. */
  readonly path: string;
}

const DEFAULT_PORT = 2181;

export function isZooKeeperAddress(text: string): boolean {
  return /^\s*zk[\w+]*:\/\//i.test(text);
}

/** `option` names what was given, for the problem (USAGE). */
export function parseZooKeeperAddress(text: string, option: string): ZooKeeperAddress {
  const refuse = (why: string): Problem =>
    new Problem(
      'USAGE',
      `${option} ${withoutPassword(text.trim())}: ${why}; expected zk://[USER:PASSWORD@]HOST:PORT,…/PATH, for example zk://zk1:2181,zk2:2181/mesos`,
    );
  const [, scheme = '', rest = ''] = /^([^:]*):\/\/(.*)$/s.exec(text.trim()) ?? [];
  if (/^(zks|zk\+\w+|zk(ssl|tls|sasl))$/i.test(scheme)) {
    throw refuse(
      'TLS and SASL to ZooKeeper are not supported: name a plain port (through a tunnel where the ensemble has none), with digest credentials',
    );
  }
  if (scheme.toLowerCase() !== 'zk') throw refuse('it is no zk:// address');
  const at = rest.lastIndexOf('@');
  const slash = rest.indexOf('/', at + 1);
  const hosts = rest.slice(at + 1, slash === -1 ? undefined : slash).split(',');
  return {
    hosts: hosts.map((host) => parseHost(host, refuse)),
    ...(at !== -1 && { credentials: parseCredentials(rest.slice(0, at), refuse) }),
    path: parsePath(slash === -1 ? '' : rest.slice(slash), refuse),
  };
}

/** For people and logs: everything between the scheme and the last @ may be a secret. */
export function withoutPassword(text: string): string {
  return text.replace(/^([^:]*:\/\/)?.*@/s, '$1***@');
}

type Refuse = (why: string) => Problem;

function parseCredentials(text: string, refuse: Refuse): { user: string; password: string } {
  const colon = text.indexOf(':');
  if (colon < 1 || colon === text.length - 1) throw refuse('what stands before the @ is not USER:PASSWORD');
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

function parseHost(text: string, refuse: Refuse): string {
  const host = text.trim();
  if (host === '') throw refuse('a host is empty');
  // The library splits at the first colon.
  if (/^\[|:.*:/.test(host)) throw refuse(`"${host}" is an IPv6 address: name the host instead`);
  const [, name = '', givenPort] = /^([\w.-]+)(?::(\d{1,5}))?$/.exec(host) ?? [];
  const port = givenPort === undefined ? DEFAULT_PORT : Number(givenPort);
  if (name === '' || port < 1 || port > 65_535) throw refuse(`"${host}" is no HOST:PORT`);
  return `${name}:${port}`;
}

function parsePath(path: string, refuse: Refuse): string {
  const trimmed = path.replace(/\/$/, '');
  if (trimmed === '') throw refuse('the path is missing');
  if (/[?#]/.test(trimmed)) throw refuse('it takes no options (neither TLS nor SASL is supported)');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ZooKeeper refuses them in a path.
  if (/\/(\/|\.{1,2}(\/|$))|[\s\u0000-\u001f\u007f]/.test(trimmed)) throw refuse(`"${trimmed}" is no path of a node`);
  return trimmed;
}
