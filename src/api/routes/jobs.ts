/** Flink jobs of a cluster: submit, list, show, cancel. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { JobSpec } from '../../flink/spec.ts';
import type { ApiParts } from '../parts.ts';
import { clusterParams, failures, Job, listOf } from '../schemas.ts';

const tags = ['jobs'];
const jobParams = Type.Object({ ...clusterParams.properties, id: Type.String({ description: 'id of a job' }) });

export function jobRoutes({ dispatcher }: ApiParts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/v1/clusters/:name/jobs',
      {
        schema: {
          tags,
          summary: 'Run an uploaded jar as a job',
          params: clusterParams,
          body: JobSpec,
          response: { 201: Job, ...failures },
        },
      },
      async (request, reply) => {
        const job = await dispatcher.submitJob(request.params.name, request.body);
        return reply.code(201).header('location', `/v1/clusters/${job.cluster}/jobs/${job.id}`).send(job);
      },
    );

    app.get(
      '/v1/clusters/:name/jobs',
      {
        schema: {
          tags,
          summary: 'The jobs of a cluster',
          params: clusterParams,
          response: { 200: listOf(Job), ...failures },
        },
      },
      async (request) => dispatcher.jobs(request.params.name),
    );

    app.get(
      '/v1/clusters/:name/jobs/:id',
      { schema: { tags, summary: 'One job', params: jobParams, response: { 200: Job, ...failures } } },
      async (request) => dispatcher.job(request.params.name, request.params.id),
    );

    app.delete(
      '/v1/clusters/:name/jobs/:id',
      { schema: { tags, summary: 'Cancel a job', params: jobParams, response: { 202: Job, ...failures } } },
      async (request, reply) =>
        reply.code(202).send(await dispatcher.cancelJob(request.params.name, request.params.id)),
    );
  };
}
