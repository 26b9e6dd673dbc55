/**
 * Addresses of masters. One is always `host:port` here, an IPv6 host in brackets; how a user may list them, and how a
 * master spells the leader's in the Location of a redirect, is decided in this file.
 */
import { Problem } from '../../lib/problem.ts';

const defaultMasterPort = 5050;

/** From `h1:5050,h2:5050`. A Problem (USAGE) says what is wrong with which part. */
export function parseMasters(list: string): string[] {
  if (/^zk[\w+]*:\/\//i.test(list.trim())) {
    throw new Problem(
      'USAGE',
      `Mesos masters ${list.trim().replace(/^([^:]*:\/\/)?.*@/s, '$1***@')}: this names a ZooKeeper, not masters: have it asked (detectMasters), or name the masters themselves, as in host1:5050,host2:5050`,
    );
  }
  const masters = list.split(',').map((part) => parseMaster(part.trim(), list));
  return [...new Set(masters)];
}

/**
 * From the Location of a 307. Real masters write `//host:port/master/api/v1/scheduler`; the documentation of Mesos shows
 * `host:port`; proxies may write a whole URL. Scheme and path are ours to choose. Undefined for what names no host.
 */
export function parseLocation(location: string): string | undefined {
  const parts = /^(?:(https?):)?(\/\/)?([^/?#]*)/i.exec(location.trim());
  const [, scheme, slashes, authority = ''] = parts ?? [];
  if (slashes === undefined) {
    return scheme === undefined ? addressOf(authority) : undefined;
  }
  return addressOf(authority, scheme?.toLowerCase() === 'https' ? 443 : 80);
}

/** `host:port`, from what a master says of itself; undefined for what no client could dial. */
export function formatAddress(host: string, port: number): string | undefined {
  return addressOf(`${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`);
}

function parseMaster(part: string, list: string): string {
  if (part === '') {
    throw nonsense(list, 'a part of the list is empty');
  }
  if (part.includes('://')) {
    throw nonsense(list, `"${withoutSecrets(part)}" is a URL: write host:port`);
  }
  if (/[@/?#\s\\]/.test(part)) {
    throw nonsense(list, `"${withoutSecrets(part)}" holds more than host:port`);
  }
  const address = addressOf(part, defaultMasterPort);
  if (address === undefined) {
    throw nonsense(list, `"${part}" is no host:port (an IPv6 host stands in brackets, a port is 1 to 65535)`);
  }
  return address;
}

function nonsense(list: string, why: string): Problem {
  return new Problem('USAGE', `Mesos masters "${withoutSecrets(list)}": ${why}, as in host1:5050,host2:5050`);
}

/** `host`, `host:port`, `[v6]` or `[v6]:port`; undefined for anything else, and without a port where none is implied. */
function addressOf(authority: string, impliedPort?: number): string | undefined {
  const parts = /^(\[[\da-f:.]+\]|[^\s:/?#@[\]\\]+)(?::(\d{1,5}))?$/i.exec(authority);
  const [, host, givenPort] = parts ?? [];
  const port = givenPort === undefined ? impliedPort : Number(givenPort);
  if (host === undefined || port === undefined || port < 1 || port > 65535 || !URL.canParse(`http://${host}/`)) {
    return undefined;
  }
  return `${new URL(`http://${host}/`).hostname}:${port}`;
}

/** `user:password@` may stand in front of a host by mistake, or by right in zk://. */
function withoutSecrets(text: string): string {
  return text.replace(/[^/,@\s]+@/g, '***@');
}
