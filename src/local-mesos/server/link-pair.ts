/**
 * A link between an agent and a master of one process. Messages arrive in order and later, never inside `send`: neither
 * side is entered while it works, just as over a network. Messages are copied, so that no side holds the other's objects.
 */
import type { AgentLink, AgentToMaster, Link, MasterLink, MasterToAgent } from '../model/agent-protocol.ts';

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
  let open = true;
  let takeMessage: ((message: In) => void) | undefined;
  let takeClosed: (() => void) | undefined;
  // What comes before anybody listens waits.
  const early: In[] = [];
  const shut = () => {
    if (!open) return;
    open = false;
    takeClosed?.();
  };
  const end: End<Out, In> = {
    receive(message) {
      if (!open) return;
      if (takeMessage === undefined) early.push(message);
      else takeMessage(message);
    },
    shut,
    link: {
      send(message) {
        if (!open) return;
        const copy = structuredClone(message);
        setImmediate(() => end.other?.receive(copy));
      },
      onMessage(handler) {
        takeMessage = handler;
        for (const message of early.splice(0)) handler(message);
      },
      onClosed(handler) {
        takeClosed = handler;
        if (!open) handler();
      },
      close() {
        if (!open) return;
        setImmediate(() => end.other?.shut());
        shut();
      },
    },
  };
  return end;
}
