/** Requests over HTTP as they were recorded, with our ids in them; and several of them at once on one connection. */
import { request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Stream } from './event-stream.ts';
import type { Pipeline, Request } from './recording.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

const jsonHeaders = { 'Content-Type': 'application/json', Accept: 'application/json' };

interface Prepared {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

function prepare(line: Request, ours: (text: string) => string): Prepared {
  const text = typeof line.body === 'string' ? line.body : JSON.stringify(line.body ?? '');
  const body =
    line.bytes === undefined
      ? Buffer.from(line.body === undefined ? '' : ours(text))
      : Buffer.from(line.bytes, 'base64');
  const headers = Object.entries(line.headers ?? jsonHeaders).map(([name, value]) => [name, ours(value)]);
  // It stands as it went over the wire, but for what was no ASCII.
  return {
    path: ours(line.path).replace(/[^\x21-\x7e]+/g, encodeURIComponent),
    headers: Object.fromEntries(headers),
    body,
  };
}

/** Resolves with the answer, or with the head of it where a stream begins; undefined if nobody answers. */
export function send(
  to: Address,
  line: Request,
  ours: (text: string) => string,
  stream: Stream | undefined,
): Promise<Answer | undefined> {
  const { path, headers, body } = prepare(line, ours);
  const length = body.length > 0 || line.method === 'POST' ? { 'Content-Length': body.length } : {};
  return new Promise((resolve) => {
    const call = request({ ...to, method: line.method, path, headers: { ...headers, ...length } }, (response) => {
      const head = { status: response.statusCode ?? 0, headers: response.headers as Record<string, string> };
      if (stream !== undefined && head.status === 200) {
        stream.read(response);
        resolve({ ...head, text: '' });
        return;
      }
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ ...head, text: Buffer.concat(chunks).toString('utf8') }));
      response.on('error', () => resolve(undefined));
    });
    call.on('error', () => resolve(undefined));
    call.end(body);
  });
}

/** The statuses that came, in their order. The last request asks for the end of the connection. */
export async function pipeline(to: Address, { t, pipeline: requests }: Pipeline, ours: (text: string) => string) {
  const socket = connect(to.port, to.host);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  const closed = new Promise((resolve) => socket.on('close', resolve));
  const began = Date.now();
  for (const line of requests) {
    await sleep(Math.max(0, began + (line.t - t) * 1000 - Date.now()));
    const { path, headers, body } = prepare(line, ours);
    const all = Object.entries({ Host: `${to.host}:${to.port}`, ...headers, 'Content-Length': String(body.length) });
    const head = all.map((each) => each.join(': ')).join('\r\n');
    socket.write(Buffer.concat([Buffer.from(`${line.method} ${path} HTTP/1.1\r\n${head}\r\n\r\n`), body]));
  }
  await closed;
  const text = Buffer.concat(chunks).toString('utf8');
  return [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
}
