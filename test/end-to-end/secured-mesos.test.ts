/**
 * The scheduler before a Mesos that trusts nobody: its master is reached by https alone, demands a certificate, bears a
 * name of its own, and wants to know by HTTP basic authentication who is there. TLS ends at a proxy before the embedded
 * master, as at the load balancers of those who do so.
 */
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type TLSSocket } from 'node:tls';
import test from 'ava';
import { type LocalMesos, startLocalMesos } from '../../src/local-mesos/index.ts';
import { createAuthority } from '../mesos-api-client/certificates.ts';
import { apiOf } from './support/api.ts';
import { flinkMesos, type Running } from './support/process.ts';
import { exampleJar, leaveNothing } from './support/stack.ts';

const authority = createAuthority('Mesos authority');
const stranger = createAuthority('Somebody else');
const processes: Running[] = [];
const sockets = new Set<Socket>();
/** The names of those who came, by their certificates, and which name they asked for. */
const seen = { clients: new Set<string>(), names: new Set<string>() };
const server = createServer(
  { ...authority.issue('master', [{ dns: 'master.example' }]), ca: authority.cert, requestCert: true },
  forward,
);
let directory: string;
let mesos: LocalMesos;

function forward(client: TLSSocket): void {
  seen.clients.add(String(client.getPeerCertificate().subject.CN));
  seen.names.add(String(client.servername));
  const master = connect(mesos.port, '127.0.0.1');
  for (const socket of [client, master]) {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  }
  client.pipe(master).pipe(client);
}

test.before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flink-mesos-secured-'));
  mesos = await startLocalMesos({
    agents: 1,
    workDir: join(directory, 'mesos'),
    credentials: [{ principal: 'flink', secret: 'a secret' }],
  });
  server.on('tlsClientError', () => undefined); // seen by the client
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const ours = authority.issue('flink-mesos');
  const theirs = stranger.issue('flink-mesos');
  const files = { 'ca.pem': authority.cert, 'cert.pem': ours.cert, 'key.pem': ours.key, secret: 'a secret\n' };
  const wrong = { 'other-cert.pem': theirs.cert, 'other-key.pem': theirs.key, 'wrong-secret': 'another' };
  for (const [name, text] of Object.entries({ ...files, ...wrong })) await writeFile(join(directory, name), text);
});

test.after.always(async () => {
  for (const process of processes) await process.kill('SIGTERM');
  for (const socket of sockets) socket.destroy();
  server.close();
  await mesos.close();
  await leaveNothing(directory);
});

function startScheduler(given: Record<string, string>, ...extra: string[]): Running {
  const files = { ca: 'ca.pem', cert: 'cert.pem', key: 'key.pem', secret: 'secret', ...given };
  const file = (name: string) => join(directory, name);
  const process = flinkMesos([
    ...[
      'scheduler',
      '--mesos-master',
      `127.0.0.1:${(server.address() as AddressInfo).port}`,
      '--listen',
      '127.0.0.1:0',
    ],
    ...['--mesos-ca', file(files.ca), '--mesos-cert', file(files.cert), '--mesos-key', file(files.key)],
    ...['--mesos-server-name', 'master.example', '--principal', 'flink', '--secret-file', file(files.secret)],
    ...['--data-dir', file(`scheduler-${processes.length}`), '--storage', `file://${file('shared')}`, ...extra],
  ]);
  processes.push(process);
  return process;
}

test.serial('MA-16 a wrong secret ends the scheduler, with the principal and without the secret', async (t) => {
  const scheduler = startScheduler({ secret: 'wrong-secret' });
  t.not(await scheduler.exited(), 0);
  t.regex(scheduler.output(), /flink/);
  t.regex(scheduler.output(), /401|refused|credentials/i);
  t.notRegex(scheduler.output(), /another/);
});

test.serial('a certificate of somebody else is refused, and said so; the scheduler goes on asking', async (t) => {
  const scheduler = startScheduler({ cert: 'other-cert.pem', key: 'other-key.pem' });
  await scheduler.said(/no master|not reached|unreachable|certificate|TLS|ECONNRESET|socket/i);
  t.false(seen.clients.has('undefined'));
  await scheduler.kill('SIGTERM');
});

test.serial(
  'LM-17 a cluster runs on a Mesos behind https with client certificates and basic authentication',
  async (t) => {
    const { version } = await exampleJar();
    const scheduler = startScheduler({}, '--flink-version', version);
    const api = await apiOf(scheduler);
    await api.send('POST', '/v1/clusters', { name: 'orders', taskManagers: { mode: 'fixed', count: 1 } });
    await api.clusterRunning('orders', 1);
    t.deepEqual([...seen.clients], ['flink-mesos']);
    t.deepEqual([...seen.names], ['master.example']);
    const authorization = `Basic ${Buffer.from('flink:a secret').toString('base64')}`;
    const state = (await (
      await fetch(`${mesos.masterUrl}/api/v1`, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json' },
        body: '{"type":"GET_FRAMEWORKS"}',
      })
    ).json()) as { get_frameworks: { frameworks: { framework_info: { principal: string } }[] } };
    t.deepEqual(
      state.get_frameworks.frameworks.map(({ framework_info }) => framework_info.principal),
      ['flink'],
    );
    t.notRegex(scheduler.output(), /a secret/);
  },
);
