/**
 * POST /api/v1/scheduler. The order of checks is the master's own (docs/scheduler-http-api.md, src/master/http.cpp of
 * Mesos): method, content type, parse, validation, Accept; the rest is judged by the model, which knows the frameworks.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { StreamId } from '../model/master-io.ts';
import { parseSchedulerCall } from '../model/scheduler-call.ts';
import { acceptsJson, notAcceptable, readBody, refuseBadRequest, sendText, sendTooLarge } from './master-http.ts';
import type { MasterShell } from './master-shell.ts';
import { openEventStream } from './master-stream.ts';

export async function handleSchedulerCall(
  shell: MasterShell,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (refuseBadRequest(request, response)) {
    return;
  }
  const body = await readBody(request);
  if (body === undefined) {
    sendTooLarge(response);
    return;
  }
  const parsed = parseSchedulerCall(body);
  const given = request.headers['mesos-stream-id'];
  const stream = typeof given === 'string' ? given : given?.[0];
  switch (parsed.kind) {
    case 'invalid':
      sendText(response, 400, parsed.text);
      return;
    case 'call': {
      const reply = shell.submit({ kind: 'call', call: parsed.call, ...(stream === undefined ? {} : { stream }) });
      sendText(response, reply?.status ?? 503, reply?.text ?? 'The master is shutting down');
      return;
    }
    case 'subscribe':
      if (!acceptsJson(request)) {
        sendText(response, 406, notAcceptable);
      } else if (stream !== undefined) {
        sendText(response, 400, "Subscribe calls should not include the 'Mesos-Stream-Id' header");
      } else if (!response.destroyed) {
        // A client that has gone by now would never be seen to go.
        const id = randomUUID() as string as StreamId;
        shell.openStream(id, openEventStream(response, id));
        shell.submit({ kind: 'subscribe', stream: id, call: parsed.call });
      }
  }
}
