/**
 * Files for agents. The Mesos fetcher can send no header, so the signature in the address is what admits it; whatever
 * is wrong with an address, the answer is the same. The path on disk comes from the store, never from the request.
 */
import { type FileHandle, open as openFile } from 'node:fs/promises';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import type { ArtifactStore } from '../../artifacts/artifact-store.ts';
import { Problem } from '../../lib/problem.ts';
import { open } from '../access/access.ts';
import type { ApiParts } from '../parts.ts';
import { ProblemAnswer } from '../schemas.ts';

export function artifactRoutes({ artifacts }: ApiParts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.route({
      method: ['GET', 'HEAD'],
      url: '/v1/artifacts/:digest/:fileName',
      config: open,
      schema: {
        tags: ['artifacts'],
        summary: 'A file for agents, by its signed address',
        security: [],
        params: Type.Object({ digest: Type.String(), fileName: Type.String() }),
        querystring: Type.Object({ signature: Type.Optional(Type.Unknown()) }),
        response: { 404: ProblemAnswer },
      },
      handler: async (request, reply) => {
        const { digest, fileName } = request.params;
        const file = await openKept(pathOf(artifacts, digest, fileName, request.query.signature));
        const { size } = await file.stat();
        reply.headers({
          'content-type': 'application/octet-stream',
          'content-length': size,
          'content-disposition': 'attachment',
          etag: `"${digest}"`,
        });
        if (request.method === 'HEAD') {
          await file.close();
          return reply.send(null as never);
        }
        return reply.send(file.createReadStream() as never);
      },
    });
  };
}

/** Somebody may have cleaned up behind our back. */
async function openKept(path: string): Promise<FileHandle> {
  return openFile(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOENT') throw cause;
    throw new Problem('NOT_FOUND', 'the file of this artifact was deleted from the data directory', { cause });
  });
}

function pathOf(artifacts: ArtifactStore, digest: string, fileName: string, signature: unknown): string {
  const wellFormed = /^[0-9a-f]{64}$/.test(digest) && typeof signature === 'string';
  const path = wellFormed && artifacts.verify(digest, fileName, signature) ? artifacts.path(digest) : undefined;
  if (path === undefined)
    throw new Problem('NOT_FOUND', 'there is no such artifact, or its address is not a valid one');
  return path;
}
