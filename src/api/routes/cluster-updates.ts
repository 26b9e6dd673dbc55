/** The specification of a cluster that there is: another one, those that it had, and the way back to one of them. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { ClusterSpec } from '../../flink/spec.ts';
import type { ApiParts } from '../parts.ts';
import { CarryOver, Cluster, clusterParams, failures, listOf, Revision } from '../schemas.ts';

const tags = ['clusters'];
const jobsQuery = Type.Object({ jobs: Type.Optional(CarryOver) });

export function clusterUpdateRoutes({ dispatcher }: ApiParts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.put(
      '/v1/clusters/:name',
      {
        schema: {
          tags,
          summary: 'Another specification; the processes that it concerns are replaced',
          params: clusterParams,
          querystring: jobsQuery,
          body: Type.Partial(ClusterSpec),
          response: { 202: Cluster, ...failures },
        },
      },
      async ({ params, query, body }, reply) =>
        reply.code(202).send(await dispatcher.updateCluster(params.name, body, query)),
    );

    app.get(
      '/v1/clusters/:name/revisions',
      {
        schema: {
          tags,
          summary: 'The specifications that a cluster has had, the present one last',
          params: clusterParams,
          response: { 200: listOf(Revision), ...failures },
        },
      },
      async ({ params }) => dispatcher.revisions(params.name),
    );

    app.post(
      '/v1/clusters/:name/revisions/:revision/restore',
      {
        schema: {
          tags,
          summary: 'Back to an earlier specification: it becomes the next revision',
          params: Type.Object({ ...clusterParams.properties, revision: Type.Integer({ minimum: 1 }) }),
          querystring: jobsQuery,
          response: { 202: Cluster, ...failures },
        },
      },
      async ({ params, query }, reply) =>
        reply.code(202).send(await dispatcher.restoreRevision(params.name, params.revision, query)),
    );
  };
}
