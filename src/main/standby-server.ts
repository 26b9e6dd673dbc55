/**
 * What a scheduler answers while another one leads: that it is well, and where the leader is. Requests are sent on (307)
 * and not passed through: so the leader judges them as they came, their Host and Origin included.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Problem } from '../lib/problem.ts';
import { portProblem } from './ports.ts';
import type { Listen } from './settings.ts';

export interface StandbyServer {
  close(): Promise<void>;
}

export async function startStandby(listen: Listen, leader: () => Promise<string | undefined>): Promise<StandbyServer> {
  const server = createServer((request, response) => {
    answer(request, response, leader).catch((error: Error) => refuse(response, new Problem('INTERNAL', error.message)));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(portProblem(error, listen)));
    server.listen({ ...listen, exclusive: true }, resolve);
  });
  return {
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  leader: () => Promise<string | undefined>,
): Promise<void> {
  const target = request.url ?? '';
  // Bodies are for the leader: nothing of them is read here.
  response.setHeader('connection', 'close');
  if (target.split('?', 1)[0] === '/v1/health') return send(response, 200, { healthy: true, role: 'standby' });
  if (!target.startsWith('/')) return refuse(response, new Problem('BAD_REQUEST', 'the request names no path'));
  const url = await leader();
  if (url === undefined) return refuse(response, new Problem('NOT_READY', 'no scheduler leads at present'));
  response.setHeader('location', `${url}${target}`);
  // For clients that do not go on by themselves.
  const { code, message, advice, details } = new Problem('NOT_READY', `this scheduler is a standby, ${url} leads`, {
    details: { leader: url },
  });
  return send(response, 307, { code, message, advice, details });
}

function refuse(response: ServerResponse, { status, code, message, advice, details }: Problem): void {
  send(response, status, { code, message, advice, details });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}
