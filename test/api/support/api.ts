/** The API around a fake dispatcher, as most tests want it. */
import { Buffer } from 'node:buffer';
import type { ExecutionContext } from 'ava';
import type { FastifyInstance } from 'fastify';
import type { AccessRules } from '../../../src/api/access/rules.ts';
import { type ApiParts, buildApi } from '../../../src/api/build-api.ts';
import type { ArtifactStore } from '../../../src/artifacts/artifact-store.ts';
import { createFakeDispatcher, type FakeDispatcher } from './fake-dispatcher.ts';

export const noArtifacts: ArtifactStore = {
  put: () => Promise.reject(new Error('not asked for')),
  adopt: () => Promise.reject(new Error('not asked for')),
  path: () => undefined,
  read: async () => undefined,
  signedPath: () => '',
  verify: () => false,
};

/** One token that may act. */
export function tokenRules(token: string): AccessRules {
  return { tokens: [{ name: 'alice', role: 'act', token }] };
}

export interface TestApi {
  readonly app: FastifyInstance;
  readonly dispatcher: FakeDispatcher;
}

export async function testApi(t: ExecutionContext, parts: Partial<ApiParts> = {}): Promise<TestApi> {
  const dispatcher = createFakeDispatcher();
  const app = buildApi({
    dispatcher,
    artifacts: noArtifacts,
    metrics: async () => 'flink_mesos_up 1\n',
    ...parts,
  });
  t.teardown(() => app.close());
  await app.ready();
  return { app, dispatcher };
}

export async function withCluster(t: ExecutionContext, parts: Partial<ApiParts> = {}): Promise<TestApi> {
  const api = await testApi(t, parts);
  await api.dispatcher.createCluster({ name: 'default' });
  return api;
}

export function listen(app: FastifyInstance): Promise<string> {
  return app.listen({ host: '127.0.0.1', port: 0 });
}

/** A form with one file, as bytes. */
export function form(
  field: string,
  fileName: string,
  content: Buffer | string,
): { headers: Record<string, string>; payload: Buffer } {
  const boundary = 'a-boundary-of-tests';
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    payload: Buffer.concat([
      Buffer.from(
        `--${boundary}\r\ncontent-disposition: form-data; name="${field}"; filename="${fileName}"\r\n` +
          'content-type: application/java-archive\r\n\r\n',
      ),
      Buffer.from(content),
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]),
  };
}
