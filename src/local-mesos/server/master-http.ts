/** The few things that the master's routes do with HTTP: bounded bodies, sentences, JSON, what Accept allows, and gzip. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzip } from 'node:zlib';

/** Far above any call that makes sense (an ACCEPT with a thousand tasks is about 1 MiB). */
const maxBodyBytes = 16 * 1024 * 1024;

/** The body of a call: what all APIs ask of a request, in the master's order. Undefined if it was refused. */
export async function receiveCall(request: IncomingMessage, response: ServerResponse): Promise<string | undefined> {
  return refuseBadRequest(request, response) ? undefined : await receiveBody(request, response);
}

/** The body of a POST of any type, as the older pages take it. Undefined if it was refused. */
export async function receivePost(request: IncomingMessage, response: ServerResponse): Promise<string | undefined> {
  return refuseOtherMethods(request, response) ? undefined : await receiveBody(request, response);
}

/** Undefined if it was refused: it is larger than the bound. */
export async function receiveBody(request: IncomingMessage, response: ServerResponse): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) {
      sendText(response, 413, `The body is larger than ${maxBodyBytes} bytes`, { Connection: 'close' });
      return undefined;
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

export function sendText(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const type: Record<string, string> = text === '' ? {} : { 'Content-Type': 'text/plain; charset=utf-8' };
  sendBody(response, status, text, { ...headers, ...type });
}

export function sendJson(response: ServerResponse, body: unknown): void {
  sendBody(response, 200, JSON.stringify(body), { 'Content-Type': 'application/json' });
}

/** As libprocess does it: shorter bodies are not worth it. */
export const leastGzipBytes = 1024;

function sendBody(response: ServerResponse, status: number, text: string, headers: Record<string, string>): void {
  const bytes = Buffer.from(text);
  if (bytes.length < leastGzipBytes || !acceptsGzip(response.req)) {
    response.writeHead(status, { ...headers, 'Content-Length': bytes.length });
    response.end(bytes);
    return;
  }
  gzip(bytes, (error, packed) => {
    if (error === null) {
      response.writeHead(status, { ...headers, 'Content-Encoding': 'gzip', 'Content-Length': packed.length });
      response.end(packed);
    } else {
      response.destroy(error);
    }
  });
}

export function acceptsGzip(request: IncomingMessage): boolean {
  const accepted = String(request.headers['accept-encoding'] ?? '').split(',');
  return accepted.some((part) => {
    const [coding = '', ...parameters] = part.split(';').map((each) => each.trim());
    return coding.toLowerCase() === 'gzip' && !parameters.some((each) => /^q=0(\.0*)?$/.test(each));
  });
}

function refuseOtherMethods(request: IncomingMessage, response: ServerResponse): boolean {
  if (request.method === 'POST') return false;
  const text = `405 Method Not Allowed. Expecting one of { 'POST' }, but received '${request.method}'.`;
  sendText(response, 405, text, { Allow: 'POST' });
  return true;
}

/** Steps 4 and 5 of the master's order of checks, which all APIs share. True if the request was answered. */
export function refuseBadRequest(request: IncomingMessage, response: ServerResponse): boolean {
  if (refuseOtherMethods(request, response)) return true;
  const type = request.headers['content-type'];
  if (type === undefined) {
    sendText(response, 400, "Expecting 'Content-Type' to be present");
    return true;
  }
  if (type !== 'application/json') {
    const text =
      type === 'application/x-protobuf'
        ? 'The embedded master speaks JSON only: send application/json'
        : "Expecting 'Content-Type' of application/json or application/x-protobuf";
    sendText(response, 415, text);
    return true;
  }
  return false;
}

export const notAcceptable = "Expecting 'Accept' to allow 'application/x-protobuf' or 'application/json'";

export function acceptsJson(request: IncomingMessage): boolean {
  const accept = request.headers.accept;
  if (accept === undefined) {
    return true;
  }
  return accept.split(',').some((part) => {
    const [range = '', ...parameters] = part.split(';').map((each) => each.trim());
    const refused = parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
    return !refused && ['*/*', 'application/*', 'application/json'].includes(range);
  });
}

/** Whatever goes wrong with an answer is the end of that answer alone. */
export async function answerSafely(
  response: ServerResponse,
  answer: () => Promise<void>,
  who = 'Mesos',
): Promise<void> {
  try {
    await answer();
  } catch (error) {
    // The client went away while it was sending; there is nobody to answer.
    if (response.headersSent || response.destroyed) response.destroy();
    else sendText(response, 500, `The embedded ${who} failed: ${(error as Error).message}`);
  }
}
