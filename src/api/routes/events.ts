/** What happened: the history as JSON, or as it happens as server-sent events (Accept: text/event-stream). */
import { Readable } from 'node:stream';
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import type { FastifyReply } from 'fastify';
import { Type } from 'typebox';
import type { ApiLimits } from '../limits.ts';
import type { ApiParts } from '../parts.ts';
import { Event, failures, listOf } from '../schemas.ts';
import { eventStream, resumeAfter } from './event-stream.ts';

export function eventRoutes({ dispatcher }: ApiParts, limits: ApiLimits): FastifyPluginAsyncTypebox {
  return async (app) => {
    const ending = new AbortController();
    app.addHook('preClose', async () => ending.abort());

    app.get(
      '/v1/events',
      {
        schema: {
          tags: ['scheduler'],
          summary: 'What happened, oldest first; a stream with Accept: text/event-stream',
          querystring: Type.Object(
            {
              after: Type.Optional(Type.Integer({ minimum: 0, description: 'sequence number of the last event seen' })),
              limit: Type.Optional(Type.Integer({ minimum: 1, maximum: limits.eventsAtOnce })),
            },
            { additionalProperties: false },
          ),
          headers: Type.Object({
            accept: Type.Optional(Type.String()),
            'last-event-id': Type.Optional(Type.String({ maxLength: 64 })),
          }),
          response: { 200: listOf(Event), ...failures },
        },
      },
      async (request, reply) => {
        const after = request.query.after ?? 0;
        if (!(request.headers.accept ?? '').includes('text/event-stream')) {
          return dispatcher.facts(after, request.query.limit ?? limits.eventsAtOnce);
        }
        const lastEventId = request.headers['last-event-id'];
        const from = lastEventId === undefined ? after : resumeAfter(lastEventId, dispatcher);
        const signal = AbortSignal.any([ending.signal, closed(reply)]);
        return reply
          .type('text/event-stream; charset=utf-8')
          .header('x-accel-buffering', 'no')
          .send(Readable.from(eventStream(dispatcher, from, limits.eventHeartbeatMs, signal)) as never);
      },
    );
  };
}

function closed(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => controller.abort());
  return controller.signal;
}
