/**
 * node-zookeeper-client 1.1.3 with what it lacks against a real ensemble. It throws out of its socket handler at error
 * codes that it does not know (-118 SESSIONMOVED, quotas, SASL demanded) and at broken frames; it keeps half a frame over
 * a reconnection; requests left in its queue go out before the credentials; a closed client dials on; and it never
 * notices that nothing comes back any more. Only this file touches its inner parts.
 */
/// <reference path="./node-zookeeper-client.d.ts" />
import library, { type Client } from 'node-zookeeper-client';

export interface LibraryEvents {
  connected(): void;
  disconnected(): void;
  expired(): void;
  credentialsRefused(): void;
  /** Something came from the ensemble, whatever it was. */
  heard(): void;
}

export interface LibraryClient {
  readonly client: Client;
  /** Drops the connection; another is made, unless it is over. */
  drop(): void;
  /** Ends the session with a word to the ensemble, where that is possible, and never dials again. */
  end(): Promise<void>;
}

export interface LibraryOptions {
  readonly hosts: readonly string[];
  readonly sessionTimeoutMs: number;
  readonly credentials?: { readonly user: string; readonly password: string };
}

/** ConnectionManager.STATES of the library. */
const states = { disconnected: 0, connected: 2, closing: -1, expired: -3, credentialsRefused: -4 } as const;

/** jute.maxbuffer of a server is 1 MiB by default; nobody raises it past this. */
const LONGEST_FRAME = 64 * 1024 * 1024;
const RETRY_MS = 500;
const GOODBYE_MS = 1000;

takeUnknownErrorCodes();

export function startClient(options: LibraryOptions, events: LibraryEvents): LibraryClient {
  const { hosts, sessionTimeoutMs, credentials } = options;
  const client = library.createClient(hosts.join(','), { sessionTimeout: sessionTimeoutMs, spinDelay: RETRY_MS });
  const manager = client.connectionManager;
  let over = false;
  if (credentials !== undefined) {
    client.addAuthInfo('digest', Buffer.from(`${credentials.user}:${credentials.password}`));
  }
  const drop = (): void => {
    manager.socket?.destroy();
  };
  const frames = wholeFrames(manager.onSocketData.bind(manager), drop);
  manager.onSocketData = (bytes) => {
    events.heard();
    frames.take(bytes);
  };
  const dial = manager.findNextServer.bind(manager);
  manager.findNextServer = (callback) => dial((server) => over || callback(server));
  manager.on('state', (state: number) => {
    if (state === states.connected) events.connected();
    else if (state === states.expired) events.expired();
    else if (state === states.credentialsRefused) events.credentialsRefused();
    else if (state === states.disconnected) {
      frames.forget();
      manager.packetQueue.queue.length = 0;
      events.disconnected();
    }
  });
  client.connect();
  return {
    client,
    drop,
    end: async () => {
      if (over) return;
      over = true;
      if (manager.state === states.connected) {
        client.close();
        await socketClosed(manager.socket);
      }
      // Its own close would write to a socket that may not be there.
      manager.state = states.closing;
      if (manager.connectTimeoutHandler !== null) clearTimeout(manager.connectTimeoutHandler);
      drop();
    },
  };
}

/** Hands on one frame at a time, so that the library has nothing to put together; a frame that it cannot read costs the connection. */
function wholeFrames(handle: (frame: Buffer) => void, drop: () => void) {
  let rest: Buffer = Buffer.alloc(0);
  return {
    forget: () => {
      rest = Buffer.alloc(0);
    },
    take: (bytes: Buffer) => {
      rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      try {
        while (rest.length >= 4) {
          const end = 4 + rest.readInt32BE(0);
          if (end < 4 || end > LONGEST_FRAME) return drop();
          if (rest.length < end) return;
          const frame = rest.subarray(0, end);
          rest = rest.subarray(end);
          handle(frame);
        }
      } catch {
        // Requests under way are told that the connection was lost, which is what it comes to.
        drop();
      }
    },
  };
}

function socketClosed(socket: Client['connectionManager']['socket']): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (socket === undefined || socket.destroyed) resolve();
  else {
    const timer = setTimeout(resolve, GOODBYE_MS);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
  }
  return promise;
}

function takeUnknownErrorCodes(): void {
  const { Exception } = library;
  const create = Exception.create;
  const known = new Set(Object.values(Exception).filter((value) => typeof value === 'number'));
  Exception.create = (code, path) =>
    known.has(code)
      ? create(code, path)
      : Object.assign(new Error(`ZooKeeper error ${code}`), { code, getCode: () => code });
}
