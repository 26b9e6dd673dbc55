/** Who may ask what: stands before every route. A route is open only where it says so itself (`config: open`). */
import type { FastifyInstance } from 'fastify';
import type { ApiParts } from '../parts.ts';
import { createBrowserGuard } from './browser-guard.ts';
import { createTokenCheck } from './token.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answers without a token. */
    open?: boolean;
  }
}

export const open = { open: true } as const;

export function guardAccess(app: FastifyInstance, { token, advertiseUrl }: ApiParts): void {
  if (token === undefined || token === '') {
    const guard = createBrowserGuard(advertiseUrl);
    app.addHook('onRequest', async ({ method, url, headers }) => {
      guard({ method, path: url.split('?', 1)[0] ?? '', headers });
    });
    return;
  }
  const check = createTokenCheck(token);
  app.addHook('onRequest', async ({ routeOptions, headers }) => {
    if (routeOptions.config?.open !== true) check(headers.authorization);
  });
}
