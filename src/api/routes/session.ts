/** Opens and ends a browser's session for the Flink pages of one cluster (access/session.ts). */
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { createSessions, SESSION_SECONDS } from '../access/session.ts';
import type { ApiParts } from '../parts.ts';
import { clusterParams, failures } from '../schemas.ts';

const tags = ['clusters'];
const Session = Type.Object({ cluster: Type.String(), seconds: Type.Integer({ description: 'how long it lasts' }) });

export function sessionRoutes({ access, dispatcher }: ApiParts): FastifyPluginAsyncTypebox {
  const sessions = createSessions(access?.tokens ?? []);
  return async (app) => {
    app.post(
      '/v1/clusters/:name/session',
      {
        schema: {
          tags,
          summary: "Let a browser see the cluster's Flink pages: sets a cookie for them alone",
          params: clusterParams,
          response: { 201: Session, ...failures },
        },
      },
      async (request, reply) => {
        const { name } = dispatcher.cluster(request.params.name);
        const cookie = request.caller && sessions.open(request.caller, name, isSecure(request));
        if (cookie !== undefined) reply.header('set-cookie', cookie);
        return reply.code(201).send({ cluster: name, seconds: SESSION_SECONDS });
      },
    );

    app.delete(
      '/v1/clusters/:name/session',
      {
        schema: {
          tags,
          summary: 'End the session of a browser',
          params: clusterParams,
          response: { 204: Type.Null(), ...failures },
        },
      },
      async (_request, reply) => reply.header('set-cookie', sessions.end()).code(204).send(null),
    );
  };
}

/** To the browser, which may speak to a proxy before us. Whoever lies here only makes a cookie stricter. */
function isSecure({ protocol, headers }: FastifyRequest): boolean {
  return protocol === 'https' || headers['x-forwarded-proto'] === 'https';
}
