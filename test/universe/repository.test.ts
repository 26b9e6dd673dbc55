/** The repository file and the server that speaks to Cosmos. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { readPackage } from '../../universe/package.ts';
import { buildRepository, repositoryContentType } from '../../universe/repository.ts';
import { serveRepository } from '../../universe/serve.ts';

interface Package {
  readonly version: string;
  readonly releaseVersion: number;
  readonly config: unknown;
  readonly marathon: { readonly v2AppMustacheTemplate: string };
}

test('one package, its template in base64, pure ASCII', async (t) => {
  const definition = await readPackage('http://files.example', '1.2.3');
  const text = buildRepository(definition);
  const [only] = (JSON.parse(text) as { packages: Package[] }).packages;
  t.is(only?.version, '1.2.3');
  t.is(only?.releaseVersion, 0);
  t.is(Buffer.from(only?.marathon.v2AppMustacheTemplate ?? '', 'base64').toString('utf8'), definition.marathon);
  t.deepEqual(only?.config, definition.config);
  const foreign = { ...definition, package: { ...definition.package, maintainer: 'é' } };
  t.throws(() => buildRepository(foreign), { message: /ASCII/ });
});

test('served with the content type of Cosmos and a length; archives and nothing else beside it', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'flink-mesos-universe-'));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  await writeFile(join(directory, 'a.tar.gz'), 'archive');
  await writeFile(join(directory, 'secret.txt'), 'no');
  const server = await serveRepository({ host: '127.0.0.1', port: 0, repository: '{"packages": []}\n', directory });
  t.teardown(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  for (const path of ['/', '/flink-universe.json', '/?x=1']) {
    const answer = await fetch(`${url}${path}`);
    t.is(answer.headers.get('content-type'), repositoryContentType);
    t.is(answer.headers.get('content-length'), '17');
    t.deepEqual(await answer.json(), { packages: [] });
  }
  const archive = await fetch(`${url}/a.tar.gz`);
  t.is(archive.headers.get('content-length'), '7');
  t.is(await archive.text(), 'archive');
  t.is((await fetch(`${url}/a.tar.gz`, { method: 'HEAD' })).headers.get('content-length'), '7');
  for (const path of ['/secret.txt', '/b.tar.gz', '/..%2fa.tar.gz', '/%2e%2e/package.json']) {
    t.is((await fetch(`${url}${path}`)).status, 404, path);
  }
  t.is((await fetch(url, { method: 'POST' })).status, 405);
});
