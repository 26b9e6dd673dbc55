/** Mesos tasks: what runs where, what waits and why. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { ApiParts } from '../parts.ts';
import { clusterParams, Endpoint, failures, listOf, Task } from '../schemas.ts';

const tags = ['tasks'];
const taskParams = Type.Object({ id: Type.String({ description: 'id of a task' }) });

export function taskRoutes({ dispatcher }: ApiParts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/v1/tasks',
      { schema: { tags, summary: 'The tasks of all clusters', response: { 200: listOf(Task), ...failures } } },
      async () => dispatcher.tasks(),
    );

    app.get(
      '/v1/clusters/:name/tasks',
      {
        schema: {
          tags,
          summary: 'The tasks of a cluster',
          params: clusterParams,
          response: { 200: listOf(Task), ...failures },
        },
      },
      async (request) => dispatcher.tasks(request.params.name),
    );

    app.get(
      '/v1/clusters/:name/endpoints',
      {
        schema: {
          tags,
          summary: "The ports of a cluster's processes, and where they are reached",
          params: clusterParams,
          response: { 200: listOf(Endpoint), ...failures },
        },
      },
      async (request) => dispatcher.endpoints(request.params.name),
    );

    app.get(
      '/v1/tasks/:id',
      { schema: { tags, summary: 'One task', params: taskParams, response: { 200: Task, ...failures } } },
      async (request) => dispatcher.task(request.params.id),
    );

    app.post(
      '/v1/tasks/:id/restart',
      {
        schema: {
          tags,
          summary: 'End a task, so that another one takes its place',
          params: taskParams,
          response: { 202: Task, ...failures },
        },
      },
      async (request, reply) => reply.code(202).send(await dispatcher.restartTask(request.params.id)),
    );

    app.post(
      '/v1/tasks/:id/replace',
      {
        schema: {
          tags,
          summary: 'End a task and give up its place: the one after it goes to another agent, where there is one',
          params: taskParams,
          response: { 202: Task, ...failures },
        },
      },
      async (request, reply) => reply.code(202).send(await dispatcher.replaceTask(request.params.id)),
    );
  };
}
