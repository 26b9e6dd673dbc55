/**
 * DC/OS' identity service as far as logins need it: service accounts log in with a JWT that their key has signed (RS256),
 * and get a JWT of the cluster, which Admin Router verifies.
 */
import { createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';

export interface Identity {
  /** A new service account; its private key in PEM. */
  addAccount(uid: string): string;
  /** What the login of a service account answers: 200 with a token, or 401. */
  logIn(body: string): { readonly status: number; readonly token?: string };
  tokenOf(uid: string, validSeconds?: number): string;
  /** Whose token it is, if it is one of this cluster and still valid. */
  uidOf(token: string): string | undefined;
}

export function createIdentity(): Identity {
  const own = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const accounts = new Map<string, KeyObject>();
  const issue = (uid: string, validSeconds = 432_000): string =>
    jwtOf({ uid, exp: Math.floor(Date.now() / 1000) + validSeconds }, own.privateKey);
  return {
    addAccount(uid) {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      accounts.set(uid, createPublicKey(privateKey));
      return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
    },
    logIn(body) {
      const { uid, token } = JSON.parse(body) as { uid?: string; token?: string };
      const key = accounts.get(uid ?? '');
      const claims = key === undefined ? undefined : claimsOf(token ?? '', key);
      if (uid === undefined || claims?.uid !== uid) return { status: 401 };
      return { status: 200, token: issue(uid) };
    },
    tokenOf: issue,
    uidOf: (token) => claimsOf(token, own.publicKey)?.uid,
  };
}

interface Claims {
  readonly uid: string;
  readonly exp: number;
}

function jwtOf(claims: Claims, key: KeyObject): string {
  const head = [{ alg: 'RS256', typ: 'JWT' }, claims].map((part) => base64url(JSON.stringify(part))).join('.');
  return `${head}.${sign('sha256', Buffer.from(head), key).toString('base64url')}`;
}

function claimsOf(token: string, key: KeyObject): Claims | undefined {
  const [header = '', payload = '', signature = ''] = token.split('.');
  if (!verify('sha256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url')))
    return undefined;
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Claims;
  return claims.exp === undefined || claims.exp > Date.now() / 1000 ? claims : undefined;
}

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url');
}
