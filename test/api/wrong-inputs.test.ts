/** Wrong input, each with the status and the code that answers it; afterwards nothing has changed. */
import test from 'ava';
import type { InjectOptions } from 'fastify';
import type { ProblemCode } from '../../src/lib/problem.ts';
import { form, testApi, withCluster } from './support/api.ts';

interface WrongInput {
  readonly what: string;
  readonly request: InjectOptions;
  readonly status: number;
  readonly code: ProblemCode;
  /** What the message must name. */
  readonly says: RegExp;
}

const create = (payload: unknown): InjectOptions => ({
  method: 'POST',
  url: '/v1/clusters',
  payload: payload as never,
});
const submit = (payload: unknown): InjectOptions => ({
  method: 'POST',
  url: '/v1/clusters/default/jobs',
  payload: payload as never,
});
const upload = (field: string, name: string, content = 'PK'): InjectOptions => ({
  method: 'POST',
  url: '/v1/clusters/default/jars',
  ...form(field, name, content),
});
const json = (payload: string): InjectOptions => ({
  method: 'POST',
  url: '/v1/clusters',
  headers: { 'content-type': 'application/json' },
  payload,
});

const wrongInputs: readonly WrongInput[] = [
  { what: 'no name', request: create({}), status: 400, code: 'SPEC_INVALID', says: /^name is missing/ },
  { what: 'a name in upper case', request: create({ name: 'Big' }), status: 400, code: 'SPEC_INVALID', says: /^name / },
  {
    what: 'an unknown field',
    request: create({ name: 'a', colour: 'red' }),
    status: 400,
    code: 'SPEC_INVALID',
    says: /^colour is not a known field$/,
  },
  {
    what: 'an unknown field deep inside',
    request: create({ name: 'a', taskManager: { memory: 1 } }),
    status: 400,
    code: 'SPEC_INVALID',
    says: /^taskManager\.memory is not a known field$/,
  },
  {
    what: 'too few slots',
    request: create({ name: 'a', taskManager: { slots: 0 } }),
    status: 400,
    code: 'SPEC_INVALID',
    says: /^taskManager\.slots must be >= 1$/,
  },
  {
    what: 'a number as text: nothing is coerced',
    request: create({ name: 'a', taskManager: { slots: '2' } }),
    status: 400,
    code: 'SPEC_INVALID',
    says: /^taskManager\.slots must be integer$/,
  },
  {
    what: 'an unknown mode of TaskManagers',
    request: create({ name: 'a', taskManagers: { mode: 'many' } }),
    status: 400,
    code: 'SPEC_INVALID',
    says: /^taskManagers\.mode must be "fixed" or "elastic"$/,
  },
  {
    what: 'a mode without its count',
    request: create({ name: 'a', taskManagers: { mode: 'fixed' } }),
    status: 400,
    code: 'SPEC_INVALID',
    says: /^taskManagers\.count is missing$/,
  },
  {
    what: 'a Flink version that is none',
    request: create({ name: 'a', flink: { version: 'newest' } }),
    status: 400,
    code: 'SPEC_INVALID',
    says: /^flink\.version must match/,
  },
  {
    what: 'an option whose name cannot be one',
    request: create({ name: 'a', configuration: { 'no good': 'x' } }),
    status: 400,
    code: 'SPEC_INVALID',
    says: /^configuration\.no good is not/,
  },
  { what: 'a list instead of a spec', request: create([]), status: 400, code: 'SPEC_INVALID', says: /must be object/ },
  {
    what: 'an impossible size',
    request: create({ name: 'a', taskManager: { memoryMiB: 64 } }),
    status: 422,
    code: 'SPEC_IMPOSSIBLE',
    says: /taskManager\.memoryMiB/,
  },
  { what: 'a name taken', request: create({ name: 'default' }), status: 409, code: 'EXISTS', says: /default/ },
  { what: 'no JSON', request: json('{"name":'), status: 400, code: 'BAD_REQUEST', says: /not valid JSON/ },
  { what: 'no body', request: json(''), status: 400, code: 'BAD_REQUEST', says: /empty/ },
  {
    what: 'a poisoned prototype',
    request: json('{"name":"a","__proto__":{"x":1}}'),
    status: 400,
    code: 'BAD_REQUEST',
    says: /./,
  },
  {
    what: 'JSON of a thousand levels',
    request: json('['.repeat(1000) + ']'.repeat(1000)),
    status: 400,
    code: 'BAD_REQUEST',
    says: /deeper than 32/,
  },
  {
    what: 'more than a MiB of JSON',
    request: create({ name: 'a', environment: { X: 'x'.repeat(1024 * 1024) } }),
    status: 413,
    code: 'TOO_LARGE',
    says: /./,
  },
  {
    what: 'a body of another type',
    request: {
      method: 'POST',
      url: '/v1/clusters',
      headers: { 'content-type': 'text/plain' },
      payload: '{"name":"a"}',
    },
    status: 400,
    code: 'BAD_REQUEST',
    says: /type/,
  },
  {
    what: 'a form where JSON is asked for',
    request: { ...upload('jarfile', 'a.jar'), url: '/v1/clusters' },
    status: 400,
    code: 'BAD_REQUEST',
    says: /type/,
  },
  { what: 'no such cluster', request: { url: '/v1/clusters/nope' }, status: 404, code: 'NOT_FOUND', says: /"nope"/ },
  {
    what: 'tasks of no such cluster',
    request: { url: '/v1/clusters/nope/tasks' },
    status: 404,
    code: 'NOT_FOUND',
    says: /"nope"/,
  },
  { what: 'no such task', request: { url: '/v1/tasks/nope' }, status: 404, code: 'NOT_FOUND', says: /nope/ },
  {
    what: 'restart of no such task',
    request: { method: 'POST', url: '/v1/tasks/nope/restart' },
    status: 404,
    code: 'NOT_FOUND',
    says: /nope/,
  },
  {
    what: 'no such job',
    request: { url: '/v1/clusters/default/jobs/nope' },
    status: 404,
    code: 'NOT_FOUND',
    says: /nope/,
  },
  {
    what: 'no such route',
    request: { url: '/v2/clusters?x=1' },
    status: 404,
    code: 'NOT_FOUND',
    says: /GET \/v2\/clusters$/,
  },
  {
    what: 'no such method',
    request: { method: 'PUT', url: '/v1/clusters' },
    status: 404,
    code: 'NOT_FOUND',
    says: /PUT/,
  },
  { what: 'a broken escape', request: { url: '/v1/clusters/%zz' }, status: 400, code: 'BAD_REQUEST', says: /%zz/ },
  {
    what: 'a name of a thousand letters',
    request: { url: `/v1/clusters/${'x'.repeat(1000)}` },
    status: 400,
    code: 'BAD_REQUEST',
    says: /length/,
  },
  { what: 'after what?', request: { url: '/v1/events?after=x' }, status: 400, code: 'BAD_REQUEST', says: /^after / },
  {
    what: 'too many events',
    request: { url: '/v1/events?limit=1001' },
    status: 400,
    code: 'BAD_REQUEST',
    says: /^limit /,
  },
  {
    what: 'an unknown question',
    request: { url: '/v1/events?since=1' },
    status: 400,
    code: 'BAD_REQUEST',
    says: /^since /,
  },
  { what: 'a job without a jar', request: submit({}), status: 400, code: 'SPEC_INVALID', says: /^jar is missing$/ },
  {
    what: 'a parallelism of nothing',
    request: submit({ jar: 'a', parallelism: 0 }),
    status: 400,
    code: 'SPEC_INVALID',
    says: /^parallelism /,
  },
  {
    what: 'arguments that are none',
    request: submit({ jar: 'a', args: ['x', 1] }),
    status: 400,
    code: 'SPEC_INVALID',
    says: /^args\.1 must be string$/,
  },
  {
    what: 'a job of an unknown jar',
    request: submit({ jar: 'unknown' }),
    status: 404,
    code: 'NOT_FOUND',
    says: /unknown/,
  },
  {
    what: 'a job that Flink refuses',
    request: submit({ jar: 'a', entryClass: 'Broken' }),
    status: 502,
    code: 'FLINK_REFUSED',
    says: /boom/,
  },
  {
    what: 'a jar as another field',
    request: upload('file', 'a.jar'),
    status: 400,
    code: 'BAD_REQUEST',
    says: /"file".*jarfile/,
  },
  {
    what: 'a jar with another ending',
    request: upload('jarfile', 'a.txt'),
    status: 422,
    code: 'JAR_INVALID',
    says: /a\.txt/,
  },
  { what: 'an empty jar', request: upload('jarfile', 'a.jar', ''), status: 422, code: 'JAR_INVALID', says: /empty/ },
  {
    what: 'a jar as JSON',
    request: { method: 'POST', url: '/v1/clusters/default/jars', payload: { jar: 'a' } },
    status: 400,
    code: 'BAD_REQUEST',
    says: /multipart/,
  },
  {
    what: 'a jar without anything',
    request: { method: 'POST', url: '/v1/clusters/default/jars' },
    status: 400,
    code: 'BAD_REQUEST',
    says: /multipart/,
  },
  {
    what: 'a form without a file',
    request: {
      method: 'POST',
      url: '/v1/clusters/default/jars',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      payload: '--b--\r\n',
    },
    status: 400,
    code: 'BAD_REQUEST',
    says: /no file/,
  },
  {
    what: 'a jar for no such cluster',
    request: { ...upload('jarfile', 'a.jar'), url: '/v1/clusters/nope/jars' },
    status: 404,
    code: 'NOT_FOUND',
    says: /"nope"/,
  },
];

for (const { what, request, status, code, says } of wrongInputs) {
  test(`${what}: ${status} ${code}`, async (t) => {
    const { app, dispatcher } = await withCluster(t);
    const before = JSON.stringify([dispatcher.clusters(), dispatcher.jobs('default'), dispatcher.jars('default')]);
    const answer = await app.inject(request);
    t.is(answer.statusCode, status, answer.body);
    const body = answer.json<Record<string, unknown>>();
    t.deepEqual(Object.keys(body), ['code', 'message', 'advice', 'details']);
    t.is(body.code, code);
    t.regex(String(body.message), says);
    t.not(body.advice, '');
    t.is(JSON.stringify([dispatcher.clusters(), dispatcher.jobs('default'), dispatcher.jars('default')]), before);
  });
}

test('every violation is named in the details', async (t) => {
  const { app } = await testApi(t);
  const answer = await app.inject(create({ name: 'A', taskManager: { slots: 0 }, more: 1 }));
  const { details } = answer.json<{ details: { fields: { field: string }[] } }>();
  t.deepEqual(details.fields.map(({ field }) => field).sort(), ['more', 'name', 'taskManager.slots']);
});
