/** How what is held of Mesos is used, over time: what the dashboard draws. Prometheus has its own way (/metrics). */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { utilisationFields } from '../../observability/utilisation/series.ts';
import type { ApiParts } from '../parts.ts';
import { failures } from '../schemas.ts';
import type { UtilisationColumns } from '../views.ts';

const Window = Type.Unsafe<UtilisationColumns['window']>(Type.Union([Type.Literal('hour'), Type.Literal('day')]));
const column = Type.Array(Type.Union([Type.Number(), Type.Null()]));

const Columns = Type.Unsafe<UtilisationColumns>(
  Type.Object({
    window: Window,
    everyMs: Type.Integer({ minimum: 1 }),
    at: Type.Array(Type.Integer({ description: 'milliseconds since 1970' })),
    values: Type.Object(Object.fromEntries(utilisationFields.map((field) => [field, column])), {
      description: 'the n-th entry of each belongs to the n-th moment; null: not known',
    }),
  }),
);

export function utilisationRoutes({ dispatcher }: ApiParts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/v1/utilisation',
      {
        schema: {
          tags: ['scheduler'],
          summary: 'Cpus, memory, tasks and slots over the last hour or day, in columns',
          querystring: Type.Object({ window: Type.Optional(Window) }, { additionalProperties: false }),
          response: { 200: Columns, ...failures },
        },
      },
      async ({ query }) => dispatcher.utilisation(query.window ?? 'hour'),
    );
  };
}
