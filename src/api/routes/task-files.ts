/** The files of tasks' sandboxes: listed, read in pieces while they grow, and as a whole. They come from the task's agent. */
import { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { Type } from 'typebox';
import { longestPieceBytes } from '../../dispatcher/sandbox-files.ts';
import type { ApiParts } from '../parts.ts';
import { FileList, FilePiece, failures } from '../schemas.ts';

const tags = ['tasks'];
const taskParams = Type.Object({ id: Type.String({ description: 'id of a task' }) });
const Path = Type.String({ maxLength: 1024, description: 'within the sandbox' });
const largestOffset = Number.MAX_SAFE_INTEGER;

export function taskFileRoutes({ dispatcher }: ApiParts): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/v1/tasks/:id/files',
      {
        schema: {
          tags,
          summary: 'The files in a directory of the sandbox of a task',
          params: taskParams,
          querystring: Type.Object({ path: Type.Optional(Path) }, { additionalProperties: false }),
          response: { 200: FileList, ...failures },
        },
      },
      ({ params, query }) => dispatcher.files(params.id, query.path ?? ''),
    );

    app.get(
      '/v1/tasks/:id/files/text',
      {
        schema: {
          tags,
          summary: 'A piece of a text file; ask on from `next` to follow one that grows',
          params: taskParams,
          querystring: Type.Object(
            {
              path: Path,
              offset: Type.Optional(
                Type.Integer({ minimum: -largestOffset, maximum: largestOffset, description: 'below 0: from the end' }),
              ),
              length: Type.Optional(Type.Integer({ minimum: 0, maximum: longestPieceBytes })),
            },
            { additionalProperties: false },
          ),
          response: { 200: FilePiece, ...failures },
        },
      },
      ({ params, query: { path, offset = 0, length = longestPieceBytes } }) =>
        dispatcher.fileText(params.id, path, offset, length),
    );

    app.get(
      '/v1/tasks/:id/files/content',
      {
        schema: {
          tags,
          summary: 'A whole file, as it is',
          params: taskParams,
          querystring: Type.Object({ path: Path }, { additionalProperties: false }),
          response: { 200: Type.String({ format: 'binary' }), ...failures },
        },
      },
      async ({ params, query: { path } }, reply) => {
        const pieces = dispatcher.fileBytes(params.id, path)[Symbol.asyncIterator]();
        // What is wrong with the file is found by its first piece, while an answer can still say so.
        const first = await pieces.next();
        const name = (path.split('/').at(-1) ?? '').replace(/[^A-Za-z0-9._-]/g, '_');
        return reply
          .type('application/octet-stream')
          .header('content-disposition', `attachment; filename="${name}"`)
          .send(Readable.from(onward(first, pieces), { objectMode: false }) as never);
      },
    );
  };
}

async function* onward(first: IteratorResult<Uint8Array>, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (let next = first; next.done !== true; next = await rest.next()) yield next.value;
}
