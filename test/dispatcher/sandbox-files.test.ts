/** Files of sandboxes as the API shows them: names that lead nowhere else, whole characters, no secrets. */
import { posix } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { endOfCharacters, sandboxFiles, withinSandbox } from '../../src/dispatcher/sandbox-files.ts';
import { Problem } from '../../src/lib/problem.ts';
import type { FrameworkId } from '../../src/mesos-api-client/protocol/ids.ts';
import type { MesosReader } from '../../src/runtime/mesos-reader.ts';
import type { TaskRecord } from '../../src/scheduler/model/task.ts';

const root = '/frameworks/f-1/executors/t-1/runs/latest';
const placement = { agentId: 'S1' };
const launched = { spec: { taskId: 't-1' }, life: { phase: 'launched', placement } } as unknown as TaskRecord;
const waiting = { spec: { taskId: 't-1' }, life: { phase: 'waiting' } } as unknown as TaskRecord;

function holding(files: Readonly<Record<string, string>>) {
  const bytesOf = (path: string) => {
    const text = files[path.slice(root.length + 1)];
    return text === undefined ? undefined : Buffer.from(text);
  };
  const reader: Pick<MesosReader, 'list' | 'read'> = {
    list: async (_agent, path) =>
      path === root
        ? Object.keys(files).map((name) => ({
            path: `${root}/${name}`,
            size: files[name]?.length ?? 0,
            mode: 0o100644,
          }))
        : undefined,
    read: async (_agent, path, offset, length) => {
      const bytes = bytesOf(path);
      return bytes && { size: bytes.length, bytes: bytes.subarray(offset, offset + length) };
    },
  };
  return sandboxFiles({ reader, frameworkId: () => 'f-1' as FrameworkId });
}

test('a path is a name within the sandbox, or refused', (t) => {
  t.is(withinSandbox('log//jobmanager.log'), 'log/jobmanager.log');
  t.is(withinSandbox('/stdout/'), 'stdout');
  for (const path of ['..', 'a/../../b', './stdout', 'a\\..\\b', 'a\0b', 'x'.repeat(1025)]) {
    t.is(t.throws<Problem>(() => withinSandbox(path))?.code, 'BAD_REQUEST', path);
  }
  for (const path of ['conf/driver-secret', '//conf', 'configuration.tar']) {
    t.is(t.throws<Problem>(() => withinSandbox(path))?.code, 'NOT_FOUND', path);
  }
});

test('whatever is asked for, the agent is asked for something below the sandbox', (t) => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('.', '/', 'a', '\\', '%', ' ', 'conf') }), (path) => {
      let within: string;
      try {
        within = withinSandbox(path);
      } catch (error) {
        return error instanceof Problem;
      }
      const meant = posix.normalize(`${root}/${within}`);
      return meant.startsWith(root) && !within.startsWith('conf/') && within !== 'conf';
    }),
  );
  t.pass();
});

test('files are listed without those that hold secrets', async (t) => {
  const files = holding({ stdout: 'x', conf: '', 'configuration.tar': '' });
  const { files: listed, more } = await files.listFiles(launched, '');
  t.deepEqual([listed.map(({ path }) => path), more], [['stdout'], 0]);
  t.like(await t.throwsAsync(files.listFiles(launched, 'log')), { code: 'NOT_FOUND' });
  t.like(await t.throwsAsync(files.listFiles(waiting, '')), { code: 'NOT_READY' });
  const many = holding(Object.fromEntries(Array.from({ length: 1200 }, (_, n) => [`f${n}`, ''])));
  const bounded = await many.listFiles(launched, '');
  t.deepEqual([bounded.files.length, bounded.more], [1000, 200]);
});

test('text comes in pieces of whole characters, from the beginning or from the end, and goes on where it stopped', async (t) => {
  const files = holding({ stdout: 'aé€😀z' });
  const piece = await files.readText(launched, 'stdout', 0, 4);
  t.deepEqual(piece, { path: 'stdout', size: 11, offset: 0, next: 3, text: 'aé' });
  t.like(await files.readText(launched, 'stdout', piece.next, 100), { offset: 3, next: 11, text: '€😀z' });
  t.like(await files.readText(launched, 'stdout', 11, 100), { offset: 11, next: 11, text: '' });
  t.like(await files.readText(launched, 'stdout', -3, 100), { offset: 10, next: 11, text: 'z' });
  t.like(await t.throwsAsync(files.readText(launched, 'none', 0, 1)), { code: 'NOT_FOUND' });
});

test('signatures of our addresses, which the fetcher writes down, are never shown, wherever a piece begins', async (t) => {
  const secret = 'Zm9v-YmFy_'.repeat(4);
  const text = `Fetching http://host/v1/artifacts/d/configuration.tar?signature=${secret}' to …\n`;
  const files = holding({ stderr: text });
  const masked = text.replace(secret, 'x'.repeat(secret.length));
  for (let offset = 0; offset < Buffer.byteLength(text) - 4; offset++) {
    for (const length of [1, 7, 64, 65_536]) {
      const piece = await files.readText(launched, 'stderr', offset, length);
      t.true(masked.includes(piece.text), `${offset} ${length}: ${piece.text}`);
    }
  }
  const whole: Uint8Array[] = [];
  for await (const bytes of files.readBytes(launched, 'stderr')) whole.push(bytes);
  t.is(Buffer.concat(whole).toString(), masked);
});

test('pieces put together are the file, whatever their length', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.integer({ min: 4, max: 9 }),
      async (text, length) => {
        const files = holding({ stdout: text });
        let together = '';
        for (let offset = 0; ; ) {
          const piece = await files.readText(launched, 'stdout', offset, length);
          if (piece.next === offset) break;
          together += piece.text;
          offset = piece.next;
        }
        t.is(together, text);
      },
    ),
  );
  t.is(endOfCharacters(Buffer.from([0x80, 0x80])), 2, 'what is no UTF-8 is not waited for');
});
