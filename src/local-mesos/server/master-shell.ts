/**
 * Runs the model of a master: stamps inputs with the time, hands them over one at a time, and carries the effects out in
 * their order on streams, links, timers and the registry. An effect may cause an input at once (a link inside this
 * process answers synchronously); it waits until the effects of the present one are done.
 */
import type { MasterLink } from '../model/agent-protocol.ts';
import { createMaster, type Master } from '../model/master.ts';
import type { LinkId, MasterEffect, MasterInput, MasterOptions, StreamId } from '../model/master-io.ts';
import type { MasterState } from '../model/master-state.ts';
import type { Clock } from './clock.ts';
import type { RegistryFile } from './master-registry.ts';
import type { EventStream } from './master-stream.ts';
import { createMasterTimers } from './master-timers.ts';

/** An input as the edges make it; the time is added here. */
export type Stimulus = MasterInput extends infer Input
  ? Input extends MasterInput
    ? Omit<Input, 'at'>
    : never
  : never;

export interface Reply {
  readonly status: number;
  readonly text: string;
}

export interface MasterShell {
  readonly state: MasterState;
  /** The reply of a call or an operator's request; other inputs have none, nor has a master that is closed. */
  submit(stimulus: Stimulus): Reply | undefined;
  openStream(id: StreamId, stream: EventStream): void;
  agentConnected(link: MasterLink): void;
  /** Stops as a process that dies: streams and links break, nobody is told anything else. */
  close(): void;
}

type OutwardEffect = Exclude<MasterEffect, { kind: 'reply' }>;

export function startMasterShell(options: MasterOptions, registry: RegistryFile, clock: Clock): MasterShell {
  const master = createMaster(options, registry.read());
  const streams = new Map<StreamId, EventStream>();
  const links = new Map<LinkId, MasterLink>();
  const timers = createMasterTimers(clock, (timer) => queue.submit({ kind: 'timer', timer }));
  const queue = createQueue(master, clock.now, (effect) => carryOut(effect, { streams, links, timers, registry }));
  let linkCount = 0;
  queue.submit({ kind: 'start' });
  return {
    state: master.state,
    submit: queue.submit,
    openStream: (id, stream) => {
      streams.set(id, stream);
      stream.onClosed(() => {
        streams.delete(id);
        queue.submit({ kind: 'stream-closed', stream: id });
      });
    },
    agentConnected: (connection) => {
      const link = `link-${++linkCount}` as LinkId;
      links.set(link, connection);
      connection.onMessage((message) => queue.submit({ kind: 'agent-message', link, message }));
      connection.onClosed(() => {
        links.delete(link);
        queue.submit({ kind: 'link-closed', link });
      });
    },
    close: () => {
      queue.close();
      timers.clearAll();
      for (const stream of streams.values()) {
        stream.abort();
      }
      for (const link of [...links.values()]) {
        link.close();
      }
    },
  };
}

/** One input at a time; after `close` no more of them. */
function createQueue(master: Master, now: () => number, carryOutOne: (effect: OutwardEffect) => void) {
  const waiting: { stimulus: Stimulus; replied(reply: Reply): void }[] = [];
  let busy = false;
  let closed = false;

  function drain(): void {
    if (busy) {
      return;
    }
    busy = true;
    try {
      for (let next = waiting.shift(); next !== undefined && !closed; next = waiting.shift()) {
        for (const effect of master.step({ at: now(), ...next.stimulus } as MasterInput)) {
          if (effect.kind === 'reply') {
            next.replied(effect);
          } else {
            carryOutOne(effect);
          }
        }
      }
    } finally {
      busy = false;
    }
  }

  return {
    submit: (stimulus: Stimulus): Reply | undefined => {
      let reply: Reply | undefined;
      const replied = (given: Reply) => {
        reply = given;
      };
      waiting.push({ stimulus, replied });
      drain();
      return reply;
    },
    close: () => {
      closed = true;
    },
  };
}

interface Outside {
  readonly streams: Map<StreamId, EventStream>;
  readonly links: Map<LinkId, MasterLink>;
  readonly timers: ReturnType<typeof createMasterTimers>;
  readonly registry: RegistryFile;
}

function carryOut(effect: OutwardEffect, { streams, links, timers, registry }: Outside): void {
  switch (effect.kind) {
    case 'send':
    case 'send-to-operator':
      streams.get(effect.stream)?.send(effect.event);
      return;
    case 'close-stream':
      streams.get(effect.stream)?.end();
      streams.delete(effect.stream);
      return;
    case 'send-to-agent':
      links.get(effect.link)?.send(effect.message);
      return;
    case 'close-link': {
      const link = links.get(effect.link);
      links.delete(effect.link);
      link?.close();
      return;
    }
    case 'set-timer':
      timers.set(effect.timer, effect.at);
      return;
    case 'clear-timer':
      timers.clear(effect.timer);
      return;
    case 'persist':
      registry.write(effect.registry);
      return;
  }
}
