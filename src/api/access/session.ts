/**
 * Sessions for Flink's own pages: a browser sends no token with the scripts and pictures that a page asks for, but it
 * sends cookies. A session is a cookie of one cluster, signed with the token that it was opened by: nothing is kept, all
 * schedulers know it, and it ends with its token. The rest of the API takes no cookie.
 *
 * The cookie names no path, so browsers send it back below the directory of the request that set it (RFC 6265, 5.1.4):
 * `…/v1/clusters/NAME`, whatever prefix a proxy puts before that.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ApiToken, Caller } from './rules.ts';

export const SESSION_SECONDS = 8 * 3600;
const cookieName = 'flink-mesos-session';
const flinkPage = /^\/v1\/clusters\/([^/]+)\/flink(?:\/|$)/;

export interface Sessions {
  /** The Set-Cookie header; undefined for who needs none. */
  open(caller: Caller, cluster: string, secure: boolean): string | undefined;
  /** The Set-Cookie header that makes a browser forget it. */
  end(): string;
  /** Whose session the cookies of a request are, for the path that it asks for. */
  callerOf(path: string, cookies: string | undefined): Caller | undefined;
}

export function createSessions(tokens: readonly ApiToken[], now: () => number = Date.now): Sessions {
  const mac = ({ token, name, role }: ApiToken, cluster: string, ends: number): string =>
    createHmac('sha256', token)
      .update(JSON.stringify([cookieName, cluster, name, role, ends]))
      .digest('base64url');
  return {
    open({ name, role, by }, cluster, secure) {
      const token = by === 'token' ? tokens.find((each) => each.name === name && each.role === role) : undefined;
      if (token === undefined) return undefined;
      const ends = Math.floor(now() / 1000) + SESSION_SECONDS;
      const value = `${ends}.${mac(token, cluster, ends)}`;
      return `${cookieName}=${value}; Max-Age=${SESSION_SECONDS}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
    },
    end: () => `${cookieName}=; Max-Age=0; HttpOnly; SameSite=Strict`,
    callerOf(path, cookies) {
      const cluster = clusterOf(path);
      if (cluster === undefined) return undefined;
      for (const [ends, given] of valuesIn(cookies)) {
        if (!(ends > now() / 1000)) continue;
        const token = tokens.find((each) => same(given, mac(each, cluster, ends)));
        if (token !== undefined) return { name: token.name, role: token.role, by: 'session' };
      }
      return undefined;
    },
  };
}

function clusterOf(path: string): string | undefined {
  const segment = flinkPage.exec(path)?.[1];
  try {
    return segment === undefined ? undefined : decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/** A browser may have several of one name, of different paths; a few are looked at. */
function valuesIn(cookies: string | undefined): (readonly [ends: number, mac: string])[] {
  const pairs = (cookies ?? '').slice(0, 4096).split(/;\s*/, 50);
  return pairs
    .map((pair) => /^flink-mesos-session=(\d{1,12})\.([\w-]{43})$/.exec(pair))
    .flatMap((match) => (match === null ? [] : [[Number(match[1]), match[2] ?? ''] as const]))
    .slice(0, 4);
}

function same(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
