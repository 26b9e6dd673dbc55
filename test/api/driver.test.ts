/** The drivers' calls at the API: admitted by the cluster's secret before anything is read. */
import test from 'ava';
import type { Drivers } from '../../src/dispatcher/drivers.ts';
import { testApi, tokenRules } from './support/api.ts';

function fakeDrivers(): Drivers & { readonly calls: unknown[] } {
  const calls: unknown[] = [];
  return {
    calls,
    admits: (cluster, authorization) => cluster === 'tides' && authorization === 'Bearer secret',
    async handle(cluster, { method, path, query, body }) {
      calls.push({ cluster, method, path, query, body });
      return { status: 409, body: { code: 'fenced', message: 'another one' } };
    },
    close: () => undefined,
  };
}

test("a driver's call goes through with the cluster's secret, whatever the API's token is", async (t) => {
  const drivers = fakeDrivers();
  const { app } = await testApi(t, { drivers, access: tokenRules('token') });
  const answer = await app.inject({
    method: 'PUT',
    url: '/v1/clusters/tides/driver/workers?a=b',
    headers: { authorization: 'Bearer secret' },
    payload: { session: 's' },
  });
  t.is(answer.statusCode, 409);
  t.deepEqual(answer.json(), { code: 'fenced', message: 'another one' });
  t.deepEqual<unknown[], unknown[]>(drivers.calls, [
    { cluster: 'tides', method: 'PUT', path: 'workers', query: { a: 'b' }, body: { session: 's' } },
  ]);
});

test("without the secret, with the API's token and for other clusters it is refused alike", async (t) => {
  const drivers = fakeDrivers();
  const { app } = await testApi(t, { drivers, access: tokenRules('token') });
  for (const [cluster, authorization] of [
    ['tides', undefined],
    ['tides', 'Bearer token'],
    ['other', 'Bearer secret'],
  ]) {
    const answer = await app.inject({
      method: 'POST',
      url: `/v1/clusters/${cluster}/driver/sessions`,
      headers: authorization === undefined ? {} : { authorization },
      payload: '{ not even JSON',
    });
    t.is(answer.statusCode, 401);
  }
  t.deepEqual(drivers.calls, []);
});
