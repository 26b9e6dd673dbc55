/**
 * Plays the requests of a recording to a master and holds its answers and events against the recorded ones. A request
 * goes out when everything that stood before it has come, and not before its time, so that what did not happen in the
 * recording has the same time not to happen here.
 *
 * Held is the order of the updates of each task, of the offers, and of everything else on a stream. Not held is the
 * order between these: offers come with batches, whose beat is another one, and tasks report independently.
 */
import { readFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentSpec } from '../../../src/local-mesos/server/agent-options.ts';
import type { Credential } from '../../../src/local-mesos/server/master-authentication.ts';
import { createRecordDecoder } from '../../../src/mesos-api-client/protocol/recordio.ts';
import type { SchedulerEvent } from '../../../src/mesos-api-client/protocol/scheduler.ts';
import { createTranslation, differences } from './compare.ts';

interface Request {
  readonly t: number;
  readonly request: number;
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly stream?: string;
}

interface Response {
  readonly t: number;
  readonly response: number;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The body, if it is text; what operators read as JSON is not compared here. */
  readonly text?: string;
}

type Line =
  | Request
  | Response
  | { readonly t: number; readonly stream: string; readonly event: SchedulerEvent }
  | { readonly t: number; readonly stream: string; readonly closed: 'by us' | 'by the master' };

export interface Recording {
  readonly credentials?: readonly Credential[];
  readonly agents: readonly AgentSpec[];
  readonly lines: readonly Line[];
}

export function readRecording(name: string): Recording {
  const text = readFileSync(new URL(`./${name}.jsonl`, import.meta.url), 'utf8');
  const [first = '{}', ...rest] = text.trim().split('\n');
  return { ...(JSON.parse(first) as Omit<Recording, 'lines'>), lines: rest.map((line) => JSON.parse(line) as Line) };
}

/** Long enough for a busy machine; what is recorded comes within milliseconds. */
const patienceMs = 20_000;

export interface PlayOptions {
  /** What offers hold is not compared; the recording's list says why. */
  readonly anyOffers?: boolean;
}

export async function play(
  recording: Recording,
  master: { host: string; port: number },
  options: PlayOptions = {},
): Promise<string[]> {
  const translation = createTranslation();
  const streams = new Map<string, Stream>();
  const answers = new Map<number, Promise<Answer>>();
  const found: string[] = [];
  const began = Date.now();
  const note = (label: string, faults: readonly string[]) => found.push(...faults.map((fault) => `${label} ${fault}`));

  const held = (fault: string) => !(options.anyOffers === true && /^\.offers\.offers\.\d+\.resources\./.test(fault));

  for (const line of recording.lines) {
    const label = `[${line.t}]`;
    if ('request' in line || ('closed' in line && line.closed === 'by us')) {
      await sleep(Math.max(0, began + line.t * 1000 - Date.now()));
    }
    if ('request' in line) {
      const stream = line.stream === undefined ? undefined : createStream();
      if (line.stream !== undefined && stream !== undefined) streams.set(line.stream, stream);
      answers.set(line.request, send(master, line, translation.ours, stream));
    } else if ('response' in line) {
      const answer = await answers.get(line.response);
      const theirs = { status: line.status, text: line.text, headers: comparable(line.headers) };
      const own = {
        status: answer?.status,
        text: line.text === undefined ? undefined : answer?.text,
        headers: comparable(answer?.headers ?? {}),
      };
      const streamId = line.headers['Mesos-Stream-Id'];
      if (streamId !== undefined) translation.learn(streamId, answer?.headers['mesos-stream-id'] ?? '');
      note(`${label} response ${line.response}`, differences(theirs, own, translation));
    } else if ('event' in line) {
      const own = await streams.get(line.stream)?.next(kindOf(line.event), patienceMs);
      note(`${label} ${line.stream} ${kindOf(line.event)}`, differences(line.event, own, translation).filter(held));
    } else if (line.closed === 'by us') {
      streams.get(line.stream)?.cut();
    } else {
      const ended = await streams.get(line.stream)?.ended(patienceMs);
      note(label, ended === true ? [] : [`${line.stream} was not ended in order`]);
    }
  }
  for (const [name, stream] of streams) {
    note(
      name,
      stream.rest().map((event) => `had one more: ${JSON.stringify(event)}`),
    );
    stream.cut();
  }
  return found;
}

