/**
 * Tokens of DC/OS, judged by Admin Router: it is asked, with the caller's token, for an address of ours that answers
 * everybody. What comes through has been authenticated by DC/OS and may use this service, in every edition of DC/OS alike;
 * the key with which the identity service signs (JWKS) would say nothing of the permission, and older open clusters have none.
 * So nobody who reaches our port past Admin Router gets in with a token that it would have refused.
 *
 * An answer counts for a minute at most. A cluster that lets everybody through proves nothing: then no token counts.
 */
import { Problem } from '../../lib/problem.ts';
import type { Caller } from './rules.ts';
import { digest } from './token.ts';

export interface AdminRouterOptions {
  /** The status of our open address through Admin Router, with this token or with none. */
  readonly ask: (token: string | undefined) => Promise<number>;
  /** Who may act; undefined: everybody who may use the service. All others may look. */
  readonly actors?: readonly string[];
  readonly now?: () => number;
}

/** Behind the service's address in Admin Router, and below our own. */
export const admittedPath = '/v1/admitted';

const ADMITTED_MS = 60_000;
const REFUSED_MS = 5_000;
const mostRemembered = 1_000;
const mostAsked = 32;

interface Verdict {
  readonly caller: Promise<Caller | undefined>;
  until: number;
}

export function createAdminRouterJudge(options: AdminRouterOptions): (token: string) => Promise<Caller | undefined> {
  const now = options.now ?? Date.now;
  const verdicts = new Map<string, Verdict>();
  const cluster = createClusterCheck(options.ask, now);
  let asked = 0;

  const judge = async (token: string, uid: string): Promise<Caller | undefined> => {
    if (asked >= mostAsked) throw new Problem('NOT_READY', 'too many tokens of DC/OS are being looked at');
    asked++;
    try {
      await cluster();
      const admitted = await isAdmitted(options.ask, token, uid);
      return admitted ? { name: uid, role: roleOf(uid, options.actors), by: 'dcos' } : undefined;
    } finally {
      asked--;
    }
  };

  return (token) => {
    const claims = claimsOf(token);
    if (claims === undefined || claims.endsAt <= now()) return Promise.resolve(undefined);
    const key = digest(token).toString('base64');
    const known = verdicts.get(key);
    if (known !== undefined && known.until > now()) return known.caller;
    const verdict: Verdict = { caller: judge(token, claims.uid), until: Number.POSITIVE_INFINITY };
    forgetOldest(verdicts);
    verdicts.set(key, verdict);
    verdict.caller.then(
      (caller) => {
        verdict.until = Math.min(now() + (caller === undefined ? REFUSED_MS : ADMITTED_MS), claims.endsAt);
      },
      // No verdict: the next request asks again.
      () => verdicts.delete(key),
    );
    return verdict.caller;
  };
}

/** A cluster that answers without a token has authentication switched off. Looked at once a minute. */
function createClusterCheck(ask: AdminRouterOptions['ask'], now: () => number): () => Promise<void> {
  let lookedAt = Number.NEGATIVE_INFINITY;
  return async () => {
    if (now() - lookedAt < ADMITTED_MS) return;
    const status = await ask(undefined).catch(unreachable);
    if (status !== 401) {
      throw new Problem(
        'NOT_READY',
        `Admin Router does not ask for a token (HTTP ${status}): tokens of DC/OS prove nothing`,
      );
    }
    lookedAt = now();
  };
}

async function isAdmitted(ask: AdminRouterOptions['ask'], token: string, uid: string): Promise<boolean> {
  const status = await ask(token).catch(unreachable);
  if (status === 204) return true;
  if (status === 401) return false;
  if (status === 403) {
    throw new Problem('FORBIDDEN', `DC/OS does not let ${uid} use this service`, {
      advice: 'ask for the permission dcos:adminrouter:service:NAME full',
    });
  }
  throw new Problem('NOT_READY', `Admin Router does not find this service yet (HTTP ${status})`);
}

function unreachable(cause: Error): never {
  throw new Problem('NOT_READY', `Admin Router cannot be asked: ${cause.message}`, { cause });
}

function roleOf(uid: string, actors: readonly string[] | undefined): Caller['role'] {
  return actors === undefined || actors.includes(uid) ? 'act' : 'read';
}

/** Whose token it claims to be: believed once Admin Router has verified the signature. */
function claimsOf(token: string): { readonly uid: string; readonly endsAt: number } | undefined {
  const payload = /^[\w-]{1,2048}\.([\w-]{1,8192})\.[\w-]{1,2048}$/.exec(token)?.[1];
  if (payload === undefined) return undefined;
  try {
    const { uid, exp } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Record<string, unknown>;
    if (typeof uid !== 'string' || !/^[^\s\p{C}]{1,128}$/u.test(uid)) return undefined;
    return { uid, endsAt: typeof exp === 'number' ? exp * 1000 : Number.POSITIVE_INFINITY };
  } catch {
    return undefined;
  }
}

function forgetOldest(verdicts: Map<string, Verdict>): void {
  if (verdicts.size < mostRemembered) return;
  const [oldest] = verdicts.keys();
  if (oldest !== undefined) verdicts.delete(oldest);
}
