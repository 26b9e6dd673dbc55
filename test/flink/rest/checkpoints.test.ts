import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { newestCheckpoint } from '../../../src/flink/rest/checkpoints.ts';

async function directoryWith(t: ExecutionContext, checkpoints: Readonly<Record<string, string | undefined>>) {
  const directory = await mkdtemp(join(tmpdir(), 'flink-mesos test '));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  for (const [name, metadata] of Object.entries(checkpoints)) {
    await mkdir(join(directory, name));
    if (metadata !== undefined) await writeFile(join(directory, name, '_metadata'), metadata);
  }
  return pathToFileURL(directory).href;
}

test('the highest number that is complete, by number and not by letters', async (t) => {
  const uri = await directoryWith(t, { 'chk-9': 'm', 'chk-10': 'm', 'chk-11': undefined, 'chk-12': '', shared: 'm' });
  t.is(await newestCheckpoint(uri), `${uri}/chk-10`);
  t.is(await newestCheckpoint(`${uri}/`), `${uri}/chk-10`);
});

test("Flink's way to write a file's address is understood", async (t) => {
  const uri = await directoryWith(t, { 'chk-1': 'm' });
  const short = uri.replace('file:///', 'file:/');
  t.is(await newestCheckpoint(short), `${short}/chk-1`);
});

test('no checkpoint, no directory, or none of this machine: none', async (t) => {
  const uri = await directoryWith(t, { 'chk-1': undefined });
  t.is(await newestCheckpoint(uri), undefined);
  t.is(await newestCheckpoint(`${uri}/nowhere`), undefined);
  t.is(await newestCheckpoint('s3://bucket/words'), undefined);
  t.is(await newestCheckpoint('hdfs://namenode/words'), undefined);
  t.is(await newestCheckpoint('file://otherhost/words'), undefined);
});
