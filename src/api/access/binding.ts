/**
 * Where the API may listen: on loopback as it is; on any other address only with a token, because whoever reaches it
 * can upload a jar, and that is running code.
 */
import { isIPv4, isIPv6 } from 'node:net';
import { Problem } from '../../lib/problem.ts';

export function checkBinding(host: string, guarded: boolean): void {
  if (isLoopback(host) || guarded) return;
  throw new Problem(
    'TOKEN_REQUIRED',
    `the API will not listen on ${host === '' ? 'every address' : host} without a token: whoever reaches it can run code`,
    { details: { host } },
  );
}

/** Of an address or a name as it stands in an option or in a Host header (IPv6 with or without brackets). */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  if (name === 'localhost') return true;
  if (isIPv4(name)) return name.startsWith('127.');
  return isIPv6(name) && (name === '::1' || name.startsWith('::ffff:127.'));
}
