/** What is done with a job while it runs: savepoints, a stop, another parallelism; and what Flink says of it. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { RescaleWish, SavepointWish, StopWish } from '../../flink/spec.ts';
import type { ApiParts } from '../parts.ts';
import { clusterParams, failures, Job, listOf, Savepoint } from '../schemas.ts';

const tags = ['jobs'];
const jobParams = Type.Object({ ...clusterParams.properties, id: Type.String({ description: 'id of a job' }) });
const accepted = { params: jobParams, response: { 202: Job, ...failures } };
const path = '/v1/clusters/:name/jobs/:id';
const DisposalQuery = Type.Object({ path: Type.String({ minLength: 1, maxLength: 2048 }) });
const ReportParams = Type.Object({
  ...jobParams.properties,
  report: Type.Union([
    Type.Literal('details'),
    Type.Literal('exceptions'),
    Type.Literal('checkpoints'),
    Type.Literal('configuration'),
    Type.Literal('resource-requirements'),
  ]),
});

export function jobOperationRoutes({ dispatcher }: ApiParts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      `${path}/savepoints`,
      { schema: { tags, summary: 'Take a savepoint; the job runs on', body: SavepointWish, ...accepted } },
      async ({ params, body }, reply) =>
        reply.code(202).send(await dispatcher.operateJob(params.name, params.id, { kind: 'savepoint', ...body })),
    );

    app.get(
      `${path}/savepoints`,
      {
        schema: {
          tags,
          summary: 'The savepoints that were taken of a job through this API',
          params: jobParams,
          response: { 200: listOf(Savepoint), ...failures },
        },
      },
      async ({ params }) => dispatcher.job(params.name, params.id).savepoints,
    );

    app.delete(
      `${path}/savepoints`,
      { schema: { tags, summary: 'Delete a savepoint and its files', querystring: DisposalQuery, ...accepted } },
      async ({ params, query }, reply) =>
        reply.code(202).send(await dispatcher.disposeSavepoint(params.name, params.id, query.path)),
    );

    app.post(
      `${path}/stop`,
      { schema: { tags, summary: 'Stop a job with a savepoint', body: StopWish, ...accepted } },
      async ({ params, body: { drain = false, ...body } }, reply) =>
        reply.code(202).send(await dispatcher.operateJob(params.name, params.id, { kind: 'stop', drain, ...body })),
    );

    app.put(
      `${path}/parallelism`,
      { schema: { tags, summary: 'Run a job with another parallelism', body: RescaleWish, ...accepted } },
      async ({ params, body }, reply) =>
        reply.code(202).send(await dispatcher.operateJob(params.name, params.id, { kind: 'rescale', ...body })),
    );

    app.get(
      `${path}/:report`,
      {
        schema: {
          tags,
          summary: 'What Flink says of a job, as it says it',
          params: ReportParams,
          response: { 200: Type.Object({}, { additionalProperties: true }), ...failures },
        },
      },
      async ({ params }) => dispatcher.jobReport(params.name, params.id, params.report),
    );
  };
}
