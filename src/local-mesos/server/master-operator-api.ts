/** POST /api/v1: the operator API of the master, as far as it is built; the rest is answered 501. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MasterCommand } from '../../mesos-api-client/protocol/operator.ts';
import type { StreamId } from '../model/master-io.ts';
import { parseOperatorCall } from '../model/operator-call.ts';
import { answerTo, type Flag } from '../model/operator-view.ts';
import { acceptsJson, notAcceptable, receiveCall, sendJson, sendText } from './master-http.ts';
import type { MasterShell } from './master-shell.ts';
import { openEventStream } from './master-stream.ts';

export async function handleOperatorCall(
  shell: MasterShell,
  flags: readonly Flag[],
  request: IncomingMessage,
  response: ServerResponse,
  principal: string | undefined,
): Promise<void> {
  const body = await receiveCall(request, response);
  if (body === undefined) return;
  const parsed = parseOperatorCall(body);
  if (parsed.kind === 'invalid') {
    sendText(response, 400, parsed.text);
  } else if (!acceptsJson(request)) {
    sendText(response, 406, notAcceptable);
  } else if (parsed.kind === 'not-built') {
    sendText(response, 501, '501 Not Implemented.');
  } else if (parsed.kind === 'no-such-file') {
    sendText(response, 404, '', { 'Content-Type': 'text/plain; charset=utf-8' });
  } else if (parsed.kind === 'subscribe') {
    const stream = randomUUID() as string as StreamId;
    shell.openStream(stream, openEventStream(response));
    shell.submit({ kind: 'operator-subscribe', stream });
  } else if (parsed.kind === 'command') {
    carryOut(shell, parsed.call, response, principal);
  } else {
    const { type } = parsed;
    sendJson(response, { type, [type.toLowerCase()]: answerTo(shell.state, flags, type) });
  }
}

export function carryOut(shell: MasterShell, call: MasterCommand, response: ServerResponse, principal?: string): void {
  const reply = shell.submit({ kind: 'operator', call, ...(principal !== undefined && { principal }) });
  sendText(response, reply?.status ?? 503, reply?.text ?? 'The master is shutting down');
}
