/** Stands before every route. A route is open only where it says so itself (`config: open`). */
import type { FastifyInstance } from 'fastify';
import type { ApiParts } from '../parts.ts';
import { auditActs } from './audit.ts';
import { createBrowserGuard } from './browser-guard.ts';
import { checkRole, createGate } from './gate.ts';
import type { Caller } from './rules.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answers without a token. */
    open?: boolean;
  }
  interface FastifyRequest {
    /** Known once the gate has let the request in; never of an open route. */
    caller: Caller | undefined;
  }
}

export const open = { open: true } as const;

export function guardAccess(app: FastifyInstance, { access, advertiseUrl, audit }: ApiParts): void {
  const gate = createGate(access, advertiseUrl);
  const guard = createBrowserGuard(advertiseUrl);
  app.decorateRequest('caller', undefined);
  app.addHook('onRequest', async (request) => {
    const { method, url, headers } = request;
    const asked = { method, path: url.split('?', 1)[0] ?? '', headers };
    if (request.routeOptions.config?.open === true) {
      if (access === undefined) guard(asked);
      return;
    }
    request.caller = await gate(asked);
    checkRole(request.caller, asked);
  });
  if (audit !== undefined) auditActs(app, audit);
}
