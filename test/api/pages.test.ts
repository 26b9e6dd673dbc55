/** What people open in a browser. */
import { createHash } from 'node:crypto';
import test from 'ava';
import { testApi, withCluster } from './support/api.ts';

test('the first page names clusters and jobs, and leads to the Flink UI', async (t) => {
  const { app, dispatcher } = await withCluster(t);
  await dispatcher.submitJob('default', { jar: 'a' });
  const { body, headers } = await app.inject('/');
  t.regex(String(headers['content-type']), /^text\/html/);
  t.regex(body, /href="v1\/clusters\/default\/flink\/"/);
  t.regex(body, /href="docs\/"/);
  t.regex(body, /State machine/);
  t.notRegex(body, /<script/);
});

test('names from elsewhere are shown, not obeyed', async (t) => {
  const { app, dispatcher } = await withCluster(t);
  dispatcher.setCluster('default', { waitingFor: '<img src=x onerror=alert(1)>' });
  await dispatcher.submitJob('default', { jar: 'a' });
  dispatcher.setJob('default', 'job-1', { name: '</td><script>alert("1")</script>', id: '"><b>' });
  const { body } = await app.inject('/');
  t.notRegex(body, /<script|<img|<b>/);
  t.regex(body, /&lt;script&gt;/);
});

test('the only style that the first page may use is its own', async (t) => {
  const { app } = await testApi(t);
  const { body, headers } = await app.inject('/');
  const style = /<style>([\s\S]*)<\/style>/.exec(body)?.[1] ?? '';
  const hash = createHash('sha256').update(style).digest('base64');
  t.true(String(headers['content-security-policy']).includes(`style-src 'sha256-${hash}'`));
});

test('without a cluster the page says how to make one', async (t) => {
  const { app } = await testApi(t);
  t.regex((await app.inject('/')).body, /flink-mesos clusters create/);
});

test('/docs is whole without another server', async (t) => {
  const { app } = await testApi(t);
  const page = await app.inject('/docs/');
  t.is(page.statusCode, 200);
  const assets = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
  t.true(assets.length > 3);
  for (const asset of assets) {
    t.regex(asset, /^\.\//);
    t.is((await app.inject(`/docs/${asset.slice(2)}`)).statusCode, 200, asset);
  }
  t.notRegex(String(page.headers['content-security-policy']), /https?:/);
});

test('/openapi.json describes every route with its schemas', async (t) => {
  const { app } = await testApi(t);
  const api = (await app.inject('/openapi.json')).json();
  t.is(api.openapi, '3.1.0');
  t.deepEqual(Object.keys(api.paths).sort(), [
    '/metrics',
    '/v1/artifacts/{digest}/{fileName}',
    '/v1/clusters',
    '/v1/clusters/{name}',
    '/v1/clusters/{name}/jars',
    '/v1/clusters/{name}/jobs',
    '/v1/clusters/{name}/jobs/{id}',
    '/v1/clusters/{name}/tasks',
    '/v1/events',
    '/v1/health',
    '/v1/info',
    '/v1/tasks',
    '/v1/tasks/{id}',
    '/v1/tasks/{id}/restart',
  ]);
  const create = api.paths['/v1/clusters'].post;
  t.deepEqual(create.requestBody.content['application/json'].schema.required, ['name']);
  t.truthy(create.responses['201'].content['application/json'].schema.properties.phase);
  t.truthy(create.responses['4XX'].content['application/json'].schema.properties.advice);
  t.deepEqual(api.paths['/v1/health'].get.security, []);
});
