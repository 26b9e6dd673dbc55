/**
 * A link between an agent and a master of one process. Messages arrive in order and later, never inside `send`: neither
 * side is entered while it works, just as over a network. Messages are copied, so that no side holds the other's objects.
 */
import type { AgentLink, AgentToMaster, Link, MasterLink, MasterToAgent } from '../model/agent-protocol.ts';
import { createInbox } from './link-inbox.ts';

export function createLinkPair(): { agent: AgentLink; master: MasterLink } {
  const agent = createEnd<AgentToMaster, MasterToAgent>();
  const master = createEnd<MasterToAgent, AgentToMaster>();
  agent.other = master;
  master.other = agent;
  return { agent: agent.link, master: master.link };
}

interface End<Out, In> {
  readonly link: Link<Out, In>;
  other?: { receive(message: Out): void; shut(): void };
  receive(message: In): void;
  shut(): void;
}

function createEnd<Out, In>(): End<Out, In> {
  const { receive, shut, isOpen, listeners } = createInbox<In>();
  const end: End<Out, In> = {
    receive,
    shut,
    link: {
      ...listeners,
      send(message) {
        if (!isOpen()) return;
        const copy = structuredClone(message);
        setImmediate(() => end.other?.receive(copy));
      },
      close() {
        if (!isOpen()) return;
        setImmediate(() => end.other?.shut());
        shut();
      },
    },
  };
  return end;
}
