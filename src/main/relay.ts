/**
 * A request handed to the leader as it came, and its answer back: for callers behind a proxy such as DC/OS' Admin Router, who
 * cannot follow us to an address within the cluster. Bodies pass as streams, in both directions, for as long as they flow; the
 * leader judges who asks.
 */
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream';
import _ from 'lodash';
import { defaultLimits } from '../api/limits.ts';
import { Problem } from '../lib/problem.ts';

/** RFC 9110, 7.6.1: for one connection only. */
const hopByHop = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'];

/** A leader waits for a JobManager itself, and is to have the time to say that it did so in vain. */
const leaderSilenceMs = defaultLimits.flinkSilenceMs + 10_000;

export interface RelayOptions {
  readonly ca?: string;
  /** In which nothing passes, neither of the request nor of its answer. */
  readonly silenceMs?: number;
}

export function camePastProxy({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers['x-forwarded-for'] !== undefined;
}

/** Settles when the answer has begun, or rejects when there is none; what breaks later breaks the answer off. */
export function relay(
  request: IncomingMessage,
  response: ServerResponse,
  url: string,
  options: RelayOptions = {},
): Promise<void> {
  const { ca, silenceMs = leaderSilenceMs } = options;
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  const { method, headers } = request;
  // Without a length the body is sent in chunks, as Node does by itself.
  const asked = send(url, {
    method,
    headers: _.omit(headers, hopByHop),
    timeout: silenceMs,
    ...(ca !== undefined && { ca }),
  });
  const leader = `the leading scheduler at ${new URL(url).origin}`;
  asked.once('timeout', () =>
    asked.destroy(new Problem('TIMED_OUT', `${leader} took longer than ${silenceMs / 1000} s to answer`)),
  );
  response.once('close', () => asked.destroy());
  pipeline(request, asked, () => {});
  return new Promise((resolve, reject) => {
    asked.once('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, _.omit(answer.headers, hopByHop));
      pipeline(answer, response, () => {});
      resolve();
    });
    asked.once('error', (cause) => {
      reject(cause instanceof Problem ? cause : new Problem('NOT_READY', `${leader} does not answer`, { cause }));
    });
  });
}
