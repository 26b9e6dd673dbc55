/** A scripted HTTP server in the place of a master: it does what the script says and remembers what it was asked. */
import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { encodeRecord } from '../../src/mesos-api-client/protocol/recordio.ts';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: { readonly type: string };
  /** Numbers the connections in the order of their opening. */
  readonly connection: number;
}

export type Script = (request: SeenRequest, response: ServerResponse) => void;

export interface FakeMaster {
  readonly address: string;
  readonly port: number;
  readonly seen: readonly SeenRequest[];
  readonly openSockets: number;
  /** Resolves when the other side has ended every connection. */
  allSocketsClosed(): Promise<void>;
  close(): Promise<void>;
}

export async function startFakeMaster(script: Script, host = '127.0.0.1', tls?: ServerOptions): Promise<FakeMaster> {
  const seen: SeenRequest[] = [];
  const sockets = new Map<Socket, number>();
  let connections = 0;
  const listen = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const connection = sockets.get(request.socket) ?? connections;
    const body = JSON.parse(await text(request));
    const { method = '', url = '', headers } = request;
    const entry: SeenRequest = { method, path: url, headers, body, connection };
    seen.push(entry);
    script(entry, response);
  };
  const server = tls === undefined ? createServer(listen) : createTlsServer(tls, listen);
  server.on('tlsClientError', () => undefined); // seen by the client
  server.on('connection', (socket) => {
    connections += 1;
    sockets.set(socket, connections);
    socket.on('error', () => undefined); // a client that goes away is part of the play
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    address: host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`,
    port,
    seen,
    get openSockets() {
      return sockets.size;
    },
    async allSocketsClosed() {
      // Not events.once(), which a reset by the other side would make reject.
      await Promise.all([...sockets.keys()].map((socket) => new Promise((resolve) => socket.once('close', resolve))));
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Answers SUBSCRIBE as a master does. */
export function openStream(response: ServerResponse, streamId = 'stream-1'): void {
  response.writeHead(200, { 'content-type': 'application/json', 'mesos-stream-id': streamId });
  response.flushHeaders();
}

export function sendEvent(response: ServerResponse, event: unknown): boolean {
  return response.write(encodeRecord(JSON.stringify(event)));
}

/** As Mesos explains itself: a sentence in plain text. */
export function answer(
  response: ServerResponse,
  status: number,
  sentence = '',
  headers: OutgoingHttpHeaders = {},
): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers });
  response.end(sentence);
}

/** Subscribes all comers on `stream-1` and takes their calls. */
export function obliging(onSubscribed: (response: ServerResponse) => void = () => undefined): Script {
  return (request, response) => {
    if (request.body.type === 'SUBSCRIBE') {
      openStream(response);
      onSubscribed(response);
    } else {
      answer(response, 202);
    }
  };
}
