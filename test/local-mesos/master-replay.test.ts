/** What a real master answered, asked of ours: recorded/README.md says how the recordings were made. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type MasterServer, startMaster } from '../../src/local-mesos/server/master-server.ts';

interface Exchange {
  readonly note: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
  /** The body is the text itself, not JSON. */
  readonly raw?: true;
  readonly status: number;
  readonly text?: string;
  readonly stream?: string;
  readonly event?: {
    readonly type: string;
    readonly framework_id?: string;
    readonly error?: { readonly message: string };
  };
}

/** Where we differ from a real master, each on purpose. */
const differences: Record<string, { readonly status?: number; readonly text?: 'ours' }> = {
  // Our parser's words about bad JSON are those of V8.
  'empty body': { text: 'ours' },
  'broken JSON': { text: 'ours' },
  'trailing text': { text: 'ours' },
  // A stream for operators: its snapshot is that of another cluster.
  'unknown path': { text: 'ours' },
};

for (const recording of ['http-errors', 'subscribe-errors', 'update-framework']) {
  test(`LM-1 LM-2 LM-3 LM-4 LM-5 LM-7 LM-8 LM-12 LM-13 LM-14 LM-15 LM-16 LM-26 replay of ${recording}`, async (t) => {
    const master = await started(t);
    const replay = createReplay(master);
    for (const exchange of read(recording)) {
      const allowed = differences[exchange.note];
      const answer = await replay(exchange);
      const label = `${exchange.note} | ${exchange.method} ${exchange.path} ${JSON.stringify(exchange.body)}`;
      t.is(answer.status, allowed?.status ?? exchange.status, label);
      if (exchange.text !== undefined && exchange.method !== 'HEAD' && allowed?.text === undefined) {
        t.is(answer.text, exchange.text, label);
      }
      if (exchange.event !== undefined) {
        t.is(answer.event?.type, exchange.event.type, label);
        if (allowed?.text === undefined) {
          t.deepEqual(answer.event?.error, exchange.event.error, label);
        }
      }
    }
  });
}

async function started(t: ExecutionContext): Promise<MasterServer> {
  const workDir = mkdtempSync(join(tmpdir(), 'local-mesos-'));
  const master = await startMaster({ port: 0, workDir });
  t.teardown(async () => {
    await master.close();
    rmSync(workDir, { recursive: true });
  });
  return master;
}

function read(name: string): Exchange[] {
  const text = readFileSync(new URL(`./recorded/${name}.jsonl`, import.meta.url), 'utf8');
  return text.trim().split('\n').map((line) => JSON.parse(line)); // biome-ignore format: one line
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly event?: { readonly type: string; readonly error?: { readonly message: string } };
}

/** Ids that the real master gave stand for those that ours gives. */
function createReplay({ host, port }: MasterServer): (exchange: Exchange) => Promise<Answer> {
  const ours = new Map<string, string>();
  const translate = (text: string) => [...ours].reduce((done, [theirs, own]) => done.replaceAll(theirs, own), text);
  const back = (text: string) => [...ours].reduce((done, [theirs, own]) => done.replaceAll(own, theirs), text);

  return ({ method, path, headers, body, raw, stream, event }) =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? '' : translate(raw ? String(body) : JSON.stringify(body));
      const sent = { ...translated(headers, translate), 'Content-Length': Buffer.byteLength(text) };
      const call = request({ host, port, method, path, headers: sent }, (response) => {
        const streamId = response.headers['mesos-stream-id'];
        let read = '';
        response.setEncoding('utf8');
        const settle = () => resolve({ status: response.statusCode ?? 0, text: back(read) });
        response.on('data', (chunk: string) => {
          read += chunk;
          const isStream = response.headers['transfer-encoding'] === 'chunked';
          const first = isStream ? firstRecord(read) : undefined;
          if (first !== undefined) {
            if (stream !== undefined && typeof streamId === 'string') {
              ours.set(stream, streamId);
            }
            if (event?.framework_id !== undefined && first.type === 'SUBSCRIBED') {
              ours.set(event.framework_id, first.subscribed.framework_id.value);
            }
            resolve({ status: response.statusCode ?? 0, text: '', event: first });
          }
        });
        response.on('end', settle);
        // Streams break when the master is closed at the end of the test.
        response.on('error', settle);
      });
      call.on('error', reject);
      call.end(text);
    });
}

function translated(headers: Record<string, string>, translate: (text: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, translate(value)]));
}

function firstRecord(text: string) {
  const line = text.indexOf('\n');
  const length = Number(text.slice(0, line));
  const rest = Buffer.from(text.slice(line + 1));
  return line > 0 && rest.length >= length ? JSON.parse(rest.subarray(0, length).toString()) : undefined;
}
