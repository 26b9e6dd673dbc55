/** What passes between a client and Flink, and what stays behind. */
import type { IncomingHttpHeaders } from 'node:http';
import _ from 'lodash';

/** RFC 9110, 7.6.1: for one connection only. */
const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** Our token is none of Flink's business; `expect` has been answered by our own server. */
const ours = ['authorization', 'cookie', 'expect'];

/**
 * Flink allows every origin by default (web.access-control-allow-origin: *): below our address that would let any web
 * page read it. Its policies about framing are replaced by ours.
 */
const notOurs = ['access-control-', 'content-security-policy', 'x-frame-options'];

type Headers = Record<string, string | string[] | undefined>;

export function forFlink(headers: Headers): IncomingHttpHeaders {
  // A body of unknown length arrives as a stream, and leaves as one: undici chunks it.
  return _.omit(headers, [...hopByHop, ...ours]);
}

export function fromFlink(headers: IncomingHttpHeaders, origin: string, prefix: string): IncomingHttpHeaders {
  const kept = _.omitBy(_.omit(headers, hopByHop), (_value, name) =>
    notOurs.some((start) => name.startsWith(start)),
  ) as IncomingHttpHeaders;
  const { location } = kept;
  return location === undefined ? kept : { ...kept, location: rewriteLocation(location, origin, prefix) };
}

/** What leads to this JobManager is led below our prefix; other addresses stay as they are. */
function rewriteLocation(location: string, origin: string, prefix: string): string {
  if (location === origin || location.startsWith(`${origin}/`))
    return `${prefix}${location.slice(origin.length) || '/'}`;
  return location.startsWith('/') && !location.startsWith('//') ? `${prefix}${location}` : location;
}
