/**
 * Without a token the API trusts this machine, but not the web pages that its browsers show. A page elsewhere can make
 * a browser send us requests (CSRF), and by DNS rebinding even read the answers. So:
 *
 *   - the Host header must be a loopback name or the advertised host: a rebound name is neither;
 *   - what changes something must not come from another origin. Our own pages, and Flink's UI below our address, do.
 *   - what only reads may be opened by a link elsewhere, but not be fetched, framed or embedded by another origin.
 *
 * With a token none of this is needed: no browser adds it by itself. With what a browser does add, a cookie, the second
 * and third hold too (gate.ts).
 */
import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from '../../lib/problem.ts';
import { isLoopback } from './binding.ts';

export interface BrowserRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

const harmlessMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Flink's REST has requests that change something by GET, made for proxies of YARN (`/jobs/:id/yarn-cancel`). */
const changesByGet = /\/yarn-(cancel|stop)\/?$/;
const opensSession = /^\/v1\/clusters\/[^/]+\/session$/;

export function createBrowserGuard(advertiseUrl: string | undefined): (request: BrowserRequest) => void {
  const advertisedHost = advertiseUrl === undefined ? undefined : new URL(advertiseUrl).hostname;
  return ({ method, path, headers }) => {
    const host = headers.host ?? '';
    const name = hostName(host);
    if (name === undefined || !(isLoopback(name) || name === advertisedHost)) {
      throw new Problem('FORBIDDEN', `this API is not known as ${JSON.stringify(host)}`, { details: { host } });
    }
    refuseForeign({ method, path, headers });
  };
}

export function refuseForeign(request: BrowserRequest): void {
  const { headers } = request;
  if (!isForeign(headers, headers.host ?? '', changesSomething(request))) return;
  throw new Problem('FORBIDDEN', 'the request comes from a web page of another origin', {
    details: { origin: headers.origin ?? 'unknown' },
  });
}

/** Whether readers may not ask for it, and the audit tells of it. A session changes nothing but what its owner's browser sends. */
export function changesSomething({ method, path }: BrowserRequest): boolean {
  if (opensSession.test(path)) return false;
  return !harmlessMethods.has(method) || changesByGet.test(path);
}

function hostName(host: string): string | undefined {
  return /^(\[[0-9a-f:.]+\]|[^\s:/@[\]]+)(?::\d+)?$/i.exec(host)?.[1]?.toLowerCase();
}

/** Sec-Fetch-Site is written by the browser and cannot be set by a page; older ones send Origin with what changes. */
function isForeign(headers: IncomingHttpHeaders, host: string, changing: boolean): boolean {
  if (headers.origin !== undefined && !isOwnOrigin(headers.origin, host)) return true;
  const site = headers['sec-fetch-site'];
  if (site === undefined || site === 'none' || site === 'same-origin') return false;
  return changing || headers['sec-fetch-mode'] !== 'navigate' || headers['sec-fetch-dest'] !== 'document';
}

function isOwnOrigin(origin: string, host: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
}
