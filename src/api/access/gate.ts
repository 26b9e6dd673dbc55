/**
 * Who asks, and may they? One judge for the scheduler that leads and for those that stand by.
 *
 * Without rules only this machine may ask, and only what is no web page of somebody else's. With rules a request names
 * its caller by a token, or by a session cookie on Flink's own pages. A browser adds cookies by itself (and DC/OS's Admin
 * Router makes a token of its own one), so whatever may rest on one must not come from another origin.
 */
import { Problem } from '../../lib/problem.ts';
import { type BrowserRequest, changesSomething, createBrowserGuard, refuseForeign } from './browser-guard.ts';
import type { AccessRules, Caller } from './rules.ts';
import { createSessions } from './session.ts';
import { createTokenBook, tokenIn } from './token.ts';

/** Rejects with a Problem; resolves with who it is, whose role is another question (checkRole). */
export type Gate = (request: BrowserRequest) => Promise<Caller>;

const thisMachine: Caller = { name: 'this machine', role: 'act', by: 'machine' };

export function createGate(rules: AccessRules | undefined, advertiseUrl: string | undefined): Gate {
  if (rules === undefined) {
    const guard = createBrowserGuard(advertiseUrl);
    return async (request) => {
      guard(request);
      return thisMachine;
    };
  }
  return createCallerBook(rules);
}

export function checkRole({ role, name }: Caller, request: BrowserRequest): void {
  if (role === 'act' || !changesSomething(request)) return;
  throw new Problem('READ_ONLY', `${name} may look, but not ${request.method} ${request.path}`);
}

function createCallerBook({ tokens, elsewhere }: AccessRules): Gate {
  const book = createTokenBook(tokens);
  const sessions = createSessions(tokens);
  return async (request) => {
    const { path, headers } = request;
    const token = tokenIn(headers.authorization);
    const known = token === undefined ? sessions.callerOf(path, headers.cookie) : book(token);
    if (known?.by === 'token') return known;
    const caller = known ?? (token === undefined ? undefined : await elsewhere?.(token));
    if (caller === undefined) throw unauthorized(token);
    refuseForeign(request);
    return caller;
  };
}

function unauthorized(token: string | undefined): Problem {
  return token === undefined
    ? new Problem('UNAUTHORIZED', 'the request carries no API token')
    : new Problem('UNAUTHORIZED', 'the API token is not the right one');
}
