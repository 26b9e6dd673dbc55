/** Is it up: for supervisors and load balancers, so it answers without a token and says little. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { open } from '../access/access.ts';
import type { ApiParts } from '../parts.ts';
import { failures, Health, Info } from '../schemas.ts';

export function healthRoutes({ dispatcher }: ApiParts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/v1/health',
      {
        config: open,
        schema: {
          tags: ['scheduler'],
          summary: 'Whether the scheduler works; 503 when it does not',
          security: [],
          response: { 200: Health, 503: Health },
        },
      },
      async (_request, reply) => {
        const health = dispatcher.health();
        return reply.code(health.healthy ? 200 : 503).send(health);
      },
    );

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
