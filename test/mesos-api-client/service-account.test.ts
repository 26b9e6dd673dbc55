import { generateKeyPairSync, verify } from 'node:crypto';
import test, { type ExecutionContext } from 'ava';
import {
  parseServiceAccount,
  type ServiceAccount,
  serviceAccountAuthentication,
} from '../../src/mesos-api-client/service-account.ts';
import { answer, type FakeMaster, obliging, openStream, type SeenRequest, startFakeMaster } from './fake-master.ts';
import { failure, killCall, opened, startClient, startMaster, subscribeCall } from './harness.ts';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const tokenLifeMs = 600_000;

interface Login {
  uid: string;
  token: string;
}

/** An identity service as DC/OS has it: it believes only what the account's key has signed and what is not too old. */
class FakeIam {
  now = Date.UTC(2026, 0, 1);
  issued = 0;
  refuse: number | undefined;
  /** Resolved, logins are answered. */
  gate: Promise<void> = Promise.resolve();
  server: FakeMaster | undefined;

  async start(t: ExecutionContext): Promise<this> {
    this.server = await startFakeMaster((request, response) => {
      void this.gate.then(() => {
        if (this.refuse !== undefined) return answer(response, this.refuse, 'invalid credentials');
        this.check(t, request);
        this.issued += 1;
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ token: this.token(this.issued) }));
      });
    });
    t.teardown(() => this.server?.close());
    return this;
  }

  check(t: ExecutionContext, request: SeenRequest): void {
    const { uid, token } = request.body as unknown as Login;
    const [head = '', claims = '', signature = ''] = token.split('.');
    t.is(request.path, '/acs/api/v1/auth/login');
    t.deepEqual(decoded(head), { alg: 'RS256', typ: 'JWT' });
    const signed = verify('sha256', Buffer.from(`${head}.${claims}`), publicKey, Buffer.from(signature, 'base64url'));
    t.true(signed, 'the login is signed by the key of the account');
    const { uid: claimed, exp } = decoded(claims) as { uid: string; exp: number };
    t.is(claimed, uid);
    const life = exp * 1000 - this.now;
    t.true(life > 0 && life <= 300_000, `a login lives ${life} ms`);
  }

  token(number: number): string {
    const claims = { uid: 'flink', number, exp: (this.now + tokenLifeMs) / 1000 };
    return `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;
  }

  get account(): ServiceAccount {
    return { uid: 'flink', privateKey: pem, loginEndpoint: `http://${this.server?.address}/acs/api/v1/auth/login` };
  }

  authentication() {
    return serviceAccountAuthentication({ account: this.account, now: () => this.now });
  }
}

function decoded(part: string): unknown {
  return JSON.parse(Buffer.from(part, 'base64url').toString());
}

test('a login signed with RS256 gives a token, which goes with SUBSCRIBE and every call', async (t) => {
  const iam = await new FakeIam().start(t);
  const master = await startMaster(t, obliging());
  const stream = await opened(startClient(t, { authentication: iam.authentication() }), master);
  await stream.call(killCall('1'));
  t.deepEqual(
    master.seen.map(({ headers }) => headers.authorization),
    [`token=${iam.token(1)}`, `token=${iam.token(1)}`],
  );
  t.is(iam.issued, 1);
});

test('a token is replaced 30 s before it expires, and not earlier', async (t) => {
  const iam = await new FakeIam().start(t);
  const authentication = iam.authentication();
  const first = await authentication.headers();
  iam.now += tokenLifeMs - 30_001;
  t.deepEqual(await authentication.headers(), first);
  iam.now += 1;
  t.notDeepEqual(await authentication.headers(), first);
  t.is(iam.issued, 2);
});

test('who needs a token at the same time waits for one login', async (t) => {
  const iam = await new FakeIam().start(t);
  const authentication = iam.authentication();
  const all = await Promise.all(Array.from({ length: 20 }, () => authentication.headers()));
  t.is(new Set(all.map((headers) => headers.authorization)).size, 1);
  t.is(iam.issued, 1);
});

