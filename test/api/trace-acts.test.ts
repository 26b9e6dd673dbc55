/** Which requests are spans, and of which cluster. */
import test from 'ava';
import type { Span } from '../../src/observability/traces/span.ts';
import { createTracer } from '../../src/observability/traces/tracer.ts';
import { withCluster } from './support/api.ts';

test('acts on clusters are traced, reads are not', async (t) => {
  const spans: Span[] = [];
  const tracer = createTracer({ randomHex: (digits) => 'f'.repeat(digits), emit: (span) => spans.push(span) });
  const { app, dispatcher } = await withCluster(t, { tracer });
  dispatcher.addTask({ id: 'task-1', cluster: 'default' });
  const traceparent = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`;
  await app.inject({ method: 'POST', url: '/v1/clusters', payload: { name: 'fresh' }, headers: { traceparent } });
  await app.inject({ method: 'POST', url: '/v1/tasks/task-1/restart' });
  await app.inject({ method: 'POST', url: '/v1/tasks/nobody/restart' });
  await app.inject({ method: 'PUT', url: '/v1/clusters/default/task-managers', payload: { count: -1 } });
  await app.inject({ method: 'DELETE', url: '/v1/clusters/default' });
  await app.inject('/v1/clusters');
  t.deepEqual(
    spans.map(({ name, attributes }) => [
      name,
      attributes['flink_mesos.cluster'],
      attributes['http.response.status_code'],
    ]),
    [
      ['POST /v1/clusters', 'fresh', 201],
      ['POST /v1/tasks/:id/restart', 'default', 202],
      ['DELETE /v1/clusters/:name', 'default', 202],
    ],
  );
  t.is(spans[0]?.traceId, 'ab'.repeat(16));
});
