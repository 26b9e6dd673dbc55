/** What browsers are told about our answers. Scopes with pages of their own replace the policy. */
import type { FastifyInstance } from 'fastify';

/** For answers that are data: nothing may be loaded, run or framed. */
const dataPolicy = "default-src 'none'; frame-ancestors 'none'";

export function sendSecurityHeaders(app: FastifyInstance): void {
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'content-security-policy': dataPolicy,
      'cache-control': 'no-store',
    });
  });
}
