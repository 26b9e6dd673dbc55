/** Flink clusters: create, list, show, scale, delete. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { ClusterSpec, TaskManagerCount } from '../../flink/spec.ts';
import type { ApiParts } from '../parts.ts';
import { Cluster, clusterParams, failures, listOf } from '../schemas.ts';

const tags = ['clusters'];

export function clusterRoutes({ dispatcher }: ApiParts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/v1/clusters',
      {
        schema: {
          tags,
          summary: 'Create a cluster; what is left out gets its default',
          body: ClusterSpec,
          response: { 201: Cluster, ...failures },
        },
      },
      async (request, reply) => {
        const cluster = await dispatcher.createCluster(request.body);
        return reply.code(201).header('location', `/v1/clusters/${cluster.name}`).send(cluster);
      },
    );

    app.get(
      '/v1/clusters',
      { schema: { tags, summary: 'All clusters', response: { 200: listOf(Cluster), ...failures } } },
      async () => dispatcher.clusters(),
    );

    app.get(
      '/v1/clusters/:name',
      { schema: { tags, summary: 'One cluster', params: clusterParams, response: { 200: Cluster, ...failures } } },
      async (request) => dispatcher.cluster(request.params.name),
    );

    app.put(
      '/v1/clusters/:name/task-managers',
      {
        schema: {
          tags,
          summary: 'Another number of TaskManagers; 409 for an elastic cluster, whose jobs decide',
          params: clusterParams,
          body: TaskManagerCount,
          response: { 202: Cluster, ...failures },
        },
      },
      async ({ params, body }, reply) => reply.code(202).send(await dispatcher.scaleCluster(params.name, body.count)),
    );

    app.delete(
      '/v1/clusters/:name',
      {
        schema: {
          tags,
          summary: 'Delete a cluster and end its tasks; it is gone when it is no longer found',
          params: clusterParams,
          response: { 202: Cluster, ...failures },
        },
      },
      async (request, reply) => reply.code(202).send(await dispatcher.deleteCluster(request.params.name)),
    );
  };
}
