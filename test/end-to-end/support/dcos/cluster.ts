/** One address that answers like a DC/OS cluster: Admin Router with the identity service, Cosmos, and what `dcos` asks when it is set up. */
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { writeZip } from '../../../../bin/dcos-plugin/zip.ts';
import { type AdminRouter, createAdminRouter } from './admin-router.ts';
import { type Cosmos, type CosmosMarathon, createCosmos } from './cosmos.ts';
import { createIdentity, type Identity } from './identity.ts';

export interface DcosCluster {
  readonly url: string;
  readonly identity: Identity;
  readonly router: AdminRouter;
  readonly cosmos: Cosmos;
  close(): Promise<void>;
}

const nothingInstalled: CosmosMarathon = {
  put: async () => {},
  remove: async () => {},
  deployed: async () => true,
  ask: async () => ({ status: 404, body: undefined }),
};

/** `packageCommand`: what `dcos package …` is here; without one it does nothing. */
export async function startDcos(
  marathon: CosmosMarathon = nothingInstalled,
  packageCommand = ':',
): Promise<DcosCluster> {
  const identity = createIdentity();
  const router = createAdminRouter(identity);
  let url = '';
  const cosmos = createCosmos(() => url, marathon);
  const parts = { identity, router, cosmos, coreCli: await coreCliOf(packageCommand) };
  const server = createServer((request, response) => {
    answer(request, response, parts).catch((error: Error) => response.destroy(error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    identity,
    router,
    cosmos,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Parts extends Pick<DcosCluster, 'identity' | 'router' | 'cosmos'> {
  readonly coreCli: Buffer;
}

async function answer(request: IncomingMessage, response: ServerResponse, parts: Parts): Promise<void> {
  const { router, identity, cosmos, coreCli } = parts;
  if (router.passOn(request, response)) return;
  const { method, url = '/' } = request;
  const path = url.split('?', 1)[0] ?? '';
  if (path === '/') return send(response, 200, {});
  if (path === '/acs/api/v1/auth/providers') return send(response, 200, providers);
  if (path === '/acs/api/v1/auth/login' && method === 'POST') {
    const { status, token } = identity.logIn(await text(request));
    return send(response, status, token === undefined ? {} : { token });
  }
  if (router.admit(request, response) === undefined) return;
  if (path === coreCliPath) return sendFile(response, coreCli);
  const known = documents[path];
  if (known !== undefined) return send(response, 200, known);
  if (path === '/package/resource')
    return resource(new URL(url, 'http://cluster').searchParams.get('url') ?? '', response);
  const body = method === 'POST' ? (JSON.parse((await text(request)) || '{}') as Record<string, unknown>) : {};
  if (path === '/package/describe' && body.packageName === 'dcos-core-cli') {
    const described = 'application/vnd.dcos.package.describe-response+json;charset=utf-8;version=v3';
    return send(response, 200, describeCoreCli(coreCli, `http://${request.headers.host}`), described);
  }
  const said = await cosmos.handle(path, body);
  if (said === undefined) return send(response, 404, {});
  return send(response, said.status, said.body, said.type);
}

const providers = {
  'dcos-services': {
    'authentication-type': 'dcos-uid-servicekey',
    'client-method': 'dcos-servicecredential-post-receive-authtoken',
    config: { start_flow_url: '/acs/api/v1/auth/login' },
    description: 'for tests',
  },
};

const documents: Readonly<Record<string, unknown>> = {
  '/pkgpanda/active.buildinfo.full.json': {},
  '/metadata': { CLUSTER_ID: '0d1c5ff0-3b1f-4a6e-9d3f-6f0d2f6f0e11', PUBLIC_IPV4: '127.0.0.1' },
  '/mesos/state-summary': { cluster: 'of-tests' },
  '/dcos-metadata/dcos-version.json': { version: '2.2.0', 'dcos-variant': 'open' },
};

/** Whoever answers without a length is not passed on. */
async function resource(from: string, response: ServerResponse): Promise<void> {
  const upstream = await fetch(from).catch(() => undefined);
  const bytes = upstream?.headers.get('content-length');
  if (upstream?.status !== 200 || !bytes || upstream.body === null) return send(response, 502, {});
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': bytes });
  return pipeline(Readable.fromWeb(upstream.body as ReadableStream), response);
}

const coreCliPath = '/of-tests/dcos-core-cli.zip';

/** What every cluster brings beside its packages: `dcos cluster setup` wants it. */
async function coreCliOf(packageCommand: string): Promise<Buffer> {
  const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-core-cli-'));
  const plugin = 'schema_version = 1\nname = "dcos-core-cli"\n[[commands]]\nname = "package"\npath = "bin/core"\n';
  try {
    await writeZip(join(directory, 'core.zip'), [
      { name: 'plugin.toml', content: Buffer.from(plugin) },
      { name: 'bin/core', content: Buffer.from(`#!/bin/sh\n${packageCommand} "$@"\n`), executable: true },
    ]);
    return await readFile(join(directory, 'core.zip'));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function describeCoreCli(coreCli: Buffer, url: string) {
  const value = createHash('sha256').update(coreCli).digest('hex');
  const binary = { kind: 'zip', url: `${url}${coreCliPath}`, contentHash: [{ algo: 'sha256', value }] };
  const resource = { cli: { binaries: { linux: { 'x86-64': binary } } } };
  return { package: { name: 'dcos-core-cli', version: '2.2-patch.x', resource } };
}

function sendFile(response: ServerResponse, content: Buffer): void {
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': content.length });
  response.end(content);
}

function send(response: ServerResponse, status: number, body: unknown, type = 'application/json'): void {
  response.writeHead(status, { 'content-type': type });
  response.end(JSON.stringify(body));
}
