/**
 * What executors of frameworks have to do with an agent over HTTP: POST /api/v1/executor (docs/executor-http-api.md of
 * Mesos), and the event streams of those that have subscribed. The order of checks is the agent's own (src/slave/http.cpp).
 */
import type { ServerResponse } from 'node:http';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { ExecutorCall, ExecutorEvent } from '../../mesos-api-client/protocol/executor.ts';
import type { AgentEffect, RunId } from '../model/agent-io.ts';
import { parseExecutorCall } from '../model/executors/executor-call.ts';
import { acceptsJson, answerSafely, notAcceptable, receiveCall, sendText } from './master-http.ts';
import { type EventStream, openEventStream } from './master-stream.ts';

export interface ExecutorDesk {
  /** The reply that comes of `work` goes to this response. */
  serve(response: ServerResponse, work: () => void): void;
  reply(effect: Extract<AgentEffect, { kind: 'executor-reply' }>): void;
  send(runId: RunId, event: ExecutorEvent): void;
  close(runId: RunId): void;
  closeAll(): void;
}

export function createExecutorDesk(silent: (runId: RunId) => void): ExecutorDesk {
  const streams = new Map<RunId, EventStream<ExecutorEvent>>();
  let asked: ServerResponse | undefined;
  function open(runId: RunId, response: ServerResponse): void {
    const stream = openEventStream<ExecutorEvent>(response);
    streams.set(runId, stream);
    stream.onClosed(() => {
      if (streams.get(runId) !== stream) return;
      streams.delete(runId);
      silent(runId);
    });
  }
  return {
    serve(response, work) {
      asked = response;
      try {
        work();
      } finally {
        asked = undefined;
      }
    },
    reply({ status, text, opens }) {
      if (asked === undefined) return;
      if (opens === undefined) sendText(asked, status, text);
      else open(opens, asked);
    },
    send: (runId, event) => streams.get(runId)?.send(event),
    close(runId) {
      streams.get(runId)?.end();
      streams.delete(runId);
    },
    closeAll() {
      for (const stream of streams.values()) stream.abort();
      streams.clear();
    },
  };
}

/** Undefined while the agent has not recovered. */
type Take = ((call: ExecutorCall, response: ServerResponse) => void) | undefined;

export function executorRoutes(take: () => Take): FastifyPluginAsync {
  return async (server) => {
    server.all('/api/v1/executor', {
      onRequest: async (request: FastifyRequest, reply: FastifyReply) => {
        reply.hijack();
        await answerSafely(reply.raw, () => answer(take(), request, reply.raw));
      },
      handler: () => undefined,
    });
  };
}

async function answer(take: Take, { raw: request }: FastifyRequest, response: ServerResponse): Promise<void> {
  if (take === undefined) {
    sendText(response, 503, 'Agent has not finished recovery');
    return;
  }
  const body = await receiveCall(request, response);
  if (body === undefined) return;
  const parsed = parseExecutorCall(body);
  if (parsed.kind === 'invalid') sendText(response, 400, parsed.text);
  else if (parsed.kind === 'not-built') sendText(response, 501, '501 Not Implemented.');
  else if (parsed.call.type === 'SUBSCRIBE' && !acceptsJson(request)) sendText(response, 406, notAcceptable);
  // Who has gone by now would never be seen to go.
  else if (!response.destroyed) take(parsed.call, response);
}
