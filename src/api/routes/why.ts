/** Why tasks wait, and what became of the offers: the questions that an operator has when nothing happens. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { ApiParts } from '../parts.ts';
import { failures, listOf } from '../schemas.ts';
import { MesosAgent, OfferRound, TaskWhy } from '../why-schemas.ts';

const tags = ['offers'];
const taskParams = Type.Object({ id: Type.String({ description: 'id of a task' }) });

export function whyRoutes({ dispatcher }: ApiParts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/v1/why',
      {
        schema: { tags, summary: 'Why each waiting task waits', response: { 200: listOf(TaskWhy), ...failures } },
      },
      async () => dispatcher.why(),
    );

    app.get(
      '/v1/tasks/:id/why',
      {
        schema: {
          tags,
          summary: 'Why a task waits; 409 for one that does not',
          params: taskParams,
          response: { 200: TaskWhy, ...failures },
        },
      },
      async (request) => dispatcher.whyTask(request.params.id),
    );

    app.get(
      '/v1/offers',
      {
        schema: {
          tags,
          summary: 'The last rounds of offers and what became of each, newest first',
          response: { 200: listOf(OfferRound), ...failures },
        },
      },
      async () => dispatcher.offers(),
    );

    app.get(
      '/v1/agents',
      {
        schema: {
          tags,
          summary:
            'The agents of the Mesos cluster: what is ours, others’, free; by offers alone where the master does not say',
          response: { 200: listOf(MesosAgent), ...failures },
        },
      },
      async () => dispatcher.agents(),
    );
  };
}
