/**
 * What the drivers of elastic clusters call (flink/driver/wire.ts has the protocol). The API's token does not count
 * here: a JobManager runs its users' code and must not hold it. The cluster's own secret is asked for before a body is read.
 */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { Problem } from '../../lib/problem.ts';
import { open } from '../access/access.ts';
import type { ApiLimits } from '../limits.ts';
import type { ApiParts } from '../parts.ts';

const params = Type.Object({ name: Type.String(), call: Type.String() });

export function driverRoutes({ drivers }: ApiParts, { driverBytes }: ApiLimits): FastifyPluginAsyncTypebox {
  return async (app) => {
    if (drivers === undefined) return;
    app.route({
      method: ['GET', 'POST', 'PUT'],
      url: '/v1/clusters/:name/driver/:call',
      config: open,
      bodyLimit: driverBytes,
      schema: { hide: true, params },
      onRequest: async ({ params, headers }) => {
        const { name } = params as { name: string };
        if (drivers.admits(name, headers.authorization)) return;
        throw new Problem('UNAUTHORIZED', "the cluster's secret is needed");
      },
      handler: async (request, reply) => {
        const gone = new AbortController();
        reply.raw.once('close', () => gone.abort());
        const { status, body } = await drivers.handle(request.params.name, {
          method: request.method,
          path: request.params.call,
          authorization: request.headers.authorization,
          query: request.query as Record<string, unknown>,
          body: request.body,
          signal: gone.signal,
        });
        return reply.code(status).send(body);
      },
    });
  };
}
