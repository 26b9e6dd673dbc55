/**
 * POST /api/v1/scheduler. The order of checks is the master's own (docs/scheduler-http-api.md, src/master/http.cpp of
 * Mesos): method, content type, parse, validation, Accept; the rest is judged by the model, which knows the frameworks.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FrameworkInfo } from '../../mesos-api-client/protocol/mesos.ts';
import type { SubscribeCall } from '../../mesos-api-client/protocol/scheduler.ts';
import type { StreamId } from '../model/master-io.ts';
import { type FrameworkCall, parseSchedulerCall } from '../model/scheduler-call.ts';
import { type MasterFaults, withStreamFaults } from './master-faults.ts';
import { acceptsJson, notAcceptable, receiveCall, sendText } from './master-http.ts';
import type { MasterShell } from './master-shell.ts';
import { openEventStream } from './master-stream.ts';

export interface SchedulerApiParts {
  readonly shell: MasterShell;
  readonly faults: MasterFaults;
}

export async function handleSchedulerCall(
  { shell, faults }: SchedulerApiParts,
  request: IncomingMessage,
  response: ServerResponse,
  principal: string | undefined,
): Promise<void> {
  const body = await receiveCall(request, response);
  if (body === undefined) return;
  const parsed = parseSchedulerCall(body);
  const given = request.headers['mesos-stream-id'];
  const stream = typeof given === 'string' ? given : given?.[0];
  switch (parsed.kind) {
    case 'invalid':
      sendText(response, 400, parsed.text);
      return;
    case 'call': {
      const other = otherPrincipal(principal, shell.state.frameworks.get(parsed.call.framework_id.value)?.info);
      if (other !== undefined) {
        sendText(response, 400, other);
        return;
      }
      answerCall(shell, faults, parsed.call, stream, response);
      return;
    }
    case 'subscribe': {
      const info = parsed.call.subscribe.framework_info;
      const other = info.principal === undefined ? undefined : otherPrincipal(principal, info);
      if (other !== undefined) {
        sendText(response, 400, `Failed to validate scheduler::Call: ${other}`);
      } else if (!acceptsJson(request)) {
        sendText(response, 406, notAcceptable);
      } else if (stream !== undefined) {
        sendText(response, 400, "Subscribe calls should not include the 'Mesos-Stream-Id' header");
      } else if (!response.destroyed) {
        // A client that has gone by now would never be seen to go.
        const id = randomUUID() as string as StreamId;
        shell.openStream(id, withStreamFaults(openEventStream(response, id), faults));
        shell.submit({ kind: 'subscribe', stream: id, call: withPrincipal(parsed.call, principal) });
      }
    }
  }
}

function answerCall(
  shell: MasterShell,
  faults: MasterFaults,
  call: FrameworkCall,
  stream: string | undefined,
  response: ServerResponse,
): void {
  const fate = faults.call?.(call) ?? 'pass';
  if (fate === 'drop') {
    sendText(response, 202, '');
    return;
  }
  const reply =
    fate === 'break' ? undefined : shell.submit({ kind: 'call', call, ...(stream === undefined ? {} : { stream }) });
  if (fate === 'pass') {
    sendText(response, reply?.status ?? 503, reply?.text ?? 'The master is shutting down');
  } else {
    response.destroy();
  }
}

function otherPrincipal(authenticated: string | undefined, info: FrameworkInfo | undefined): string | undefined {
  return authenticated === undefined || info === undefined || info.principal === authenticated
    ? undefined
    : `Authenticated principal '${authenticated}' does not match principal '${info.principal ?? ''}' set in \`FrameworkInfo\``;
}

/** Who authenticated and named no principal is known by the one that was authenticated. */
function withPrincipal(call: SubscribeCall, principal: string | undefined): SubscribeCall {
  const { framework_info: info } = call.subscribe;
  return principal === undefined
    ? call
    : { ...call, subscribe: { ...call.subscribe, framework_info: { ...info, principal } } };
}
