/** POST /api/v1: the operator API of the master, as far as it is built; the rest is answered 501. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { unreachable } from '../../lib/exhaustive.ts';
import { type OperatorCall, parseOperatorCall } from '../model/operator-call.ts';
import { type Flag, viewAgents, viewFrameworks, viewMaster, viewState, viewTasks } from '../model/operator-view.ts';
import { metricsSnapshot } from '../model/state-view.ts';
import {
  acceptsJson,
  notAcceptable,
  readBody,
  refuseBadRequest,
  sendJson,
  sendText,
  sendTooLarge,
} from './master-http.ts';
import type { MasterShell } from './master-shell.ts';

export async function handleOperatorCall(
  shell: MasterShell,
  flags: readonly Flag[],
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
  const parsed = parseOperatorCall(body);
  if (parsed.kind === 'invalid') {
    sendText(response, 400, parsed.text);
  } else if (!acceptsJson(request)) {
    sendText(response, 406, notAcceptable);
  } else if (parsed.kind === 'not-built') {
    sendText(response, 501, '501 Not Implemented.');
  } else if (parsed.call.type === 'TEARDOWN' || parsed.call.type === 'MARK_AGENT_GONE') {
    const reply = shell.submit(
      parsed.call.type === 'TEARDOWN'
        ? { kind: 'teardown', frameworkId: parsed.call.teardown.framework_id.value }
        : { kind: 'mark-agent-gone', agentId: parsed.call.mark_agent_gone.agent_id.value },
    );
    sendText(response, reply?.status ?? 503, reply?.text ?? 'The master is shutting down');
  } else {
    const { type } = parsed.call;
    sendJson(response, { type, [type.toLowerCase()]: answerTo(shell, flags, type) });
  }
}

function answerTo(
  { state }: MasterShell,
  flags: readonly Flag[],
  type: Exclude<OperatorCall['type'], 'TEARDOWN' | 'MARK_AGENT_GONE'>,
): unknown {
  switch (type) {
    case 'GET_HEALTH':
      return { healthy: true };
    case 'GET_FLAGS':
      return { flags };
    case 'GET_VERSION':
      return { version_info: { version: state.options.version } };
    case 'GET_METRICS':
      return { metrics: Object.entries(metricsSnapshot(state)).map(([name, value]) => ({ name, value })) };
    case 'GET_MASTER':
      return viewMaster(state);
    case 'GET_STATE':
      return viewState(state);
    case 'GET_AGENTS':
      return viewAgents(state);
    case 'GET_FRAMEWORKS':
      return viewFrameworks(state);
    case 'GET_EXECUTORS':
      return { executors: [] };
    case 'GET_TASKS':
      return viewTasks(state);
    default:
      return unreachable(type);
  }
}
