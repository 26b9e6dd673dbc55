/**
 * The repository and the archives from one address, for sites without another server: the repository at `/` and
 * `/flink-universe.json` with the content type that Cosmos demands, the archives of the directory under their names.
 */
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { repositoryContentType } from './repository.ts';

export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly repository: string;
  /** Its archives are served, and nothing else of it. */
  readonly directory: string;
}

export async function serveRepository({ host, port, repository, directory }: ServeOptions): Promise<Server> {
  const server = createServer((request, response) => {
    answer(request, response, repository, directory).catch((error: unknown) => {
      console.error(`${request.method} ${request.url}:`, error);
      response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return server;
}

async function answer(request: IncomingMessage, response: ServerResponse, repository: string, directory: string) {
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  const body = request.method !== 'HEAD';
  if (body && request.method !== 'GET') return response.writeHead(405, { allow: 'GET, HEAD' }).end();
  if (path === '/' || path === '/flink-universe.json') {
    const bytes = Buffer.from(repository, 'utf8');
    response.writeHead(200, { 'content-type': repositoryContentType, 'content-length': bytes.length });
    return response.end(body ? bytes : undefined);
  }
  // Only a name that the directory itself lists becomes a path.
  const name = (await readdir(directory)).find((file) => `/${file}` === path && /\.(tar\.gz|tgz|zip)$/.test(file));
  if (name === undefined) return response.writeHead(404).end();
  const { size } = await stat(join(directory, name));
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': size });
  if (!body) return response.end();
  return createReadStream(join(directory, name))
    .on('error', () => response.destroy())
    .pipe(response);
}
