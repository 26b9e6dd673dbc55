import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { createAgentApi } from '../../src/mesos-api-client/operator-client.ts';
import type { ExecutorId, FrameworkId } from '../../src/mesos-api-client/protocol/ids.ts';
import { type FileServer, type Files, filesOf, sandboxPath } from '../../src/mesos-api-client/sandbox.ts';
import { answer, type SeenRequest } from './fake-master.ts';
import { failure, startMaster } from './harness.ts';

const path = sandboxPath('f' as FrameworkId, 't' as ExecutorId, 'stdout');

/** An agent with one file; it gives 16 bytes at most. */
function agentWith(file: { bytes: Buffer; reads?: number }): FileServer {
  return {
    async ask(call) {
      if (call.type !== 'READ_FILE') throw new Error('not a directory');
      file.reads = (file.reads ?? 0) + 1;
      const { offset, length = 16 } = call.read_file;
      const end = Number(offset) + Math.min(Number(length), 16);
      return { size: file.bytes.length, data: file.bytes.subarray(Number(offset), end).toString('base64') } as never;
    },
  };
}

async function readAll(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const read: Uint8Array[] = [];
  for await (const piece of pieces) read.push(piece);
  return Buffer.concat(read);
}

test('property: a file comes out as it is, whatever its bytes and the size of pieces, from any place', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 200 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: -250, max: 250 }),
      async (bytes, pieceBytes, from) => {
        const file = { bytes: Buffer.from(bytes) };
        const read = await readAll(filesOf(agentWith(file)).read(path, { pieceBytes, from }));
        const start = from < 0 ? Math.max(0, bytes.length + from) : from;
        t.deepEqual(read, Buffer.from(bytes.subarray(start)));
      },
    ),
  );
});

test('a piece is asked for when the one before has been used', async (t) => {
  const file = { bytes: Buffer.alloc(160, 'x'), reads: 0 };
  const pieces = filesOf(agentWith(file)).read(path);
  await pieces.next();
  t.is(file.reads, 1);
  await pieces.next();
  t.is(file.reads, 2);
  await pieces.return();
  t.is(file.reads, 2);
});

test('a file is followed as it grows, begun anew when it became shorter, until the signal fires', async (t) => {
  const file = { bytes: Buffer.from('one\n') };
  const abort = new AbortController();
  const seen: string[] = [];
  for await (const piece of filesOf(agentWith(file)).follow(path, { pollMs: 1, signal: abort.signal })) {
    seen.push(Buffer.from(piece).toString());
    if (seen.length === 1) file.bytes = Buffer.from('one\ntwo\n');
    if (seen.length === 2) file.bytes = Buffer.from('new\n');
    if (seen.length === 3) abort.abort();
  }
  t.deepEqual(seen, ['one\n', 'two\n', 'new\n']);
});

async function filesAt(t: ExecutionContext, answerOf: (request: SeenRequest) => [number, unknown]): Promise<Files> {
  const agent = await startMaster(t, (request, response) => {
    const [status, body] = answerOf(request);
    if (status !== 200) return answer(response, status, String(body));
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  const api = createAgentApi(agent.address);
  t.teardown(() => api.close());
  return filesOf(api);
}

test('over HTTP: a listing, a file, and what is not there', async (t) => {
  const file = { path: `${path}`, size: 4, mode: 33188, mtime: { nanoseconds: 1795222923000000001n } };
  const files = await filesAt(t, ({ body }) => {
    const { type, read_file, list_files } = body as never as { type: string } & Record<string, { path: string }>;
    if ((read_file ?? list_files)?.path.endsWith('none')) return [404, ''];
    if (type === 'LIST_FILES') {
      const mtime = { nanoseconds: 1795222923000000000 };
      return [200, { type, list_files: { file_infos: [{ ...file, mtime }] } }];
    }
    const offset = (read_file as never as { offset: number }).offset;
    return [200, { type, read_file: { size: 4, data: Buffer.from('out\n').subarray(offset).toString('base64') } }];
  });
  t.like((await files.list('/d'))?.[0], { path, size: 4, mtime: { nanoseconds: 1795222923000000000n } });
  t.is(await files.list('/none'), undefined);
  t.is((await readAll(files.read(path))).toString(), 'out\n');
  t.is((await failure(t, readAll(files.read('/none')))).code, 'not-found');
  t.is((await failure(t, readAll(files.follow('/none')))).code, 'not-found');
});

test('an agent that gives more than was asked for is cut short, one that never ends is read as far as is wished', async (t) => {
  const flood: FileServer = {
    ask: async () => ({ size: 1, data: Buffer.alloc(300, 'x').toString('base64') }) as never,
  };
  const pieces = filesOf(flood).read(path, { pieceBytes: 100 });
  const { value } = await pieces.next();
  t.is(value?.length, 100);
  await pieces.return();
});

test('the path of a sandbox', (t) => {
  t.is(path, '/frameworks/f/executors/t/runs/latest/stdout');
  t.is(sandboxPath('f' as FrameworkId, 't' as ExecutorId), '/frameworks/f/executors/t/runs/latest');
});
