/** Everything that can go wrong between us and a master, sorted by what can be done about it. */
import { errors } from 'undici';

export type MesosErrorCode =
  /** No connection, reset, no answer in time: try again, another master perhaps. */
  | 'unreachable'
  /** The master does not lead, or still recovers (404, 503 and other faults of its side): try again. */
  | 'unavailable'
  /** 401, also after credentials were renewed; or no new ones could be had. */
  | 'unauthorized'
  /** 403 of the operator API: this principal may not. */
  | 'forbidden'
  /** The master no longer knows this subscription: subscribe again. */
  | 'subscription-lost'
  /** 409 of the operator API: another change is under way, or the state does not allow it. Look again, then perhaps try again. */
  | 'conflict'
  /** 404 of an operator call that names something: there is no such agent, or no such file. */
  | 'not-found'
  /** What we said was wrong, or is not known there (501); repeating it changes nothing. */
  | 'rejected'
  /** What came is no RecordIO, no event, or no answer of a Mesos master. */
  | 'protocol'
  /** The stream has ended, or was closed by us. */
  | 'closed';

const worthRepeating: ReadonlySet<MesosErrorCode> = new Set(['unreachable', 'unavailable', 'conflict']);

export class MesosError extends Error {
  override readonly name = 'MesosError';
  readonly code: MesosErrorCode;
  /** Of the HTTP answer, where there was one. */
  readonly status?: number;
  /** True when nobody knows whether the master acted on the call: look before it is repeated, an ACCEPT never is. */
  readonly maybeDone: boolean;

  constructor(
    code: MesosErrorCode,
    message: string,
    options: { status?: number; cause?: unknown; maybeDone?: boolean } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.maybeDone = options.maybeDone ?? false;
    if (options.status !== undefined) {
      this.status = options.status;
    }
  }

  /** Whether the same call, after a while, may well succeed. */
  get retryable(): boolean {
    return worthRepeating.has(this.code);
  }
}

export interface AboutCall {
  readonly master: string;
  readonly call: string;
  readonly principal?: string;
  /** Which API was asked: the same status means other things. */
  readonly api: 'scheduler' | 'operator';
}

/** What an answer other than success means. Masters explain themselves in a plain sentence, which only people read. */
export function errorOfAnswer(answer: { status: number; text: string }, about: AboutCall): MesosError {
  const { status, text } = answer;
  const code = about.api === 'operator' ? codeOfOperatorAnswer(status, about.call) : codeOfAnswer(status, text, about);
  const who = about.principal === undefined ? 'no credentials were sent' : `principal "${about.principal}"`;
  const detail = code === 'unauthorized' ? `${who}; ${text}` : text;
  return new MesosError(code, `master ${about.master} answered ${about.call} with ${status}: ${detail}`, { status });
}

const noHttp = [errors.HTTPParserError, errors.HeadersOverflowError, errors.ResponseContentLengthMismatchError];

/** What a failure below HTTP means: refused, reset, timed out, name unknown, TLS, or no HTTP at all. */
export function errorOfTransport(error: unknown, about: { master: string; call: string }): MesosError {
  const foreign = noHttp.some((kind) => error instanceof kind);
  return new MesosError(
    foreign ? 'protocol' : 'unreachable',
    `${about.call} to master ${about.master} failed: ${reasonOf(error)}`,
    { cause: error, maybeDone: !neverLeft(error) },
  );
}

/** The sentence of an error; Node leaves it empty when it tried several addresses of one name. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') {
    return error.errors.map(reasonOf).join('; ');
  }
  return error instanceof Error ? error.message || error.name : String(error);
}

/** Failures before there was a connection: the call was not sent. */
function neverLeft(error: unknown): boolean {
  if (error instanceof errors.ConnectTimeoutError || error instanceof TypeError) return true;
  const { code, syscall } = (error ?? {}) as { code?: string; syscall?: string };
  return syscall === 'connect' || syscall === 'getaddrinfo' || code === 'ECONNREFUSED' || isOfTls(code);
}

function isOfTls(code: string | undefined): boolean {
  return /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/.test(code ?? '');
}

function codeOfAnswer(status: number, text: string, { call }: AboutCall): MesosErrorCode {
  if (status === 401) {
    return 'unauthorized';
  }
  const subscribing = call === 'SUBSCRIBE';
  // A master that has failed over does not know the framework (400); one that lost our stream says so (403); one that
  // no longer leads redirects (307). For a call all three mean the same: the subscription that it belongs to is dead.
  if (!subscribing && (status === 403 || status === 307 || (status === 400 && saysSubscriptionUnknown(text)))) {
    return 'subscription-lost';
  }
  return isItsFault(status) ? 'unavailable' : codeOfRefusal(status);
}

/** Calls whose 404 is about what they name. Any other 404 is of a process that has not set up its routes yet. */
const naming: ReadonlySet<string> = new Set([
  'LIST_FILES',
  'READ_FILE',
  'MARK_AGENT_GONE',
  'WAIT_CONTAINER',
  'KILL_CONTAINER',
]);

function codeOfOperatorAnswer(status: number, call: string): MesosErrorCode {
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 409) return 'conflict';
  if (status === 404 && naming.has(call)) return 'not-found';
  return isItsFault(status) ? 'unavailable' : codeOfRefusal(status);
}

function isItsFault(status: number): boolean {
  return status !== 501 && (status === 404 || status === 408 || status === 429 || status >= 500 || status === 307);
}

function codeOfRefusal(status: number): MesosErrorCode {
  return status >= 400 ? 'rejected' : 'protocol';
}

/** Texts of src/master/http.cpp of Mesos. */
function saysSubscriptionUnknown(text: string): boolean {
  return /\bframework (cannot be found|is not subscribed)|\bstream ID\b/i.test(text);
}
