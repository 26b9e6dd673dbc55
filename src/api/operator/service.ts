/** The service itself: its endpoints, its configurations, its state, its metrics. */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { Problem } from '../../lib/problem.ts';
import type { Operator } from '../../operator/operator.ts';
import type { ApiParts } from '../parts.ts';
import { failures } from '../schemas.ts';
import { Configuration, EndpointAnswer, Message, Metrics } from './schemas.ts';

const names = { 200: Type.Array(Type.String()), ...failures };

export function serviceRoutes(operator: Operator, parts: ApiParts): FastifyPluginAsyncTypebox {
  return async (app) => {
    await app.register(endpointRoutes(operator));
    await app.register(configurationRoutes(operator));
    await app.register(stateRoutes(operator, parts));
    await app.register(metricsRoutes(operator, parts));
  };
}

function endpointRoutes(operator: Operator): FastifyPluginAsyncTypebox {
  const tags = ['endpoints'];
  return async (app) => {
    app.get('/v1/endpoints', { schema: { tags, summary: 'The names of the endpoints', response: names } }, async () => [
      ...operator.endpoints().keys(),
    ]);

    app.get(
      '/v1/endpoints/:endpoint',
      {
        schema: {
          tags,
          summary: 'Where an endpoint is: addresses, names, virtual address',
          params: Type.Object({ endpoint: Type.String() }),
          response: { 200: EndpointAnswer, ...failures },
        },
      },
      async ({ params: { endpoint } }) => {
        const all = operator.endpoints();
        const found = all.get(endpoint);
        if (found !== undefined) return found;
        const there = [...all.keys()].slice(0, 20).join(', ');
        throw new Problem('NOT_FOUND', `there is no endpoint ${JSON.stringify(endpoint)}; there are ${there}`);
      },
    );
  };
}

function configurationRoutes(operator: Operator): FastifyPluginAsyncTypebox {
  const tags = ['configurations'];
  const one = { 200: Configuration, ...failures };
  const { target } = operator.configurations;
  return async (app) => {
    app.get(
      '/v1/configurations',
      { schema: { tags, summary: 'The ids of all configurations that were ever followed', response: names } },
      async () => operator.configurations.all.map(({ id }) => id),
    );
    app.get(
      '/v1/configurations/targetId',
      { schema: { tags, summary: 'The id of the one that is followed', response: names } },
      async () => [target.id],
    );
    app.get(
      '/v1/configurations/target',
      { schema: { tags, summary: 'The one that is followed', response: one } },
      async () => configurationView(target),
    );
    app.get(
      '/v1/configurations/:id',
      { schema: { tags, summary: 'One of them', params: Type.Object({ id: Type.String() }), response: one } },
      async ({ params: { id } }) => configurationView(operator.configuration(id)),
    );
  };
}

function configurationView({ id, at, options }: Operator['configurations']['target']) {
  return { id, at: new Date(at).toISOString(), options };
}

function stateRoutes(operator: Operator, { dispatcher }: ApiParts): FastifyPluginAsyncTypebox {
  const tags = ['state'];
  return async (app) => {
    app.get(
      '/v1/state/frameworkId',
      {
        schema: {
          tags,
          summary: 'The id of the framework, in a list; 404 when there is none',
          response: names,
        },
      },
      async () => {
        const id = operator.frameworkId();
        // Never an empty list: Cosmos would wait for ever for the one that it read before.
        if (id === undefined) throw new Problem('NOT_FOUND', 'there is no framework id');
        return [id];
      },
    );
    app.get(
      '/v1/state/properties',
      { schema: { tags, summary: 'Names of what is known', response: names } },
      async () => Object.keys(dispatcher.info()),
    );
    app.get(
      '/v1/state/properties/:key',
      {
        schema: {
          tags,
          summary: 'One of them',
          params: Type.Object({ key: Type.String() }),
          response: { 200: Type.Unknown(), ...failures },
        },
      },
      async ({ params: { key } }, reply) => {
        const found = Object.entries(dispatcher.info()).find(([name]) => name === key);
        if (found === undefined) throw new Problem('NOT_FOUND', `there is no property ${JSON.stringify(key)}`);
        return reply.type('application/json').send(JSON.stringify(found[1]));
      },
    );
    app.put(
      '/v1/state/refresh',
      { schema: { tags, summary: 'Nothing is cached: there is nothing to do', response: { 200: Message } } },
      async () => ({ message: 'Received cmd: refresh' }),
    );
  };
}

function metricsRoutes(operator: Operator, { metrics }: ApiParts): FastifyPluginAsyncTypebox {
  const tags = ['scheduler'];
  return async (app) => {
    app.get(
      '/v1/metrics',
      {
        schema: {
          tags,
          summary: 'Counters under the names of DC/OS services, as JSON',
          response: { 200: Metrics, ...failures },
        },
      },
      async () => operator.metrics(),
    );
    app.get(
      '/v1/metrics/prometheus',
      { schema: { tags, summary: 'The same as /metrics', produces: ['text/plain'], response: { 200: Type.String() } } },
      async (_request, reply) => reply.type('text/plain; version=0.0.4; charset=utf-8').send(await metrics()),
    );
  };
}
