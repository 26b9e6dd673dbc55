/** `/`: a page for people who open the scheduler's address in a browser. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { ApiParts } from '../parts.ts';
import { homePagePolicy, renderHomePage } from './home-page.ts';

export function homeRoutes({ dispatcher }: ApiParts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get('/', { schema: { hide: true } }, async (_request, reply) => {
      const clusters = dispatcher.clusters().map((cluster) => ({ cluster, jobs: dispatcher.jobs(cluster.name) }));
      return reply
        .header('content-security-policy', homePagePolicy)
        .type('text/html; charset=utf-8')
        .send(renderHomePage({ info: dispatcher.info(), clusters }));
    });
  };
}
