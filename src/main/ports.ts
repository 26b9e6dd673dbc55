/** Which port is listened on: known before anything starts, because the addresses of artifacts hold it. */
import { createServer } from 'node:net';
import { Problem } from '../lib/problem.ts';
import type { Listen } from './settings.ts';

/**
 * The port to listen on, found free just now. Any free one (0) becomes the one of the last start where that is still
 * free: what was told of the old address stays true.
 */
export async function choosePort(listen: Listen, remembered?: number): Promise<number> {
  if (listen.port === 0 && remembered !== undefined) {
    const again = await tryPort({ ...listen, port: remembered });
    if (typeof again === 'number') return again;
  }
  const port = await tryPort(listen);
  if (typeof port === 'number') return port;
  throw portProblem(port, listen);
}

export function portProblem(error: NodeJS.ErrnoException, { host, port }: Listen): Problem {
  if (error.code === 'EADDRINUSE') {
    return new Problem('PORT_IN_USE', `${host}:${port} is in use by another process`, { details: { host, port } });
  }
  return new Problem('USAGE', `cannot listen on ${host}:${port}: ${error.message}`, { cause: error });
}

function tryPort({ host, port }: Listen): Promise<number | NodeJS.ErrnoException> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', resolve);
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : port));
    });
  });
}
