/** Jars of a cluster. An upload goes through to the store as a stream: no jar is ever held in memory. */
import { pipeline, type Readable } from 'node:stream';
import fastifyMultipart, { type MultipartFile } from '@fastify/multipart';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { Problem } from '../../lib/problem.ts';
import { ByteLimit, refuseDeclaredSize } from '../byte-limit.ts';
import type { ApiLimits } from '../limits.ts';
import type { ApiParts } from '../parts.ts';
import { clusterParams, failures, Jar, listOf } from '../schemas.ts';

const tags = ['jars'];

/** Boundaries and headers around the one file. */
const multipartOverheadBytes = 16 * 1024;

export function jarRoutes(parts: ApiParts, limits: ApiLimits): FastifyPluginAsyncTypebox {
  return async (app) => {
    await app.register(fastifyMultipart, {
      // ByteLimit fails the stream at the limit; busboy would only cut it.
      limits: { files: 1, fields: 0, fileSize: limits.jarBytes + 1, headerPairs: 20 },
      throwFileSizeLimit: false,
    });
    await app.register(ofCluster(parts, limits));
    await app.register(ofAll(parts, limits));
  };
}

function ofCluster({ dispatcher }: ApiParts, { jarBytes }: ApiLimits): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/v1/clusters/:name/jars',
      {
        schema: {
          tags,
          summary: 'Upload a jar: multipart/form-data with one file, jarfile',
          consumes: ['multipart/form-data'],
          params: clusterParams,
          response: { 201: Jar, ...failures },
        },
      },
      async (request, reply) => {
        const { name } = request.params;
        dispatcher.cluster(name); // NOT_FOUND before a byte is read
        const { fileName, content } = await uploaded(request, jarBytes);
        return reply.code(201).send(await dispatcher.uploadJar(name, fileName, content));
      },
    );

    app.get(
      '/v1/clusters/:name/jars',
      {
        schema: {
          tags,
          summary: 'The jars of a cluster',
          params: clusterParams,
          response: { 200: listOf(Jar), ...failures },
        },
      },
      async (request) => dispatcher.jars(request.params.name),
    );
  };
}

function ofAll({ dispatcher }: ApiParts, { jarBytes }: ApiLimits): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/v1/jars',
      {
        schema: {
          tags,
          summary: 'Upload a jar for application clusters, and for jobs of any session cluster',
          consumes: ['multipart/form-data'],
          response: { 201: Jar, ...failures },
        },
      },
      async (request, reply) => {
        const { fileName, content } = await uploaded(request, jarBytes);
        return reply.code(201).send(await dispatcher.uploadSharedJar(fileName, content));
      },
    );

    app.get(
      '/v1/jars',
      { schema: { tags, summary: 'The jars of no cluster', response: { 200: listOf(Jar), ...failures } } },
      async () => dispatcher.sharedJars(),
    );

    app.delete(
      '/v1/jars/:id',
      {
        schema: {
          tags,
          summary: 'Forget a jar; clusters that were created with it keep it',
          params: Type.Object({ id: Type.String({ description: 'id of a jar' }) }),
          response: { 200: Jar, ...failures },
        },
      },
      async (request) => dispatcher.forgetSharedJar(request.params.id),
    );
  };
}

async function uploaded(request: FastifyRequest, jarBytes: number) {
  refuseDeclaredSize(request.headers, jarBytes, 'the jar', multipartOverheadBytes);
  const part = await filePart(request);
  return { fileName: jarName(part.filename), content: bounded(part.file, jarBytes) };
}

async function filePart(request: FastifyRequest): Promise<MultipartFile> {
  if (!request.isMultipart()) throw new Problem('BAD_REQUEST', 'a jar is uploaded as multipart/form-data');
  const part = await request.file().catch((error: unknown) => {
    throw asBrokenOff(error);
  });
  if (part === undefined) throw new Problem('BAD_REQUEST', 'the form holds no file; send one as field jarfile');
  if (part.fieldname !== 'jarfile') {
    part.file.resume();
    throw new Problem('BAD_REQUEST', `the file came as field ${JSON.stringify(part.fieldname)}; send it as jarfile`);
  }
  return part;
}

/** A base name of harmless characters: it becomes part of addresses and file names elsewhere. */
function jarName(fileName: string): string {
  const base = fileName.replace(/^.*[/\\]/, '').replace(/[^A-Za-z0-9._-]/g, '_');
  if (!/^[A-Za-z0-9].*\.jar$/i.test(base) || base.length > 200) {
    throw new Problem(
      'JAR_INVALID',
      `${JSON.stringify(fileName.slice(0, 250))} is no name of a jar: it must begin with a letter or digit and end with .jar`,
    );
  }
  return base;
}

function bounded(file: Readable, limitBytes: number): Readable {
  if (file.errored !== null) throw asBrokenOff(file.errored);
  const limit = new ByteLimit(limitBytes, 'the jar');
  file.once('error', (error) => limit.destroy(asBrokenOff(error) as Error));
  // A failure of either reaches the reader through the limit's own error.
  return pipeline(file, limit, () => {});
}

/** The parser of forms says what is wrong with a form in errors of no kind of their own. */
function asBrokenOff(error: unknown): unknown {
  if (error instanceof Problem || (error as { statusCode?: number }).statusCode !== undefined) return error;
  return new Problem('BAD_REQUEST', `the form is not whole: ${(error as Error).message}`, { cause: error });
}
