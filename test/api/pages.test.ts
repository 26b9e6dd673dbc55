/** What people open in a browser. */
import { gunzipSync } from 'node:zlib';
import test from 'ava';
import { testApi, tokenRules } from './support/api.ts';

const addresses = ['/', '/web/dashboard.js', '/web/dashboard.css', '/web/icon.svg'] as const;

test('the dashboard is a page, a script and a style, all small', async (t) => {
  const { app } = await testApi(t);
  let bytes = 0;
  for (const address of addresses) {
    const { statusCode, rawPayload, headers } = await app.inject({
      url: address,
      headers: { 'accept-encoding': 'gzip' },
    });
    t.is(statusCode, 200, address);
    t.is(headers['content-encoding'], 'gzip');
    t.true(gunzipSync(rawPayload).length > 0);
    bytes += rawPayload.length;
  }
  t.true(bytes < 80 * 1024, `${bytes} bytes`);
});

test('the dashboard asks for its own parts by relative addresses, so that it works below a prefix', async (t) => {
  const { app } = await testApi(t);
  const { body } = await app.inject('/');
  const links = [...body.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
  t.true(links.includes('web/dashboard.js'));
  for (const link of links) {
    t.notRegex(link, /^(\/|[a-z]+:)/);
    t.is((await app.inject(`/${link}`)).statusCode, 200, link);
  }
  t.regex(body, /<noscript>/);
});

test('nothing inline is run or applied, nothing is loaded from elsewhere, nothing is parsed as markup', async (t) => {
  const { app } = await testApi(t);
  const { body, headers } = await app.inject('/');
  const policy = String(headers['content-security-policy']);
  t.notRegex(policy, /unsafe|https?:|\*/);
  t.regex(policy, /default-src 'none'.*require-trusted-types-for 'script'; trusted-types 'none'/);
  t.notRegex(body, /<script[^>]*>[^<]|<style|style=|\son\w+=/);
});

test('a part of the dashboard that the browser has already is not sent again', async (t) => {
  const { app } = await testApi(t);
  for (const url of addresses) {
    const { etag } = (await app.inject(url)).headers;
    const again = await app.inject({ url, headers: { 'if-none-match': String(etag) } });
    t.is(again.statusCode, 304);
    t.is(again.body, '');
  }
});

test('no other file is served, whatever the address says', async (t) => {
  const { app } = await testApi(t);
  for (const url of [
    '/web/',
    '/web/main.tsx',
    '/web/../package.json',
    '/web/%2e%2e/%2e%2e/package.json',
    '/web/tsconfig.json',
  ]) {
    t.is((await app.inject(url)).statusCode, 404, url);
  }
});

test('with a token the dashboard itself is open, and what it shows is not', async (t) => {
  const { app } = await testApi(t, { access: tokenRules('secret') });
  for (const url of addresses) t.is((await app.inject(url)).statusCode, 200, url);
  t.is((await app.inject('/v1/clusters')).statusCode, 401);
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
    '/v1/agents',
    '/v1/artifacts/{digest}/{fileName}',
    '/v1/clusters',
    '/v1/clusters/{name}',
    '/v1/clusters/{name}/endpoints',
    '/v1/clusters/{name}/jars',
    '/v1/clusters/{name}/jobs',
    '/v1/clusters/{name}/jobs/{id}',
    '/v1/clusters/{name}/jobs/{id}/parallelism',
    '/v1/clusters/{name}/jobs/{id}/savepoints',
    '/v1/clusters/{name}/jobs/{id}/stop',
    '/v1/clusters/{name}/jobs/{id}/{report}',
    '/v1/clusters/{name}/revisions',
    '/v1/clusters/{name}/revisions/{revision}/restore',
    '/v1/clusters/{name}/session',
    '/v1/clusters/{name}/task-managers',
    '/v1/clusters/{name}/tasks',
    '/v1/events',
    '/v1/health',
    '/v1/info',
    '/v1/jars',
    '/v1/jars/{id}',
    '/v1/offers',
    '/v1/tasks',
    '/v1/tasks/{id}',
    '/v1/tasks/{id}/files',
    '/v1/tasks/{id}/files/content',
    '/v1/tasks/{id}/files/text',
    '/v1/tasks/{id}/replace',
    '/v1/tasks/{id}/restart',
    '/v1/tasks/{id}/why',
    '/v1/utilisation',
    '/v1/why',
  ]);
  const create = api.paths['/v1/clusters'].post;
  t.deepEqual(create.requestBody.content['application/json'].schema.required, ['name']);
  t.truthy(create.responses['201'].content['application/json'].schema.properties.phase);
  t.truthy(create.responses['4XX'].content['application/json'].schema.properties.advice);
  t.deepEqual(api.paths['/v1/health'].get.security, []);
});
