/** From the call of the API to RUNNING: which spans there are, what they hang on, and how they reach a collector. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import type { Fact } from '../../src/observability/fact.ts';
import { otlpSettings, startOtlpExporter } from '../../src/observability/traces/otlp.ts';
import { parseTraceparent, type Span } from '../../src/observability/traces/span.ts';
import { createTracer } from '../../src/observability/traces/tracer.ts';
import { examples } from './table.ts';

function setUp() {
  const spans: Span[] = [];
  let next = 0;
  const tracer = createTracer({
    randomHex: (digits) => String(++next).padStart(digits, '0'),
    emit: (span) => spans.push(span),
  });
  const hear = (at: number, fact: Fact) => tracer.hear({ sequence: at, at, fact });
  return { tracer, spans, hear, named: (name: string) => spans.find((span) => span.name === name) };
}

const act = { cluster: 'alpha', name: 'POST /v1/clusters', at: 100 };
const running = { ...examples['task.updated'], state: 'TASK_RUNNING' } as const;

test('what an act leads to hangs on it, until each task runs', (t) => {
  const { tracer, spans, hear, named } = setUp();
  const end = tracer.begin(act);
  hear(110, examples['task.requested']);
  end(120, 201);
  hear(150, examples['task.launched']);
  hear(160, { ...examples['task.updated'], state: 'TASK_STARTING' });
  hear(200, running);
  hear(900, examples['task.ended']);
  const [root, task, wait, start] = ['POST /v1/clusters', 'task taskmanager', 'wait for an offer', 'start'].map(named);
  t.is(spans.length, 4, 'what runs is told of once');
  t.true(spans.every(({ traceId }) => traceId === root?.traceId));
  t.like(root, { kind: 'server', from: 100, to: 120, attributes: { 'http.response.status_code': 201 } });
  t.is(root?.parentSpanId, undefined);
  t.like(task, { parentSpanId: root?.spanId, from: 110, to: 200 });
  t.like(task?.attributes, { 'flink_mesos.cluster': 'alpha', 'host.name': 'host-1' });
  t.like(wait, { parentSpanId: task?.spanId, from: 110, to: 150 });
  t.like(start, { parentSpanId: task?.spanId, from: 150, to: 200 });
});

test("a caller's own trace is gone on with", (t) => {
  const { tracer, named } = setUp();
  const parent = parseTraceparent(`00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`);
  tracer.begin({ ...act, ...(parent && { parent }) })(110, 409);
  t.like(named(act.name), { traceId: 'ab'.repeat(16), parentSpanId: 'cd'.repeat(8), failure: 'HTTP 409' });
  for (const wrong of [undefined, '', '00-xyz', `00-${'0'.repeat(32)}-${'cd'.repeat(8)}-01`, `ff${'-'.repeat(3)}`]) {
    t.is(parseTraceparent(wrong), undefined);
  }
});

test('a task that ends before it runs has failed; what nobody asked for lately has a trace of its own', (t) => {
  const { tracer, spans, hear, named } = setUp();
  tracer.begin(act)(101, 201);
  hear(100 + 11 * 60_000, examples['task.requested']);
  hear(700_000, examples['task.ended']);
  const task = named('task taskmanager');
  t.like(task, { failure: 'TASK_FAILED, REASON_COMMAND', parentSpanId: undefined });
  t.not(task?.traceId, spans[0]?.traceId);
});

test('a job is traced from its submission until all of it runs', (t) => {
  const { tracer, hear, named } = setUp();
  tracer.begin({ ...act, name: 'POST /v1/clusters/:name/jobs', at: 1_000 })(1_010, 201);
  hear(2_500, examples['job.running']);
  t.like(named('job starts'), {
    from: 2_500 - 1_234,
    to: 2_500,
    parentSpanId: named('POST /v1/clusters/:name/jobs')?.spanId,
  });
});

test('where spans go is said by the variables of OpenTelemetry', (t) => {
  const otlp = (environment: Record<string, string>) => otlpSettings(environment, (message) => t.fail(message));
  t.is(otlp({}), undefined);
  t.is(otlp({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', OTEL_SDK_DISABLED: 'true' }), undefined);
  t.deepEqual(otlp({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318/', OTEL_EXPORTER_OTLP_HEADERS: 'a=b%20c, d=e=f,x' }), {
    url: 'http://c:4318/v1/traces',
    headers: { a: 'b c', d: 'e=f' },
    serviceName: 'flink-mesos',
  });
  t.like(otlp({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://t/x', OTEL_SERVICE_NAME: 'mine' }), {
    url: 'http://t/x',
    serviceName: 'mine',
  });
});

test('variables of OpenTelemetry that cannot be read cost a warning, and no scheduler', (t) => {
  const said: string[] = [];
  const read = (environment: Record<string, string>) => otlpSettings(environment, (message) => said.push(message));
  for (const address of ['collector', 'collector:4318', 'http://:4318'])
    t.is(read({ OTEL_EXPORTER_OTLP_ENDPOINT: address }), undefined, address);
  t.regex(said[0] ?? '', /^collector\/v1\/traces .*: no traces are sent/);
  t.is(said.splice(0).length, 3);
  const headers = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318', OTEL_EXPORTER_OTLP_HEADERS: 'a=%E0%A4%A,b=c' };
  t.deepEqual(read(headers)?.headers, { b: 'c' });
  t.is(said.length, 1);
  t.notRegex(said[0] ?? '', /%E0/, 'a header may be a secret');
});

test('a collector gets OTLP as JSON; one that is away costs a warning and nothing else', async (t) => {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    bodies.push(`${request.url} ${request.headers.key} ${Buffer.concat(await request.toArray())}`);
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`;
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  const span: Span = {
    ...{ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), name: 'n', kind: 'server', from: 1.4, to: 2 },
    attributes: { text: 'x', count: 3 },
    failure: 'no',
  };
  const settings = { url, headers: { key: 'k' }, serviceName: 's' };
  const exporter = startOtlpExporter({ settings, version: '1', warn });
  exporter.add(span);
  await exporter.close();
  server.close();
  server.closeAllConnections();
  t.regex(bodies[0] ?? '', /^\/v1\/traces k \{/);
  const sent = JSON.parse((bodies[0] ?? '').replace(/^\S+ \S+ /, ''));
  t.deepEqual(sent.resourceSpans[0].scopeSpans[0].spans, [
    {
      ...{ traceId: span.traceId, spanId: span.spanId, name: 'n', kind: 2 },
      startTimeUnixNano: '1000000',
      endTimeUnixNano: '2000000',
      attributes: [
        { key: 'text', value: { stringValue: 'x' } },
        { key: 'count', value: { intValue: '3' } },
      ],
      status: { code: 2, message: 'no' },
    },
  ]);
  t.deepEqual(warnings, []);
  const away = startOtlpExporter({ settings, version: '1', warn });
  for (let n = 0; n < 6_000; n++) away.add(span);
  await away.close();
  t.is(warnings.length, 1);
  t.regex(warnings[0] ?? '', /^traces do not reach http:\/\/127\.0\.0\.1:\d+: .*500 spans are lost$/);
});
