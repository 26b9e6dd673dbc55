/**
 * A DC/OS service account: its private key signs a short login, which the cluster's identity service answers by a token;
 * the token goes with every request. It is asked for when it is first needed and again before it expires or after a
 * master refused it; who needs it meanwhile waits for the same login.
 */
import { Buffer } from 'node:buffer';
import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { readAnswerText } from './answer-text.ts';
import type { Authentication } from './authentication.ts';
import { type ConnectionOptions, connect, post, type TlsOptions } from './connection.ts';
import { MesosError, reasonOf } from './mesos-error.ts';

/** As `dcos security secrets create-sa-secret` writes it. */
export interface ServiceAccount {
  readonly uid: string;
  /** PEM. */
  readonly privateKey: string;
  /** As in `https://leader.mesos/acs/api/v1/auth/login`. */
  readonly loginEndpoint: string;
}

export interface ServiceAccountOptions {
  readonly account: ServiceAccount;
  /** For the login; without it an https endpoint is judged by the authorities that Node knows. */
  readonly tls?: TlsOptions;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** How long before its end a token is replaced; default 30 s. */
  readonly renewBeforeMs?: number;
  readonly answerTimeoutMs?: number;
}

/** From the JSON of a secret. Throws a SyntaxError that says what is wrong and quotes nothing of it. */
export function parseServiceAccount(text: string): ServiceAccount {
  let secret: unknown;
  try {
    secret = JSON.parse(text);
  } catch {
    throw new SyntaxError('it is no JSON');
  }
  const { uid, private_key, login_endpoint, scheme = 'RS256' } = (secret ?? {}) as Record<string, unknown>;
  if (typeof uid !== 'string' || uid === '') throw new SyntaxError('it has no "uid"');
  if (scheme !== 'RS256') throw new SyntaxError('its "scheme" is not RS256');
  if (typeof login_endpoint !== 'string' || !/^https?:$/.test(URL.parse(login_endpoint)?.protocol ?? '')) {
    throw new SyntaxError('its "login_endpoint" is no http(s) address');
  }
  if (typeof private_key !== 'string' || keyOf(private_key) === undefined) {
    throw new SyntaxError('its "private_key" is no RSA key in PEM');
  }
  return { uid, privateKey: private_key, loginEndpoint: login_endpoint };
}

export function serviceAccountAuthentication(options: ServiceAccountOptions): Authentication {
  const tokens = new Tokens(options);
  return {
    principal: options.account.uid,
    headers: async () => ({ authorization: `token=${await tokens.current()}` }),
    refused: ({ authorization }) => tokens.refused(authorization?.replace(/^token=/, '')),
  };
}

interface Token {
  readonly text: string;
  /** Infinity for a token that does not say. */
  readonly expiresAt: number;
}

/** After a login that failed while the old token still holds. */
const retryLoginMs = 5_000;
/** Of the login itself; five minutes are the most that DC/OS takes. */
const loginLifeSeconds = 60;

class Tokens {
  readonly #options: ServiceAccountOptions;
  readonly #now: () => number;
  readonly #key: KeyObject;
  #token: Token | undefined;
  #login: Promise<Token> | undefined;
  #notBefore = 0;

  constructor(options: ServiceAccountOptions) {
    const key = keyOf(options.account.privateKey);
    if (key === undefined)
      throw new SyntaxError(`the private key of service account "${options.account.uid}" is no RSA key`);
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#key = key;
  }

  async current(): Promise<string> {
    const { renewBeforeMs = 30_000 } = this.#options;
    const token = this.#token;
    const now = this.#now();
    if (token !== undefined && (now < token.expiresAt - renewBeforeMs || now < this.#notBefore)) return token.text;
    try {
      return (await this.#loginOnce()).text;
    } catch (error) {
      // The identity service may be away for a while: what still holds is good enough, and is not asked about too often.
      if (token === undefined || token !== this.#token || this.#now() >= token.expiresAt) throw error;
      this.#notBefore = Math.min(this.#now() + retryLoginMs, token.expiresAt);
      return token.text;
    }
  }

  /** An older token than ours was replaced meanwhile; ours is of no use any more. Either way the next one is another. */
  refused(text: string | undefined): boolean {
    if (text === this.#token?.text) this.#token = undefined;
    return true;
  }

  #loginOnce(): Promise<Token> {
    this.#login ??= this.#logIn().finally(() => {
      this.#login = undefined;
    });
    return this.#login;
  }

  async #logIn(): Promise<Token> {
    const { account } = this.#options;
    const expires = Math.floor(this.#now() / 1000) + loginLifeSeconds;
    const token = signRs256({ uid: account.uid, exp: expires }, this.#key);
    const text = await askForToken(this.#options, JSON.stringify({ uid: account.uid, token, exp: expires }));
    this.#token = { text, expiresAt: expiryOf(text) };
    this.#notBefore = 0;
    return this.#token;
  }
}

async function askForToken(options: ServiceAccountOptions, body: string): Promise<string> {
  const { account, tls, answerTimeoutMs = 15_000 } = options;
  const url = new URL(account.loginEndpoint);
  const transport: ConnectionOptions = {
    answerTimeoutMs,
    ...(url.protocol === 'https:' ? { tls: tls ?? {} } : {}),
  };
  const connection = connect(transport, url.host);
  try {
    const { statusCode: status, body: said } = await post(connection, transport, {
      path: `${url.pathname}${url.search}`,
      body,
    });
    const text = await readAnswerText(said, { maxCharacters: maxTokenCharacters });
    if (status === 200) return tokenIn(text, account);
    const code = status === 400 || status === 401 || status === 403 ? 'unauthorized' : 'unavailable';
    throw loginError(code, account, `${status}: ${text.slice(0, 500)}`, { status });
  } catch (error) {
    if (error instanceof MesosError && error.message.startsWith('the login')) throw error;
    throw loginError('unreachable', account, reasonOf(error), { cause: error });
  } finally {
    await connection.destroy();
  }
}

const maxTokenCharacters = 16_000;

function tokenIn(text: string, account: ServiceAccount): string {
  let token: unknown;
  try {
    token = (JSON.parse(text) as { token?: unknown } | null)?.token;
  } catch {
    token = undefined;
  }
  // It becomes a header: nothing may be in it that would end one.
  if (typeof token === 'string' && /^[\w.~+/=-]+$/.test(token)) return token;
  throw loginError('protocol', account, 'the answer holds no token');
}

/** Its signature is for the master to judge; the time is only for us to know when to ask again. */
function expiryOf(token: string): number {
  try {
    const [, payload = ''] = token.split('.');
    const { exp } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { exp?: unknown };
    return typeof exp === 'number' ? exp * 1000 : Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function signRs256(claims: Record<string, unknown>, key: KeyObject): string {
  const unsigned = [{ alg: 'RS256', typ: 'JWT' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${unsigned}.${sign('sha256', Buffer.from(unsigned), key).toString('base64url')}`;
}

function keyOf(pem: string): KeyObject | undefined {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyType === 'rsa' ? key : undefined;
  } catch {
    return undefined;
  }
}

function loginError(
  code: 'unauthorized' | 'unavailable' | 'unreachable' | 'protocol',
  { uid, loginEndpoint }: ServiceAccount,
  why: string,
  options: { status?: number; cause?: unknown } = {},
): MesosError {
  return new MesosError(code, `the login of service account "${uid}" at ${loginEndpoint} failed: ${why}`, options);
}
