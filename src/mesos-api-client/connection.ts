/**
 * How a process of Mesos is reached: plain or by TLS, as whom, and how long it may take to answer. One request is one
 * POST; it is sent once more only after a 401, which a master gives before it has looked at the call.
 */
import { Client, Pool } from 'undici';
import { readAnswerText } from './answer-text.ts';
import { type Authentication, noAuthentication } from './authentication.ts';
import { type AboutCall, MesosError } from './mesos-error.ts';

export interface ConnectionOptions {
  /** Present: https. An empty object trusts what Node trusts. */
  readonly tls?: TlsOptions;
  readonly authentication?: Authentication;
  readonly connectTimeoutMs?: number;
  /** From a call sent to the head of its answer; default 30 s. */
  readonly answerTimeoutMs?: number;
}

/** PEM texts. */
export interface TlsOptions {
  /** Authorities that sign masters' certificates, instead of those that Node knows. */
  readonly ca?: string | readonly string[];
  /** Ours, for masters that demand one (LIBPROCESS_SSL_REQUIRE_CERT), with its private key. */
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  /** The name asked for (SNI) and looked for in the certificate; default: the host of the address. */
  readonly serverName?: string;
}

export type Answer = Awaited<ReturnType<Client['request']>>;

/**
 * A connection that keeps the order of its requests: one after the other, as Mesos wants it. Repeatable ones may be under
 * way together, up to `pipelining`.
 */
export function connect(options: ConnectionOptions, address: string, pipelining = 1): Client {
  return new Client(originOf(options, address), { ...clientOptions(options), pipelining });
}

/** Connections for requests that have nothing to do with each other. */
export function connectMany(options: ConnectionOptions, address: string, connections: number): Pool {
  return new Pool(originOf(options, address), { ...clientOptions(options), connections });
}

function originOf({ tls }: ConnectionOptions, address: string): string {
  return `${tls === undefined ? 'http' : 'https'}://${address}`;
}

function clientOptions(options: ConnectionOptions): Client.Options {
  return {
    pipelining: 1,
    connect: { timeout: options.connectTimeoutMs ?? 10_000, ...tlsOf(options.tls) },
    headersTimeout: 0, // the deadline of post() covers it, and what trickles as well
  };
}

function tlsOf(tls: TlsOptions | undefined): Record<string, unknown> {
  if (tls === undefined) return {};
  const { ca, cert, key, passphrase, serverName } = tls;
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  };
}

export interface PostRequest {
  readonly path: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A second time changes nothing: it may be sent while others are under way, and again when their connection breaks. */
  readonly repeatable?: boolean;
  /** Ends the request, and the body of its answer. */
  readonly signal?: AbortSignal;
}

/** Compared literally by a master: no charset may follow. */
const json = { 'content-type': 'application/json', accept: 'application/json' };

export async function post(
  connection: Client | Pool,
  options: ConnectionOptions,
  request: PostRequest,
): Promise<Answer> {
  const { authentication = noAuthentication } = options;
  const credentials = await authentication.headers();
  const answer = await postOnce(connection, options, request, credentials);
  if (answer.statusCode !== 401 || authentication.refused?.(credentials) !== true) return answer;
  await readAnswerText(answer.body);
  return await postOnce(connection, options, request, await authentication.headers());
}

async function postOnce(
  connection: Client | Pool,
  options: ConnectionOptions,
  { path, body, headers, signal, repeatable = false }: PostRequest,
  credentials: Readonly<Record<string, string>>,
): Promise<Answer> {
  const limitMs = options.answerTimeoutMs ?? 30_000;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new Error(`no answer within ${limitMs} ms`)), limitMs);
  try {
    return await connection.request({
      method: 'POST',
      path,
      headers: { ...json, ...headers, ...credentials },
      body,
      idempotent: repeatable,
      bodyTimeout: 0, // who reads the body knows how long it may take
      signal: signal === undefined ? late.signal : AbortSignal.any([late.signal, signal]),
    });
  } finally {
    clearTimeout(timer);
  }
}

/** What an error says of a call, and of whom it came from. */
export function aboutCall(
  { authentication }: ConnectionOptions,
  api: AboutCall['api'],
  master: string,
  call: string,
): AboutCall {
  const principal = authentication?.principal;
  return { api, master, call, ...(principal === undefined ? {} : { principal }) };
}

/** An answer whose bytes are not what they should be is of no Mesos master: a proxy's page, or compressed though nobody asked. */
export function checkJsonBody(answer: Answer, master: string, askedFor = 'identity'): void {
  const type = answer.headers['content-type'];
  const encoding = answer.headers['content-encoding'];
  if (type !== undefined && !/^application\/json\s*(;|$)/i.test(String(type))) {
    throw foreign(master, `200 with Content-Type ${shown(type)}`);
  }
  if (encoding !== undefined && encoding !== 'identity' && encoding !== askedFor) {
    throw foreign(master, `200 with Content-Encoding ${shown(encoding)}, which was not asked for`);
  }
}

export function foreign(master: string, what: string): MesosError {
  return new MesosError('protocol', `what answers at ${master} is no Mesos master: ${what}`, { status: 200 });
}

function shown(header: string | readonly string[]): string {
  return JSON.stringify(header).slice(0, 100);
}
