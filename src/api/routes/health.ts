/** Is it up: for supervisors and load balancers, so it answers without a token and says little. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { open } from '../access/access.ts';
import { admittedPath } from '../access/admin-router.ts';
import type { ApiParts } from '../parts.ts';
import { failures, Health, Info } from '../schemas.ts';

export function healthRoutes({ dispatcher, operator }: ApiParts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/v1/health',
      {
        config: open,
        schema: {
          tags: ['scheduler'],
          summary:
            'Whether the scheduler works: 200; 202 while it deploys, 203 while it recovers, 207 when it waits for an operator, 208 when a launch is delayed; 503 when it does not',
          security: [],
          querystring: Type.Object({ verbose: Type.Optional(Type.String()) }),
          response: { '2xx': Health, '3xx': Health, '5xx': Health },
        },
      },
      async ({ query: { verbose } }, reply) => {
        const health = dispatcher.health();
        if (operator === undefined) return reply.code(health.healthy ? 200 : 503).send(health);
        const { code, value, reasons } = operator.health();
        return reply.code(code).send({ ...health, value, ...(verbose === 'true' && { reasons }) });
      },
    );

    // Admin Router is asked for it with the tokens of callers (access/admin-router.ts).
    app.get(admittedPath, { config: open, schema: { hide: true } }, async (_request, reply) => reply.code(204).send());

    app.get(
      '/v1/info',
      {
        schema: {
          tags: ['scheduler'],
          summary: 'Version, framework id, connection to the Mesos master',
          response: { 200: Info, ...failures },
        },
      },
      async () => dispatcher.info(),
    );
  };
}
