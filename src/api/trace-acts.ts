/** Each act on a cluster is a span, and what comes of it goes on in the same trace (observability/traces). */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Dispatcher } from '../dispatcher/dispatcher.ts';
import { parseTraceparent } from '../observability/traces/span.ts';
import type { Tracer } from '../observability/traces/tracer.ts';
import { changesSomething } from './access/browser-guard.ts';

declare module 'fastify' {
  interface FastifyRequest {
    endSpan: ((at: number, status: number) => void) | undefined;
  }
}

/** What goes through to Flink is Flink's; what drivers say is no request of anybody's. */
const notOurs = /\/(flink|driver|session)(\/|$)/;

export function traceActs(app: FastifyInstance, tracer: Tracer, dispatcher: Pick<Dispatcher, 'task'>): void {
  app.decorateRequest('endSpan', undefined);
  app.addHook('preHandler', async (request, reply) => {
    const { method, headers, routeOptions } = request;
    const route = routeOptions.url ?? '';
    if (notOurs.test(route) || !changesSomething({ method, path: route, headers })) return;
    const cluster = clusterOf(request, dispatcher);
    if (cluster === undefined) return;
    const parent = parseTraceparent(headers.traceparent?.toString());
    const at = Date.now() - Math.round(reply.elapsedTime);
    request.endSpan = tracer.begin({ cluster, name: `${method} ${route}`, at, ...(parent && { parent }) });
  });
  app.addHook('onResponse', async (request, reply) => request.endSpan?.(Date.now(), reply.statusCode));
}

function clusterOf({ params, body, routeOptions }: FastifyRequest, dispatcher: Pick<Dispatcher, 'task'>) {
  const { name, id } = params as { name?: string; id?: string };
  if (name !== undefined) return name;
  if (routeOptions.url === '/v1/clusters') return (body as { name?: string } | undefined)?.name;
  if (id === undefined || !routeOptions.url?.startsWith('/v1/tasks/')) return undefined;
  try {
    return dispatcher.task(id).cluster;
  } catch {
    // There is no such task: the route will say so.
    return undefined;
  }
}
