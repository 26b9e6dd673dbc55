/**
 * The link between an agent and a master of different processes, the agent's end. It opens one long response stream
 * with the master's messages (RecordIO, JSON), and posts its own to it in order, as arrays of what has gathered. Each
 * side says at least something every few seconds; an end that hears nothing for three of these takes the link for dead.
 */
import { Agent, request } from 'undici';
import { createRecordDecoder } from '../../mesos-api-client/protocol/recordio.ts';
import type { AgentLink, AgentToMaster, MasterToAgent } from '../model/agent-protocol.ts';
import type { Dial } from './agent-dialer.ts';
import { createInbox } from './link-inbox.ts';
import { defaultLinkTiming, type LinkTiming, linkIdHeader, linkPath } from './link-timing.ts';

/** Messages that were sent before `close` still go out, if the master takes them within this time. */
const closeFlushMs = 1_000;

export function dialMaster(masterUrl: string, timing: LinkTiming = defaultLinkTiming): Dial {
  return async (signal) => {
    const dispatcher = new Agent({ connectTimeout: 5_000, headersTimeout: 10_000, bodyTimeout: 0, connections: 2 });
    try {
      return await open(masterUrl, dispatcher, timing, signal);
    } catch (error) {
      await dispatcher.destroy();
      throw error;
    }
  };
}

async function open(masterUrl: string, dispatcher: Agent, timing: LinkTiming, signal: AbortSignal): Promise<AgentLink> {
  const address = new URL(linkPath, masterUrl);
  const answer = await post(address, '{}', dispatcher, signal);
  const id = answer.headers[linkIdHeader];
  if (answer.statusCode !== 200 || typeof id !== 'string') {
    await answer.body.dump();
    throw new Error(`${masterUrl} answered ${answer.statusCode} to an agent: is it a local Mesos master?`);
  }
  const end = createEnd(new URL(`${linkPath}/${id}`, masterUrl), dispatcher, timing);
  void readAll(answer.body, end);
  return end.link;
}

interface End {
  readonly link: AgentLink;
  heard(): void;
  receive(message: MasterToAgent): void;
  shut(): void;
}

function createEnd(address: URL, dispatcher: Agent, timing: LinkTiming): End {
  const outgoing: AgentToMaster[] = [];
  const { receive, shut, isOpen, listeners } = createInbox<MasterToAgent>(() => {
    clearInterval(beat);
    clearTimeout(silence);
    void dispatcher.destroy();
  });
  let posting: Promise<void> | undefined;
  const beat = setInterval(() => push(), timing.heartbeatMs);
  const silence = setTimeout(shut, timing.silenceMs);

  function push(): void {
    posting ??= drain().finally(() => {
      posting = undefined;
    });
  }
  /** One post after the other, so that order is kept; an empty one is a heartbeat. */
  async function drain(): Promise<void> {
    try {
      do {
        const answer = await post(
          address,
          JSON.stringify(outgoing.splice(0)),
          dispatcher,
          AbortSignal.timeout(timing.silenceMs),
        );
        await answer.body.dump();
        if (answer.statusCode !== 202) throw new Error(`the master answered ${answer.statusCode}`);
      } while (outgoing.length > 0);
    } catch {
      // Whatever it was, this link is over, and the dialer says so when the next one fails too.
      shut();
    }
  }
  return {
    heard: () => void silence.refresh(),
    receive,
    shut,
    link: {
      ...listeners,
      send(message) {
        if (!isOpen()) return;
        outgoing.push(message);
        push();
      },
      close() {
        const flushed = Promise.race([posting, new Promise((resolve) => setTimeout(resolve, closeFlushMs).unref())]);
        void flushed.then(shut);
      },
    },
  };
}

async function readAll(body: AsyncIterable<Uint8Array>, end: End): Promise<void> {
  const decoder = createRecordDecoder();
  try {
    for await (const chunk of body) {
      end.heard();
      const { records, fault } = decoder.push(chunk);
      for (const record of records) {
        const message = JSON.parse(record) as MasterToAgent | { readonly type: 'HEARTBEAT' };
        if (message.type !== 'HEARTBEAT') end.receive(message);
      }
      if (fault !== undefined) break;
    }
  } catch (error) {
    // A cut stream is the ordinary end of a link; anything else is a defect of ours and must be seen.
    if (!isStreamCut(error)) throw error;
  } finally {
    end.shut();
  }
}

function isStreamCut(error: unknown): boolean {
  const code = String((error as NodeJS.ErrnoException).code);
  return (
    code.startsWith('UND_ERR_') || code === 'ECONNRESET' || code === 'EPIPE' || (error as Error).name === 'AbortError'
  );
}

function post(address: URL, body: string, dispatcher: Agent, signal: AbortSignal) {
  return request(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    dispatcher,
    signal,
  });
}