test('MA-16 a token that the master refuses is replaced once, and the same call is sent again', async (t) => {
  const iam = await new FakeIam().start(t);
  const master = await startMaster(t, (request, response) => {
    const isNew = request.headers.authorization === `token=${iam.token(2)}`;
    if (!isNew) answer(response, 401, '401 Unauthorized.');
    else if (request.body.type === 'SUBSCRIBE') openStream(response);
    else answer(response, 202);
  });
  const stream = await opened(startClient(t, { authentication: iam.authentication() }), master);
  await stream.call(killCall('1'));
  t.deepEqual(
    master.seen.map(({ body }) => body.type),
    ['SUBSCRIBE', 'SUBSCRIBE', 'KILL'],
  );
  t.deepEqual(master.seen[0]?.body, master.seen[1]?.body);
});

test('MA-16 a master that refuses the new token too: unauthorized, with the name of the account', async (t) => {
  const iam = await new FakeIam().start(t);
  const master = await startMaster(t, (_, response) => answer(response, 401, '401 Unauthorized.'));
  const client = startClient(t, { authentication: iam.authentication() });
  const error = await failure(t, client.subscribe(master.address, subscribeCall));
  t.like(error, { code: 'unauthorized', status: 401 });
  t.regex(error.message, /"flink"/);
  t.is(master.seen.length, 2);
  t.is(iam.issued, 2);
});

test('a refused login is unauthorized, a silent or broken identity service can be tried again', async (t) => {
  const iam = await new FakeIam().start(t);
  const authentication = iam.authentication();
  for (const [status, code] of [
    [401, 'unauthorized'],
    [403, 'unauthorized'],
    [503, 'unavailable'],
  ] as const) {
    iam.refuse = status;
    const error = await failure(t, authentication.headers());
    t.like(error, { code, status });
    t.regex(error.message, /service account "flink" at http.*\/login/);
    t.notRegex(error.message, /PRIVATE KEY|eyJ/);
  }
  iam.refuse = undefined;
  await authentication.headers();
  const { account } = iam;
  await iam.server?.close();
  const cut = serviceAccountAuthentication({ account, now: () => iam.now });
  t.is((await failure(t, cut.headers())).code, 'unreachable');
});

test('while the identity service is away, a token is used until it ends, and not asked about at every call', async (t) => {
  const iam = await new FakeIam().start(t);
  const authentication = iam.authentication();
  const first = await authentication.headers();
  iam.refuse = 503;
  iam.now += tokenLifeMs - 20_000;
  t.deepEqual(await authentication.headers(), first);
  t.deepEqual(await authentication.headers(), first);
  t.is(iam.server?.seen.length, 2);
  iam.now += 5_000;
  t.deepEqual(await authentication.headers(), first);
  t.is(iam.server?.seen.length, 3);
  iam.now += 15_000;
  t.is((await failure(t, authentication.headers())).code, 'unavailable');
});

test('an answer without a token, or with one that would break a header, is no answer', async (t) => {
  for (const said of ['{}', 'no', '{"token":"a\\r\\nb: c"}', '{"token":7}', '[]']) {
    const server = await startFakeMaster((_, response) => {
      response.writeHead(200);
      response.end(said);
    });
    t.teardown(() => server.close());
    const account = { uid: 'flink', privateKey: pem, loginEndpoint: `http://${server.address}/login` };
    t.is((await failure(t, serviceAccountAuthentication({ account }).headers())).code, 'protocol');
  }
});

test('the secret of DC/OS is read, and what is wrong with it is said without quoting it', (t) => {
  const secret = { uid: 'flink', private_key: pem, login_endpoint: 'https://leader.mesos/acs/api/v1/auth/login' };
  t.deepEqual(parseServiceAccount(JSON.stringify({ ...secret, scheme: 'RS256' })), {
    uid: 'flink',
    privateKey: pem,
    loginEndpoint: secret.login_endpoint,
  });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' });
  for (const [text, message] of [
    ['hünter2', /^it is no JSON$/],
    ['null', /"uid"/],
    [JSON.stringify({ ...secret, uid: '' }), /"uid"/],
    [JSON.stringify({ ...secret, scheme: 'HS256' }), /"scheme"/],
    [JSON.stringify({ ...secret, login_endpoint: 'file:///etc/passwd' }), /"login_endpoint"/],
    [JSON.stringify({ ...secret, private_key: 'hünter2' }), /"private_key"/],
    [JSON.stringify({ ...secret, private_key: ec }), /"private_key"/],
  ] as const) {
    const error = t.throws(() => parseServiceAccount(text), { instanceOf: SyntaxError, message });
    t.notRegex(error?.message ?? '', /hünter2/);
  }
});
