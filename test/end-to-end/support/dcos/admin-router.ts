/**
 * DC/OS' Admin Router (packages/adminrouter of dcos/dcos): a token in the header, or else the cookie of DC/OS' own UI, which
 * becomes the header for what stands behind; 401 and 403 in HTML; services below /service/NAME, found from left to right,
 * with the prefix taken away; bodies pass as they come.
 */
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream';
import type { Identity } from './identity.ts';

export interface Service {
  /** `http://HOST:PORT`, or https: its certificate is looked at by nobody. */
  readonly url: string;
}

export interface AdminRouter {
  /** By name; names may hold slashes. */
  readonly services: Map<string, Service>;
  /** Asked after those. */
  find: (name: string) => Service | undefined;
  /** Of users that may not use a service: `dcos:adminrouter:service:NAME`. */
  readonly forbidden: Set<string>;
  /** Of a cluster without authentication. */
  authenticates: boolean;
  /** Who asks; undefined when it has been answered already. */
  admit(request: IncomingMessage, response: ServerResponse): string | undefined;
  /** Of /service/…; false for a path that is none. */
  passOn(request: IncomingMessage, response: ServerResponse): boolean;
}

export function createAdminRouter(identity: Identity): AdminRouter {
  const router: AdminRouter = {
    services: new Map(),
    find: () => undefined,
    forbidden: new Set(),
    authenticates: true,
    admit(request, response) {
      if (!router.authenticates) return 'anybody';
      const uid = identity.uidOf(tokenOf(request) ?? '..');
      if (uid === undefined) refuse(response, 401, 'Unauthorized');
      return uid;
    },
    passOn(request, response) {
      const path = /^\/service\/(.+)$/.exec(request.url ?? '')?.[1];
      if (path === undefined) return false;
      const uid = router.admit(request, response);
      if (uid === undefined) return true;
      const found = findService((name) => router.services.get(name) ?? router.find(name), path);
      if (found === undefined) refuse(response, 404, 'Service not found in Marathon, Mesos or Mesos-DNS');
      else if (router.forbidden.has(`${uid} ${found.name}`)) refuse(response, 403, 'Forbidden');
      else forward(request, response, `${found.service.url}${found.rest}`);
      return true;
    },
  };
  return router;
}

/** The header wins, whatever is in it. */
function tokenOf(request: IncomingMessage): string | undefined {
  const { authorization, cookie } = request.headers;
  if (authorization !== undefined) return /(?:token=|Bearer )(.+)/.exec(authorization)?.[1];
  const token = /(?:^|;\s*)dcos-acs-auth-cookie=([^;]+)/.exec(cookie ?? '')?.[1];
  if (token !== undefined) request.headers.authorization = `token=${token}`;
  return token;
}

function findService(serviceOf: (name: string) => Service | undefined, path: string) {
  const segments = path.split('/');
  for (let length = 1; length <= Math.min(10, segments.length); length++) {
    const name = segments.slice(0, length).join('/').split('?', 1)[0] ?? '';
    const service = serviceOf(name);
    if (service === undefined) continue;
    const rest = path.slice(name.length);
    return { name, service, rest: rest.startsWith('/') ? rest : `/${rest}` };
  }
  return undefined;
}

function forward(request: IncomingMessage, response: ServerResponse, url: string): void {
  const headers = { ...request.headers, 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http' };
  const options = { method: request.method, headers };
  const upstream = url.startsWith('https:')
    ? httpsRequest(url, { ...options, rejectUnauthorized: false })
    : httpRequest(url, options);
  upstream.once('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    pipeline(answer, response, () => {});
  });
  upstream.once('error', () => (response.headersSent ? response.destroy() : refuse(response, 502, 'Bad Gateway')));
  response.once('close', () => upstream.destroy());
  pipeline(request, upstream, () => {});
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=UTF-8', connection: 'close' });
  response.end(`<html><head><title>${status} ${text}</title></head><body>${text}</body></html>`);
}
