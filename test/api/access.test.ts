/** Who may ask: bindings, tokens, and web pages elsewhere. */
import test from 'ava';
import { checkBinding, isLoopback } from '../../src/api/access/binding.ts';
import { createBrowserGuard } from '../../src/api/access/browser-guard.ts';
import { Problem } from '../../src/lib/problem.ts';
import { form, testApi, tokenRules, withCluster } from './support/api.ts';

const token = 'a-long-enough-token-of-tests';

for (const host of ['127.0.0.1', '127.1.2.3', 'localhost', 'LOCALHOST', '::1', '[::1]', '::ffff:127.0.0.1']) {
  test(`${host} is loopback: no token is needed`, (t) => {
    t.true(isLoopback(host));
    t.notThrows(() => checkBinding(host, false));
  });
}

for (const host of [
  '0.0.0.0',
  '::',
  '',
  '10.0.0.1',
  'example.org',
  '127.evil.org',
  'localhost.evil.org',
  '127.1',
  '1270.0.0.1',
  '::2',
]) {
  test(`${JSON.stringify(host)} is not loopback: TOKEN_REQUIRED`, (t) => {
    const problem = t.throws(() => checkBinding(host, false), { instanceOf: Problem });
    t.is(problem?.code, 'TOKEN_REQUIRED');
    t.notThrows(() => checkBinding(host, true));
  });
}

const authorizations: readonly (readonly [header: string | undefined, admitted: boolean])[] = [
  [undefined, false],
  ['', false],
  [token, false],
  [`token=${token}`, true],
  [`Bearer ${token}`, true],
  [`bearer ${token}`, true],
  [`Token=${token}`, true],
  [`token=${token} `, true],
  [`token=${token}x`, false],
  [`token=${token.slice(0, -1)}`, false],
  [`token=${token.toUpperCase()}`, false],
  ['token=', false],
  ['Bearer', false],
  [`Basic ${Buffer.from(`x:${token}`).toString('base64')}`, false],
];

for (const [header, admitted] of authorizations) {
  test(`authorization ${JSON.stringify(header)} is ${admitted ? 'admitted' : 'refused'}`, async (t) => {
    const { app } = await testApi(t, { access: tokenRules(token) });
    const answer = await app.inject({
      url: '/v1/info',
      headers: header === undefined ? {} : { authorization: header },
    });
    t.is(answer.statusCode, admitted ? 200 : 401);
    if (!admitted) {
      t.is(answer.json().code, 'UNAUTHORIZED');
      t.regex(String(answer.headers['www-authenticate']), /^Bearer/);
      t.false(answer.body.includes(token));
    }
  });
}

test('with a token every route but health and artifacts demands it, unknown ones too', async (t) => {
  const { app, dispatcher } = await withCluster(t, { access: tokenRules(token) });
  const closed = [
    { url: '/v1/info' },
    { url: '/v1/clusters' },
    { method: 'POST' as const, url: '/v1/clusters', payload: { name: 'b' } },
    { method: 'DELETE' as const, url: '/v1/clusters/default' },
    { url: '/v1/clusters/default' },
    { url: '/v1/clusters/default/tasks' },
    { url: '/v1/tasks' },
    { url: '/v1/tasks/x' },
    { method: 'POST' as const, url: '/v1/tasks/x/restart' },
    { method: 'POST' as const, url: '/v1/clusters/default/jars', ...form('jarfile', 'a.jar', 'PK') },
    { url: '/v1/clusters/default/jars' },
    { url: '/v1/clusters/default/jobs' },
    { method: 'POST' as const, url: '/v1/clusters/default/jobs', payload: { jar: 'a' } },
    { method: 'DELETE' as const, url: '/v1/clusters/default/jobs/x' },
    { url: '/v1/events' },
    { url: '/metrics' },
    { url: '/v1/clusters/default/flink' },
    { url: '/v1/clusters/default/flink/' },
    { method: 'POST' as const, url: '/v1/clusters/default/flink/v1/jobs', payload: {} },
    { url: '/openapi.json' },
    { url: '/docs' },
    { url: '/docs/static/swagger-ui.css' },
    { url: '/nothing' },
  ];
  for (const request of closed) {
    const answer = await app.inject(request);
    t.is(answer.statusCode, 401, request.url);
  }
  t.is(dispatcher.clusters().length, 1);
  t.deepEqual([dispatcher.uploads, dispatcher.jobSpecs, dispatcher.calls], [[], [], []]);

  t.is((await app.inject('/v1/health')).statusCode, 200);
  t.is((await app.inject(`/v1/artifacts/${'a'.repeat(64)}/x`)).statusCode, 404);
});

test('Flink is told of a wrong token in its own form', async (t) => {
  const { app } = await withCluster(t, { access: tokenRules(token) });
  const answer = await app.inject('/v1/clusters/default/flink/v1/jobs');
  t.deepEqual(Object.keys(answer.json()), ['errors']);
  t.regex(answer.json().errors[0], /^UNAUTHORIZED: /);
});

const hosts: readonly (readonly [host: string, admitted: boolean])[] = [
  ['127.0.0.1:8180', true],
  ['127.0.0.1', true],
  ['localhost:8180', true],
  ['LocalHost:8180', true],
  ['[::1]:8180', true],
  ['flink.example.org:8180', true],
  ['flink.example.org', true],
  ['evil.example.org:8180', false],
  ['127.0.0.1.evil.org', false],
  ['localhost.evil.org:8180', false],
  ['evil.org@127.0.0.1', false],
  ['127.0.0.1:8180 evil.org', false],
];

