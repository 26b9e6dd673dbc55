/**
 * What a scheduler answers while another one leads: that it is well, and what the leader says. Reads are passed on to the
 * leader, of whoever may ask this scheduler itself: Host, Origin and token are judged here as they are there. All else is sent on
 * (307), so that the leader judges it as it came: what changes something, event streams, Flink's own pages. Who came through
 * a proxy could not follow, and is relayed instead.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import _ from 'lodash';
import { Agent, fetch } from 'undici';
import { admittedPath } from '../api/access/admin-router.ts';
import { checkRole, createGate } from '../api/access/gate.ts';
import type { AccessRules } from '../api/access/rules.ts';
import { Problem } from '../lib/problem.ts';
import { portProblem } from './ports.ts';
import { camePastProxy, relay } from './relay.ts';
import type { ServerTls } from './server-tls.ts';
import type { Listen } from './settings.ts';

export interface StandbyServer {
  close(): Promise<void>;
}

export interface StandbyParts {
  readonly listen: Listen;
  readonly advertiseUrl: string;
  /** Those of the API, the same for all schedulers. */
  readonly access?: AccessRules;
  readonly tls?: ServerTls;
  readonly leader: () => Promise<string | undefined>;
}

const PASS_ON_WITHIN_MS = 10_000;

export async function startStandby(parts: StandbyParts): Promise<StandbyServer> {
  const { listen, tls } = parts;
  const judge = judgeOf(parts);
  const agent = new Agent({ connect: tls === undefined ? {} : { ca: tls.ca } });
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    answer(request, response, { ...parts, agent }, judge).catch((error: Error) => refuse(response, error));
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(_.pick(tls, ['cert', 'key']), listener);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(portProblem(error, listen)));
    server.listen({ host: listen.host, port: listen.port, exclusive: true }, resolve);
  });
  return {
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await agent.destroy();
    },
  };
}

type Judge = (request: IncomingMessage, path: string) => Promise<void>;

/** As the API has it (src/api/access/access.ts). */
function judgeOf({ access, advertiseUrl }: StandbyParts): Judge {
  const gate = createGate(access, advertiseUrl);
  return async ({ method = '', headers }, path) => {
    const asked = { method, path, headers };
    checkRole(await gate(asked), asked);
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { leader, agent, tls }: StandbyParts & { readonly agent: Agent },
  judge: Judge,
): Promise<void> {
  const target = request.url ?? '';
  const path = target.split('?', 1)[0] ?? '';
  // Bodies are for the leader: nothing of them is read here.
  response.setHeader('connection', 'close');
  if (path === '/v1/health') return send(response, 200, { healthy: true, role: 'standby' });
  if (path === admittedPath) return void response.writeHead(204).end();
  if (!target.startsWith('/')) throw new Problem('BAD_REQUEST', 'the request names no path');
  const passes = isRead(request.method, path);
  if (passes) await judge(request, path);
  const url = await leader();
  if (url === undefined) throw new Problem('NOT_READY', 'no scheduler leads at present');
  if (passes) return passOn(request, response, `${url}${target}`, agent);
  return camePastProxy(request)
    ? relay(request, response, `${url}${target}`, _.pick(tls, 'ca'))
    : sendOn(response, url, target);
}

/** What is answered at once and changes nothing. */
function isRead(method: string | undefined, path: string): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false;
  return path.startsWith('/v1/') && !/^\/v1\/(events|artifacts)(\/|$)|\/(flink|driver)(\/|$)/.test(path);
}

async function passOn(
  { method = 'GET', headers }: IncomingMessage,
  response: ServerResponse,
  url: string,
  dispatcher: Agent,
): Promise<void> {
  const { authorization, accept } = headers;
  const signal = AbortSignal.timeout(PASS_ON_WITHIN_MS);
  const given = { ...(authorization !== undefined && { authorization }), ...(accept !== undefined && { accept }) };
  const asked = { method, headers: given, redirect: 'manual', signal, dispatcher } as const;
  const answer = await fetch(url, asked).catch((cause: Error) => {
    throw new Problem('NOT_READY', `the leading scheduler at ${new URL(url).origin} does not answer`, { cause });
  });
  response.writeHead(answer.status, {
    'content-type': answer.headers.get('content-type') ?? 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  if (answer.body === null) response.end();
  else await pipeline(Readable.fromWeb(answer.body as ReadableStream), response).catch(() => response.destroy());
}

function sendOn(response: ServerResponse, url: string, target: string): void {
  response.setHeader('location', `${url}${target}`);
  // For clients that do not go on by themselves.
  const { code, message, advice, details } = new Problem('NOT_READY', `this scheduler is a standby, ${url} leads`, {
    details: { leader: url },
  });
  send(response, 307, { code, message, advice, details });
}

function refuse(response: ServerResponse, error: Error): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const problem = error instanceof Problem ? error : new Problem('INTERNAL', error.message);
  const { status, code, message, advice, details } = problem;
  send(response, status, { code, message, advice, details });
}

/** A leader that died is followed by another one when its session with ZooKeeper is over. */
const ASK_AGAIN_S = 5;

function send(response: ServerResponse, status: number, body: unknown): void {
  if (status === 503) response.setHeader('retry-after', String(ASK_AGAIN_S));
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}
