/** The link between an agent and a master of different processes, the master's end: routes of the master's server. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { encodeRecord } from '../../mesos-api-client/protocol/recordio.ts';
import { readAgentMessages } from '../model/agent-message.ts';
import type { AgentToMaster, MasterLink, MasterToAgent } from '../model/agent-protocol.ts';
import { createInbox } from './link-inbox.ts';
import { defaultLinkTiming, type LinkTiming, linkIdHeader, linkPath } from './link-timing.ts';
import { receiveBody, refuseBadRequest, sendText } from './master-http.ts';
import type { AgentRoutes } from './master-routes.ts';

export function masterLinkRoutes(
  agentConnected: (link: MasterLink) => void,
  timing: LinkTiming = defaultLinkTiming,
): AgentRoutes {
  const ends = new Map<string, End>();
  function open(response: ServerResponse): void {
    const id = randomUUID();
    response.writeHead(200, { 'Content-Type': 'application/json', [linkIdHeader]: id });
    response.flushHeaders();
    const end = createEnd(response, timing, () => ends.delete(id));
    ends.set(id, end);
    agentConnected(end.link);
  }
  return (request, response) => {
    const path = new URL(request.url ?? '/', 'http://master').pathname;
    if (path !== linkPath && !path.startsWith(`${linkPath}/`)) return false;
    if (refuseBadRequest(request, response)) return true;
    if (path === linkPath) open(response);
    else void take(ends.get(path.slice(linkPath.length + 1)), request, response);
    return true;
  };
}

interface End {
  readonly link: MasterLink;
  receive(messages: readonly AgentToMaster[]): void;
}

async function take(end: End | undefined, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const body = await receiveBody(request, response);
    if (body === undefined) return;
    if (end === undefined) sendText(response, 404, 'There is no such link');
    else {
      const read = readAgentMessages(body);
      if (read.kind === 'invalid') sendText(response, 400, `The messages cannot be read: ${read.text}`);
      else {
        end.receive(read.messages);
        response.writeHead(202).end();
      }
    }
  } catch (error) {
    // The agent went away in the middle: its stream tells the same.
    if (response.destroyed) return;
    // What the model could not take may have left it half done for this agent, which registers again.
    sendText(response, 500, `The embedded master failed: ${(error as Error).message}`);
    end?.link.close();
  }
}

function createEnd(response: ServerResponse, timing: LinkTiming, forget: () => void): End {
  const { receive, shut, isOpen, listeners } = createInbox<AgentToMaster>(() => {
    clearInterval(beat);
    clearTimeout(silence);
    forget();
    response.end();
  });
  const write = (message: MasterToAgent | { type: 'HEARTBEAT' }) => {
    if (isOpen()) response.write(encodeRecord(JSON.stringify(message)));
  };
  const beat = setInterval(() => write({ type: 'HEARTBEAT' }), timing.heartbeatMs);
  const silence = setTimeout(shut, timing.silenceMs);
  response.on('close', shut);
  response.on('error', shut);
  return {
    receive(messages) {
      silence.refresh();
      for (const message of messages) receive(message);
    },
    link: { ...listeners, send: write, close: shut },
  };
}
