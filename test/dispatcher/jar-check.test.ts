import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { checkJar } from '../../src/dispatcher/jar-check.ts';
import { safeJarName } from '../../src/dispatcher/jar-library.ts';
import { Problem } from '../../src/lib/problem.ts';
import { zipOf } from './support/zip.ts';

const jar = zipOf(['META-INF/MANIFEST.MF', 'a/B.class']);

async function directory(t: ExecutionContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'flink-mesos-jar-'));
  t.teardown(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function judge(t: ExecutionContext, content: Buffer | string): Promise<string> {
  const path = join(await directory(t), 'x.jar');
  await writeFile(path, content);
  const error = await checkJar(path, 'x.jar').then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error === undefined) return 'a jar';
  t.like(error, { code: 'JAR_INVALID' });
  return String(error);
}

test('jars are taken: with a manifest, with classes alone, with a comment, in ZIP64', async (t) => {
  for (const content of [
    jar,
    zipOf(['META-INF/']),
    zipOf(['readme.txt', 'deep/down/C.class']),
    zipOf(['META-INF/MANIFEST.MF'], { comment: 'made by hand' }),
    zipOf(['META-INF/MANIFEST.MF'], { zip64: true, comment: 'PK' }),
  ]) {
    t.is(await judge(t, content), 'a jar');
  }
});

test('what is no jar is refused, and told why', async (t) => {
  const damaged = Buffer.from(jar);
  damaged.writeUInt32LE(0, damaged.readUInt32LE(damaged.length - 6));
  const lying = Buffer.from(jar);
  lying.writeUInt32LE(0x7fffffff, lying.length - 10);
  const cases: [Buffer | string, RegExp][] = [
    ['', /it is empty/],
    ['PK', /too short/],
    ['this is a text and long enough for a zip file', /does not begin like a zip file/],
    [Buffer.concat([Buffer.from('#!/bin/sh\n'), jar]), /does not begin like a zip file/],
    [jar.subarray(0, jar.length - 30), /no central directory/],
    [Buffer.concat([jar, Buffer.from('more')]), /no central directory/],
    [damaged, /directory is damaged/],
    [lying, /directory is damaged/],
    [zipOf(['readme.txt', 'META-INF.txt', 'a.classes']), /without META-INF\/ and without classes/],
  ];
  for (const [content, why] of cases) t.regex(await judge(t, content), why);
});

test('property: a damaged file is judged, never a crash', async (t) => {
  const path = join(await directory(t), 'x.jar');
  const change = fc.record({ at: fc.nat(jar.length - 1), to: fc.nat(255) });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), fc.nat(jar.length), async (changes, length) => {
      const content = Buffer.from(jar);
      for (const { at, to } of changes) content[at] = to;
      await writeFile(path, content.subarray(0, length));
      const error: unknown = await checkJar(path, 'x.jar').catch((reason: unknown) => reason);
      return error === undefined || (error instanceof Problem && error.code === 'JAR_INVALID');
    }),
    { numRuns: 200 },
  );
  t.pass();
});

test('a file name becomes a plain one, whatever was sent', (t) => {
  const cases = {
    'job.jar': 'job.jar',
    'My Job (2).JAR': 'My_Job__2_.jar',
    '../../etc/passwd': 'passwd.jar',
    'C:\\jobs\\count.jar': 'count.jar',
    '/abs/x.jar': 'x.jar',
    '.jar': 'job.jar',
    '': 'job.jar',
    '...': 'job.jar',
    '-rf.jar': 'rf.jar',
    'ü.jar': 'job.jar',
    'a\0b.jar': 'a_b.jar',
  };
  for (const [sent, kept] of Object.entries(cases)) t.is(safeJarName(sent), kept, JSON.stringify(sent));
  fc.assert(fc.property(fc.string(), (sent) => /^[A-Za-z0-9][A-Za-z0-9._-]{0,119}\.jar$/.test(safeJarName(sent))));
  t.true(safeJarName('x'.repeat(1000)).length < 130);
});
