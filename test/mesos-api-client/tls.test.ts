import type { ServerOptions } from 'node:https';
import type { TLSSocket } from 'node:tls';
import test, { type ExecutionContext } from 'ava';
import { createMasterApi } from '../../src/mesos-api-client/operator-client.ts';
import { createAuthority } from './certificates.ts';
import { type FakeMaster, obliging, type Script, sendEvent, startFakeMaster } from './fake-master.ts';
import { failure, killCall, opened, readAll, startClient, subscribeCall } from './harness.ts';

const authority = createAuthority('Mesos authority');
const byName = authority.issue('master', [{ dns: 'master.example' }]);
const byAddress = authority.issue('master', [{ ip: [127, 0, 0, 1] }]);
const ours = authority.issue('flink-mesos');
const stranger = createAuthority('Nobody');

async function startTlsMaster(
  t: ExecutionContext,
  tls: ServerOptions,
  script: Script = obliging(),
): Promise<FakeMaster> {
  const master = await startFakeMaster(script, '127.0.0.1', tls);
  t.teardown(() => master.close());
  return master;
}

test('https: the stream and the calls of a master whose authority is known', async (t) => {
  const master = await startTlsMaster(
    t,
    byAddress,
    obliging((response) => {
      sendEvent(response, { type: 'HEARTBEAT' });
      setImmediate(() => response.end());
    }),
  );
  const stream = await opened(startClient(t, { tls: { ca: authority.cert } }), master);
  await stream.call(killCall('1'));
  t.deepEqual((await readAll(stream)).events, [{ type: 'HEARTBEAT' }]);
  t.is(master.seen.length, 2);
});

test('the server name is asked for (SNI) and looked for in the certificate, instead of the address', async (t) => {
  const names: unknown[] = [];
  const script: Script = (request, response) => {
    names.push((response.socket as TLSSocket).servername);
    obliging()(request, response);
  };
  const master = await startTlsMaster(t, byName, script);
  const tls = { ca: [stranger.cert, authority.cert], serverName: 'master.example' };
  await opened(startClient(t, { tls }), master);
  t.deepEqual(names, ['master.example']);
  const other = startClient(t, { tls: { ca: authority.cert, serverName: 'other.example' } });
  const error = await failure(t, other.subscribe(master.address, subscribeCall));
  t.like(error, { code: 'unreachable', maybeDone: false });
  t.regex(error.message, /other\.example/);
});

test('a certificate of an unknown authority is refused before anything is said', async (t) => {
  const master = await startTlsMaster(t, byAddress);
  for (const tls of [{}, { ca: stranger.cert }]) {
    const error = await failure(t, startClient(t, { tls }).subscribe(master.address, subscribeCall));
    t.like(error, { code: 'unreachable', maybeDone: false });
    t.regex(error.message, /certificate/);
  }
  t.is(master.seen.length, 0);
});

test('a master that demands a certificate is shown ours', async (t) => {
  const master = await startTlsMaster(t, {
    ...byAddress,
    ca: authority.cert,
    requestCert: true,
    rejectUnauthorized: true,
  });
  const ca = authority.cert;
  await opened(startClient(t, { tls: { ca, ...ours } }), master);
  const anonymous = await failure(t, startClient(t, { tls: { ca } }).subscribe(master.address, subscribeCall));
  t.is(anonymous.code, 'unreachable');
  t.is(master.seen.length, 1);
});

test('MA-12 a redirect of a master with TLS is followed by TLS', async (t) => {
  const leader = await startTlsMaster(t, byAddress, (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{"type":"GET_HEALTH","get_health":{"healthy":true}}');
  });
  const standby = await startTlsMaster(t, byAddress, (_, response) => {
    response.writeHead(307, { location: `//${leader.address}/master/api/v1` });
    response.end();
  });
  const api = createMasterApi(standby.address, { tls: { ca: authority.cert } });
  t.teardown(() => api.close());
  t.deepEqual(await api.ask({ type: 'GET_HEALTH' }), { healthy: true });
});

test('plain HTTP to a master with TLS, and TLS to one without, are told as what they are', async (t) => {
  const withTls = await startTlsMaster(t, byAddress);
  t.is((await failure(t, startClient(t).subscribe(withTls.address, subscribeCall))).code, 'unreachable');
  const plain = await startFakeMaster(obliging());
  t.teardown(() => plain.close());
  const error = await failure(t, startClient(t, { tls: {} }).subscribe(plain.address, subscribeCall));
  t.is(error.code, 'unreachable');
});
