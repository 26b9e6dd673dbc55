/** Plain HTTP to a master or an agent: the suite speaks the wire itself, so that no client hides what is answered. */
import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';

export interface Target {
  readonly host: string;
  readonly port: number;
  /** By which it knows who asks, where it demands that (HTTP basic authentication). */
  readonly credential?: Credential;
}

export interface Credential {
  readonly principal: string;
  readonly secret: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Question {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text goes out as it is, anything else as JSON. */
  readonly body?: unknown;
  readonly agent?: Agent;
}

export const json = { 'Content-Type': 'application/json', Accept: 'application/json' };

/** The head of the answer; whoever asked reads the rest. */
export function open(target: Target, question: Question): Promise<IncomingMessage> {
  const { method = 'POST', path, headers = json, body, agent } = question;
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const { host, port, credential } = target;
  const sent = { ...authorization(credential), ...headers, 'Content-Length': Buffer.byteLength(text) };
  return new Promise((resolve, reject) => {
    const call = request(
      { host, port, method, path, headers: sent, ...(agent === undefined ? {} : { agent }) },
      resolve,
    );
    call.on('error', reject);
    call.end(text);
  });
}

export async function ask(target: Target, question: Question): Promise<Answer> {
  const response = await open(target, question);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text: Buffer.concat(chunks).toString('utf8'),
  };
}

/** The first bytes of a stream that goes on, then the connection is closed. */
export async function askForStream(target: Target, question: Question): Promise<Omit<Answer, 'text'>> {
  const response = await open(target, { ...question, agent: new Agent({ keepAlive: false }) });
  response.on('error', () => undefined).destroy();
  return { status: response.statusCode ?? 0, headers: response.headers };
}

function authorization(credential: Credential | undefined): Readonly<Record<string, string>> {
  if (credential === undefined) return {};
  const { principal, secret } = credential;
  return { Authorization: `Basic ${Buffer.from(`${principal}:${secret}`).toString('base64')}` };
}
