/**
 * The paths that DC/OS people and tools know of its services (dcos-commons): plans, pods, endpoints, configurations, state,
 * debugging, metrics. Bodies are not read: what these commands need stands in the address.
 */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { ApiParts } from '../parts.ts';
import { debugRoutes } from './debug.ts';
import { planRoutes } from './plans.ts';
import { podRoutes } from './pods.ts';
import { serviceRoutes } from './service.ts';

export function operatorRoutes(parts: ApiParts): readonly FastifyPluginAsyncTypebox[] {
  const { operator } = parts;
  if (operator === undefined) return [];
  const groups = [
    planRoutes(operator),
    podRoutes(operator),
    serviceRoutes(operator, parts),
    debugRoutes(operator, parts),
  ];
  return groups.map((group) => async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'string' }, (_request, _text, done) => done(null, undefined));
    await app.register(group);
  });
}
