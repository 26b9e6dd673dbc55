/** A proxy that serves another server below a path prefix and tells it the Host that it was asked for, as DC/OS's does. */
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface PrefixProxy {
  /** With the prefix, ending in a slash. */
  readonly url: string;
  close(): void;
}

export async function startPrefixProxy(prefix: string, target: string): Promise<PrefixProxy> {
  const server = createServer((incoming, outgoing) => {
    if (!incoming.url?.startsWith(`${prefix}/`)) {
      outgoing.writeHead(404).end();
      return;
    }
    const address = new URL(incoming.url.slice(prefix.length), target);
    const passed = request(address, { method: incoming.method, headers: incoming.headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(passed);
    outgoing.on('close', () => passed.destroy());
    passed.on('error', () => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
