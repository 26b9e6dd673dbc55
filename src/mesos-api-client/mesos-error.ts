/** Everything that can go wrong between us and a master, sorted by what can be done about it. */
import { errors } from 'undici';

export type MesosErrorCode =
  /** No connection, reset, no answer in time: try again, another master perhaps. */
  | 'unreachable'
  /** The master does not lead, or still recovers (404, 503 and other faults of its side): try again. */
  | 'unavailable'
  /** 401. */
  | 'unauthorized'
  /** The master no longer knows this subscription: subscribe again. */
  | 'subscription-lost'
  /** What we said was wrong; repeating it changes nothing. */
  | 'rejected'
  /** What came is no RecordIO, no event, or no answer of a Mesos master. */
  | 'protocol'
  /** The stream has ended, or was closed by us. */
  | 'closed';

export class MesosError extends Error {
  override readonly name = 'MesosError';
  readonly code: MesosErrorCode;
  /** Of the HTTP answer, where there was one. */
  readonly status?: number;

  constructor(code: MesosErrorCode, message: string, options: { status?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    if (options.status !== undefined) {
      this.status = options.status;
    }
  }
}

/** What an answer other than success means. Masters explain themselves in a plain sentence, which only people read. */
export function errorOfAnswer(
  answer: { status: number; text: string },
  about: { master: string; call: string; principal?: string },
): MesosError {
  const { status, text } = answer;
  const code = codeOfAnswer(status, text, about.call === 'SUBSCRIBE');
  const who = about.principal === undefined ? 'no credentials were sent' : `principal "${about.principal}"`;
  const detail = code === 'unauthorized' ? `${who}; ${text}` : text;
  return new MesosError(code, `master ${about.master} answered ${about.call} with ${status}: ${detail}`, { status });
}

/** What a failure below HTTP means: refused, reset, timed out, name unknown, TLS, or no HTTP at all. */
export function errorOfTransport(error: unknown, about: { master: string; call: string }): MesosError {
  const code = error instanceof errors.HTTPParserError ? 'protocol' : 'unreachable';
  return new MesosError(code, `${about.call} to master ${about.master} failed: ${reasonOf(error)}`, { cause: error });
}

/** The sentence of an error; Node leaves it empty when it tried several addresses of one name. */
export function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') {
    return error.errors.map(reasonOf).join('; ');
  }
  return error instanceof Error ? error.message || error.name : String(error);
}

function codeOfAnswer(status: number, text: string, subscribing: boolean): MesosErrorCode {
  if (status === 401) {
    return 'unauthorized';
  }
  // A master that has failed over does not know the framework (400); one that lost our stream says so (403); one that
  // no longer leads redirects (307). For a call all three mean the same: the subscription that it belongs to is dead.
  if (!subscribing && (status === 403 || status === 307 || (status === 400 && saysSubscriptionUnknown(text)))) {
    return 'subscription-lost';
  }
  if (status === 501) {
    return 'rejected';
  }
  if (status === 404 || status === 408 || status === 429 || status >= 500 || status === 307) {
    return 'unavailable';
  }
  return status >= 400 ? 'rejected' : 'protocol';
}

/** Texts of src/master/http.cpp of Mesos. */
function saysSubscriptionUnknown(text: string): boolean {
  return /\bframework (cannot be found|is not subscribed)|\bstream ID\b/i.test(text);
}