/** Updates stand in line behind those of the same task only. */
function kindOf(event: SchedulerEvent): string {
  if (event.type === 'UPDATE') return `UPDATE of ${event.update.status.task_id.value}`;
  return event.type === 'OFFERS' || event.type === 'HEARTBEAT' ? event.type : 'other';
}

/** Allowed: Node names the connection and how long it is kept; Mesos leaves both to HTTP. Lengths of JSON differ with ids. */
function comparable(headers: Readonly<Record<string, string>>): Record<string, string> {
  const left = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  const kept = left.filter(
    ([name]) => !['connection', 'keep-alive', 'content-length', 'mesos-stream-id'].includes(name),
  );
  return Object.fromEntries(kept.map(([name, value]) => [name, name === 'date' ? 'now' : value]));
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

function send(
  master: { host: string; port: number },
  line: Request,
  ours: (text: string) => string,
  stream: Stream | undefined,
): Promise<Answer> {
  const text =
    line.body === undefined ? '' : ours(typeof line.body === 'string' ? line.body : JSON.stringify(line.body));
  const given = line.headers ?? { 'Content-Type': 'application/json', Accept: 'application/json' };
  const headers = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, ours(value)]));
  return new Promise((resolve, reject) => {
    const call = request(
      {
        ...master,
        method: line.method,
        path: line.path,
        headers: { ...headers, 'Content-Length': Buffer.byteLength(text) },
      },
      (response) => {
        const head = { status: response.statusCode ?? 0, headers: response.headers as Record<string, string> };
        if (stream !== undefined && head.headers['mesos-stream-id'] !== undefined) {
          stream.read(response);
          resolve({ ...head, text: '' });
          return;
        }
        let body = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          body += chunk;
        });
        response.on('end', () => resolve({ ...head, text: body })).on('error', reject);
      },
    );
    call.on('error', reject);
    call.end(text);
  });
}

type Stream = ReturnType<typeof createStream>;

function createStream() {
  const queue: SchedulerEvent[] = [];
  const changed = new EventTarget();
  let response: IncomingMessage | undefined;
  let over = false;

  async function until<Value>(look: () => Value | undefined, withinMs: number): Promise<Value | undefined> {
    const signal = AbortSignal.timeout(withinMs);
    for (;;) {
      const value = look();
      if (value !== undefined || signal.aborted) return value;
      await new Promise<void>((resolve) => {
        changed.addEventListener('change', () => resolve(), { once: true });
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }
  return {
    read(incoming: IncomingMessage) {
      response = incoming;
      const decoder = createRecordDecoder();
      incoming.on('data', (chunk: Buffer) => {
        queue.push(...decoder.push(chunk).records.map((record) => JSON.parse(record) as SchedulerEvent));
        changed.dispatchEvent(new Event('change'));
      });
      incoming.on('end', () => {
        over = true;
        changed.dispatchEvent(new Event('change'));
      });
      // A stream that is cut by us ends this way.
      incoming.on('error', () => undefined);
    },
    next: (kind: string, withinMs: number) =>
      until(() => {
        const index = queue.findIndex((event) => kindOf(event) === kind);
        return index < 0 ? undefined : queue.splice(index, 1)[0];
      }, withinMs),
    ended: (withinMs: number) => until(() => (over ? true : undefined), withinMs),
    rest: () => queue.filter(({ type }) => type !== 'HEARTBEAT'),
    cut: () => void response?.destroy(),
  };
}