for (const [host, admitted] of hosts) {
  test(`without a token, Host ${JSON.stringify(host)} is ${admitted ? 'answered' : 'refused'} (DNS rebinding)`, async (t) => {
    const { app } = await testApi(t, { advertiseUrl: 'http://flink.example.org:8180' });
    for (const url of ['/v1/clusters', '/v1/health', '/nothing']) {
      const answer = await app.inject({ url, headers: { host } });
      t.is(answer.statusCode === 403, !admitted, `${url} ${answer.statusCode}`);
      if (!admitted) t.is(answer.json().code, 'FORBIDDEN');
    }
  });
}

test('a request without a Host is refused', (t) => {
  const guard = createBrowserGuard(undefined);
  const problem = t.throws(() => guard({ method: 'GET', path: '/', headers: {} }), { instanceOf: Problem });
  t.is(problem?.code, 'FORBIDDEN');
});

test('with a token any Host will do: only who knows the token asks', async (t) => {
  const { app } = await testApi(t, { access: tokenRules(token) });
  const answer = await app.inject({
    url: '/v1/info',
    headers: { host: 'anything.example', authorization: `token=${token}` },
  });
  t.is(answer.statusCode, 200);
});

interface FromBrowser {
  readonly what: string;
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly url?: string;
  readonly headers: Record<string, string>;
  readonly admitted: boolean;
}

const host = '127.0.0.1:8180';
const navigation = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
const yarnCancel = '/v1/clusters/default/flink/jobs/1/yarn-cancel';

const fromBrowsers: readonly FromBrowser[] = [
  { what: 'a program without Origin', method: 'POST', headers: {}, admitted: true },
  {
    what: 'our own page',
    method: 'POST',
    headers: { origin: `http://${host}`, 'sec-fetch-site': 'same-origin' },
    admitted: true,
  },
  { what: 'our own page in an old browser', method: 'POST', headers: { origin: `http://${host}` }, admitted: true },
  {
    what: "Flink's UI below our address",
    method: 'DELETE',
    headers: { origin: `http://${host}`, 'sec-fetch-site': 'same-origin' },
    admitted: true,
  },
  { what: 'a page elsewhere', method: 'POST', headers: { origin: 'https://evil.org' }, admitted: false },
  {
    what: 'a page on another port of this machine',
    method: 'POST',
    headers: { origin: 'http://127.0.0.1:3000' },
    admitted: false,
  },
  {
    what: 'a page of another name of this machine',
    method: 'POST',
    headers: { origin: 'http://localhost:8180' },
    admitted: false,
  },
  { what: 'a sandboxed frame', method: 'POST', headers: { origin: 'null' }, admitted: false },
  {
    what: 'a form elsewhere',
    method: 'DELETE',
    headers: { ...navigation, 'sec-fetch-site': 'cross-site' },
    admitted: false,
  },
  { what: 'a page of the same site', method: 'POST', headers: { 'sec-fetch-site': 'same-site' }, admitted: false },
  { what: 'a fetch elsewhere that reads', headers: { origin: 'https://evil.org' }, admitted: false },
  {
    what: 'an image elsewhere',
    headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' },
    admitted: false,
  },
  {
    what: 'a frame elsewhere',
    headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' },
    admitted: false,
  },
  { what: 'a link elsewhere that reads', headers: { 'sec-fetch-site': 'cross-site', ...navigation }, admitted: true },
  { what: 'an address typed', headers: { 'sec-fetch-site': 'none', ...navigation }, admitted: true },
  {
    what: 'a link elsewhere to a GET that cancels',
    url: yarnCancel,
    headers: { 'sec-fetch-site': 'cross-site', ...navigation },
    admitted: false,
  },
];

for (const { what, method = 'GET', url = '/v1/clusters', headers, admitted } of fromBrowsers) {
  test(`without a token, ${method} of ${what} is ${admitted ? 'admitted' : 'refused'}`, async (t) => {
    const { app, dispatcher } = await withCluster(t);
    const answer = await app.inject({
      method,
      url: method === 'DELETE' ? '/v1/clusters/default' : url,
      headers: { host, ...headers },
      ...(method === 'POST' ? { payload: { name: 'made' } } : {}),
    });
    t.is(answer.statusCode === 403, !admitted, answer.body);
    t.is(
      dispatcher.specs.some(({ name }) => name === 'made'),
      admitted && method === 'POST',
    );
    t.is(dispatcher.calls.length > 0, admitted && method === 'DELETE');
  });
}

test('no answer allows another origin to read it', async (t) => {
  const { app } = await withCluster(t);
  for (const url of ['/', '/v1/clusters', '/nothing', '/docs/', '/v1/health']) {
    const { headers } = await app.inject(url);
    t.is(headers['access-control-allow-origin'], undefined, url);
    t.is(headers['x-content-type-options'], 'nosniff', url);
    t.is(headers['x-frame-options'], 'DENY', url);
    t.regex(String(headers['content-security-policy']), /default-src 'none'.*frame-ancestors 'none'/, url);
  }
});
