/**
 * A request handed to the leader as it came, and its answer back: for callers behind a proxy such as DC/OS' Admin Router, who
 * cannot follow us to an address within the cluster. Bodies pass as streams, in both directions; the leader judges who asks.
 */
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream';
import _ from 'lodash';
import { Problem } from '../lib/problem.ts';

/** RFC 9110, 7.6.1: for one connection only. */
const hopByHop = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade'];

export function camePastProxy({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return headers['x-forwarded-for'] !== undefined;
}

/** Settles when the answer has begun, or rejects when there is none; what breaks later breaks the answer off. */
export function relay(request: IncomingMessage, response: ServerResponse, url: string, ca?: string): Promise<void> {
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;
  const { method, headers } = request;
  // Without a length the body is sent in chunks, as Node does by itself.
  const asked = send(url, { method, headers: _.omit(headers, hopByHop), ...(ca !== undefined && { ca }) });
  response.once('close', () => asked.destroy());
  pipeline(request, asked, () => {});
  return new Promise((resolve, reject) => {
    asked.once('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, _.omit(answer.headers, hopByHop));
      pipeline(answer, response, () => {});
      resolve();
    });
    asked.once('error', (cause) => {
      reject(new Problem('NOT_READY', `the leading scheduler at ${new URL(url).origin} does not answer`, { cause }));
    });
  });
}
