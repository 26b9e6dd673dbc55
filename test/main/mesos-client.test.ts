import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { Problem } from '../../src/lib/problem.ts';
import { type MesosClientSettings, readMesosClient } from '../../src/main/mesos-client.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const account = {
  uid: 'flink',
  private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  login_endpoint: 'https://leader.mesos/acs/api/v1/auth/login',
};
const certificate = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';

async function file(t: ExecutionContext, text: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-client-'));
  t.teardown(() => rm(directory, { recursive: true }));
  const path = join(directory, 'file');
  await writeFile(path, text);
  return path;
}

async function refused(t: ExecutionContext, settings: MesosClientSettings, message: RegExp): Promise<void> {
  const error = await t.throwsAsync(readMesosClient(settings), { instanceOf: Problem, message });
  t.is(error.code, 'USAGE');
  t.notRegex(error.message, /hunter2|PRIVATE KEY-----/);
}

test('nothing given: plain HTTP, as nobody', async (t) => {
  t.deepEqual(await readMesosClient({}), { options: {} });
  t.deepEqual(await readMesosClient({ principal: 'p' }), { options: {}, principal: 'p' });
});

test('a principal and its secret are basic authentication', async (t) => {
  const secretFile = await file(t, 'hunter2\n');
  const { options, principal } = await readMesosClient({ principal: 'p', secretFile });
  t.is(principal, 'p');
  const authorization = `Basic ${Buffer.from('p:hunter2').toString('base64')}`;
  t.deepEqual(await options.authentication?.headers(), { authorization });
  await refused(t, { secretFile }, /--principal/);
  await refused(t, { principal: 'p', secretFile: await file(t, ' \n') }, /empty/);
});

test('certificates and the server name are TLS, and TLS alone trusts what Node trusts', async (t) => {
  const [mesosCa, mesosCert] = [await file(t, certificate), await file(t, certificate)];
  const mesosKey = await file(t, account.private_key);
  t.deepEqual(await readMesosClient({ mesosTls: true }), { options: { tls: {} } });
  t.deepEqual(await readMesosClient({ mesosCa, mesosCert, mesosKey, mesosServerName: 'm' }), {
    options: { tls: { ca: certificate, cert: certificate, key: account.private_key, serverName: 'm' } },
  });
  await refused(t, { mesosCert }, /together/);
  await refused(t, { mesosCa: mesosKey }, /no CERTIFICATE in PEM/);
  await refused(t, { mesosCert, mesosKey: mesosCert }, /no PRIVATE KEY in PEM/);
  await refused(t, { mesosCa: '/nowhere' }, /--mesos-ca \/nowhere: ENOENT/);
});

test('a service account comes from a file, or from the variable of DC/OS as itself or as a path', async (t) => {
  const path = await file(t, JSON.stringify(account));
  for (const settings of [
    { mesosServiceAccount: path },
    { dcosCredential: JSON.stringify(account) },
    { dcosCredential: path },
  ]) {
    const { options, principal } = await readMesosClient(settings);
    t.is(principal, 'flink');
    t.is(options.authentication?.principal, 'flink');
  }
  t.is((await readMesosClient({ mesosServiceAccount: path, principal: 'other' })).principal, 'other');
  const secretFile = await file(t, 'hunter2');
  await refused(t, { mesosServiceAccount: path, principal: 'p', secretFile }, /not both/);
  await refused(t, { mesosServiceAccount: await file(t, 'hunter2') }, /--mesos-service-account .*: it is no JSON/);
  const broken = { dcosCredential: '{"uid":"hunter2"' };
  await refused(t, broken, /^DCOS_SERVICE_ACCOUNT_CREDENTIAL: it is no JSON$/);
});
