/**
 * A cluster's own REST and web UI below our address, so that users need only ours: it stays when JobManagers move, and
 * is guarded by our token. Bodies pass through unparsed and unbuffered (`flink run` sends the job graph with its jars).
 *
 * Flink's UI finds everything by relative addresses below `…/flink/`. Errors are answered as Flink answers them
 * ({"errors": […]}, org.apache.flink.runtime.rest.messages.ErrorResponseBody), so that Flink's own CLI prints them.
 */
import { pipeline, Stream } from 'node:stream';
import fastifyReplyFrom, { type FastifyReplyFromOptions } from '@fastify/reply-from';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../../lib/problem.ts';
import { ByteLimit, refuseDeclaredSize } from '../byte-limit.ts';
import type { ApiLimits } from '../limits.ts';
import type { ApiParts } from '../parts.ts';
import { asProblem, logUnexpected } from '../problem-answers.ts';
import { forFlink, fromFlink } from './flink-headers.ts';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const prefixPattern = /^\/v1\/clusters\/[^/?]+\/flink/;

function proxyOptions({ flinkSilenceMs }: ApiLimits): FastifyReplyFromOptions {
  return {
    // A request that Flink answers with 503 is the client's to repeat.
    retryMethods: [],
    disableRequestLogging: true,
    destroyAgent: true,
    undici: { connections: 64, pipelining: 1, headersTimeout: flinkSilenceMs, bodyTimeout: flinkSilenceMs },
  };
}

export function flinkProxy({ dispatcher }: ApiParts, limits: ApiLimits): FastifyPluginAsyncTypebox {
  return async (app) => {
    passBodiesThrough(app, limits.proxiedBytes);
    answerAsFlinkDoes(app);
    await app.register(fastifyReplyFrom, proxyOptions(limits));
    app.addHook('onRequest', async (_request, reply) => {
      // Flink's UI brings its own scripts and styles: only framing is forbidden to others.
      reply.header('content-security-policy', "frame-ancestors 'self'").removeHeader('x-frame-options');
      reply.removeHeader('cache-control');
    });

    // Without the slash the UI's relative addresses would lead elsewhere. Relative itself, for proxies before us.
    app.route({
      method: methods,
      url: '/v1/clusters/:name/flink',
      schema: { hide: true },
      handler: async (request, reply) => reply.redirect(`flink/${queryOf(request)}`, 307),
    });

    app.route<{ Params: { name: string } }>({
      method: methods,
      url: '/v1/clusters/:name/flink/*',
      schema: { hide: true },
      handler: (request, reply) => {
        const upstream = new URL(dispatcher.flinkUrl(request.params.name));
        const prefix = prefixPattern.exec(request.url)?.[0] ?? '';
        const path = (request.url.split('?', 1)[0] ?? '').slice(prefix.length);
        return reply.from(path, {
          getUpstream: () => upstream.origin,
          rewriteRequestHeaders: (_request, headers) => forFlink(headers),
          rewriteHeaders: (headers) => fromFlink(headers, upstream.origin, prefix),
          onError: (failed, { error }) => failed.send(asProxyProblem(error, request.params.name)),
        });
      },
    });
  };
}

function queryOf(request: FastifyRequest): string {
  const at = request.url.indexOf('?');
  return at < 0 ? '' : request.url.slice(at);
}

function passBodiesThrough(app: FastifyInstance, limitBytes: number): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (request, body, done) => {
    try {
      refuseDeclaredSize(request.headers, limitBytes, 'the request to Flink');
    } catch (problem) {
      done(problem as Problem);
      return;
    }
    if (!(body instanceof Stream)) throw new Error('a body that is passed through is a stream');
    // Failures of either side reach the proxy's client through the limit's own error.
    done(
      null,
      pipeline(body as NodeJS.ReadableStream, new ByteLimit(limitBytes, 'the request to Flink'), () => {}),
    );
  });
}

function answerAsFlinkDoes(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply: FastifyReply) => {
    const problem = asProblem(error);
    logUnexpected(problem, request);
    return reply
      .code(problem.status)
      .type('application/json; charset=utf-8')
      .send(JSON.stringify({ errors: [`${problem.code}: ${problem.message} (${problem.advice})`] }));
  });
}

/** The JobManager was known and did not answer: it starts, or was just lost. */
function asProxyProblem(error: Error, cluster: string): Problem {
  if (error.cause instanceof Problem) return error.cause;
  const { statusCode, code } = error as { statusCode?: number; code?: string };
  if (statusCode === 400) return new Problem('BAD_REQUEST', error.message, { cause: error });
  const name = JSON.stringify(cluster);
  if (code === 'FST_REPLY_FROM_GATEWAY_TIMEOUT') {
    return new Problem('TIMED_OUT', `the JobManager of cluster ${name} took too long to answer`, { cause: error });
  }
  return new Problem('NOT_READY', `the JobManager of cluster ${name} cannot be reached at present`, { cause: error });
}
